import { describe, expect, test } from "vitest";
import { readDataset } from "../../src/data/readDataset.ts";
import { folderOf, jpeg, labelImgXml } from "./helpers.ts";

// What goes wrong in folders of LabelImg that several people have filled over a year, each trap by itself, through the
// same door as `label import`. How the pieces work is tested beside them (vocXml, voc, placeLabels).

const image = await jpeg(100, 80);
const cat = (filename: string, box: [number, number, number, number] = [10, 20, 30, 40]) =>
  labelImgXml(filename, [["cat", ...box]]);

async function read(files: Record<string, string | Uint8Array>) {
  const folder = await folderOf(files);
  const { dataset, warnings } = await readDataset(folder).catch((error: unknown) => {
    throw new Error(String(error).replaceAll(folder, "."));
  });
  const boxes = dataset.images.map(({ objects }) => objects.map(({ box }) => box));
  return { dataset, boxes, warnings: warnings.map((line) => line.replaceAll(folder, ".")) };
}

/** One image of 100 x 80 with this XML. */
const readOne = (xml: string | Uint8Array, photo: Uint8Array = image) => read({ "a.jpg": photo, "a.xml": xml });

const OK = { boxes: [[[10, 20, 30, 40]]], warnings: [] };

describe("which image an XML is of", () => {
  test("filename without extension", async () => {
    expect(await read({ "a.jpg": image, "labels/1.xml": cat("a") })).toMatchObject(OK);
  });

  test("filename of another folder", async () => {
    expect(await read({ "a.jpg": image, "labels/1.xml": cat("elsewhere/a.jpg") })).toMatchObject(OK);
  });

  test.each(["/home/anna/photos/a.jpg", "C:\\Users\\anna\\a.jpg", "\\\\server\\share\\a.jpg"])(
    "absolute path of another machine: %s",
    async (path) => {
      expect(await read({ "a.jpg": image, "labels/1.xml": cat(path) })).toMatchObject(OK);
    },
  );

  test("filename out of date: the image was renamed together with its XML", async () => {
    expect(await read({ "a.jpg": image, "a.xml": cat("IMG_0001.JPG") })).toMatchObject(OK);
  });

  test("the same image twice under two names: both are kept, each with its own labels", async () => {
    const { boxes, warnings } = await read({
      ...{ "a.jpg": image, "a.xml": cat("a.jpg") },
      ...{ "a copy.jpg": image, "a copy.xml": cat("a.jpg", [50, 20, 60, 40]) },
    });
    expect(boxes).toEqual([[[50, 20, 60, 40]], [[10, 20, 30, 40]]]); // prettier-ignore
    expect(warnings).toEqual([
      'XML files whose "filename" is another image, taken by their own name: 1 (./a copy.xml)',
    ]);
  });

  test("an image without XML is a background, and counted: it may be forgotten", async () => {
    const { boxes, warnings } = await read({ "a.jpg": image, "a.xml": cat("a.jpg"), "b.jpg": image });
    expect(boxes).toEqual([[[10, 20, 30, 40]], []]); // prettier-ignore
    expect(warnings).toEqual(["images without XML, taken as backgrounds without objects: 1 (./b.jpg)"]);
  });

  test("an XML without image is left out, and counted", async () => {
    const { boxes, warnings } = await read({ "a.jpg": image, "a.xml": cat("a.jpg"), "b.xml": cat("b.jpg") });
    expect(boxes).toEqual(OK.boxes);
    expect(warnings).toEqual(['XML files without an image, left out: 1 (./b.xml ("b.jpg"))']);
  });
});

describe("coordinates", () => {
  test("tags in any order", async () => {
    const shuffled = cat("a.jpg").replace(
      /<bndbox>[^]*<\/bndbox>/,
      "<bndbox><ymax>40</ymax><xmin>10</xmin><xmax>30</xmax><ymin>20</ymin></bndbox>",
    );
    expect(await readOne(shuffled)).toMatchObject(OK);
  });

  test("xmin and ymax swapped: ymax above ymin is an error that names file, object and numbers", async () => {
    // xmin 40, ymax 10 in place of 10 and 40
    await expect(readOne(cat("a.jpg", [40, 20, 30, 10]))).rejects.toThrow(
      "./a.xml: object 1: xmax (30) must exceed xmin (40)",
    );
    await expect(readOne(cat("a.jpg", [10, 60, 30, 40]))).rejects.toThrow(
      "./a.xml: object 1: ymax (40) must exceed ymin (60)",
    );
  });

  test("floats are taken as they stand", async () => {
    expect((await readOne(cat("a.jpg", [10.25, 20.5, 30.75, 40.125]))).boxes).toEqual([[[10.25, 20.5, 30.75, 40.125]]]);
  });

  test("partly outside the image: clipped, and counted", async () => {
    const { boxes, warnings } = await readOne(cat("a.jpg", [90, 70, 120, 95]));
    expect(boxes).toEqual([[[90, 70, 100, 80]]]);
    expect(warnings).toEqual([
      "boxes partly outside their image, clipped: 1 (./a.xml: object 1 in an image of 100 x 80)",
    ]);
  });

  test("all outside the image: left out, and counted", async () => {
    const { boxes, warnings } = await readOne(cat("a.jpg", [110, 90, 120, 95]));
    expect(boxes).toEqual([[]]);
    expect(warnings).toEqual(["boxes outside their image, left out: 1 (./a.xml: object 1 in an image of 100 x 80)"]);
  });

  test("zero area: left out, and counted", async () => {
    const { boxes, warnings } = await readOne(cat("a.jpg", [10, 20, 10, 40]));
    expect(boxes).toEqual([[]]);
    expect(warnings).toEqual(["boxes without an area, left out: 1 (./a.xml: object 1)"]);
  });

  test("tiny: a box of one pixel is kept", async () => {
    expect(await readOne(cat("a.jpg", [10, 20, 11, 21]))).toMatchObject({ boxes: [[[10, 20, 11, 21]]], warnings: [] });
  });

  test("0-based against 1-based: LabelImg's 1 is 0, the VOC devkit's minima lose 1", async () => {
    const xml = cat("a.jpg", [1, 20, 30, 40]);
    expect((await readOne(xml)).boxes).toEqual([[[0, 20, 30, 40]]]);
    const devkit = xml.replace("Unknown", "The VOC2012 Database");
    expect((await readOne(devkit)).boxes).toEqual([[[0, 19, 30, 40]]]);
  });
});

