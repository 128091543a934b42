import { describe, expect, it } from "vitest";
import { Random } from "../../src/base/random.ts";
import { ridge } from "../../weights/ridge.ts";

/** Points around a middle for each class, three coordinates that say something and two that do not. */
function points(count: number, seed: number, labelled: (label: number, random: Random) => number) {
  const random = new Random(seed);
  const drawn = Array.from({ length: count }, (_, i) => {
    const label = i % 3;
    const row = Float64Array.from({ length: 5 }, (_, j) => random.normal(j === label ? 4 : 0, j > 2 ? 30 : 1));
    return { row, label: labelled(label, random) };
  });
  return { features: drawn.map(({ row }) => row), labels: drawn.map(({ label }) => label) };
}

describe("ridge", () => {
  const parts = (labelled: (label: number, random: Random) => number) =>
    [points(300, 1, labelled), points(100, 2, labelled), points(300, 3, labelled)] as const;

  it("tells classes that lie apart", () => {
    expect(ridge(...parts((label) => label), 3)).toBeGreaterThan(0.95);
  });

  it("tells no more than chance where labels say nothing", () => {
    const share = ridge(...parts((_, random) => random.int(3)), 3);
    expect(share).toBeGreaterThan(0.25);
    expect(share).toBeLessThan(0.42);
  });
});
