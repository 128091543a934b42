import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Random } from "../../../src/base/random.ts";
import {
  type ImageGroup,
  iterativeStratification,
  SPLIT_NAMES,
} from "../../../src/data/split/iterativeStratification.ts";
import { targetCounts } from "../../../src/data/split/targetCounts.ts";

const TENTHS = { train: 0.8, val: 0.1, test: 0.1 };

/** Groups of one image with these labels. */
function single(...labels: number[]): ImageGroup {
  return { size: 1, labels: new Map(labels.map((label) => [label, 1])) };
}

function imagesIn(groups: readonly ImageGroup[], splits: readonly string[], split: string): number {
  return groups.reduce((sum, { size }, i) => sum + (splits[i] === split ? size : 0), 0);
}

describe("iterativeStratification", () => {
  it("gives each split its share of every class, exactly where that is possible", () => {
    const groups = [50, 30, 20].flatMap((count, label) => Array.from({ length: count }, () => single(label)));
    const splits = iterativeStratification(groups, { train: 80, val: 10, test: 10 }, new Random(1));
    const count = (label: number, split: string): number =>
      groups.filter(({ labels }, i) => labels.has(label) && splits[i] === split).length;
    expect([0, 1, 2].map((label) => SPLIT_NAMES.map((split) => count(label, split)))).toEqual([
      [40, 5, 5],
      [24, 3, 3],
      [16, 2, 2],
    ]);
  });

  it("spreads a rare class over the splits although nearly all its images have a common one, too", () => {
    // 10 of 100 images have the rare class: a random split leaves val or test without one in two of three draws.
    const groups = Array.from({ length: 100 }, (_, i) => (i < 10 ? single(0, 1) : single(0)));
    for (let seed = 0; seed < 20; seed++) {
      const splits = iterativeStratification(groups, { train: 80, val: 10, test: 10 }, new Random(seed));
      const rare = SPLIT_NAMES.map((split) => splits.slice(0, 10).filter((one) => one === split).length);
      expect(rare).toEqual([8, 1, 1]);
    }
  });

  it("puts a group that fits nowhere where most room is", () => {
    const large: ImageGroup = { size: 15, labels: new Map() };
    const groups = [large, ...Array.from({ length: 5 }, () => single())];
    const splits = iterativeStratification(groups, { train: 10, val: 5, test: 5 }, new Random(3));
    expect(splits[0]).toBe("train");
    expect(splits.slice(1)).not.toContain("train");
  });

  it("is the same for the same seed, and another for another", () => {
    const groups = Array.from({ length: 60 }, (_, i) => single(i % 3, 3 + (i % 4)));
    const draw = (seed: number) => iterativeStratification(groups, { train: 40, val: 10, test: 10 }, new Random(seed));
    expect(draw(1)).toEqual(draw(1));
    expect(draw(1)).not.toEqual(draw(2));
  });

  const groupOf = fc
    .record({ size: fc.integer({ min: 1, max: 12 }), labels: fc.uniqueArray(fc.integer({ min: 0, max: 6 })) })
    .map(({ size, labels }): ImageGroup => ({ size, labels: new Map(labels.map((label) => [label, size])) }));
  const fractions = fc
    .tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 0, max: 4 }), fc.integer({ min: 0, max: 4 }))
    .map(([train, val, test]) => ({ train, val, test }));

  it("meets the targets exactly with single images, and never by more than a group with groups", () => {
    fc.assert(
      fc.property(fc.array(groupOf, { maxLength: 60 }), fractions, fc.integer(), (groups, shares, seed) => {
        const images = groups.reduce((sum, { size }) => sum + size, 0);
        const largest = Math.max(1, ...groups.map(({ size }) => size));
        const targets = targetCounts(images, shares);
        const splits = iterativeStratification(groups, targets, new Random(seed));
        expect(splits).toHaveLength(groups.length);
        for (const split of SPLIT_NAMES) {
          const over = imagesIn(groups, splits, split) - targets[split];
          expect(over).toBeLessThan(largest);
          expect(over).toBeGreaterThan(-2 * largest);
          if (shares[split] === 0) expect(splits).not.toContain(split);
        }
      }),
    );
  });
});

describe("targetCounts", () => {
  it.each([
    [10, TENTHS, [8, 1, 1]],
    [30, { train: 0.7, val: 0.2, test: 0.1 }, [21, 6, 3]],
    [364, TENTHS, [291, 37, 36]],
    [3, TENTHS, [1, 1, 1]],
    [2, TENTHS, [1, 1, 0]],
    [0, TENTHS, [0, 0, 0]],
    [7, { train: 8, val: 0, test: 2 }, [6, 0, 1]],
  ])("divides %i by %j into %j", (count, shares, expected) => {
    const targets = targetCounts(count, shares);
    expect(SPLIT_NAMES.map((split) => targets[split])).toEqual(expected);
  });
});
