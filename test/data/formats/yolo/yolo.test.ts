import { readFile, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { AnchorkitError } from "../../../../src/base/errors.ts";
import type { ImageRecord, LabelledObject } from "../../../../src/data/dataset.ts";
import { segmentationArea } from "../../../../src/data/formats/coco/cocoSegmentation.ts";
import { writeYolo } from "../../../../src/data/formats/yolo/writeYolo.ts";
import { read } from "../../../../src/data/formats/yolo/yolo.ts";
import { readDataset } from "../../../../src/data/readDataset.ts";
import { folderOf, jpeg } from "../../helpers.ts";

const image = await jpeg(100, 80);
const yaml = "train: images/train\nval: [images/val]\nnames:\n  0: cat\n  1: dog\n";

async function summary(folder: string, file = "data.yaml") {
  const { dataset, warnings } = await read(join(folder, file));
  const images = dataset.images.map(({ file, split, objects }) => [basename(file), split, objects.length]);
  return { images, warnings: warnings.map((line) => line.replaceAll(folder, ".")) };
}

test("boxes come out in pixels, splits and classes as the YAML says", async () => {
  const folder = await folderOf({
    "data.yaml": yaml,
    "images/train/a.jpg": image,
    "labels/train/a.txt": "1 0.5 0.5 0.2 0.25\n0 0.1 0.1 0.2 0.2\n",
    "images/val/b.jpg": image,
    "labels/val/b.txt": "",
  });
  const { dataset, warnings } = await read(join(folder, "data.yaml"));
  expect(warnings).toEqual([]);
  expect(dataset.classes).toEqual(["cat", "dog"]);
  expect(dataset.images.map(({ split }) => split)).toEqual(["train", "val"]);
  expect(dataset.images[1]?.objects).toEqual([]);
  const [first, second] = dataset.images[0]?.objects ?? [];
  expect(first).toEqual({ class: 1, box: [40, 30, 60, 50] });
  expect(second?.box.map((corner) => Math.round(corner * 1e6) / 1e6)).toEqual([0, 0, 20, 16]);
});

test("labels may lie beside the images, and images be listed in a text file", async () => {
  const folder = await folderOf({
    "data.yaml": "train: train.txt\nnames: [cat]\n",
    "train.txt": "./photos/a.jpg\nphotos/b.jpg\nphotos/gone.jpg\n",
    "photos/a.jpg": image,
    "photos/a.txt": "0 .5 .5 .1 .1",
    "photos/b.jpg": image,
  });
  expect(await summary(folder)).toEqual({
    images: [
      ["a.jpg", "train", 1],
      ["b.jpg", "train", 0],
    ],
    warnings: [
      'images that are listed but not there, left out: 1 ("photos/gone.jpg" in ./train.txt)',
      "images without a label file, taken as backgrounds without objects: 1 (./photos/b.jpg)",
    ],
  });
});

test("Roboflow's ../train/images is found beside the YAML", async () => {
  const folder = await folderOf({
    "set/data.yaml": "train: ../train/images\nnames: [cat]\n",
    "set/train/images/a.jpg": image,
    "set/train/labels/a.txt": "0 .5 .5 .1 .1",
  });
  expect((await summary(folder, "set/data.yaml")).images).toEqual([["a.jpg", "train", 1]]);
});

/** The data set of one image with these labels, and a YAML with these lines more. */
async function oneImage(labels: string, more = "") {
  const folder = await folderOf({
    "data.yaml": `train: images/train\nnames: [cat, dog]\n${more}`,
    "images/train/a.jpg": image,
    "labels/train/a.txt": labels,
  });
  const { dataset, warnings } = await read(join(folder, "data.yaml"));
  return { objects: dataset.images[0]?.objects ?? [], warnings };
}

test("polygons are kept, with the box around them", async () => {
  const { objects, warnings } = await oneImage("0 .1 .2 .5 .1 .3 .6\n1 .5 .5 .5 .5");
  expect(objects).toMatchObject([{ class: 0, box: [10, 8, 50, 48] }, { class: 1, box: [25, 20, 75, 60] }]); // prettier-ignore
  expect(objects[0]?.segmentation).toEqual([[10, 16, 50, 8, 30, 48]]);
  expect(objects[1]).not.toHaveProperty("segmentation");
  expect(warnings).toEqual([]);
});

test("a sixth number is a score", async () => {
  expect((await oneImage("0 .5 .5 .5 .5 .25")).objects).toEqual([{ class: 0, box: [25, 20, 75, 60], score: 0.25 }]);
});

test("four corners on every line are oriented boxes and refused, unless the YAML or another line says polygons", async () => {
  const square = ".1 .1 .5 .1 .5 .5 .1 .5";
  await expect(oneImage(`0 ${square}\n1 ${square}`)).rejects.toThrow(
    /data\.yaml: holds oriented boxes, which are not supported: every line is a class and four corners \(first: .*a\.txt: line 1\); if they are polygons, write "task: segment" into data\.yaml$/,
  );
  await expect(oneImage(`0 ${square}`, "task: obb")).rejects.toThrow(/holds oriented boxes.*: task: obb$/);
  expect((await oneImage(`0 ${square}`, "task: segment")).objects).toHaveLength(1);
  expect((await oneImage(`0 ${square}\n0 ${square} .1 .3`)).objects).toHaveLength(2);
});

test("of keypoints the boxes are read, with a warning", async () => {
  const { objects, warnings } = await oneImage("0 .5 .5 .5 .5 .3 .3 2 .4 .4 1", "kpt_shape: [2, 3]");
  expect(objects).toEqual([{ class: 0, box: [25, 20, 75, 60] }]);
  expect(warnings).toEqual([expect.stringMatching(/^data sets of keypoints, read as the boxes alone: 1 \(/)]);
  await expect(oneImage("0 .5 .5 .5 .5 .3 .3", "kpt_shape: [2, 3]")).rejects.toThrow(
    /expected class cx cy width height and 6 numbers of keypoints, as kpt_shape says, got 7 numbers$/,
  );
});

test.each([
  ["[2, 2]", ".3 .3 .4 .4"], // as many numbers as an oriented box has
  ["[1, 2]", ".3 .3"], // and as triangles have
  ["[4, 2]", ".3 .3 .4 .4 .5 .5 .6 .6"],
  ["[1, 2]", "1.2 -.1 .75"], // a point outside the image, and a score behind it
])("keypoints of the shape %s are no outline", async (shape, keypoints) => {
  const { objects, warnings } = await oneImage(`0 .5 .5 .5 .5 ${keypoints}\n1 .5 .5 .5 .5 ${keypoints}`, `kpt_shape: ${shape}`); // prettier-ignore
  expect(objects).toEqual([0, 1].map((k) => ({ class: k, box: [25, 20, 75, 60] })));
  expect(warnings).toEqual([expect.stringMatching(/^data sets of keypoints, read as the boxes alone: 1 \(/)]);
});

test("class names stay text, also those that YAML takes for something else", async () => {
  const names = ["007", "no", "null", "1e3", "it's", 'a "b"', "кот: 猫 🐈", "# x", "y"];
  const yamlText = `train: images\nval:\ntest: null\nnames: [007, no, null, 1e3, it's, 'a "b"', "кот: 猫 🐈", "# x", " y "]`;
  const folder = await folderOf({ "data.yaml": yamlText, "images/a.jpg": image, "labels/a.txt": "8 .5 .5 .1 .1" });
  expect((await read(folder)).dataset.classes).toEqual(names);
});

test("LabelImg's classes.txt is enough: labels beside the images, folders as splits", async () => {
  const folder = await folderOf({
    "train/classes.txt": "cat\nbig dog\r\n\n",
    "train/a b.jpg": image,
    "train/a b.txt": "1 .5 .5 .5 .5\n",
    "test/classes.txt": "cat\nbig dog\n",
    "test/c.jpg": image,
  });
  const { dataset, warnings } = await read(folder);
  expect(dataset.classes).toEqual(["cat", "big dog"]);
  expect(dataset.images).toMatchObject([
    { split: "test", objects: [] },
    { split: "train", objects: [{ class: 1, box: [25, 20, 75, 60] }] },
  ]);
  expect(warnings).toEqual([expect.stringMatching(/^images without a label file.*: 1 \(.*c\.jpg\)$/)]);
});

test("a split of the same images as another, as in coco128.yaml, is left out", async () => {
  const folder = await folderOf({
    "data.yaml": "train: images\nval: images\ntest:\nnames: [cat]\n",
    ...{ "images/a.jpg": image, "labels/a.txt": "" },
  });
  expect(await summary(folder)).toEqual({
    images: [["a.jpg", "train", 0]],
    warnings: ["splits with the same images as another one, left out: 1 (./data.yaml: val is train, images)"],
  });
});

test("CVAT's YOLO 1.1 and darknet: lists of images say the split, their paths are another machine's", async () => {
  const folder = await folderOf({
    "obj.names": "cat\n",
    "obj.data":
      "classes = 1\ntrain = data/train.txt\nvalid = data/valid.txt\nnames = data/obj.names\nbackup = backup/\n",
    "train.txt": "data/obj_train_data/a b.jpg\ndata/obj_train_data/gone.jpg\n",
    "valid.txt": "data/obj_valid_data/c.jpg\r\n",
    ...{ "obj_train_data/a b.jpg": image, "obj_train_data/a b.txt": "0 .5 .5 .5 .5\n", "obj_valid_data/c.jpg": image },
    ...{ "obj_valid_data/c.txt": "", "obj_test_data/test.jpg": image, "obj_test_data/test.txt": "0 .5 .5 .5 .5\n" },
  });
  expect(await summary(folder, ".")).toEqual({
    images: [
      ["test.jpg", "test", 1],
      ["a b.jpg", "train", 1],
      ["c.jpg", "val", 0],
    ],
    warnings: ['images that are listed but not there, left out: 1 ("data/obj_train_data/gone.jpg" in ./train.txt)'],
  });
  await writeFile(join(folder, "valid.txt"), "obj_train_data/a b.jpg\n");
  await expect(read(folder)).rejects.toThrow(/valid\.txt: \S*obj_train_data\/a b\.jpg is in train and in val/);
});

test("labels that LabelImg saved in a folder of another name are found, the nearest of a name; so is a folder of them alone", async () => {
  const folder = await folderOf({
    "train/txt/classes.txt": "cat\n",
    ...{ "train/photos/a.jpg": image, "train/photos/only.jpg": image, "train/txt/a.txt": "0 .5 .5 .5 .5\n" },
    ...{ "train/txt/only.txt": "0 .5 .5 .5 .5\n", "val/photos/a.jpg": image, "val/txt/a.txt": "" },
  });
  const images = [
    ["a.jpg", "train", 1],
    ["only.jpg", "train", 1],
    ["a.jpg", "val", 0],
  ];
  expect(await summary(folder, ".")).toEqual({ images, warnings: [] });
  const { dataset, format } = await readDataset(join(folder, "train/txt"));
  expect(format).toBe("yolo");
  expect(dataset.images.map(({ objects }) => objects.length)).toEqual([1, 1]);
});

test("Roboflow's and darknet's lists of classes are known", async () => {
  for (const name of ["_darknet.labels", "custom.names"]) {
    const folder = await folderOf({ [`train/${name}`]: "cat\ndog\n", "train/a.jpg": image, "train/a.txt": "1 .5 .5 .5 .5\n" }); // prettier-ignore
    const { dataset, format } = await readDataset(folder);
    expect({ format, classes: dataset.classes }).toEqual({ format: "yolo", classes: ["cat", "dog"] });
  }
});

test("labels without a list of classes, as makesense.ai exports them, ask for one", async () => {
  const folder = await folderOf({ "a.jpg": image, "a.txt": "0 0.500000 0.5 0.25 0.25\n" });
  await expect(readDataset(folder)).rejects.toThrow(
    `${folder}: holds no data.yaml and no classes.txt that names the classes; put a classes.txt, a name a line, beside the labels`,
  );
  await expect(readDataset(await folderOf({ "a.jpg": image, "a.txt": "some notes\n" }))).rejects.toThrow(
    /no labels found/,
  );
});

test("a list of images may hold paths of another machine", async () => {
  const folder = await folderOf({
    ...{ "data.yaml": "train: train.txt\nnames: [cat]\n", "train.txt": "data/images/train/a.jpg\n/gone/b.jpg\n" },
    ...{ "images/train/a.jpg": image, "labels/train/a.txt": "0 .5 .5 .5 .5\n" },
  });
  expect(await summary(folder)).toEqual({
    images: [["a.jpg", "train", 1]],
    warnings: ['images that are listed but not there, left out: 1 ("/gone/b.jpg" in ./train.txt)'],
  });
});

test("a label file called train.txt is no list", async () => {
  const folder = await folderOf({ "classes.txt": "cat\n", "train.jpg": image, "train.txt": "0 .5 .5 .5 .5\n" });
  expect(await summary(folder, ".")).toEqual({ images: [["train.jpg", undefined, 1]], warnings: [] });
});

test("names are written in quotes: PyYAML, and with it Ultralytics, would read no as False and 12:30 as 750", async () => {
  const folder = await folderOf({ "a.jpg": image });
  const images: ImageRecord[] = [{ id: 1, file: join(folder, "a.jpg"), width: 100, height: 80, objects: [] }];
  await writeYolo({ classes: ["no", "12:30", 'a "b"', "кот 猫 🐈"], images }, join(folder, "out"));
  const text = await readFile(join(folder, "out/data.yaml"), "utf8");
  expect(text).toBe('train: images/train\nnames:\n  0: "no"\n  1: "12:30"\n  2: "a \\"b\\""\n  3: "кот 猫 🐈"\n');
});

test("lists of classes that differ, or lack a name, are refused", async () => {
  const files = { "a/classes.txt": "cat\ndog", "b/classes.txt": "dog\ncat", "a/1.jpg": image, "a/1.txt": "" };
  await expect(read(await folderOf(files))).rejects.toThrow(
    /b\/classes\.txt: lists other classes than .*a\/classes\.txt/,
  );
  await expect(read(await folderOf({ ...files, "b/classes.txt": "cat\n\ndog" }))).rejects.toThrow(
    /b\/classes\.txt: line 2: the name of a class is missing$/,
  );
  await expect(read(await folderOf({ "a.jpg": image }))).rejects.toThrow(
    /holds no data\.yaml and no classes\.txt that names/,
  );
});

describe("what is written", () => {
  const size = { width: 100, height: 80 };
  const write = async (objects: LabelledObject[], classes = ["cat", "007", 'it\'s: "no" 🐈']) => {
    const folder = await folderOf({ "photos/a.jpg": image, "photos/b.jpg": image });
    const record = (id: number, name: string, split: "train" | "val", labelled: LabelledObject[]): ImageRecord => {
      return { id, file: join(folder, "photos", name), ...size, split, objects: labelled };
    };
    const images = [record(1, "a.jpg", "train", objects), record(2, "b.jpg", "val", [])];
    const { path } = await writeYolo({ classes, images }, join(folder, "out"));
    const text = (name: string) => readFile(join(folder, "out", name), "utf8");
    return { path, text, dataset: (await read(path)).dataset };
  };

  test("is Ultralytics' data.yaml with images and labels a split", async () => {
    const { text, dataset } = await write([{ box: [25, 20, 75, 60], class: 1 }]);
    expect(await text("data.yaml")).toBe(
      'train: images/train\nval: images/val\nnames:\n  0: "cat"\n  1: "007"\n  2: "it\'s: \\"no\\" 🐈"\n',
    );
    expect(await text("labels/train/a.txt")).toBe("1 0.5 0.5 0.5 0.5\n");
    expect(await text("labels/val/b.txt")).toBe("");
    expect(dataset.images.map(({ split }) => split)).toEqual(["train", "val"]);
    expect(dataset.classes[1]).toBe("007");
  });

  test("with a polygon anywhere has polygons only: Ultralytics drops them all where one object has none", async () => {
    const folder = await folderOf({ "a.jpg": image, "b.jpg": image });
    const box: LabelledObject = { box: [25, 20, 75, 60], class: 0 };
    const images = [[box], [{ ...box, segmentation: [[25, 20, 75, 20, 75, 60]] }]].map((objects, i): ImageRecord => {
      return { id: i + 1, file: join(folder, i === 0 ? "a.jpg" : "b.jpg"), ...size, objects };
    });
    await writeYolo({ classes: ["cat"], images }, join(folder, "out"));
    const text = await readFile(join(folder, "out/labels/train/a.txt"), "utf8");
    expect(text).toBe("0 0.25 0.25 0.75 0.25 0.75 0.75 0.25 0.75\n");
  });

  test("with a polygon has polygons only, several of one object joined without a change of area", async () => {
    const parts = [[10, 10, 20, 10, 20, 20], [50, 40, 60, 40, 60, 50, 50, 50]]; // prettier-ignore
    const { text, dataset } = await write([
      { box: [10, 10, 60, 50], class: 0, segmentation: parts },
      { box: [0, 0, 100, 80], class: 1 },
    ]);
    expect(await text("data.yaml")).toContain("task: segment\n");
    expect((await text("labels/train/a.txt")).split("\n")[1]).toBe("1 0 0 1 0 1 1 0 1");
    const [first, second] = dataset.images[0]?.objects ?? [];
    expect(segmentationArea(first?.segmentation ?? [])).toBeCloseTo(segmentationArea(parts), 5);
    expect([first?.box, second?.box]).toEqual([[10, 10, 60, 50], [0, 0, 100, 80]]); // prettier-ignore
  });
});

test("errors name file and line", async () => {
  const good = { "data.yaml": yaml, "images/train/a.jpg": image, "images/val/b.jpg": image, "labels/val/b.txt": "" };
  const cases: [files: Record<string, string>, message: RegExp][] = [
    [
      { "labels/train/a.txt": "\n2 .5 .5 .1 .1" },
      /a\.txt: line 2: the class must be a whole number from 0 to 1, got 2$/,
    ],
    [{ "labels/train/a.txt": "0 .5 .5 .1" }, /a\.txt: line 1: expected class cx cy width height, got 4 numbers$/],
    [
      { "labels/train/a.txt": "0 50 50 10 10" },
      /a\.txt: line 1: numbers must be fractions of the image from 0 to 1, got 50$/,
    ],
    [{ "labels/train/a.txt": "0 .5 .5 .1 wide" }, /a\.txt: line 1: "wide" is no number; expected class cx cy/],
    [{ "data.yaml": "train: images/train" }, /data\.yaml: names is missing; list the classes there$/],
    [{ "data.yaml": "names: [cat]" }, /data\.yaml: names no images under train, val or test$/],
    [{ "data.yaml": "names: [cat]\ntrain: gone" }, /data\.yaml: none of what it names is there \(train: gone\)/],
    [{ "data.yaml": "names: [" }, /data\.yaml: is not valid YAML: /],
    [{ "data.yaml": "names: [cat]\ntrain: images\nval: images/val" }, /b\.jpg is in train and in val$/],
  ];
  for (const [files, message] of cases) {
    const folder = await folderOf({ ...good, ...files });
    await expect(read(join(folder, "data.yaml"))).rejects.toThrow(message);
  }
});

test("whatever the files hold, they are read or refused, and nothing else", async () => {
  const numbers = fc.array(fc.oneof(fc.double().map(String), fc.constantFrom("0", "1", ".5", "x", "-1")), {
    maxLength: 9,
  });
  const lines = fc.array(numbers.map((list) => list.join(" "))).map((list) => list.join("\n"));
  const anyYaml = fc.oneof(
    fc.constant(yaml),
    fc.string(),
    fc.json().map((json) => `names: ${json}\ntrain: images`),
  );
  await fc.assert(
    fc.asyncProperty(anyYaml, fc.oneof(lines, fc.string()), async (yamlText, labels) => {
      const folder = await folderOf({
        "data.yaml": yamlText,
        "images/train/a.jpg": image,
        "labels/train/a.txt": labels,
      });
      await read(join(folder, "data.yaml")).catch((error: unknown) => {
        expect(error).toBeInstanceOf(AnchorkitError);
      });
    }),
  );
});
