import { join } from "node:path";
import { expect, test } from "vitest";
import { listFiles } from "../../../src/data/files.ts";
import { readSplitLists, splitNamed, splitOfPath } from "../../../src/data/split/splitLists.ts";
import { Warnings } from "../../../src/data/warnings.ts";
import { folderOf } from "../helpers.ts";

/** The split of every image of a folder, by its path in there; and the warnings. */
async function splitsOf(contents: Record<string, string>) {
  const folder = await folderOf(contents);
  const files = await listFiles(folder);
  const images = files.filter((file) => file.endsWith(".jpg"));
  const warnings = new Warnings();
  const splitOf = await readSplitLists(folder, files, images, warnings);
  return {
    splits: images.map((file) => [file.slice(folder.length + 1), splitOf(file)]),
    warnings: warnings.lines().map((line) => line.replaceAll(folder, ".")),
  };
}

test("names of splits are known in the forms that are usual", () => {
  const known = {
    train: ["train", "Training", "train2017", "train_set", "TrainSet", " train "],
    val: ["val", "valid", "VALIDATION", "dev", "Development", "val2014", "validation-set"],
    test: ["test", "testing", "test set", "Test_2007"],
    none: ["trainval", "trains", "device", "contest", "test-dev2017", "validated", "constructor", ""],
  };
  for (const [split, names] of Object.entries(known)) {
    expect(names.map((name) => splitNamed(name) ?? "none")).toEqual(names.map(() => split));
  }
});

test("the innermost folder that names a split counts; the file's own name does not", () => {
  expect(splitOfPath(join("test", "images", "train", "1.jpg"))).toBe("train");
  expect(splitOfPath(join("valid", "images", "test.jpg"))).toBe("val");
  expect(splitOfPath("train.jpg")).toBeUndefined();
});

test("VOC's lists divide the images below the folder they belong to", async () => {
  const { splits, warnings } = await splitsOf({
    "VOC2007/ImageSets/Main/trainval.txt": "1\n2.jpg\n\n",
    "VOC2007/ImageSets/Main/test.txt": "3\n3\n9\n",
    "VOC2007/ImageSets/Layout/val.txt": "4\n",
    ...Object.fromEntries([1, 2, 3, 4].map((i) => [`VOC2007/JPEGImages/${i}.jpg`, ""])),
    "VOC2012/JPEGImages/1.jpg": "",
  });
  expect(splits).toEqual([
    ["VOC2007/JPEGImages/1.jpg", "train"],
    ["VOC2007/JPEGImages/2.jpg", "train"],
    ["VOC2007/JPEGImages/3.jpg", "test"],
    ["VOC2007/JPEGImages/4.jpg", undefined],
    ["VOC2012/JPEGImages/1.jpg", undefined],
  ]);
  expect(warnings).toEqual(['names in split lists without an image: 1 ("9" in ./VOC2007/ImageSets/Main/test.txt)']);
});

test("lists may have marks, line ends of Windows, a byte order mark, folders and backslashes; a name may end in 1", async () => {
  const { splits, warnings } = await splitsOf({
    "ImageSets/Main/train.txt": "\ufeffa  1\r\nJPEGImages\\b.jpg -1\r\n\r\nc 1\r\n",
    "ImageSets/Main/VAL.TXT": "JPEGImages/d.jpg\n./JPEGImages/d\ngone  0\n",
    "ImageSets/Main/test.txt": "",
    ...Object.fromEntries(["a", "b", "c", "c 1", "d"].map((name) => [`JPEGImages/${name}.jpg`, ""])),
  });
  expect(splits.map(([file, split]) => `${String(file).slice(11)} ${split ?? "-"}`)).toEqual([
    ...["a.jpg train", "b.jpg train", "c 1.jpg train", "c.jpg -", "d.jpg val"],
  ]);
  expect(warnings).toEqual(['names in split lists without an image: 1 ("gone  0" in ./ImageSets/Main/VAL.TXT)']);
});

test("an image in two lists is refused, with both", async () => {
  const files = { "ImageSets/Main/train.txt": "a\n", "ImageSets/Main/val.txt": "a.jpg\n", "JPEGImages/a.jpg": "" };
  await expect(splitsOf(files)).rejects.toThrow(
    /a\.jpg: stands in \S+train\.txt and \S+val\.txt; an image belongs to one split$/,
  );
});

test("a CSV without a filename column, or not named for a split, is no list", async () => {
  const { splits, warnings } = await splitsOf({
    "train.csv": "a,b\n1.jpg,2\n",
    "raccoon_labels.csv": "filename\n1.jpg\n",
    "1.jpg": "",
  });
  expect({ splits, warnings }).toEqual({ splits: [["1.jpg", undefined]], warnings: [] });
});
