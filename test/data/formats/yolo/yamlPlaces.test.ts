import { basename, join, relative } from "node:path";
import { describe, expect, test } from "vitest";
import { entryPlace } from "../../../../src/data/formats/yolo/yamlPlaces.ts";
import { read } from "../../../../src/data/formats/yolo/yolo.ts";
import { lintDataset } from "../../../../src/data/lint/lintDataset.ts";
import { readDataset } from "../../../../src/data/readDataset.ts";
import { folderOf, jpeg } from "../../helpers.ts";

const image = await jpeg(100, 80);
const label = "0 .5 .5 .1 .1\n";
const set = {
  ...{ "train/images/a.jpg": image, "train/labels/a.txt": label },
  ...{ "valid/images/b.jpg": image, "valid/labels/b.txt": label },
};

/** The images with their splits, and the warnings, of a data set with this data.yaml. */
async function readWith(yaml: string, files: Record<string, string | Uint8Array> = set) {
  const folder = await folderOf({ ...files, "data.yaml": yaml });
  const { dataset, warnings } = await readDataset(folder);
  const images = dataset.images.map(
    ({ file, split, objects }) => `${basename(file)} ${split ?? "-"} ${objects.length}`,
  );
  return { images, warnings: warnings.map((line) => line.replaceAll(folder, ".")) };
}

const BOTH = { images: ["a.jpg train 1", "b.jpg val 1"], warnings: [] };
const names = "names: [cat]\n";

test.each([
  ["beside the file", "train: train/images\nval: valid/images\n"],
  ["with slashes at their ends", "train: ./train/images/\nval: valid/\n"],
  ["with backslashes", "path: .\ntrain: train\\images\nval: .\\valid\\images\\\n"],
  ["as Roboflow writes them", "train: ../train/images\nval: ../valid/images\n"],
  ["of Roboflow, with backslashes", "train: ..\\train\\images\nval: ..\\valid\\images\n"],
  ["of another Linux", "train: /home/me/set/train/images\nval: /home/me/set/valid/images\n"],
  ["of another Windows", "train: C:\\Users\\me\\set\\train\\images\nval: C:/Users/me/set/valid/images/\n"],
  ["of a share", "train: \\\\server\\data\\train\\images\nval: //server/data/valid/images\n"],
  ["as addresses", "train: file:///home/me/set/train/images\nval: file://localhost/C:/my%20set/valid/images\n"],
  ["below a path of another machine", "path: /content/drive/My Drive/set\ntrain: train/images\nval: valid/images\n"],
  ["below a path of another Windows", "path: D:\\sets\\cats\ntrain: train\\images\nval: valid\\images\n"],
  ["below a home", "path: ~/sets/cats\ntrain: train/images\nval: valid/images\n"],
  ["below a path that is not there", "path: ../datasets/cats\ntrain: train/images\nval: valid/images\n"],
  ["in other letter case", "train: Train/Images\nval: Valid\\images\n"],
  ["in lists", "train: [/home/me/set/train/images]\nvalidation:\n- valid\\images\n"],
  ["under the key valid", "train: train/images\nvalid: valid/images\n"],
])("entries %s are found", async (_, yaml) => {
  expect(await readWith(yaml + names)).toEqual(BOTH);
});

test("of what is there below the file, the longest trailing part of path and entry counts", async () => {
  const folder = await folderOf({ "cats/train/images/a.jpg": "", "train/images/a.jpg": "" });
  const found = async (entry: string, base = "") => {
    const place = await entryPlace(entry, base, folder);
    return place && relative(folder, place.path);
  };
  expect(await found("train/images", "/data/cats")).toBe(join("cats", "train", "images"));
  expect(await found("/data/cats/train/images")).toBe(join("cats", "train", "images"));
  expect(await found("/data/dogs/train/images")).toBe(join("train", "images"));
  expect(await found("train/images", "/data/dogs")).toBe(join("train", "images"));
});

test("a part that names a split is never dropped: test is not there, and is not all images", async () => {
  const files = {
    "images/train/a.jpg": image,
    "images/val/b.jpg": image,
    "labels/train/a.txt": label,
    "labels/val/b.txt": label,
  };
  for (const test of ["../test/images", "/home/me/set/test/images", "C:\\set\\test.txt"]) {
    expect(await readWith(`train: images/train\nval: images/val\ntest: ${test}\n${names}`, files)).toEqual({
      images: BOTH.images,
      warnings: [
        `folders and lists that data.yaml names and that are not there, left out: 1 (./data.yaml: test: ${test})`,
      ],
    });
  }
});

