import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { convert, type BoxFormat } from "../../src/geometry/index.ts";

const FORMATS: BoxFormat[] = ["xyxy", "xywh", "cxcywh"];

describe("convert", () => {
  it("describes one box in every format", () => {
    const same: Record<BoxFormat, number[]> = { xyxy: [10, 20, 14, 26], xywh: [10, 20, 4, 6], cxcywh: [12, 23, 4, 6] };
    for (const from of FORMATS) {
      for (const to of FORMATS) expect([...convert([same[from]], from, to)], `${from} to ${to}`).toEqual(same[to]);
    }
  });

  it("goes there and back without change", () => {
    const whole = fc.integer({ min: -1000, max: 1000 });
    fc.assert(
      fc.property(
        fc.array(fc.tuple(whole, whole, whole, whole)),
        fc.constantFrom(...FORMATS),
        fc.constantFrom(...FORMATS),
        (boxes, from, to) => {
          const there = convert(boxes, from, to);
          expect(convert(there, to, from)).toEqual(Float32Array.from(boxes.flat()));
        },
      ),
      { numRuns: 200, seed: 1 },
    );
  });

  it("returns a new array even when there is nothing to convert", () => {
    const boxes = Float32Array.of(1, 2, 3, 4);
    convert(boxes, "xyxy", "xyxy")[0] = 9;
    expect(boxes[0]).toBe(1);
  });

  it("names the field of a NaN and the formats it knows", () => {
    expect(() => convert([[1, 2, 3, NaN]], "cxcywh", "xyxy")).toThrow(
      new RangeError("convert: boxes[0] has NaN as height"),
    );
    expect(() => convert([], "yxyx" as BoxFormat, "xyxy")).toThrow(
      new RangeError('convert: the formats are xyxy, xywh, cxcywh, got "yxyx"'),
    );
  });
});
