import { basename, join, relative } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { AnchorkitError } from "../../../../src/base/errors.ts";
import type { Dataset } from "../../../../src/data/dataset.ts";
import { exportLabels } from "../../../../src/data/exportLabels.ts";
import { listFiles } from "../../../../src/data/files.ts";
import { importLabels } from "../../../../src/data/importLabels.ts";
import { readDataset } from "../../../../src/data/readDataset.ts";
import { tidyClassName } from "../../../../src/data/placing/classNames.ts";
import { folderOf, jpeg, labelImgXml } from "../../helpers.ts";

const image = await jpeg(100, 80);

/** What is read of a folder with images of these names. */
async function summary(names: readonly string[], path = "", from?: "folders") {
  const folder = await folderOf(Object.fromEntries(names.map((name) => [name, image])));
  const { dataset, warnings, format } = await readDataset(join(folder, path), from && { from });
  const images = dataset.images.map(({ file, split, labels = [], objects }) => {
    expect(objects).toEqual([]);
    return [basename(file), split, ...labels.map((label) => dataset.classes[label])];
  });
  return { format, classes: dataset.classes, images, warnings: warnings.map((line) => line.replaceAll(folder, ".")) };
}

test("each folder of images is a class, numbered by name; what lies deeper belongs to it", async () => {
  const { format, classes, images, warnings } = await summary([
    "кот 🐈/b.jpg",
    "dog/old/c d.jpg",
    "dog/a.jpg",
    "x.jpg",
  ]);
  expect(format).toBe("folders");
  expect(classes).toEqual(["dog", "кот 🐈"]);
  expect(images).toEqual([
    ["a.jpg", undefined, "dog"],
    ["c d.jpg", undefined, "dog"],
    ["b.jpg", undefined, "кот 🐈"],
  ]);
  expect(warnings).toEqual(["images outside the folders of classes, left out: 1 (./x.jpg)"]);
});

test("folders called train, val and test are splits, folders around them all do not matter", async () => {
  const { images } = await summary([
    "data/set/train/cat/a.jpg",
    "data/set/valid/cat/b.jpg",
    "data/set/valid/dog/c.jpg",
  ]);
  expect(images).toEqual([["a.jpg", "train", "cat"], ["b.jpg", "val", "cat"], ["c.jpg", "val", "dog"]]); // prettier-ignore
  expect((await summary(["train/a.jpg", "car/b.jpg"], "", "folders")).classes).toEqual(["car", "train"]);
});

test("one class is enough when it is said so", async () => {
  expect((await summary(["cat/a.jpg"], "", "folders")).images).toEqual([["a.jpg", undefined, "cat"]]);
  expect((await summary(["train/cat/a.jpg"], "", "folders")).images).toEqual([["a.jpg", "train", "cat"]]);
});

test("where other labels are, or folders are not of classes, they are not taken for such", async () => {
  const xml = labelImgXml("a.jpg", [["cat", 10, 20, 30, 40]]);
  const folder = await folderOf({ "one/a.jpg": image, "one/a.xml": xml, "two/b.jpg": image });
  expect((await readDataset(folder)).format).toBe("voc");
  for (const names of [
    ["cat/a.jpg"],
    ["images/a.jpg", "masks/b.jpg"],
    ["a.jpg", "b.jpg"],
    ["train/a.jpg", "val/b.jpg"],
  ]) {
    await expect(summary(names)).rejects.toThrow(/: (?:no labels found beside|holds no masks for its)/);
  }
});

test("errors say what is missing", async () => {
  await expect(summary(["a.jpg"], "", "folders")).rejects.toThrow(/: holds no folders of images, one for each class$/);
  await expect(summary(["a.jpg"], "a.jpg", "folders")).rejects.toThrow(/a\.jpg: no such folder$/);
});

