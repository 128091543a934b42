import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import type { Dataset, SplitName } from "../../../src/data/dataset.ts";
import { applySavedSplits, saveSplits } from "../../../src/data/split/manifest.ts";

const folder = mkdtempSync(join(tmpdir(), "anchorkit-splits-"));
const file = join(folder, "splits.json");
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function datasetOf(root: string, splits: Record<string, SplitName | undefined>): Dataset {
  const images = Object.entries(splits).map(([name, split], i) => ({
    ...{ id: i, file: join(root, name), width: 1, height: 1, objects: [] },
    ...(split && { split }),
  }));
  return { classes: ["cat"], images };
}

const splitsOf = (dataset: Dataset): (string | undefined)[] => dataset.images.map(({ split }) => split);

test("images get their splits back, also when the data set has moved", async () => {
  await saveSplits(file, datasetOf("/before", { "a.jpg": "train", "deep/b.jpg": "val", "c.jpg": "test" }), "/before");
  const moved = datasetOf("/after", { "c.jpg": undefined, "a.jpg": undefined, "deep/b.jpg": undefined });
  expect(splitsOf(await applySavedSplits(file, moved, "/after"))).toEqual(["test", "train", "val"]);
});

test("what was not there at training is test, and what has a split keeps it", async () => {
  await saveSplits(file, datasetOf("/d", { "a.jpg": "train" }), "/d");
  const now = datasetOf("/d", { "a.jpg": "val", "new.jpg": undefined });
  expect(splitsOf(await applySavedSplits(file, now, "/d"))).toEqual(["val", "test"]);
});

test("val stays what was drawn from the images that the data set has in train", async () => {
  await saveSplits(file, datasetOf("/d", { "a.jpg": "train", "b.jpg": "val", "c.jpg": "test" }), "/d");
  const now = datasetOf("/d", { "a.jpg": "train", "b.jpg": "train", "c.jpg": "test" });
  expect(splitsOf(await applySavedSplits(file, now, "/d"))).toEqual(["train", "val", "test"]);
});

test("a file of another kind is refused by name", async () => {
  writeFileSync(file, '{ "train": [] }');
  await expect(applySavedSplits(file, datasetOf("/d", {}), "/d")).rejects.toThrow(/splits.json: is not a list of/);
});
