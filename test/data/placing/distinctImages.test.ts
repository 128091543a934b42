import { expect, test } from "vitest";
import { distinctImages } from "../../../src/data/placing/distinctImages.ts";
import type { FoundImage } from "../../../src/data/placing/found.ts";
import { Warnings } from "../../../src/data/warnings.ts";

const image = (id: number, file: string, more: Partial<FoundImage> = {}): FoundImage => {
  return { id, file, where: `labels.json: images[${id}]`, objects: [], ...more };
};

test("images of one record each stay as they are", () => {
  const images = [image(0, "/a/x.jpg"), image(1, "/b/x.jpg"), image(2, "/a/y.jpg")];
  expect(distinctImages(images, new Warnings())).toEqual(images);
});

test("of an image that two records are of, both are named, and the splits where they differ", () => {
  const twice = (one: Partial<FoundImage>, other: Partial<FoundImage>) => () =>
    distinctImages([image(0, "/a/x.jpg", one), image(1, "/a/b/../x.jpg", other)], new Warnings());
  expect(twice({}, {})).toThrow(
    /^labels\.json: images\[1\]: is \/a\/x\.jpg, as labels\.json: images\[0\] is; keep one of them$/,
  );
  expect(twice({ split: "train" }, { split: "val" })).toThrow(
    /images\[1\]: is \/a\/x\.jpg \(in val\), as labels\.json: images\[0\] is \(in train\); keep one of them$/,
  );
  expect(twice({ split: "train" }, {})).toThrow(/x\.jpg \(in no split\), as .* is \(in train\); keep/);
});

test("an observer is told of each, and the first one stays", () => {
  const told: unknown[] = [];
  const warnings = new Warnings({
    found: (what, where) => told.push([what, where]),
    placed: () => undefined,
    corners: () => undefined,
  });
  const images = [image(0, "/x.jpg"), image(1, "/x.jpg"), image(2, "/x.jpg"), image(3, "/y.jpg")];
  expect(distinctImages(images, warnings).map(({ id }) => id)).toEqual([0, 3]);
  expect(told).toEqual([
    ["two-label-files", "labels.json: images[1]"],
    ["two-label-files", "labels.json: images[2]"],
  ]);
});