describe("the size tag", () => {
  test("0 x 0, as old versions wrote for images they could not measure: the image's own counts", async () => {
    expect(await readOne(labelImgXml("a.jpg", [["cat", 10, 20, 30, 40]], [0, 0]))).toMatchObject(OK);
  });

  test("of the photo as stored, before EXIF turned it: the boxes are turned with it", async () => {
    // Stored 100 x 80, shown 80 x 100 after a quarter turn clockwise: x becomes y, and y counts from the right.
    const { dataset, boxes, warnings } = await readOne(cat("a.jpg"), await jpeg(100, 80, 6));
    expect(dataset.images[0]).toMatchObject({ width: 80, height: 100 });
    expect(boxes).toEqual([[[40, 10, 60, 30]]]);
    expect(warnings).toEqual(["labels of photos as stored, turned with the photo's EXIF orientation: 1 (./a.xml)"]);
  });

  test("of the photo as shown: the boxes stay", async () => {
    const xml = labelImgXml("a.jpg", [["cat", 10, 20, 30, 40]], [80, 100]);
    expect(await readOne(xml, await jpeg(100, 80, 6))).toMatchObject(OK);
  });
});

describe("marks and class names", () => {
  test("verified and difficult are kept", async () => {
    const xml = cat("a.jpg").replace("<annotation>", '<annotation verified="yes">').replace("cult>0", "cult>1");
    const { dataset } = await readOne(xml);
    expect(dataset.images[0]).toMatchObject({ verified: true, objects: [{ difficult: true }] });
  });

  test('"cat" and "CAT" are two classes, and warned of; "cat" between spaces or line breaks is the same', async () => {
    const readNames = async (...names: string[]) => {
      const { dataset, warnings } = await readOne(
        labelImgXml(
          "a.jpg",
          names.map((name) => [name, 1, 2, 30, 40]),
        ),
      );
      return { classes: dataset.classes, warnings };
    };
    expect(await readNames("cat", "CAT")).toEqual({
      classes: ["CAT", "cat"],
      warnings: ['classes that differ in case alone, kept apart: 1 ("CAT" and "cat")'],
    });
    expect(await readNames("cat", "\n\t\tcat\n", "zebra", "\u00a0ant ")).toEqual({
      classes: ["ant", "cat", "zebra"],
      warnings: [
        'class names with white space around them, trimmed: 1 (classes: "\u00a0ant ")',
        'classes whose names differ in outer white space or Unicode form alone, merged: 1 (classes: "cat" and "\\n\\t\\tcat\\n")',
      ],
    });
  });

  test("a typo makes a class of its own", async () => {
    const xml = labelImgXml("a.jpg", [
      ["raccoon", 1, 2, 30, 40],
      ["racoon", 1, 2, 30, 40],
    ]);
    expect((await readOne(xml)).dataset.classes).toEqual(["raccoon", "racoon"]);
  });
});

describe("files that are no good XML", () => {
  test("empty", async () => {
    await expect(readOne("")).rejects.toThrow("./a.xml: the file is empty");
  });

  test("truncated", async () => {
    await expect(readOne(cat("a.jpg").slice(0, 300))).rejects.toThrow(
      /\.\/a\.xml: is not well-formed XML: line \d+: the file ends before <\/annotation>/,
    );
  });

  test("an XML bomb", async () => {
    const entities = Array.from({ length: 30 }, (_, i) => `<!ENTITY e${i + 1} "&e${i};&e${i};">`).join("");
    const bomb = `<?xml version="1.0"?><!DOCTYPE a [<!ENTITY e0 "ha">${entities}]><annotation>&e30;</annotation>`;
    await expect(readOne(bomb)).rejects.toThrow("./a.xml: has a DOCTYPE, which label files never need; remove it");
  });

  test("a DOCTYPE that would fetch a file", async () => {
    const xml = `<!DOCTYPE annotation [<!ENTITY x SYSTEM "file:///etc/passwd">]>${cat("&x;")}`;
    await expect(readOne(xml)).rejects.toThrow("./a.xml: has a DOCTYPE, which label files never need; remove it");
  });
});

describe("encodings", () => {
  const xml = cat("a.jpg").replace("cat", "кот 🐈");
  test.each([
    ["a byte order mark", Buffer.from(`\ufeff${xml}`)],
    ["UTF-16, little end first", Buffer.from(`\ufeff${xml}`, "utf16le")],
    ["UTF-16, big end first", Buffer.from(`\ufeff${xml}`, "utf16le").swap16()],
    ["UTF-16 without a mark", Buffer.from(xml, "utf16le")],
  ])("%s", async (_, bytes) => {
    const { dataset, boxes } = await readOne(bytes);
    expect(dataset.classes).toEqual(["кот 🐈"]);
    expect(boxes).toEqual(OK.boxes);
  });
});
