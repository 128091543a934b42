import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Random } from "../../src/base/random.ts";
import { batchedNms, nms } from "../../src/geometry/index.ts";
import { float32Iou, naiveNms } from "./naiveNms.ts";

interface Tensor {
  shape: number[];
  data: number[];
}
interface Oracle {
  cases: {
    name: string;
    input: { boxes: Tensor; scores: Tensor; classes?: number[]; iouThreshold: number };
    expected: { keep: number[] };
  }[];
}
const oracle = JSON.parse(readFileSync(new URL("../fixtures/oracles/nms.json", import.meta.url), "utf8")) as Oracle;

const list = (indices: Int32Array): number[] => [...indices];

describe("nms", () => {
  it.each(oracle.cases.filter((c) => !c.input.classes))("equals torchvision: $name", ({ input, expected }) => {
    const { boxes, scores, iouThreshold } = input;
    const kept = nms(Float32Array.from(boxes.data), Float32Array.from(scores.data), { iouThreshold });
    expect(list(kept)).toEqual(expected.keep);
  });

  const boxes = [
    [0, 0, 10, 10],
    [0, 0, 10, 5], // IoU 0.5 with the first
    [20, 20, 30, 30],
    [0, 0, 10, 6], // IoU 0.6 with the first
  ];

  it("keeps the best of boxes that overlap by more than the threshold", () => {
    const scores = [0.7, 0.6, 0.8, 0.5];
    expect(list(nms(boxes, scores, { iouThreshold: 0.4 }))).toEqual([2, 0]);
    expect(list(nms(boxes, scores, { iouThreshold: 0.5 }))).toEqual([2, 0, 1]); // 0.5 is not above 0.5
    expect(list(nms(boxes, scores, { iouThreshold: 0.9 }))).toEqual([2, 0, 1, 3]);
    expect(list(nms(boxes, scores))).toEqual([2, 0, 1]);
  });

  it("lets a box that was suppressed suppress nothing", () => {
    const chain = [
      [0, 0, 10, 10],
      [4, 0, 14, 10],
      [8, 0, 18, 10],
    ];
    expect(list(nms(chain, [3, 2, 1], { iouThreshold: 0.3 }))).toEqual([0, 2]);
  });

  it("rounds as float32 does: an IoU of 3/10 is above 0.3 there, and 1/2 is not above 0.5", () => {
    const tenth = [
      [0, 0, 10, 1],
      [0, 0, 3, 1],
    ];
    expect(list(nms(tenth, [2, 1], { iouThreshold: 0.3 }))).toEqual([0]);
  });

  it("keeps the lower index of equal boxes with equal scores, and counts 0 and -0 as equal", () => {
    const same = [boxes[0], boxes[0], boxes[0]].map((box) => box ?? []);
    expect(list(nms(same, [0.5, 0.5, 0.5]))).toEqual([0]);
    expect(list(nms(same, Float32Array.of(-0, 0, -0)))).toEqual([0]);
    expect(list(nms(same, Float32Array.of(0, 0.5, 0.5), { iouThreshold: 1 }))).toEqual([1, 2, 0]);
  });

  it("drops scores at or below the score threshold, and stops at maxDetections", () => {
    const scores = [0.5, 0.25, 0.75, 0.125];
    expect(list(nms(boxes, scores, { scoreThreshold: 0.25 }))).toEqual([2, 0]);
    expect(list(nms(boxes, scores, { scoreThreshold: 1 }))).toEqual([]);
    expect(list(nms(boxes, scores, { maxDetections: 2 }))).toEqual([2, 0]);
    expect(list(nms(boxes, scores, { maxDetections: 0 }))).toEqual([]);
  });

  it("gives nothing for no boxes", () => {
    expect(nms(new Float32Array(0), new Float32Array(0))).toEqual(new Int32Array(0));
    expect(nms([], [])).toEqual(new Int32Array(0));
  });

  it("sorts infinite scores, and keeps scores of -Infinity unless a threshold is given", () => {
    const scores = [-Infinity, 1, Infinity, -5];
    expect(list(nms(boxes, scores, { iouThreshold: 1 }))).toEqual([2, 1, 3, 0]);
    expect(list(nms(boxes, Float32Array.from(scores), { iouThreshold: 1 }))).toEqual([2, 1, 3, 0]);
    expect(list(nms(boxes, scores, { iouThreshold: 1, scoreThreshold: -5 }))).toEqual([2, 1]);
  });

  it("keeps boxes that overlap nothing: without area, infinite, or with an area beyond float32", () => {
    const odd = [
      [5, 5, 5, 5],
      [5, 5, 5, 5],
      [9, 9, 0, 0],
      [9, 9, 0, 0],
      [-Infinity, 0, Infinity, 10],
      [-Infinity, 0, Infinity, 10],
      [0, 0, 1e20, 1e20],
      [0, 0, 1e20, 1e20],
    ];
    expect(list(nms(odd, [8, 7, 6, 5, 4, 3, 2, 1]))).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });

  it("gives the same for flat and listed boxes, and leaves its input alone", () => {
    const flat = Float32Array.from(boxes.flat());
    const scores = Float32Array.of(0.5, 0.75, 0.25, 1);
    const before = [flat.slice(), scores.slice()];
    const kept = nms(flat, scores);
    expect([flat, scores]).toEqual(before);
    expect(nms(boxes, scores)).toEqual(kept);
    expect(nms(new Float64Array(flat), Array.from(scores))).toEqual(kept);
    expect(
      nms(
        Array.from({ length: 4 }, (_, i) => flat.subarray(4 * i, 4 * i + 4)),
        new Float64Array(scores),
      ),
    ).toEqual(kept);
  });

  it("orders scores in float64 when they come so", () => {
    expect(list(nms(boxes, [0.1, 0.1 + 1e-12, 0, 0], { iouThreshold: 1, maxDetections: 1 }))).toEqual([1]);
  });

  it("says where a NaN is, and which count or option is wrong", () => {
    const flat = Float32Array.from(boxes.flat());
    flat[9] = NaN;
    expect(() => nms(flat, [1, 2, 3, 4])).toThrow(new RangeError("nms: boxes[2] has NaN as y1"));
    expect(() => nms([[0, 0, NaN, 1]], [1])).toThrow(new RangeError("nms: boxes[0] has NaN as x2"));
    expect(() => nms(boxes, [1, 2, 3, NaN])).toThrow(new RangeError("nms: scores[3] is NaN"));
    expect(() => nms(boxes, Float32Array.of(1, NaN, 3, 4))).toThrow(new RangeError("nms: scores[1] is NaN"));
    expect(() => nms(boxes, [1, 2])).toThrow(
      new RangeError("nms: there must be a score for each box, got 2 for 4 boxes"),
    );
    expect(() => nms(boxes, [1, 2, 3, 4], { iouThreshold: 50 })).toThrow(
      new RangeError("nms: iouThreshold must be 0 to 1, got 50"),
    );
    expect(() => nms(boxes, [1, 2, 3, 4], { iouThreshold: NaN })).toThrow(RangeError);
    expect(() => nms(boxes, [1, 2, 3, 4], { scoreThreshold: NaN })).toThrow(
      new RangeError("nms: scoreThreshold is NaN"),
    );
    expect(() => nms(boxes, [1, 2, 3, 4], { maxDetections: 1.5 })).toThrow(
      new RangeError("nms: maxDetections must be a whole number from 0, or Infinity, got 1.5"),
    );
    expect(() => nms(new Float32Array(7), [1])).toThrow(
      new TypeError("nms: boxes must hold 4 numbers a box, got 7 numbers"),
    );
  });
});

