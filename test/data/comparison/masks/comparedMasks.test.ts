import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import sharp from "sharp";
import { afterAll, describe, expect, test } from "vitest";
import { compareMaskFolders, readPredictedMasks } from "../../../../src/data/comparison/masks/comparedMasks.ts";
import type { MaskOptions } from "../../../../src/data/comparison/masks/maskMeanings.ts";
import { maskFilesIn } from "../../../../src/data/comparison/masks/pairByName.ts";
import type { LabelMap } from "../../../../src/geometry/masks/labelMap.ts";

const root = mkdtempSync(join(tmpdir(), "anchorkit-masks-"));
let folders = 0;
afterAll(() => {
  rmSync(root, { recursive: true });
});

/** Rows of grey values by file name, or the text of another file; a colour for each number where `colours` says them. */
async function folderOf(
  files: Record<string, readonly (readonly number[])[] | string>,
  colours?: Record<number, readonly [number, number, number]>,
): Promise<string> {
  const folder = join(root, String(folders++));
  for (const [name, content] of Object.entries(files)) {
    const file = join(folder, name);
    mkdirSync(dirname(file), { recursive: true });
    if (typeof content === "string") writeFileSync(file, content);
    else {
      const raw = { width: content[0]?.length ?? 0, height: content.length, channels: colours ? 3 : 1 } as const;
      const values = content.flat().flatMap((value) => (colours ? [...(colours[value] ?? [0, 0, 0])] : [value]));
      const image = sharp(Uint8Array.from(values), { raw });
      await (colours ? image : image.toColourspace("b-w")).png().toFile(file);
    }
  }
  return folder;
}

async function compare(truth: string, predictions: string, options: MaskOptions = {}) {
  const { classes, pairs } = await compareMaskFolders(
    await maskFilesIn(truth),
    await maskFilesIn(predictions),
    options,
  );
  const rows = ({ width, data }: LabelMap): number[][] =>
    Array.from({ length: data.length / width }, (_, y) => [...data.subarray(y * width, (y + 1) * width)]);
  return { classes, pairs: pairs.map(({ truth: t, prediction: p }) => [rows(t()), rows(p())]) };
}

test("numbers are classes, called by a list beside the masks of either side", async () => {
  const truth = await folderOf({ "a.png": [[0, 1, 2, 255]] });
  const list = "Pixel Value,Class\n0,background\n1,cat\n2,dog\n";
  const predictions = await folderOf({ "a.png": [[0, 1, 1, 2]], "_classes.csv": list });
  expect(await compare(truth, predictions)).toEqual({
    classes: ["cat", "dog"],
    pairs: [[[[0, 1, 2, 255]], [[0, 1, 1, 2]]]],
  });
  expect((await compare(truth, predictions, { classes: ["fox", "owl"] })).classes).toEqual(["fox", "owl"]);
});

test("two lists are matched by the names", async () => {
  const truth = await folderOf({ "a.png": [[1, 2]], "_classes.csv": "Pixel Value,Class\n1,cat\n2,dog\n" });
  const predictions = await folderOf({ "a.png": [[5, 3]], "_classes.csv": "Pixel Value,Class\n5,cat\n3,dog\n" });
  expect((await compare(truth, predictions)).pairs).toEqual([[[[1, 2]], [[1, 2]]]]);
});

test("one class may be white in one folder and 1 in the other", async () => {
  const truth = await folderOf({ "a.png": [[0, 255]], "b.png": [[0, 0]] });
  const predictions = await folderOf({ "a_mask.png": [[1, 1]], "B.png": [[0, 1]] });
  expect(await compare(truth, predictions)).toEqual({
    classes: ["object"],
    pairs: [
      [[[0, 1]], [[1, 1]]],
      [[[0, 0]], [[0, 1]]],
    ],
  });
});

test("colours are classes by the list, and those of a palette as well", async () => {
  const colours = { 1: [200, 0, 0], 2: [0, 200, 0] } as const;
  const truth = await folderOf({ "a.png": [[0, 1, 2]], "labelmap.txt": "cat:200,0,0::\ndog:0,200,0::\n" }, colours);
  const palette = await folderOf({});
  mkdirSync(palette);
  const raw = { width: 3, height: 1, channels: 3 } as const;
  await sharp(Uint8Array.from([0, 200, 0, 0, 200, 0, 200, 0, 0]), { raw })
    .png({ palette: true })
    .toFile(join(palette, "a.png"));
  expect(await compare(truth, palette)).toEqual({ classes: ["cat", "dog"], pairs: [[[[0, 1, 2]], [[2, 2, 1]]]] });
});

