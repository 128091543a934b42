import { readFileSync } from "node:fs";
import fc from "fast-check";
import { encodeMask, type Rle } from "../../../src/geometry/index.ts";

interface Size {
  height: number;
  width: number;
}
/** What pycocotools says of one mask: compressed counts, area, x1 y1 x2 y2. */
interface Described {
  counts: string;
  area: number;
  box: number[];
}
interface Oracle {
  masks: (Size & Described & { pixels: string; runs: number[] })[];
  polygons: (Size & Described & { polygons: number[][]; parts: string[] })[];
  boxes: (Size & Described & { corners: number[] })[];
  merges: (Size & { masks: string[]; union: string; intersection: string })[];
  ious: (Size & { detections: string[]; truth: string[]; crowd: number[]; iou: number[][] })[];
}

/** Values of pycocotools, made by test/fixtures/oracles/make_rle.py. */
export const oracle = JSON.parse(
  readFileSync(new URL("../../fixtures/oracles/rle.json", import.meta.url), "utf8"),
) as Oracle;

/** A mask drawn as lines of text: "#" is inside. */
export function drawn(...lines: string[]): Rle {
  const pixels = Uint8Array.from(lines.join(""), (character) => (character === "#" ? 1 : 0));
  return encodeMask(pixels, lines.length, lines[0]?.length ?? 0);
}

/** `count` masks of one size as pixels: noise, all or nothing. */
export function pixelMasks(count: number): fc.Arbitrary<Size & { masks: Uint8Array[] }> {
  const side = fc.integer({ min: 1, max: 9 });
  return fc.tuple(side, side).chain(([height, width]) => {
    const length = height * width;
    const noise = fc.uint8Array({ minLength: length, maxLength: length, max: 1 });
    const even = fc.constantFrom(0, 1).map((value) => new Uint8Array(length).fill(value));
    const mask = fc.oneof({ weight: 5, arbitrary: noise }, { weight: 1, arbitrary: even });
    return fc.array(mask, { minLength: count, maxLength: count }).map((masks) => ({ height, width, masks }));
  });
}