describe("what is not there", () => {
  test("is left out and counted, train as well", async () => {
    const yaml = `train: gone\nval: [valid/images, gone/too]\n${names}`;
    expect(await readWith(yaml)).toEqual({
      images: ["b.jpg val 1"],
      warnings: [
        "folders and lists that data.yaml names and that are not there, left out: 2 (first: ./data.yaml: train: gone)",
      ],
    });
  });

  test("is an error that names each entry where nothing is left", async () => {
    await expect(readWith(`train: gone\nval: no/images\n${names}`)).rejects.toThrow(
      /data\.yaml: none of what it names is there \(train: gone, val: no\/images\); correct the paths, or put the file beside the images$/,
    );
    await expect(readWith(`tran: train/images\n${names}`)).rejects.toThrow(
      /data\.yaml: names no images under train, val or test; it says "tran" for "train"$/,
    );
    await expect(readWith(`train: train/labels\nval: gone\n${names}`)).rejects.toThrow(
      /data\.yaml: no image is in what it names \(train: train\/labels, val: gone\)/,
    );
  });

  test("is a warning of lint of its own, which asks nobody to label images again", async () => {
    const folder = await folderOf({ ...set, "data.yaml": `train: train/images\nval: ../valid/images\ntest: ../test/images\n${names}` }); // prettier-ignore
    const { findings } = await lintDataset(folder);
    const found = findings.filter(({ rule }) => ["missing-folder", "unreadable-labels"].includes(rule));
    expect(found).toMatchObject([
      {
        ...{ rule: "missing-folder", severity: "warning", count: 1 },
        places: [{ file: join(folder, "data.yaml"), detail: "test: ../test/images" }],
        meaning: "The data set is read without their images; correct the paths, or take the lines out.",
      },
    ]);
  });
});

test("a folder without images is counted", async () => {
  expect((await readWith(`train: train/images\nval: train/labels\n${names}`)).warnings).toEqual([
    "folders and lists of data.yaml without images: 1 (./data.yaml: val: train/labels)",
  ]);
});

test("lists may be empty, of Windows and of another machine", async () => {
  const lists = {
    "train.txt": "\ufeff.\\train\\images\\a.jpg\r\n\r\n",
    "val.txt": "C:\\Users\\me\\set\\valid\\images\\b.jpg\r\n/gone/c.jpg\n",
    "test.txt": "\n",
  };
  expect(
    await readWith(`train: C:\\set\\train.txt\nval: val.txt\ntest: ./test.txt\n${names}`, { ...set, ...lists }),
  ).toEqual({
    images: BOTH.images,
    warnings: [
      'images that are listed but not there, left out: 1 ("/gone/c.jpg" in ./val.txt)',
      "folders and lists of data.yaml without images: 1 (./data.yaml: test: ./test.txt)",
    ],
  });
});

test("splits that lead to one folder by other paths are told, and left out of the second", async () => {
  expect(await readWith(`train: train/images\nval: ../train/images/\n${names}`)).toEqual({
    images: ["a.jpg train 1"],
    warnings: ["splits with the same images as another one, left out: 1 (./data.yaml: val is train, ../train/images/)"],
  });
});

test("a data.yaml in UTF-16, with the line ends of Windows, is read", async () => {
  const text = `\ufefftrain: train\\images\r\nval: valid/images\r\nnames:\r\n  0: größe\r\n`;
  const folder = await folderOf({ ...set, "data.yaml": Buffer.from(text, "utf16le") });
  const { dataset } = await read(folder);
  expect(dataset.classes).toEqual(["größe"]);
  expect(dataset.images).toHaveLength(2);
});

test("of several YAML files under other names, the one with names and splits is meant", async () => {
  const files = { ...set, "hyp.yaml": "lr0: 0.01\nmosaic: 1\n", "cats.yaml": "train: train/images\nvalidation: valid/images\nnc: 1\n" }; // prettier-ignore
  const { dataset, format } = await readDataset(await folderOf(files));
  expect({ format, classes: dataset.classes, images: dataset.images.length }).toEqual({ format: "yolo", classes: ["class_0"], images: 2 }); // prettier-ignore
});
