import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Random } from "../../../src/base/random.ts";
import type { Dataset, SplitName } from "../../../src/data/dataset.ts";
import { countSplits, splitDataset } from "../../../src/data/split/splits.ts";

/** One image with one object for each entry. */
function datasetOf(splits: readonly (SplitName | undefined)[]): Dataset {
  const images = splits.map((split, i) => ({
    ...{ id: i + 1, file: `/${i}.jpg`, width: 10, height: 10, ...(split && { split }) },
    objects: [{ box: [0, 0, 5, 5] as [number, number, number, number], class: 0 }],
  }));
  return { classes: ["cat"], images };
}
const none = (count: number) => datasetOf(Array<undefined>(count).fill(undefined));
const sizes = (dataset: Dataset, fractions?: Record<SplitName, number>) => {
  const { train, val, test } = splitDataset(dataset, new Random(1), fractions).counts;
  return [train.images, val.images, test.images];
};
const splitsOf = (dataset: Dataset, seed = 1) =>
  splitDataset(dataset, new Random(seed)).dataset.images.map(({ split }) => split);

describe("images without a split", () => {
  test("go 80/10/10, and a few images still give each split one where they can", () => {
    const table = [100, 205, 10, 5, 3, 2, 1, 0].map((count) => sizes(none(count)));
    expect(table).toEqual([[80, 10, 10], [163, 21, 21], [8, 1, 1], [3, 1, 1], [1, 1, 1], [1, 1, 0], [1, 0, 0], [0, 0, 0]]); // prettier-ignore
  });

  test("go by other fractions, in any unit", () => {
    expect(sizes(none(100), { train: 7, val: 2, test: 1 })).toEqual([70, 20, 10]);
    expect(sizes(none(100), { train: 1, val: 0, test: 0 })).toEqual([100, 0, 0]);
    expect(sizes(none(100), { train: 0, val: 0, test: 1 })).toEqual([0, 0, 100]);
  });

  test("are drawn by the seed: the same gives the same, another gives another", () => {
    expect(splitsOf(none(50), 7)).toEqual(splitsOf(none(50), 7));
    expect(splitsOf(none(50), 7)).not.toEqual(splitsOf(none(50), 8));
    expect(splitsOf(none(50), 7).slice(0, 10)).toContain("train");
  });
});

describe("images with a split", () => {
  test("keep it, whatever the seed", () => {
    const given = (["train", "val", "test"] as const).flatMap((split) => Array<SplitName>(20).fill(split));
    expect(splitsOf(datasetOf(given))).toEqual(given);
    const mixed = splitsOf(datasetOf([...given, ...Array<undefined>(10).fill(undefined)]));
    expect(mixed.slice(0, 60)).toEqual(given);
    expect(mixed.slice(60).filter((split) => split === "train")).toHaveLength(8);
  });

  test("give a tenth of train to val where there is none; test is left alone", () => {
    const given = [...Array<SplitName>(160).fill("train"), ...Array<SplitName>(40).fill("test")];
    expect(sizes(datasetOf(given))).toEqual([144, 16, 40]);
    expect(splitsOf(datasetOf(given)).slice(160)).toEqual(given.slice(160));
    expect(splitsOf(datasetOf(given), 3)).toEqual(splitsOf(datasetOf(given), 3));
    expect(sizes(datasetOf(["train", "train"]))).toEqual([1, 1, 0]);
    expect(sizes(datasetOf(["train"]))).toEqual([1, 0, 0]);
    expect(sizes(datasetOf(["test", "test"]))).toEqual([0, 0, 2]);
  });
});

test("the data set that is given stays as it is", () => {
  const dataset = none(10);
  const before = structuredClone(dataset);
  splitDataset(dataset, new Random(1));
  expect(dataset).toEqual(before);
});

test("every image is in one split, and the counts are those of the images", () => {
  const anySplits = fc.array(fc.constantFrom("train", "val", "test", undefined));
  fc.assert(
    fc.property(anySplits, fc.nat(), (splits, seed) => {
      const { dataset, counts } = splitDataset(datasetOf(splits), new Random(seed));
      expect(dataset.images.every(({ split }) => split !== undefined)).toBe(true);
      expect(counts.train.images + counts.val.images + counts.test.images).toBe(splits.length);
      expect(counts).toEqual(countSplits(dataset.images));
    }),
  );
});

test("counts are of images and objects; images without a split count nowhere", () => {
  expect(countSplits(datasetOf(["train", undefined, "test", "test"]).images)).toEqual({
    train: { images: 1, objects: 1 },
    val: { images: 0, objects: 0 },
    test: { images: 2, objects: 2 },
  });
});

describe("images with labels as wholes", () => {
  /** Images with these labels, and splits if there are. */
  const labelled = (labels: readonly number[][], splits: readonly SplitName[] = []): Dataset => ({
    classes: ["a", "b", "c"],
    images: labels.map((own, i) => {
      const split = splits[i];
      return { id: i + 1, file: `/${i}.jpg`, width: 10, height: 10, objects: [], labels: own, ...(split && { split }) };
    }),
  });
  const countOf = ({ images }: Dataset, split: SplitName, label: number) =>
    images.filter((image) => image.split === split && image.labels?.includes(label)).length;
  /** 60 of a, 30 of b and 10 of c, mixed. */
  const unequal = Array.from({ length: 100 }, (_, i) => [i % 10 < 6 ? 0 : i % 10 < 9 ? 1 : 2]);

  test("give each split its share of every class, whatever the seed", () => {
    for (let seed = 1; seed <= 20; seed++) {
      const { dataset, counts } = splitDataset(labelled(unequal), new Random(seed));
      expect([counts.train.images, counts.val.images, counts.test.images]).toEqual([80, 10, 10]);
      for (const split of ["val", "test"] as const) {
        expect([0, 1, 2].map((label) => countOf(dataset, split, label))).toEqual([6, 3, 1]);
      }
    }
  });

  test("and so is the val that is taken of train", () => {
    const twice = [...unequal, ...unequal];
    const splits = twice.map((_, i): SplitName => (i < 100 ? "train" : "test"));
    for (let seed = 1; seed <= 20; seed++) {
      const { dataset } = splitDataset(labelled(twice, splits), new Random(seed));
      expect([0, 1, 2].map((label) => countOf(dataset, "val", label))).toEqual([6, 3, 1]);
      expect([0, 1, 2].map((label) => countOf(dataset, "test", label))).toEqual([60, 30, 10]);
    }
  });

  test("are drawn by the seed, and those with several labels or none are spread, too", () => {
    const several = Array.from({ length: 60 }, (_, i) => (i % 3 === 0 ? [0, 1] : i % 3 === 1 ? [2] : []));
    expect(splitsOf(labelled(several), 7)).toEqual(splitsOf(labelled(several), 7));
    expect(splitsOf(labelled(several), 7)).not.toEqual(splitsOf(labelled(several), 8));
    const { dataset } = splitDataset(labelled(several), new Random(3));
    for (const split of ["val", "test"] as const) {
      expect([0, 1, 2].map((label) => countOf(dataset, split, label))).toEqual([2, 2, 2]);
    }
  });
});

test("images with boxes alone are drawn as they always were", () => {
  const first = "val,train,train,test,train,train,train,train,train,train,train,train";
  expect(splitsOf(none(12), 5).join()).toBe(first);
  const halved = datasetOf(Array.from({ length: 24 }, (_, i) => (i < 16 ? "train" : "test")));
  expect([...splitsOf(halved, 5).entries()].filter(([, split]) => split === "val").map(([i]) => i)).toEqual([6, 14]);
});
