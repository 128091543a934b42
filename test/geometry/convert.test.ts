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

  it("gives no NaN for any numbers: what cannot be said is refused", () => {
    const number = fc.constantFrom(0, -0, 1, Infinity, -Infinity, 1e308, -1e308, 1.7e308, 5e-324, -5e-324);
    fc.assert(
      fc.property(
        fc.tuple(number, number, number, number),
        fc.constantFrom(...FORMATS),
        fc.constantFrom(...FORMATS),
        (box, from, to) => {
          const converted = (): Float32Array => convert([box], from, to);
          if (from === to || box.every(Number.isFinite)) expect(converted().some(Number.isNaN)).toBe(false);
          else {
            try {
              expect(converted().some(Number.isNaN)).toBe(false);
            } catch (error) {
              expect(String(error)).toMatch(
                /^RangeError: convert: boxes\[0\], \[.*Infinity.*\] as \w+, cannot be said as \w+$/,
              );
            }
          }
        },
      ),
      { numRuns: 1000, seed: 3 },
    );
    expect(() =>
      convert(
        [
          [0, 0, 1, 1],
          [-Infinity, 0, Infinity, 1],
        ],
        "xyxy",
        "cxcywh",
      ),
    ).toThrow(new RangeError("convert: boxes[1], [-Infinity, 0, Infinity, 1] as xyxy, cannot be said as cxcywh"));
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