describe("nms and the double loop agree", () => {
  const threshold = fc.oneof(
    fc.constantFrom(0, 0.1, 0.25, 0.3, 1 / 3, 0.45, 0.5, 0.6, 0.7, 0.75, 1, 1e-3, 1e-7, Number.MIN_VALUE),
    fc.double({ min: 0, max: 1, noNaN: true }),
  );
  const fewScores = fc.constantFrom(0, -0, 0.25, 0.5, 0.75, 1, -1, Infinity, -Infinity);

  function agree(coordinate: fc.Arbitrary<number>, side: fc.Arbitrary<number>, numRuns: number): void {
    const box = fc.tuple(coordinate, coordinate, side, side);
    const rows = fc.array(fc.tuple(box, fewScores), { maxLength: 60 });
    fc.assert(
      fc.property(rows, threshold, (list, iouThreshold) => {
        const boxes = Float32Array.from(list.flatMap(([[x, y, w, h]]) => [x, y, x + w, y + h]));
        fc.pre(!boxes.some(Number.isNaN));
        const scores = Float32Array.from(list, ([, score]) => score);
        const expected = naiveNms(boxes, scores, iouThreshold);
        expect([...nms(boxes, scores, { iouThreshold })]).toEqual(expected);
        expect([...nms(boxes, [...scores], { iouThreshold, maxDetections: 5 })]).toEqual(expected.slice(0, 5));
      }),
      { numRuns, seed: 1 },
    );
  }

  it("on small whole numbers: ties, IoUs on the threshold, no area, inside out", () => {
    agree(fc.integer({ min: 0, max: 8 }), fc.integer({ min: -1, max: 10 }), 1500);
  });

  it("on any floats in an image", () => {
    const float = (min: number, max: number): fc.Arbitrary<number> => fc.float({ min, max, noNaN: true });
    agree(float(-50, 50), float(0, 40), 500);
  });

  it("on huge, tiny and infinite numbers", () => {
    const extreme = fc.constantFrom(
      0,
      -1e9,
      1e9,
      1e9 + 64,
      1e18,
      3e38,
      -3e38,
      1e-22,
      2e-22,
      1e-30,
      Infinity,
      -Infinity,
      1e308,
      -1e308,
      1e-45,
      5e-324,
      -0,
    );
    const side = fc.constantFrom(0, 1e308, 1e-45, 3e-45, 5e-324, 64, 128, 1e9, 1.8e19, 1e19, 2e19, 3e38, Infinity);
    agree(extreme, side, 500);
  });

  it("on areas so small that float32 rounds them to a digit or two", () => {
    const few = fc.integer({ min: 0, max: 40 }).map((i) => i * 2e-24);
    agree(few, few, 500);
  });

  it("on areas so small that rounding makes an overlap much larger than it is", () => {
    const boxes = Float32Array.from(
      [
        [0, 6.4, 4, 8.2],
        [0, 0, 2, 3.6],
        [0, 6.4, 4, 12.8],
        [0, 0, 1.2, 7],
      ].flat(),
      (value) => value * 1e-23,
    );
    const scores = [0, 0, 0, 0];
    expect([...nms(boxes, scores, { iouThreshold: 0.3 })]).toEqual(naiveNms(boxes, scores, 0.3));
    expect(naiveNms(boxes, scores, 0.3)).toEqual([0, 1, 3]);
  });

  it("on boxes one float32 apart, where an IoU is one rounding above or below the threshold", () => {
    const near = fc
      .tuple(fc.constantFrom(0, 1, 3, 10), fc.integer({ min: -2, max: 2 }))
      .map(([x, k]) => x + k * 2 ** -20);
    agree(near, near, 1500);
  });

  it("on thresholds that are the float32 IoU of a pair, or one bit less", () => {
    const float = fc.float({ min: 0, max: 10, noNaN: true });
    const bit = Math.fround(1 + 2 ** -23) - 1;
    fc.assert(
      fc.property(fc.array(fc.tuple(float, float, float, float), { minLength: 2, maxLength: 12 }), (rows) => {
        const boxes = Float32Array.from(rows.flatMap(([x, y, w, h]) => [x, y, x + 5 + w, y + 5 + h]));
        const scores = rows.map(() => 1);
        const exact = float32Iou(boxes, 0, 1);
        for (const iouThreshold of [exact, exact * (1 - bit)]) {
          expect([...nms(boxes, scores, { iouThreshold })]).toEqual(naiveNms(boxes, scores, iouThreshold));
        }
      }),
      { numRuns: 500, seed: 1 },
    );
  });

  it("on thousands of boxes of very different sizes, some far away", () => {
    const random = new Random(5);
    for (const [n, iouThreshold] of [
      [2000, 0.5],
      [1000, 0.7],
      [1000, 0.2],
      [1000, 0],
    ] as const) {
      const boxes = new Float32Array(4 * n);
      const scores = Float32Array.from({ length: n }, () => random.int(200) / 200);
      for (let i = 0; i < n; i++) {
        const far = random.chance(0.01) ? 1e7 : 500;
        const x = random.uniform(-far, far);
        const y = random.uniform(-far, far);
        const size = 2 ** random.uniform(0, random.chance(0.02) ? 20 : 8);
        boxes.set([x, y, x + size * random.uniform(0.3, 3), y + size * random.uniform(0.3, 3)], 4 * i);
      }
      const kept = nms(boxes, scores, { iouThreshold });
      expect(kept.length).toBeLessThan(n);
      expect([...kept]).toEqual(naiveNms(boxes, scores, iouThreshold));
    }
  });
});

