import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { EDGE, waves } from "../../../bench/augmentation/fixture.ts";
import { Random } from "../../../src/base/random.ts";
import { augmentImage } from "../../../src/data/augment/apply/augmentImage.ts";
import type { Draw } from "../../../src/data/augment/draw/draw.ts";
import { drawAugmentation } from "../../../src/data/augment/draw/drawAugmentation.ts";
import type { LabelledObject } from "../../../src/data/dataset.ts";
import { augmentationOf, boxDistance, recordOf } from "./support.ts";

/** What Albumentations makes of an image of waves; written by bench/augmentation.ts. */
interface Fixture {
  image: { width: number; height: number; fill: number; step: number };
  cases: {
    name: string;
    operation: { name: string; [field: string]: unknown };
    draw: Draw;
    boxes?: Record<string, LabelledObject["box"]>;
    grid: number[];
  }[];
}

const { image: about, cases } = JSON.parse(
  readFileSync(new URL("../../fixtures/augmentation.json", import.meta.url), "utf8"),
) as Fixture;
const sample = waves();
const sampleOf = () => Promise.resolve(sample);
sample.annotations.objects.forEach((object, number) => (object.attributes = { number }));

/** Largest difference of a pixel's value, of 255; 1 unless it is said why not. */
const APART: Record<string, number> = {
  mosaic: 2, // the peer does not average where the image shrinks
  "blur 5": 7, // the image is reflected at its sides there
};

/** Draws of which the operation's own numbers decide all. */
const FIXED = new Set(["flip", "rotate", "shift", "zoom", "shear", "brightness", "contrast", "saturation", "hue", "gamma"]); // prettier-ignore

describe("Albumentations gives the same", () => {
  it.each(cases)("$name", async ({ name, operation, draw, boxes, grid }) => {
    if (FIXED.has(operation.name)) {
      const images = [recordOf(about, sample.annotations.objects)];
      const augmentation = augmentationOf([operation], { minVisible: 0, minSide: 0 });
      const again = drawAugmentation(new Random(9), augmentation, { images, index: 0, fill: about.fill });
      expect(again).toEqual(draw);
    }
    const { image, annotations } = await augmentImage(sample.image, sample.annotations, draw, { sampleOf });
    for (const { box, attributes } of boxes ? annotations.objects : []) {
      const theirs = boxes?.[String(attributes?.number)] ?? [];
      const [x1, y1, x2, y2] = box;
      if (x1 <= 0 || y1 <= 0 || x2 >= image.width || y2 >= image.height) continue; // the peer knows no shape to cut
      expect(boxDistance(box, theirs)).toBeLessThan(0.002);
    }
    let at = 0;
    for (let y = about.step; y < image.height; y += about.step) {
      for (let x = about.step; x < image.width; x += about.step) {
        const own = [...image.pixels.subarray(3 * (y * image.width + x), 3 * (y * image.width + x) + 3)];
        const theirs = grid.slice(at, at + 3);
        at += 3;
        const apart = Math.max(...own.map((value, i) => Math.abs(value - (theirs[i] ?? NaN))));
        if (theirs.every((value) => value === EDGE)) continue;
        if (!(apart <= (APART[name] ?? 1))) expect.soft(own, `pixel ${x}, ${y}`).toEqual(theirs);
      }
    }
    expect(at).toBe(grid.length);
  });
});
