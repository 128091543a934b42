import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { iou, nms, softNms, type SoftNmsOptions } from "../../src/geometry/index.ts";

const boxes = [
  [0, 0, 10, 10],
  [0, 0, 10, 5], // IoU 0.5 with the first
  [20, 20, 30, 30],
];

describe("softNms", () => {
  it("lowers scores by exp(-IoU² / sigma)", () => {
    const { indices, scores } = softNms(boxes, [0.8, 0.6, 0.5], { sigma: 0.5 });
    expect([...indices]).toEqual([0, 2, 1]);
    expect(scores[2]).toBeCloseTo(0.6 * Math.exp(-0.5), 6);
    expect([...scores.slice(0, 2)]).toEqual([Math.fround(0.8), 0.5]);
  });

  it("lowers scores by 1 - IoU above the threshold, when linear", () => {
    const { indices, scores } = softNms(boxes, [0.8, 0.6, 0.5], { method: "linear", iouThreshold: 0.4 });
    expect([...indices]).toEqual([0, 2, 1]);
    expect(scores[2]).toBeCloseTo(0.3, 6);
    const untouched = softNms(boxes, [0.8, 0.6, 0.5], { method: "linear", iouThreshold: 0.5 });
    expect([...untouched.indices]).toEqual([0, 1, 2]);
  });

  it("drops boxes once their score is not above the threshold, and stops at maxDetections", () => {
    expect([...softNms(boxes, [0.8, 0.6, 0.5], { scoreThreshold: 0.4 }).indices]).toEqual([0, 2]);
    expect([...softNms(boxes, [0.8, 0.6, 0.5], { maxDetections: 1 }).indices]).toEqual([0]);
    expect([...softNms(boxes, [0.8, 0.0001, 0.5], { method: "linear" }).indices]).toEqual([0, 2]);
  });

  it("gives nothing for no boxes", () => {
    expect(softNms([], [])).toEqual({ indices: new Int32Array(0), scores: new Float32Array(0) });
  });

  it("equals the plain loop of the paper, ties to the lower index", () => {
    const whole = fc.integer({ min: 0, max: 6 });
    const row = fc.tuple(whole, whole, whole, whole, fc.integer({ min: 0, max: 4 }));
    const method = fc.constantFrom("gaussian" as const, "linear" as const);
    fc.assert(
      fc.property(fc.array(row, { maxLength: 25 }), method, (rows, method) => {
        const boxes = rows.map(([x, y, w, h]) => [x, y, x + w, y + h]);
        const scores = rows.map((row) => row[4] / 4);
        const options = { method, sigma: 0.4, iouThreshold: 0.3, scoreThreshold: 0.05 };
        const found = softNms(boxes, scores, options);
        const expected = plainSoftNms(boxes, scores, options);
        expect([...found.indices]).toEqual(expected.map(({ i }) => i));
        expect(found.scores).toEqual(Float32Array.from(expected, ({ score }) => score));
      }),
      { numRuns: 500, seed: 1 },
    );
  });

  it("lets boxes that overlap nothing keep their scores: infinite, huge and without area", () => {
    const extreme = fc.constantFrom(0, -0, 1, Infinity, -Infinity, 1e308, -1e308, 1.7e308, 5e-324, 1e-162);
    const box = fc.tuple(extreme, extreme, extreme, extreme);
    fc.assert(
      fc.property(fc.array(box, { maxLength: 8 }), fc.constantFrom(5e-324, 0.5, Infinity), (boxes, sigma) => {
        const scores = boxes.map((_, i) => 1 / (i + 1));
        const found = softNms(boxes, scores, { sigma });
        expect(found.scores.every((score) => score > 0 && score <= 1)).toBe(true);
        const alone = boxes.flatMap((one, i) =>
          boxes.every((other, j) => i === j || iou(one, other) === 0) ? [i] : [],
        );
        for (const i of alone) expect(found.scores[found.indices.indexOf(i)]).toBe(Math.fround(1 / (i + 1)));
      }),
      { numRuns: 500, seed: 1 },
    );
  });

  it("orders as nms does where nothing overlaps", () => {
    const apart = [0, 1, 2, 3, 4].map((i) => [20 * i, 0, 20 * i + 10, 10]);
    const scores = Float32Array.of(0.25, 0.75, 0.5, 0.75, 1);
    expect(softNms(apart, scores).indices).toEqual(nms(apart, scores));
  });

  it("says what is wrong", () => {
    expect(() => softNms(boxes, [1, NaN, 1])).toThrow(new RangeError("softNms: scores[1] is NaN"));
    expect(() => softNms(boxes, [1, Infinity, 1])).toThrow(new RangeError("softNms: scores[1] is Infinity"));
    expect(() => softNms([[0, 0, 1, NaN]], [1])).toThrow(new RangeError("softNms: boxes[0] has NaN as y2"));
    expect(() => softNms(boxes, [1, 1, 1], { sigma: 0 })).toThrow(
      new RangeError("softNms: sigma must be above 0, got 0"),
    );
    expect(() => softNms(boxes, [1, 1, 1], { scoreThreshold: -1 })).toThrow(
      new RangeError("softNms: scoreThreshold must be 0 or more, got -1"),
    );
    expect(() => softNms(boxes, [1, 1, 1], { method: "hard" } as unknown as SoftNmsOptions)).toThrow(
      new RangeError("softNms: method must be gaussian or linear, got hard"),
    );
  });
});

function plainSoftNms(
  boxes: number[][],
  scores: number[],
  { method, sigma, iouThreshold, scoreThreshold }: Required<Omit<SoftNmsOptions, "maxDetections">>,
): { i: number; score: number }[] {
  let waiting = scores.map((score, i) => ({ i, score })).filter(({ score }) => score > scoreThreshold);
  const taken = [];
  for (;;) {
    waiting.sort((a, b) => b.score - a.score || a.i - b.i);
    const best = waiting.shift();
    if (!best) return taken;
    taken.push(best);
    waiting = waiting.map(({ i, score }) => {
      const overlap = iou(boxes[best.i] ?? [], boxes[i] ?? []);
      if (method === "gaussian") return { i, score: score * Math.exp(-(overlap ** 2) / sigma) };
      return { i, score: overlap > iouThreshold ? score * (1 - overlap) : score };
    });
    waiting = waiting.filter(({ score }) => score > scoreThreshold);
  }
}
