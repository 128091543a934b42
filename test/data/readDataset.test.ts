import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { Random } from "../../src/base/random.ts";
import { exportLabels } from "../../src/data/exportLabels.ts";
import { importLabels } from "../../src/data/importLabels.ts";
import { lintDataset } from "../../src/data/lint/lintDataset.ts";
import { readDataset } from "../../src/data/readDataset.ts";
import { countSplits, splitDataset } from "../../src/data/split/splits.ts";
import { folderOf, jpeg, labelImgXml } from "./helpers.ts";

const image = await jpeg(100, 80);
const xml = labelImgXml("a.jpg", [["cat", 1, 20, 30, 40]]);
const coco = JSON.stringify({
  images: [{ id: 1, file_name: "a.jpg" }],
  annotations: [{ image_id: 1, category_id: 1, bbox: [0, 20, 30, 20] }],
  categories: [{ id: 1, name: "cat" }],
});
const yolo = "train: .\nnames: [cat]\n";

test("a folder or file of any known format is found out and read", async () => {
  const cases: [files: Record<string, string>, path: string, source: RegExp][] = [
    [{ "a.xml": xml }, "", /^LabelImg \/ Pascal VOC XML in /],
    [{ "annotations.json": coco, "a.xml": "left over" }, "", /^COCO JSON .*annotations\.json$/],
    [{ "labels/any name.json": coco }, "", /^COCO JSON .*any name\.json$/],
    [{ "l.json": coco, "other.json": "{}" }, "l.json", /^COCO JSON .*l\.json$/],
    [{ "data.yaml": yolo, "a.txt": "0 .15 .375 .3 .25" }, "", /^YOLO .*data\.yaml$/],
    [{ "my.yml": yolo, "a.txt": "0 .15 .375 .3 .25" }, "my.yml", /^YOLO .*my\.yml$/],
  ];
  for (const [files, path, source] of cases) {
    const folder = await folderOf({ "a.jpg": image, ...files });
    const result = await readDataset(join(folder, path));
    expect(result.source).toMatch(source);
    expect(result.dataset.classes).toEqual(["cat"]);
    expect(result.dataset.images).toMatchObject([{ file: join(folder, "a.jpg"), objects: [{ box: [0, 20, 30, 40] }] }]);
  }
});

test("--coordinates reaches the XML", async () => {
  const folder = await folderOf({ "a.jpg": image, "a.xml": xml });
  const { dataset } = await readDataset(folder, { coordinates: "zero-based" });
  expect(dataset.images[0]?.objects[0]?.box).toEqual([1, 20, 30, 40]);
});

test("what could be two formats is refused with the names of both, and --from decides", async () => {
  const folder = await folderOf({ "a.jpg": image, "a.xml": xml, "classes.txt": "dog\n", "a.txt": "0 .5 .5 .1 .1" });
  await expect(readDataset(folder)).rejects.toThrow(
    /: could be LabelImg \/ Pascal VOC XML or YOLO; say which in label import --from voc \| yolo$/,
  );
  expect((await readDataset(folder, { from: "voc" })).dataset.classes).toEqual(["cat"]);
  expect(await readDataset(folder, { from: "yolo" })).toMatchObject({ dataset: { classes: ["dog"] }, format: "yolo" });
});

test("with --from, what is wrong is told by that format", async () => {
  const folder = await folderOf({ "a.jpg": image, "a.xml": xml });
  const empty = await folderOf({ "a.jpg": image });
  await expect(readDataset(empty, { from: "voc" })).rejects.toThrow(/holds no XML file$/);
  await expect(readDataset(folder, { from: "coco" })).rejects.toThrow(/holds no JSON file$/);
  await expect(readDataset(folder, { from: "yolo" })).rejects.toThrow(
    /holds no data\.yaml and no classes\.txt that names/,
  );
});

test("a data.yaml or annotations.json tells what a folder is, whatever lies beside it", async () => {
  const yoloFolder = await folderOf({ "a.jpg": image, "a.xml": xml, "data.yaml": yolo, "a.txt": "0 .5 .5 .1 .1" });
  expect((await readDataset(yoloFolder)).format).toBe("yolo");
  const both = await folderOf({ "a.jpg": image, "annotations.json": coco, "data.yaml": yolo });
  await expect(readDataset(both)).rejects.toThrow(/: could be COCO JSON or YOLO; say which/);
});

test("what is no data set is refused with what can be read", async () => {
  const folder = await folderOf({
    "photos/a.jpg": image,
    "two/a.json": '{"annotations":[]}',
    "two/b.json": '{"annotations":[]}',
    "notes.txt": "hello",
    "a.xml": xml,
    "empty.json": '{"images":[],"annotations":[],"categories":[]}',
  });
  const cases: [path: string, message: RegExp][] = [
    ["gone", /gone: no such file or folder$/],
    ["photos", /photos: no labels found beside 1 image; known are LabelImg \/ Pascal VOC XML, COCO JSON, .*YOLO/],
    ["two", /two: holds 2 JSON files; give the one to read \(.*a\.json, .*b\.json\)$/],
    ["notes.txt", /notes\.txt: holds no labels in a form that is known: LabelImg \/ Pascal VOC XML, COCO JSON, .*YOLO/],
    ["a.xml", /a\.xml: is one image's labels; give the folder it lies in$/],
    ["empty.json", /empty\.json: holds no images$/],
  ];
  for (const [path, message] of cases) await expect(readDataset(join(folder, path))).rejects.toThrow(message);
});

const shared = join(import.meta.dirname, "../../../shared/data");
describe.skipIf(!existsSync(shared))("shared data sets", () => {
  test("bccd: 205, 87 and 72 images, three classes, two boxes without an area", async () => {
    const { dataset, warnings } = await readDataset(join(shared, "bccd"));
    expect(dataset.classes).toEqual(["Platelets", "RBC", "WBC"]);
    expect(countSplits(dataset.images)).toEqual({
      train: { images: 205, objects: 2804 },
      val: { images: 87, objects: 1137 },
      test: { images: 72, objects: 945 },
    });
    expect(warnings).toEqual([
      expect.stringMatching(/^boxes without an area, left out: 2 \(first: .*BloodImage_00338\.xml: object 13\)$/),
    ]);
  });

  test("raccoon: 200 images of one class, split by its CSV files, val out of train", async () => {
    const { dataset, warnings } = await readDataset(join(shared, "raccoon"));
    expect(warnings).toEqual([]);
    expect(dataset.classes).toEqual(["raccoon"]);
    expect(dataset.images).toHaveLength(200);
    const { train, val, test } = splitDataset(dataset, new Random(1)).counts;
    expect([train.images, val.images, test.images]).toEqual([144, 16, 40]);
  });
});

test("options that there are not are refused, with the one that was probably meant", async () => {
  const misspelt = { form: "voc" } as object;
  await expect(readDataset("x", misspelt)).rejects.toThrow("readDataset: unknown option form; did you mean from?");
  await expect(importLabels("x", "y", { cpoy: true } as object)).rejects.toThrow(
    "unknown option cpoy; did you mean copy?",
  );
  await expect(lintDataset("x", { pixel: true } as object)).rejects.toThrow(
    "unknown option pixel; did you mean pixels?",
  );
  const none = { classes: [], images: [] };
  await expect(exportLabels(none, "voc", "y", { coppy: true } as object)).rejects.toThrow("did you mean copy?");
});
