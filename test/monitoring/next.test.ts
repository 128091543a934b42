import { describe, expect, it } from "vitest";
import { Random } from "../../src/base/random.ts";
import { chooseNext } from "../../src/monitoring/next/chooseNext.ts";
import type { Profile } from "../../src/monitoring/profile.ts";
import { drawProfiles } from "./profiles.ts";

const at = (x: number, y: number, uncertainty: number): Profile => ({
  ...(drawProfiles(1, new Random(1))[0] as Profile),
  ...{ embedding: Float32Array.from([x, y]), uncertainty },
});
const grid = Array.from({ length: 16 }, (_, i) => at(i % 4, Math.floor(i / 4), 0));

describe("chooseNext", () => {
  it("takes uncertain images and unlike ones, not those that are neither", () => {
    const usual = Array.from({ length: 20 }, (_, i) => at(1 + i / 20, 2, 1));
    const chosen = chooseNext([...usual, at(1.5, 1.5, 9), at(40, 2, 0.5)], grid, 2);
    expect(chosen.map(({ index }) => index).sort()).toEqual([20, 21]);
    const unlike = chosen.find(({ index }) => index === 21);
    expect(unlike?.unlikeness).toBeCloseTo(Math.hypot(37, 0), 4); // in steps of the grid, which is as wide as high
    expect(unlike?.why).toBe("unlike the reference: 37.00 times its usual distance");
    expect(chosen.find(({ index }) => index === 20)?.why).toBe("uncertain: 9.00 bits");
  });

  it("spreads over what is worth it, in place of taking copies", () => {
    const copies = Array.from({ length: 6 }, (_, i) => at(30 + i / 100, 0, 5));
    const chosen = chooseNext([...copies, at(0, 30, 4), at(-30, 0, 4), at(0, -30, 4)], grid, 4);
    expect(
      chosen
        .map(({ index }) => index)
        .filter((i) => i > 5)
        .sort(),
    ).toEqual([6, 7, 8]);
  });

  it("passes by what the model was trained on, and gives no more than there is", () => {
    const known = { ...at(50, 50, 99), trained: true };
    expect(chooseNext([known, at(1, 1, 1)], grid, 5).map(({ index }) => index)).toEqual([1]);
    expect(chooseNext([], grid, 3)).toEqual([]);
  });

  it("goes by uncertainty alone where there are no embeddings", () => {
    const without = [1, 5, 3].map((uncertainty) => {
      const { embedding: _, ...one } = at(0, 0, uncertainty);
      return one;
    });
    const chosen = chooseNext(without, [], 2);
    expect(chosen.map(({ index }) => index)).toEqual([1, 2]);
    expect(chosen[0]?.unlikeness).toBeNaN();
  });
});