describe("batchedNms", () => {
  it("equals torchvision", () => {
    const found = oracle.cases.find((c) => c.input.classes);
    if (!found) throw new Error("no case with classes");
    const { boxes, scores, classes = [], iouThreshold } = found.input;
    const kept = batchedNms(Float32Array.from(boxes.data), Float32Array.from(scores.data), classes, { iouThreshold });
    expect([...kept]).toEqual(found.expected.keep);
  });

  const two = [
    [0, 0, 10, 10],
    [0, 0, 10, 9],
    [0, 0, 9, 10],
  ];

  it("suppresses within a class only", () => {
    expect([...batchedNms(two, [0.5, 0.75, 0.25], [0, 1, 0])]).toEqual([1, 0]);
    expect([...batchedNms(two, [0.5, 0.75, 0.25], Int32Array.of(-7, -7, 3))]).toEqual([1, 2]);
  });

  it("is nms of each class alone, put together by score", () => {
    const whole = fc.integer({ min: 0, max: 8 });
    const row = fc.tuple(whole, whole, whole, whole, fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 4 }));
    fc.assert(
      fc.property(fc.array(row, { maxLength: 50 }), fc.integer({ min: 0, max: 12 }), (rows, maxDetections) => {
        const boxes = rows.map(([x, y, w, h]) => [x, y, x + w, y + h]);
        const classes = rows.map((row) => row[4]);
        const scores = rows.map((row) => row[5] / 4);
        const expected = [0, 1, 2, 3]
          .flatMap((c) => {
            const mine = rows.map((_, i) => i).filter((i) => classes[i] === c);
            const kept = nms(
              mine.map((i) => boxes[i] ?? []),
              mine.map((i) => scores[i] ?? 0),
              { scoreThreshold: 0 },
            );
            return [...kept].map((k) => mine[k] ?? -1);
          })
          .sort((i, j) => (scores[j] ?? 0) - (scores[i] ?? 0) || i - j)
          .slice(0, maxDetections);
        expect([...batchedNms(boxes, scores, classes, { scoreThreshold: 0, maxDetections })]).toEqual(expected);
      }),
      { numRuns: 500, seed: 1 },
    );
  });

  it("gives nothing for no boxes", () => {
    expect(batchedNms([], [], [])).toEqual(new Int32Array(0));
  });

  it("says what is wrong with the classes and under its own name", () => {
    expect(() => batchedNms(two, [1, 2, 3], [0, 0])).toThrow(
      new RangeError("batchedNms: there must be a class for each box, got 2 for 3 boxes"),
    );
    expect(() => batchedNms(two, [1, 2, 3], [0, NaN, 0])).toThrow(
      new RangeError("batchedNms: classes[1] must be a whole number, got NaN"),
    );
    expect(() => batchedNms(two, [1, NaN, 3], [0, 0, 0])).toThrow(new RangeError("batchedNms: scores[1] is NaN"));
    expect(() => batchedNms([[0, 0, 1, NaN]], [1], [0])).toThrow(new RangeError("batchedNms: boxes[0] has NaN as y2"));
  });
});
