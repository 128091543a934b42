import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Sample } from "../../src/data/augment/apply/augmentImage.ts";
import type { Draw } from "../../src/data/augment/draw/draw.ts";
import type { PeerResult } from "../augmentation.ts";
import type { Case } from "./cases.ts";

/** Of the peer's image every so many-th pixel across and down is kept. */
const STEP = 5;

/** Three of these are a pixel that does not count. */
export const EDGE = 1;

/** A small image of waves, smooth enough that it matters little how pixels are interpolated, with three objects. */
export function waves(): Sample {
  const [width, height] = [60, 45];
  const pixels = Uint8Array.from({ length: 3 * width * height }, (_, i) => {
    const [x, y, channel] = [Math.floor(i / 3) % width, Math.floor(i / 3 / width), i % 3];
    return Math.round(128 + 100 * Math.sin(x / 6 + 2 * channel) * Math.cos(y / 8 - channel));
  });
  const objects: Sample["annotations"]["objects"] = [
    { box: [20, 15, 40, 30], class: 0 },
    { box: [26.5, 12.25, 31, 33.5], class: 1 },
    { box: [2, 3, 14, 9], class: 2 },
  ];
  return { image: { width, height, pixels }, annotations: { width, height, objects } };
}

/** The peer's answers (but for noise, and for hue, which it defines otherwise) as JSON: boxes by number of the object, colours of pixels a grid apart, 3 numbers each. */
export function fixtureOf(
  { annotations }: Sample,
  fill: number,
  cases: readonly (Case & { draw: Draw })[],
  peers: readonly PeerResult[],
  folder: string,
): string {
  const answers = cases.map(({ name, operation, draw }, i) => {
    const { width, height, image, reach, ...rest } = peers[i] as PeerResult;
    const boxes = draw.changes.length === 0 ? rest.boxes : undefined; // those of a cutout shrink there
    const pixels = readFileSync(join(folder, image));
    // At the image's edge the peer mixes it with the fill, which is left out.
    if (reach)
      readFileSync(join(folder, reach)).forEach((r, at) => r % 255 > 0 && pixels.fill(EDGE, 3 * at, 3 * at + 3));
    const grid: number[] = [];
    for (let y = STEP; y < height; y += STEP) {
      for (let x = STEP; x < width; x += STEP)
        grid.push(...pixels.subarray(3 * (y * width + x), 3 * (y * width + x) + 3));
    }
    const rounded = Object.entries(boxes ?? {}).map(([key, box]) => [key, box.map((side) => Number(side.toFixed(3)))]);
    return { name, operation, draw, ...(boxes && { boxes: Object.fromEntries(rounded) as object }), grid };
  });
  const lines = answers
    .filter(({ operation }) => !["noise", "hue"].includes(operation.name))
    .map((answer) => JSON.stringify(answer));
  const { width, height, objects } = annotations;
  const head = { width, height, fill, step: STEP, boxes: objects.map(({ box }) => box) };
  return `{"image":${JSON.stringify(head)},"cases":[\n${lines.join(",\n")}\n]}\n`;
}
