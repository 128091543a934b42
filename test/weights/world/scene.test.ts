import { describe, expect, it } from "vitest";
import { Random } from "../../../src/base/random.ts";
import { drawCrop } from "../../../weights/world/crop.ts";
import { drawScene } from "../../../weights/world/scene.ts";
import { smallWorld } from "./world.ts";

const world = smallWorld();
const blank = (width: number, height: number) => ({ width, height, rgb: new Uint8Array(width * height * 3) });

describe("drawScene", () => {
  const scenes = Array.from({ length: 40 }, (_, i) => {
    const raster = blank(96, 72);
    return { raster, objects: drawScene(new Random(i), world, raster) };
  });

  it("draws the same for the same seed", () => {
    const again = blank(96, 72);
    expect(drawScene(new Random(7), world, again)).toEqual(scenes[7]?.objects);
    expect(again.rgb).toEqual(scenes[7]?.raster.rgb);
    expect(scenes[8]?.raster.rgb).not.toEqual(again.rgb);
  });

  it("has boxes inside the picture, of things of the world, of which some are covered", () => {
    const objects = scenes.flatMap((scene) => scene.objects);
    expect(objects.length).toBeGreaterThan(80);
    for (const { thing, box, visible } of objects) {
      const [x1, y1, x2, y2] = box;
      expect([0, 1, 2]).toContain(thing);
      expect(Math.min(x1, y1, 96 - x2, 72 - y2, x2 - x1 - 6, y2 - y1 - 6)).toBeGreaterThanOrEqual(0);
      expect(visible).toBeGreaterThanOrEqual(0);
      expect(visible).toBeLessThanOrEqual(1);
    }
    expect(objects.filter(({ visible }) => visible === 1).length).toBeGreaterThan(20);
    expect(objects.filter(({ visible }) => visible < 0.9).length).toBeGreaterThan(10);
  });
});

describe("drawCrop", () => {
  it("says which thing it shows: every one comes up, and the seed decides", () => {
    const seen = Array.from({ length: 60 }, (_, i) => drawCrop(new Random(i), world, blank(48, 48)));
    expect(new Set(seen)).toEqual(new Set([0, 1, 2]));
    expect(drawCrop(new Random(5), world, blank(48, 48))).toBe(seen[5]);
  });
});
