import { readdir, readFile, stat, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Dataset, ImageRecord, LabelledObject } from "../../src/data/dataset.ts";
import { exportLabels } from "../../src/data/exportLabels.ts";
import { listFiles } from "../../src/data/files.ts";
import type { FormatId } from "../../src/data/formats/format.ts";
import { encodeMask } from "../../src/geometry/masks/encodeMask.ts";
import { folderOf, jpeg } from "./helpers.ts";

const image = await jpeg(100, 80);

/** A data set of these files, each with an object, in a folder of its own. */
async function datasetOf(
  names: readonly string[],
  object: Partial<LabelledObject> = {},
  record: Partial<ImageRecord> = {},
) {
  const folder = await folderOf(Object.fromEntries(names.map((name) => [`photos/${name}`, image])));
  const images = names.map((name, i): ImageRecord => {
    const objects: LabelledObject[] = [{ box: [10, 20, 30, 40], class: 0, ...object }];
    return { id: i + 1, file: join(folder, "photos", name), width: 100, height: 80, objects, ...record };
  });
  const dataset: Dataset = { classes: ["cat"], images };
  const exported = async (to: FormatId, options = {}) => {
    const result = await exportLabels(dataset, to, join(folder, to), options);
    const files = (await listFiles(join(folder, to))).map((file) => file.slice(join(folder, to).length + 1));
    return { ...result, files, warnings: result.warnings.map((line) => line.replaceAll(folder, ".")) };
  };
  return { folder, dataset, exported };
}

