import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Random } from "../../../src/base/random.ts";
import type { Dataset, ImageRecord } from "../../../src/data/dataset.ts";
import { groupImages } from "../../../src/data/split/imageGroups.ts";
import { stratifiedSplit } from "../../../src/data/split/stratifiedSplit.ts";

const TENTHS = { train: 0.8, val: 0.1, test: 0.1 };

function image(id: number, file: string, classes: number[], fields?: ImageRecord["fields"]): ImageRecord {
  const objects = classes.map((k): ImageRecord["objects"][number] => ({ box: [0, 0, 10, 10], class: k }));
  return { id, file: `/photos/${file}`, width: 100, height: 80, objects, ...(fields && { fields }) };
}

describe("groupImages", () => {
  const images = [
    image(1, "anna_1.jpg", [0], { camera: "left" }),
    image(2, "anna_2.jpg", [0], { camera: "right" }),
    image(3, "bert_1.jpg", [1], { camera: "left" }),
    image(4, "readme.jpg", [1]),
  ];

  it.each([
    ["camera", [[0, 2], [1], [3]]],
    ["^([a-z]+)_", [[0, 1], [2], [3]]],
    ["_1", [[0, 2], [1], [3]]],
  ])("keeps together by %s", (group, expected) => {
    expect(groupImages(images, { group })).toEqual(expected);
  });

  it("looks at the path where the pattern has a slash", () => {
    const inFolders = [image(1, "a/1.jpg", []), image(2, "b/1.jpg", []), image(3, "a/2.jpg", [])];
    expect(groupImages(inFolders, { group: "^(\\w+)/" })).toEqual([[0, 2], [1]]);
    expect(groupImages(inFolders, { group: "^(\\w+)\\." })).toEqual([[0, 1], [2]]);
  });

  it("joins groups that near-duplicates link", () => {
    const hashes = ["0000000000000000", "ffffffffffffffff", "0f0f0f0f0f0f0f0f", "ffffffffffffff0f"];
    expect(groupImages(images, { hashes })).toEqual([[0], [1, 3], [2]]);
    expect(groupImages(images, { group: "^([a-z]+)_", hashes })).toEqual([[0, 1, 3], [2]]);
    expect(groupImages(images, { hashes, pairs: [{ a: 0, b: 2 }, { a: 2, b: 3 }] })).toEqual([[0, 1, 2, 3]]); // prettier-ignore
  });

  it("says what a group could be that is neither field nor found in a name", () => {
    expect(() => groupImages(images, { group: "camara" })).toThrow(
      'group "camara": is no field of the images (the fields are camera) and matches no name (anna_1.jpg)',
    );
    expect(() => groupImages(images, { group: "(" })).toThrow(
      'group "(": is neither a field nor a regular expression (Unterminated group)',
    );
  });
});

describe("stratifiedSplit", () => {
  it("draws anew, leaves the data set as it was, and counts classes and splits", () => {
    const images = Array.from({ length: 20 }, (_, i): ImageRecord => {
      return { ...image(i + 1, `${i}.jpg`, i < 10 ? [0, 0] : i < 18 ? [1] : []), split: "test" };
    });
    const dataset: Dataset = { classes: ["cat", "dog", "cow"], images };
    const before = structuredClone(dataset);
    const result = stratifiedSplit(dataset, new Random(1), { fractions: TENTHS });
    expect(dataset).toEqual(before);
    expect(result.counts.train.images).toBe(16);
    expect(result.classes[0]).toEqual({
      name: "cat",
      images: { train: 8, val: 1, test: 1 },
      objects: { train: 16, val: 2, test: 2 },
    });
    expect(result.background.train + result.background.val + result.background.test).toBe(2);
    expect(result.warnings).toEqual(['no image has "cow"']);
  });

  it("names classes that a split lacks, and groups that are too large for one", () => {
    const images = Array.from({ length: 20 }, (_, i) => image(i + 1, `${i < 12 ? "a" : i}_.jpg`, i === 19 ? [1] : [0]));
    const dataset: Dataset = { classes: ["cat", "dog"], images };
    const { warnings, groups } = stratifiedSplit(dataset, new Random(1), { fractions: TENTHS, group: "^(\\w+)_" });
    expect(groups).toEqual({ count: 1, images: 12 });
    const large = "(2 images): 12 images that belong together, such as /photos/a_.jpg";
    expect(warnings.slice(0, 2)).toEqual([
      `a group is larger than val is to be ${large}`,
      `a group is larger than test is to be ${large}`,
    ]);
    expect(warnings.slice(2)).toEqual([
      expect.stringMatching(/^(train|val) has no "dog" \(in 1 image\)$/),
      expect.stringMatching(/^(val|test) has no "dog" \(in 1 image\)$/),
    ]);
  });

  const images = fc.array(
    fc.record({ group: fc.integer({ min: 0, max: 20 }), classes: fc.array(fc.integer({ min: 0, max: 4 })) }),
    { minLength: 1, maxLength: 80 },
  );

  it("puts every image into exactly one split, and never tears a group", () => {
    fc.assert(
      fc.property(images, fc.boolean(), fc.integer(), (list, grouped, seed) => {
        const records = list.map(({ group, classes }, i) => image(i + 1, `${group}_${i}.jpg`, classes));
        const dataset: Dataset = { classes: ["a", "b", "c", "d", "e"], images: records };
        const options = { fractions: TENTHS, ...(grouped && { group: "^(\\d+)_" }) };
        const result = stratifiedSplit(dataset, new Random(seed), options);
        expect(result.dataset.images.map(({ split: _, ...record }) => record)).toEqual(records);
        const { train, val, test } = result.counts;
        expect(train.images + val.images + test.images).toBe(records.length);
        if (!grouped) {
          for (const { images: count } of [val, test]) expect(Math.abs(count - records.length / 10)).toBeLessThan(1);
          return;
        }
        const splitOf = new Map<number, string>();
        for (const [i, { group }] of list.entries()) {
          const split = result.dataset.images[i]?.split ?? "none";
          expect(splitOf.get(group) ?? split).toBe(split);
          splitOf.set(group, split);
        }
      }),
    );
  });
});
