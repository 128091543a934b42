import fc from "fast-check";
import type { GridSize } from "../../../src/geometry/regions/pixelGrid.ts";

export interface LabelCase {
  size: GridSize;
  labels: Uint8Array;
}

/** Maps of a few labels, 0 among them: noise, blocks, or one label alone. */
export function labelCases(most = 3, longest = 12): fc.Arbitrary<LabelCase> {
  const side = fc.integer({ min: 1, max: longest });
  return fc.record({ width: side, height: side }).chain((size) => {
    const length = size.width * size.height;
    const noise = fc.uint8Array({ minLength: length, maxLength: length, max: most });
    const sparse = noise.map((labels) => labels.map((label, i) => ((i * 7919) % 5 < 3 ? 0 : label)));
    const block = fc.tuple(fc.nat(length), fc.integer({ min: 1, max: longest }), fc.nat(most));
    const blocks = fc.array(block, { maxLength: 6 }).map((drawn) => {
      const labels = new Uint8Array(length);
      for (const [start, long, label] of drawn) {
        for (let i = start; i < length; i++) if ((i - start) % size.width < long) labels[i] = label;
      }
      return labels;
    });
    const even = fc.nat(most).map((label) => new Uint8Array(length).fill(label));
    return fc
      .oneof(noise, { weight: 2, arbitrary: sparse }, { weight: 3, arbitrary: blocks }, even)
      .map((labels) => ({ size, labels }));
  });
}

/** A map drawn as lines of text: "." is 0, a digit is itself, with the size of it. */
export function drawnLabels(...lines: string[]): LabelCase {
  const labels = Uint8Array.from(lines.join(""), (character) => (character === "." ? 0 : Number(character)));
  return { size: { width: lines[0]?.length ?? 0, height: lines.length }, labels };
}

/** The distance between the centres of two pixels. */
export function distanceBetween(i: number, j: number, { width }: GridSize): number {
  return Math.hypot((i % width) - (j % width), Math.floor(i / width) - Math.floor(j / width));
}