describe("images", () => {
  test("come along as hard links, or as copies when asked for, and the originals stay", async () => {
    const { folder, exported } = await datasetOf(["a.jpg"]);
    expect((await exported("voc")).images).toBe("linked");
    expect((await stat(join(folder, "voc/JPEGImages/a.jpg"))).ino).toBe((await stat(join(folder, "photos/a.jpg"))).ino);
    expect((await exported("yolo", { copy: true })).images).toBe("copied");
    const copy = join(folder, "yolo/images/train/a.jpg");
    expect((await stat(copy)).ino).not.toBe((await stat(join(folder, "photos/a.jpg"))).ino);
    expect(await readFile(copy)).toEqual(image);
    expect((await exported("coco")).images).toBe("referred to");
  });

  test("of the same name in several folders get numbers, also where extension or case alone differ", async () => {
    const { exported } = await datasetOf(["a/x.jpg", "b/x.jpg", "b/X.JPG", "b/x.png"]);
    const { files, warnings } = await exported("voc");
    expect(files.filter((file) => file.startsWith("JPEG"))).toEqual(
      ["X-3.JPG", "x-2.jpg", "x-4.png", "x.jpg"].map((name) => `JPEGImages/${name}`),
    );
    expect(files.filter((file) => file.startsWith("Anno"))).toHaveLength(4);
    expect(warnings).toEqual([
      "images of the same name, renamed with a number: 3 (first: ./photos/b/x.jpg is x-2.jpg)",
    ]);
  });

  test("keep spaces, quotes and letters of all languages; what could leave the folder or break a list does not", async () => {
    const odd = ['it\'s a "b" <c>.jpg', "кот 猫 🐈.jpg", "..\\..\\evil.jpg", "two\nlines.jpg", ".hidden.jpg"];
    const { exported } = await datasetOf(odd);
    const { files, warnings } = await exported("voc");
    expect(
      files
        .filter((file) => file.startsWith("JPEG"))
        .map((file) => basename(file))
        .sort(),
    ).toEqual(['it\'s a "b" <c>.jpg', "кот 猫 🐈.jpg", "_._.._evil.jpg", "two_lines.jpg", "_hidden.jpg"].sort());
    expect(warnings).toEqual([
      expect.stringMatching(/^image names with characters that label files cannot hold, renamed: 3 \(/),
    ]);
  });
});

test("a folder that holds something is left alone", async () => {
  const { folder, dataset } = await datasetOf(["a.jpg"]);
  await expect(exportLabels(dataset, "voc", join(folder, "photos"))).rejects.toThrow(
    /photos: is not empty; give a new folder, so that nothing is overwritten$/,
  );
  expect(await readdir(join(folder, "photos"))).toEqual(["a.jpg"]);
  await writeFile(join(folder, "file"), "");
  await expect(exportLabels(dataset, "voc", join(folder, "file"))).rejects.toThrow(
    /file: is a file; give a new folder/,
  );
});

describe("what a format cannot hold is named, one warning a kind", () => {
  const noSplit = (split: string) =>
    `splits without images that Ultralytics needs; label split draws them: 1 (${split})`;
  const everything: Partial<LabelledObject> = {
    ...{ difficult: true, truncated: true, occluded: false, pose: "Left", score: 0.5, attributes: { a: 1 } },
    segmentation: [[10, 20, 30, 20, 30, 40]],
  };

  test("with its count and the first place", async () => {
    const { exported } = await datasetOf(["a.jpg", "b.jpg"], everything, { verified: true, split: "val", fields: {} });
    expect((await exported("yolo")).warnings).toEqual([
      "difficult marks that YOLO cannot hold, left out: 2 (first: ./photos/a.jpg: object 1)",
      "truncated marks that YOLO cannot hold, left out: 2 (first: ./photos/a.jpg: object 1)",
      "poses that YOLO cannot hold, left out: 2 (first: ./photos/a.jpg: object 1)",
      "scores that YOLO cannot hold, left out: 2 (first: ./photos/a.jpg: object 1)",
      "objects with attributes that YOLO cannot hold, left out: 2 (first: ./photos/a.jpg: object 1)",
      "verified marks of images that YOLO cannot hold, left out: 2 (first: ./photos/a.jpg)",
      noSplit("train"),
    ]);
    expect((await exported("voc")).warnings.map((line) => line.split(" that ")[0])).toEqual(
      ["segmentations", "scores", "objects with attributes"], // prettier-ignore
    );
    expect((await exported("coco")).warnings).toEqual([]);
  });

  test("pixels to ignore, unless the format holds masks of images", async () => {
    const ignored = encodeMask(new Uint8Array(8000).fill(1, 50, 60), 80, 100);
    const { exported } = await datasetOf(["a.jpg", "b.jpg"], { segmentation: [[10, 20, 30, 20, 30, 40]] }, { ignored });
    const what = (title: string) =>
      `images with pixels to ignore that ${title} cannot hold, left out: 2 (first: ./photos/a.jpg)`;
    expect((await exported("yolo")).warnings[0]).toBe(what("YOLO"));
    expect((await exported("labelme")).warnings).toEqual([what("labelme JSON")]);
    expect((await exported("coco")).warnings).toEqual([]);
    expect((await exported("masks")).warnings).toEqual([]);
  });

  test("masks of pixels where there are polygons alone, which go round these pixels", async () => {
    const segmentation = encodeMask(new Uint8Array(8000).fill(1, 100, 105), 80, 100);
    const { folder, exported } = await datasetOf(["a.jpg"], { segmentation });
    expect((await exported("yolo")).warnings).toEqual([
      "masks of pixels that YOLO cannot hold, written as polygons, bridges joining holes and parts: 1 (./photos/a.jpg: object 1)",
      noSplit("val"),
    ]);
    const line = "0 0 0.0125 0.05 0.0125 0.05 0.025 0 0.025\n";
    expect(await readFile(join(folder, "yolo/labels/train/a.txt"), "utf8")).toBe(line);
    expect((await exported("voc")).warnings).toEqual([
      "segmentations that LabelImg / Pascal VOC XML cannot hold, left out: 1 (./photos/a.jpg: object 1)",
    ]);
  });

  test("crowds become difficult, or are left out where that does not exist either", async () => {
    const { folder, exported } = await datasetOf(["a.jpg"], { crowd: true });
    expect((await exported("voc")).warnings).toEqual([
      expect.stringMatching(/^crowds .* cannot hold, written as difficult objects: 1 \(/),
    ]);
    expect(await readFile(join(folder, "voc/Annotations/a.xml"), "utf8")).toContain("<difficult>1</difficult>");
    expect((await exported("yolo")).warnings).toEqual([
      expect.stringMatching(/^crowds .* cannot hold, left out: 1 \(/),
      noSplit("val"),
    ]);
    expect(await readFile(join(folder, "yolo/labels/train/a.txt"), "utf8")).toBe("");
  });
});
