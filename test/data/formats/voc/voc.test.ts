import { expect, test } from "vitest";
import { read } from "../../../../src/data/formats/voc/voc.ts";
import { folderOf, jpeg, labelImgXml } from "../../helpers.ts";
import { basename, join } from "node:path";

const image = await jpeg(100, 80);
const xml = (name: string) => labelImgXml(name, [["cat", 10, 20, 30, 40]]);

async function summary(folder: string) {
  const { dataset, warnings } = await read(folder);
  const images = dataset.images.map(({ file, split, objects }) => [basename(file), split, objects.length]);
  return { images, warnings: warnings.map((line) => line.replaceAll(folder, ".")), classes: dataset.classes };
}

test("XML beside the images", async () => {
  const folder = await folderOf({ "b.jpg": image, "b.xml": xml("b.jpg"), "a.jpg": image, "a.xml": xml("a.jpg") });
  const { dataset, warnings, source } = await read(folder);
  expect(warnings).toEqual([]);
  expect(source).toBe(`LabelImg / Pascal VOC XML in ${folder}`);
  expect(dataset).toEqual({
    classes: ["cat"],
    images: ["a.jpg", "b.jpg"].map((name, i) => ({
      id: i + 1,
      file: join(folder, name),
      width: 100,
      height: 80,
      objects: [{ class: 0, box: [10, 20, 30, 40] }],
    })),
  });
});

test("a folder of XML next to a folder of images, with ImageSets as splits", async () => {
  const folder = await folderOf({
    "JPEGImages/a.jpg": image,
    "JPEGImages/b 2.jpg": image,
    "JPEGImages/c.jpg": image,
    "SegmentationClass/a.png": image,
    "Annotations/a.xml": xml("a.jpg"),
    "Annotations/b 2.xml": xml("b 2.jpg"),
    "Annotations/c.xml": xml("c.jpg"),
    "ImageSets/Main/train.txt": "a\n",
    "ImageSets/Main/val.txt": "b 2\r\n",
    "ImageSets/Main/trainval.txt": "a\nb 2\n",
    "ImageSets/Main/cat_train.txt": "a  1\n",
    "ImageSets/Main/test.txt": "c\ngone\n",
  });
  const expected = {
    images: [
      ["a.jpg", "train", 1],
      ["b 2.jpg", "val", 1],
      ["c.jpg", "test", 1],
    ],
    warnings: [
      'names in split lists without an image: 1 ("gone" in ./ImageSets/Main/test.txt)',
      "masks of classes, passed by, which label import --from masks reads in place of XML: 1 (./SegmentationClass/a.png)",
    ],
    classes: ["cat"],
  };
  expect(await summary(folder)).toEqual(expected);
  const fromXmlFolder = await read(join(folder, "Annotations"));
  expect(fromXmlFolder.dataset.images.map(({ split }) => split)).toEqual(["train", "val", "test"]);
});

test("train_labels.csv and test_labels.csv as splits", async () => {
  const folder = await folderOf({
    "images/a.jpg": image,
    "images/b, c.jpg": image,
    "annotations/a.xml": xml("a.jpg"),
    "annotations/b, c.xml": xml("b, c.jpg"),
    "train_labels.csv": "filename,width,height,class\na.jpg,1,1,cat\na.jpg,1,1,cat\n",
    "test_labels.csv": 'width,filename,class\n1,"b, c.jpg",cat\n',
  });
  expect((await summary(folder)).images).toEqual([
    ["a.jpg", "train", 1],
    ["b, c.jpg", "test", 1],
  ]);
});

test("folders called train, valid and test as splits, the same names in each", async () => {
  const folder = await folderOf({
    "train/1.jpg": image,
    "train/1.xml": xml("1.jpg"),
    "valid/1.jpg": image,
    "valid/1.xml": labelImgXml("1.jpg", []),
    "labels/test/1.xml": labelImgXml("1.jpg", [
      ["dog", 1, 1, 9, 9],
      ["cat", 1, 1, 9, 9],
    ]),
    "images/test/1.jpg": image,
  });
  expect(await summary(folder)).toEqual({
    images: [
      ["1.jpg", "test", 2],
      ["1.jpg", "train", 1],
      ["1.jpg", "val", 0],
    ],
    warnings: [],
    classes: ["cat", "dog"],
  });
});

