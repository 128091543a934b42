import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeMask, encodeMask, maskPolygons, rleFromCounts, rleFromPolygons } from "../../../src/geometry/index.ts";
import { drawn, oracle, pixelMasks } from "./rleCases.ts";

/** How often an outline goes round the middle of a pixel: what the nonzero rule fills by. */
function winding(polygon: readonly number[], x: number, y: number): number {
  let times = 0;
  for (let i = 0; i < polygon.length; i += 2) {
    const [x1 = 0, y1 = 0] = polygon.slice(i, i + 2);
    const [x2 = 0, y2 = 0] = [...polygon, ...polygon].slice(i + 2, i + 4);
    // Edges are upright or level: upright ones on the right of the middle count.
    if (x1 === x2 && x1 > x + 0.5 && Math.min(y1, y2) < y + 0.5 && Math.max(y1, y2) > y + 0.5)
      times += y2 > y1 ? 1 : -1;
  }
  return times;
}

/** How many parts there are, pixels that touch at a corner being of one. */
function partsOf(pixels: Uint8Array, height: number, width: number): number {
  const left = new Set([...pixels.keys()].filter((at) => pixels[at] === 1));
  let parts = 0;
  for (const first of left) {
    parts++;
    for (const queue = [first]; queue.length > 0;) {
      const at = queue.pop() ?? 0;
      if (!left.delete(at)) continue;
      const [x, y] = [at % width, Math.floor(at / width)];
      for (const dy of [-1, 0, 1]) {
        for (const dx of [-1, 0, 1]) {
          if (x + dx >= 0 && x + dx < width && y + dy >= 0 && y + dy < height) queue.push(at + dy * width + dx);
        }
      }
    }
  }
  return parts;
}

describe("maskPolygons", () => {
  it("goes round a part along the edges of its pixels, clockwise, with a corner at each turn", () => {
    expect(maskPolygons(drawn("....", ".#..", ".##.", "...."))).toEqual([[1, 1, 2, 1, 2, 2, 3, 2, 3, 3, 1, 3]]);
    expect(maskPolygons(drawn("##", "##"))).toEqual([[0, 0, 2, 0, 2, 2, 0, 2]]);
    expect(maskPolygons(drawn("....", "...."))).toEqual([]);
  });

  it("gives a polygon for each part, pixels that touch at a corner being of one", () => {
    expect(maskPolygons(drawn("#.#", "#.."))).toEqual([
      [0, 0, 1, 0, 1, 2, 0, 2],
      [2, 0, 3, 0, 3, 1, 2, 1],
    ]);
    expect(maskPolygons(drawn("#.", ".#"))).toEqual([[0, 0, 1, 0, 1, 1, 2, 1, 2, 2, 1, 2, 1, 1, 0, 1]]);
  });

  it("goes down to a hole from the outline above it, round it the other way, and back", () => {
    expect(maskPolygons(drawn("####", "#..#", "####"))).toEqual([
      [0, 0, 1, 0, 1, 1, 1, 2, 3, 2, 3, 1, 1, 1, 1, 0, 4, 0, 4, 3, 0, 3],
    ]);
  });

  it("finds parts in holes, and the way to holes under holes and beside each other", () => {
    const mask = drawn(
      ...["#########.", "#.......#.", "#.#####.#.", "#.#.#.#.#.", "#.##.##.#.", "#.#.#.#.#.", "#.#####.#."],
      ...["#.......##", "#########."],
    );
    const polygons = maskPolygons(mask);
    expect(polygons).toHaveLength(2);
    expect(rleFromPolygons(polygons, mask.height, mask.width)).toEqual(mask);
  });

  it("reads masks whose runs are cut by runs of no pixels", () => {
    const cut = rleFromCounts([1, 1, 0, 2, 2, 1, 0, 0, 1], 4, 2);
    expect(maskPolygons(cut)).toEqual(maskPolygons(encodeMask(decodeMask(cut), 4, 2)));
  });

  it("gives outlines that hold just the mask's pixels, by every rule of filling, one for each part", () => {
    const larger = fc.integer({ min: 1, max: 24 }).chain((width) =>
      fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 24 * width }).map((values) => {
        const height = Math.ceil(values.length / width);
        // Many more pixels inside than outside: many holes.
        return {
          height,
          width,
          masks: [Uint8Array.from({ length: height * width }, (_, i) => ((values[i] ?? 0) > 2 ? 1 : 0))],
        };
      }),
    );
    fc.assert(
      fc.property(fc.oneof(pixelMasks(1), larger), ({ height, width, masks: [mask = new Uint8Array()] }) => {
        const polygons = maskPolygons(encodeMask(mask, height, width));
        expect(polygons).toHaveLength(partsOf(mask, height, width));
        for (const polygon of polygons) {
          const isCorner = polygon.map((value, i) => value !== polygon.at(i - 2)); // x and y in turn: one of them changes
          expect(isCorner.every((changes, i) => changes !== isCorner.at(i % 2 === 0 ? i + 1 : i - 1))).toBe(true);
        }
        if (polygons.length > 0) expect(decodeMask(rleFromPolygons(polygons, height, width))).toEqual(mask);
        for (const [at, value] of mask.entries()) {
          const times = polygons.map((polygon) => winding(polygon, at % width, Math.floor(at / width)));
          expect(times.reduce((sum, time) => sum + time, 0)).toBe(value);
          expect(times.every((time) => time === 0 || time === 1)).toBe(true);
        }
      }),
      { numRuns: 400, seed: 1 },
    );
  });

  it("gives pycocotools' masks back", () => {
    for (const { height, width, runs } of oracle.masks) {
      const mask = rleFromCounts(runs, height, width);
      const polygons = maskPolygons(mask);
      const pixels = polygons.length === 0 ? new Uint8Array(height * width) : decodeMask(rleFromPolygons(polygons, height, width)); // prettier-ignore
      expect(pixels).toEqual(decodeMask(mask));
    }
  });

  it("refuses runs that do not sum up", () => {
    expect(() => maskPolygons({ height: 2, width: 2, counts: Uint32Array.of(1, 1) })).toThrow(
      "maskPolygons: the runs sum up to 2 pixels, and 2 x 2 (height x width) are 4",
    );
  });
});