test("the value that does not count can be another", async () => {
  const truth = await folderOf({ "a.png": [[0, 1, 2]] });
  const predictions = await folderOf({ "a.png": [[1, 1, 2]] });
  const { classes, pairs } = await compare(truth, predictions, { ignoreLabel: 0 });
  expect(classes).toEqual(["class 1", "class 2"]);
  expect(pairs[0]).toEqual([[[255, 1, 2]], [[1, 1, 2]]]);
});

test("masks in folders are paired with those in folders of the same names", async () => {
  const truth = await folderOf({ "train/a.png": [[1, 0]], "val/a.png": [[0, 1]] });
  const predictions = await folderOf({ "val/a.png": [[0, 1]], "train/a.png": [[1, 0]], "notes.md": "x" });
  expect((await compare(truth, predictions)).pairs).toEqual([
    [[[1, 0]], [[1, 0]]],
    [[[0, 1]], [[0, 1]]],
  ]);
});

describe("is refused in one line", () => {
  const one = [[0, 1]];
  test.each([
    [
      "a mask that is missing",
      { "a.png": one, "b.png": one, "c.png": one },
      { "a.png": one },
      /: has no mask of \S+b\.png, and none of 1 other image; predict all/,
    ],
    [
      "a mask of no image",
      { "a.png": one },
      { "a.png": one, "x.png": one, "y.png": one },
      /x\.png: is a mask of no image of the labels \(and 1 more mask\); take it out/,
    ],
    [
      "a size that differs",
      { "a.png": one },
      {
        "a.png": [
          [0, 1],
          [0, 1],
        ],
      },
      /a\.png: has 2 x 2 pixels, its labels in \S+a\.png 2 x 1; resize it to these/,
    ],
    [
      "two masks of an image",
      { "a.png": one },
      { "a.png": one, "x/a.png": one },
      /a\.png: belongs to \S+a\.png, as \S+a\.png does; keep one/,
    ],
    ["no class at all", { "a.png": [[0, 0]] }, { "a.png": [[0, 0]] }, /: no mask has a pixel of a class/],
    [
      "more values than the one class of the labels",
      { "a.png": [[0, 255]] },
      { "a.png": [[3, 7]] },
      /a\.png: the labels have one class, and the predictions class 3, class 7; write/,
    ],
    ["no masks", { "a.png": one }, { "a.txt": "x" }, /: holds no masks; save them as PNG/],
  ])("%s", async (_, truth, predictions, words) => {
    await expect(compare(await folderOf(truth), await folderOf(predictions))).rejects.toThrow(words);
  });

  test("a value that the list of classes lacks", async () => {
    const truth = await folderOf({ "a.png": [[0, 1, 2]] });
    const predictions = await folderOf({ "a.png": [[0, 1, 7]] });
    await expect(compare(truth, predictions, { classes: ["cat", "dog"] })).rejects.toThrow(
      /a\.png: holds the value 7, which is no class; the list of classes has 1 cat, 2 dog$/,
    );
    await expect(compare(truth, predictions, { classes: ["background", "cat"] })).rejects.toThrow(
      /a\.png: holds the value 2, which is no class; the list of classes has 0 background, 1 cat$/,
    );
  });
});

describe("masks that were predicted for labelled images", () => {
  const images = [{ file: "/photos/one.jpg", width: 2, height: 1 }];
  const read = async (values: number[], classes: string[], options: MaskOptions = {}) => {
    const folder = await folderOf({ "one.png": [values] });
    const { maps } = await readPredictedMasks(images, classes, await maskFilesIn(folder), options);
    return maps.map((map) => [...map().data]);
  };

  test("have the numbers of the classes, and white may stand for the only one", async () => {
    expect(await read([2, 0], ["cat", "dog"])).toEqual([[2, 0]]);
    expect(await read([255, 0], ["cell"])).toEqual([[1, 0]]);
    expect(await read([1, 2], ["cat", "dog"], { classes: ["dog", "cat"] })).toEqual([[2, 1]]);
  });

  test("numbers and names beyond the classes are refused", async () => {
    await expect(read([1, 3], ["cat", "dog"])).rejects.toThrow(
      "holds the value 3, which is no class; the labels have 1 cat, 2 dog",
    );
    await expect(read([1, 2], ["cat"], { classes: ["cat", "fox"] })).rejects.toThrow(
      "holds the value 2, which is no class",
    );
  });

  test("of a part of the images, the masks of the others are no mistake", async () => {
    const folder = await folderOf({ "one.png": [[1, 0]], "two.png": [[0, 0]] });
    const all = [...images, { file: "/photos/two.jpg" }];
    const masks = await maskFilesIn(folder);
    expect((await readPredictedMasks(images, ["cat"], masks, {}, all)).maps).toHaveLength(1);
    await expect(readPredictedMasks(images, ["cat"], masks)).rejects.toThrow("two.png: is a mask of no image");
  });
});
