import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { detections, scoredFrom } from "../../src/geometry/detections.ts";
import { rleFromBox } from "../../src/geometry/masks/polygonMask.ts";

const boxes = [10, 20, 40, 80, 5, 6, 7, 9, 1, 2, 3, 5];

describe("detections", () => {
  it("puts the best score first, and the first of equal ones before the others", () => {
    const masks = [1, 2, 3].map((side) => rleFromBox([0, 0, side, 4], 8, 6));
    expect(detections({ boxes, scores: [0.25, 0.75, 0.25], classes: [4, 0, 2], masks })).toEqual({
      boxes: Float32Array.of(5, 6, 7, 9, 10, 20, 40, 80, 1, 2, 3, 5),
      scores: Float32Array.of(0.75, 0.25, 0.25),
      classes: Int32Array.of(0, 4, 2),
      masks: [masks[1], masks[0], masks[2]],
    });
  });

  it("takes arrays that are right already as they are", () => {
    const given = {
      boxes: Float32Array.from(boxes),
      scores: Float32Array.of(0.5, 0.5, 0.1),
      classes: Int32Array.of(1, 0, 7),
    };
    const taken = detections(given);
    expect(taken.boxes).toBe(given.boxes);
    expect(taken.scores).toBe(given.scores);
    expect(taken.classes).toBe(given.classes);
  });

  it("keeps each box with its score and class, in any order", () => {
    const rows = fc.array(fc.tuple(fc.integer({ min: 0, max: 5 }), fc.nat(3)), { maxLength: 20 });
    fc.assert(
      fc.property(rows, (given) => {
        const found = detections({
          boxes: given.flatMap(([score, k], i) => [i, score, k, i + 1]),
          scores: given.map(([score]) => score / 8),
          classes: given.map(([, k]) => k),
        });
        const sorted = given.map(([score, k], i) => ({ score, k, i })).sort((a, b) => b.score - a.score || a.i - b.i);
        expect([...found.boxes]).toEqual(sorted.flatMap(({ score, k, i }) => [i, score, k, i + 1]));
        expect([...found.scores]).toEqual(sorted.map(({ score }) => score / 8));
        expect([...found.classes]).toEqual(sorted.map(({ k }) => k));
      }),
    );
  });

  const one = { boxes: [1, 2, 3, 5], scores: [0.5], classes: [2] };
  it.each([
    [{ boxes: [1, 2, 3] }, "1 scores need 4 box numbers and as many of the rest, got 3 and 1 classes"],
    [{ classes: [] }, "1 scores need 4 box numbers and as many of the rest, got 4 and 0 classes"],
    [{ masks: [] }, "1 scores need 4 box numbers and as many of the rest, got 4, 1 classes and 0 masks"],
    [{ boxes: [1, 2, Infinity, 5] }, "box 0 must be four finite numbers, got [1, 2, Infinity, 5]"],
    [{ scores: [NaN] }, "score 0 must be a finite number, got NaN"],
    [{ classes: [-1] }, "class 0 must be an index into the classes, got -1"],
    [{ classes: [0.5] }, "class 0 must be an index into the classes, got 0.5"],
  ])("says what is wrong: %j", (wrong, message) => {
    expect(() => detections({ ...one, ...wrong })).toThrow(new RangeError(`detections: ${message}`));
  });
});

it("those with at least a score are the first ones", () => {
  const masks = [4, 3, 2].map((side) => rleFromBox([0, 0, side, 4], 8, 6));
  const all = detections({ boxes, scores: [0.75, 0.5, 0.25], classes: [4, 0, 2], masks });
  expect(scoredFrom(0.5, all)).toEqual({
    boxes: Float32Array.of(10, 20, 40, 80, 5, 6, 7, 9),
    scores: Float32Array.of(0.75, 0.5),
    classes: Int32Array.of(4, 0),
    masks: masks.slice(0, 2),
  });
  expect(scoredFrom(0, all)).toEqual(all);
  expect(scoredFrom(0.8, all).boxes).toHaveLength(0);
});

it("each class may have a score of its own, 0 for one that is not named", () => {
  const masks = [4, 3, 2].map((side) => rleFromBox([0, 0, side, 4], 8, 6));
  const all = detections({ boxes, scores: [0.75, 0.5, 0.25], classes: [1, 0, 2], masks });
  expect(scoredFrom([0.5, 0.8], all)).toEqual({
    boxes: all.boxes.subarray(4),
    scores: Float32Array.of(0.5, 0.25),
    classes: Int32Array.of(0, 2),
    masks: masks.slice(1),
  });
});