test("written are folders that any file system takes; boxes and images without a class are named", async () => {
  const folder = await folderOf(Object.fromEntries(["a", "b", "c", "d"].map((name) => [`in/${name}.jpg`, image])));
  const record = (id: number, name: string, labels?: number[]) => {
    return { id, file: join(folder, `in/${name}.jpg`), width: 100, height: 80, objects: [], ...(labels && { labels }) };
  };
  const box: [number, number, number, number] = [1, 2, 3, 4];
  const dataset: Dataset = {
    classes: ["a/b", "A?B", "..", "plain"],
    images: [
      { ...record(1, "a", [0]), split: "val", objects: [{ box, class: 0 }] },
      record(2, "b", [1, 3]),
      record(3, "c"),
      record(4, "d", [2]),
    ],
  };
  const { warnings } = await exportLabels(dataset, "folders", join(folder, "out"));
  const files = (await listFiles(join(folder, "out"))).map((file) => relative(join(folder, "out"), file));
  expect(files).toEqual(["train/A_B-2/b.jpg", "train/__/d.jpg", "val/a_b/a.jpg"]);
  expect(warnings.map((line) => line.replaceAll(folder, "."))).toEqual([
    "boxes, which folders of classes cannot hold, left out: 1 (./in/a.jpg: object 1)",
    "images of several classes, put into the first one's folder: 1 (./in/b.jpg)",
    "images without a class of their own, left out: 1 (./in/c.jpg)",
    'classes whose name no folder can have, renamed: 3 (first: "a/b" is "a_b")',
    "images without a split beside others, written as train: 2 (first: ./in/b.jpg)",
  ]);
  const boxes = { classes: ["cat"], images: [{ ...record(1, "a"), objects: [{ box, class: 0 }] }] };
  await expect(exportLabels(boxes, "folders", join(folder, "boxes"))).rejects.toThrow(
    /^none of 1 images has a class as a whole; boxes do not go into folders of classes$/,
  );
});

test("written and read again, by way of COCO, too, each image has its class and split", async () => {
  const folder = await folderOf(Object.fromEntries(["x/a", "y/a", "y/b"].map((name) => [`in/${name}.jpg`, image])));
  const files = await listFiles(join(folder, "in"));
  const className = fc
    .string({ unit: "grapheme", minLength: 1, maxLength: 12 })
    .map(tidyClassName)
    .filter(
      (name) =>
        /^[^./\\:*?"<>|\s][^/\\:*?"<>|]*$/.test(name) && /[^. ]$/.test(name) && !/[\p{C}\u2028\u2029]/u.test(name),
    );
  const arbitrary = fc.tuple(
    fc.uniqueArray(className, { minLength: 3, maxLength: 3, selector: (name) => name.normalize().toLowerCase() }),
    fc.array(fc.nat(2), { minLength: 3, maxLength: 3 }),
    fc.array(fc.constantFrom("train" as const, "val" as const, "test" as const), { minLength: 3, maxLength: 3 }),
  );
  let run = 0;
  const classesOf = ({ classes, images }: Dataset) =>
    images.map(({ labels = [], split }) => `${split ?? ""} ${labels.map((label) => classes[label]).join()}`).sort();
  await fc.assert(
    fc.asyncProperty(arbitrary, async ([classes, labels, splits]) => {
      const images = files.map((file, i) => {
        return {
          id: i + 1,
          file,
          width: 100,
          height: 80,
          objects: [],
          labels: [labels[i] ?? 0],
          split: splits[i] ?? "val",
        };
      });
      const at = join(folder, String(run++));
      await exportLabels({ classes, images }, "folders", join(at, "out"));
      const { dataset } = await importLabels(join(at, "out"), join(at, "coco"), { from: "folders" });
      expect(classesOf(dataset)).toEqual(classesOf({ classes, images }));
      expect(classesOf((await readDataset(join(at, "coco"))).dataset)).toEqual(classesOf({ classes, images }));
    }),
    { numRuns: 30 },
  );
});

test("whatever the names of folders, they are read or refused, and nothing else", async () => {
  const part = fc.constantFrom("train", "val", "a", "b", "images", "кот", "a b", "x.y");
  const path = fc
    .tuple(fc.array(part, { maxLength: 4 }), fc.nat(5))
    .map(([folders, i]) => [...folders, `${i}.jpg`].join("/"));
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(path, { maxLength: 6 }), async (names) => {
      const folder = await folderOf(Object.fromEntries(names.map((name) => [name, image])));
      await readDataset(folder, { from: "folders" }).catch((error: unknown) => {
        expect(error).toBeInstanceOf(AnchorkitError);
      });
    }),
  );
});