test("an image in two split lists is an error", async () => {
  const folder = await folderOf({
    "a.jpg": image,
    "a.xml": xml("a.jpg"),
    "ImageSets/Main/train.txt": "a",
    "ImageSets/Main/test.txt": "a",
  });
  await expect(read(folder)).rejects.toThrow(/a\.jpg: stands in .*test\.txt and .*train\.txt; an image belongs to one/);
});

test("an XML is its image's by name, by filename without extension, or by the last part of another machine's path", async () => {
  const folder = await folderOf({
    "same name.jpg": image,
    "same name.xml": xml("old name.jpg"),
    "two.jpg": image,
    "2.xml": xml("two"),
    "three.jpg": image,
    "3.xml": xml("C:\\photos\\three.jpg"),
    "four.JPG": image,
    "4.XML": xml("/home/x/four.JPG"),
    "five.jpg": image,
    "five.png": image,
    "five.xml": xml("five.png"),
  });
  const { images, warnings } = await summary(folder);
  expect(images).toEqual([
    ["five.jpg", undefined, 0],
    ["five.png", undefined, 1],
    ["four.JPG", undefined, 1],
    ["same name.jpg", undefined, 1],
    ["three.jpg", undefined, 1],
    ["two.jpg", undefined, 1],
  ]);
  expect(warnings).toEqual(["images without XML, taken as backgrounds without objects: 1 (./five.jpg)"]);
});

test("an XML whose filename is another image counts as its namesake's, with a warning", async () => {
  const folder = await folderOf({
    "a.jpg": image,
    "a.xml": xml("b.jpg"),
    "b.jpg": image,
    "b.xml": labelImgXml("b.jpg", []),
  });
  const { images, warnings } = await summary(folder);
  expect(images).toEqual([
    ["a.jpg", undefined, 1],
    ["b.jpg", undefined, 0],
  ]);
  expect(warnings).toEqual(['XML files whose "filename" is another image, taken by their own name: 1 (./a.xml)']);
});

test("missing images and missing XML are counted, with the first of each named", async () => {
  const folder = await folderOf({
    "a.jpg": image,
    "a.xml": xml("a.jpg"),
    "b.jpg": image,
    "c.jpg": image,
    "x.xml": xml("x.jpg"),
    "y.xml": xml("y.jpg"),
    "elsewhere/logo.jpg": image,
  });
  const { images, warnings } = await summary(folder);
  expect(images.map(([name]) => name)).toEqual(["a.jpg", "b.jpg", "c.jpg"]);
  expect(warnings).toEqual([
    'XML files without an image, left out: 2 (first: ./x.xml ("x.jpg"))',
    "images without XML, taken as backgrounds without objects: 2 (first: ./b.jpg)",
  ]);
});

test("two XML files for one image, and XML without any image, are errors", async () => {
  const twice = await folderOf({ "a.jpg": image, "a.xml": xml("a.jpg"), "old/a.xml": xml("a.jpg") });
  await expect(read(twice)).rejects.toThrow(/old\/a\.xml: belongs to .*a\.jpg, as .*a\.xml does; keep one of them/);
  const none = await folderOf({ "x/labels/a.xml": xml("a.jpg"), "x/labels/b.xml": xml("b.jpg") });
  await expect(read(join(none, "x/labels"))).rejects.toThrow(
    /none of 2 XML files has its image in here \(first: .*a\.xml\)/,
  );
});

test("several broken files are told of together, the first by name", async () => {
  const folder = await folderOf({
    "a.jpg": image,
    "a.xml": xml("a.jpg"),
    "b.xml": "",
    "c.xml": "<annotation>",
    "d.xml": "<a/>",
  });
  await expect(read(folder)).rejects.toThrow(/b\.xml: the file is empty \(and 2 more files with errors\)$/);
});

test("files in UTF-16 and with a byte order mark are read", async () => {
  const text = labelImgXml("кот.jpg", [["кот", 10, 20, 30, 40]]);
  const folder = await folderOf({
    "кот.jpg": image,
    "2.jpg": image,
    "кот.xml": Buffer.from(`\ufeff${text}`, "utf16le"),
    "2.xml": `\ufeff${text}`,
  });
  const { classes, images } = await summary(folder);
  expect(classes).toEqual(["кот"]);
  expect(images).toHaveLength(2);
});
