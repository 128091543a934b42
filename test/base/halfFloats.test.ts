import { describe, expect, it } from "vitest";
import { floatsFromBfloat16, floatsFromHalves, halvesFromFloats, LARGEST_HALF } from "../../src/base/halfFloats.ts";

const floats = (...bits: number[]): number[] => [...floatsFromHalves(Uint16Array.from(bits))];
const halves = (...values: number[]): number[] => [...halvesFromFloats(Float32Array.from(values))];

describe("half floats", () => {
  it.each([
    [0x0000, 0],
    [0x8000, -0],
    [0x3c00, 1],
    [0xc000, -2],
    [0x3555, 0.333251953125],
    [0x7bff, LARGEST_HALF],
    [0x0400, 2 ** -14],
    [0x03ff, 1023 * 2 ** -24],
    [0x0001, 2 ** -24],
    [0x7c00, Infinity],
    [0xfc00, -Infinity],
  ])("%i is %d, there and back", (bits, value) => {
    expect(floats(bits)).toEqual([value]);
    expect(halves(value)).toEqual([bits]);
  });

  it("come back from float32 as they were, all that are numbers", () => {
    const all = Uint16Array.from({ length: 65536 }, (_, bits) => bits).filter((bits) => (bits & 0x7fff) <= 0x7c00);
    expect(halvesFromFloats(floatsFromHalves(all))).toEqual(all);
    expect([floats(0x7e01), floats(...halves(NaN))]).toEqual([[NaN], [NaN]]);
  });

  it("are the nearest ones, and of two that are as near the even one", () => {
    const step = 2 ** -10; // from 1 to 2
    expect(floats(...halves(1 + step / 2, 1 + 1.5 * step, 1 + 0.51 * step, 1 + 1.49 * step))).toEqual([
      ...[1, 1 + 2 * step, 1 + step, 1 + step],
    ]);
    expect(floats(...halves(2 ** -25, 1.01 * 2 ** -25, 1.5 * 2 ** -24, 2.5 * 2 ** -24, -1e-9))).toEqual([
      ...[0, 2 ** -24, 2 ** -23, 2 ** -23, -0],
    ]);
    expect(floats(...halves(2047.9, 65519, 65520, -1e30))).toEqual([2048, 65504, Infinity, -Infinity]);
  });
});

it("bfloat16 has the upper bits of float32", () => {
  expect([...floatsFromBfloat16(Uint16Array.of(0x3f80, 0xc040, 0x7f80, 0x0001, 0x3eab))]).toEqual([
    ...[1, -3, Infinity, 2 ** -133, 0.333984375],
  ]);
});
