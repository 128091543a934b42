import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import fc from "fast-check";
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { AnchorkitError } from "../../../../src/base/errors.ts";
import type { Dataset, LabelledObject } from "../../../../src/data/dataset.ts";
import { exportLabels } from "../../../../src/data/exportLabels.ts";
import { readLabelPixels } from "../../../../src/data/formats/masks/labelPixels.ts";
import { readDataset } from "../../../../src/data/readDataset.ts";
import { maskDatasetFromDirectory } from "../../../../src/data/directories/maskDataset.ts";
import { encodeMask } from "../../../../src/geometry/masks/encodeMask.ts";
import { maskBox } from "../../../../src/geometry/masks/maskExtent.ts";
import { tidyClassName } from "../../../../src/data/placing/classNames.ts";
import { folderOf, jpeg, labelImgXml } from "../../helpers.ts";
import { labelPng } from "../../labelPng.ts";

const [WIDTH, HEIGHT] = [10, 8];
const image = await jpeg(WIDTH, HEIGHT);

/** x, y, width, height and value of a rectangle. */
type Rectangle = readonly [x: number, y: number, width: number, height: number, value: number];

/** Values of pixels: 0, and rectangles of others. */
function pixels(...rectangles: Rectangle[]): number[] {
  const values = new Array<number>(WIDTH * HEIGHT).fill(0);
  for (const [x, y, width, height, value] of rectangles) {
    for (let row = y; row < y + height; row++) values.fill(value, row * WIDTH + x, row * WIDTH + x + width);
  }
  return values;
}

function grey(...rectangles: Rectangle[]): Promise<Buffer> {
  const raw = { width: WIDTH, height: HEIGHT, channels: 1 } as const;
  return sharp(Uint8Array.from(pixels(...rectangles)), { raw })
    .toColourspace("b-w")
    .png()
    .toBuffer();
}

function grey16(...rectangles: Rectangle[]): Promise<Buffer> {
  const raw = { width: WIDTH, height: HEIGHT, channels: 1 } as const;
  return sharp(Uint16Array.from(pixels(...rectangles)), { raw })
    .toColourspace("grey16")
    .png()
    .toBuffer();
}

/** Values are colours, red * 65536 + green * 256 + blue. */
function rgb(...rectangles: Rectangle[]): Promise<Buffer> {
  const bytes = pixels(...rectangles).flatMap((value) => [value >> 16, (value >> 8) & 255, value & 255]);
  return sharp(Uint8Array.from(bytes), { raw: { width: WIDTH, height: HEIGHT, channels: 3 } })
    .png()
    .toBuffer();
}

/** A PNG of so many bits a pixel, with a palette, or without one of grey values. */
function png(bits: 1 | 2 | 4 | 8, colours: number[] | undefined, ...rectangles: Rectangle[]): Buffer {
  const values = pixels(...rectangles);
  const rows = Array.from({ length: HEIGHT }, (_, y) => values.slice(y * WIDTH, (y + 1) * WIDTH));
  return labelPng(bits, colours, rows);
}

/** What is read of a folder with these files. */
async function summary(files: Record<string, string | Uint8Array>, from?: "masks") {
  const folder = await folderOf(files);
  const { dataset, warnings, format } = await readDataset(folder, from && { from });
  const images = dataset.images.map(({ file, split, objects }) => {
    for (const { box, segmentation } of objects) {
      expect(segmentation && !Array.isArray(segmentation) && maskBox(segmentation)).toEqual(box);
    }
    return [basename(file), split, ...objects.map(({ box, class: id }) => [dataset.classes[id], ...box])];
  });
  return { format, dataset, images, warnings: warnings.map((line) => line.replaceAll(folder, ".")) };
}

describe("classes", () => {
  const alone = expect.stringMatching(
    /^masks of classes without objects, where all pixels of a class .*: 1 \(/,
  ) as string;

  test("are grey values or indices of a palette, whatever its colours; 255 beside others is to be ignored", async () => {
    const rectangles: Rectangle[] = [[1, 2, 3, 4, 1], [6, 0, 2, 2, 3], [9, 7, 1, 1, 255]]; // prettier-ignore
    const masks = [
      ...[await grey(...rectangles), await grey16(...rectangles)],
      png(8, new Array<number>(256).fill(7), ...rectangles), // all colours are alike
    ];
    for (const mask of masks) {
      const { format, dataset, images, warnings } = await summary({ "images/a b.jpg": image, "masks/a b.png": mask });
      expect(format).toBe("masks");
      expect(images).toEqual([["a b.jpg", undefined, ["class 1", 1, 2, 4, 6], ["class 3", 6, 0, 8, 2]]]);
      const inside = Uint8Array.from(pixels([1, 2, 3, 4, 1]));
      expect(dataset.images[0]?.objects[0]?.segmentation).toEqual(encodeMask(inside, HEIGHT, WIDTH));
      const ignored = encodeMask(Uint8Array.from(pixels([9, 7, 1, 1, 1])), HEIGHT, WIDTH);
      expect(dataset.images[0]?.ignored).toEqual(ignored);
      expect(warnings).toEqual([alone]);
    }
  });

  test("are one where masks hold 0 and 255, or 0 and 1, alone, also as RGB or one bit", async () => {
    const white = await grey([1, 2, 3, 4, 255]);
    const bits = ([1, 2, 4, 8] as const).map((depth) => png(depth, undefined, [1, 2, 3, 4, 1]));
    for (const mask of [white, await rgb([1, 2, 3, 4, 0xffffff]), ...bits]) {
      expect((await summary({ "a.jpg": image, "a_mask.png": mask })).images).toEqual([
        ["a.jpg", undefined, ["object", 1, 2, 4, 6]],
      ]);
    }
  });

  test("of 16 bits are what they are; white beside others is to be ignored, and alone is the one class", async () => {
    const files = { "images/a.jpg": image, "masks/a.png": await grey16([1, 2, 3, 4, 300], [6, 0, 2, 2, 2], [9, 7, 1, 1, 65_535]) }; // prettier-ignore
    const { dataset, images } = await summary(files);
    expect(images).toEqual([["a.jpg", undefined, ["class 2", 6, 0, 8, 2], ["class 300", 1, 2, 4, 6]]]);
    expect(dataset.images[0]?.ignored).toEqual(encodeMask(Uint8Array.from(pixels([9, 7, 1, 1, 1])), HEIGHT, WIDTH));
    const white = await summary({ ...files, "masks/a.png": await grey16([1, 2, 3, 4, 65_535]) });
    expect(white.images).toEqual([["a.jpg", undefined, ["object", 1, 2, 4, 6]]]);
    expect(white.dataset.images[0]).not.toHaveProperty("ignored");
  });

  test("of 2 and 4 bits are what they are, grey or of a palette", async () => {
    for (const depth of [2, 4] as const) {
      for (const colours of [undefined, [0, 0xff, 0xff00, 0xff0000]]) {
        const mask = png(depth, colours, [1, 2, 3, 4, 2], [6, 0, 2, 2, 3]);
        expect((await summary({ "images/a.jpg": image, "masks/a.png": mask })).images).toEqual([
          ["a.jpg", undefined, ["class 2", 1, 2, 4, 6], ["class 3", 6, 0, 8, 2]],
        ]);
      }
    }
  });

  test("have the names of Roboflow's _classes.csv", async () => {
    const { dataset, images, warnings } = await summary({
      "_classes.csv": 'Pixel Value, Class\n 0, background\n 2, "cat, ""red"""\n 1, кот 🐈\n',
      "train/a.jpg": image,
      "train/a_mask.png": await grey([1, 2, 3, 4, 1], [6, 0, 2, 2, 2], [9, 7, 1, 1, 4]),
    });
    expect(dataset.classes).toEqual(['cat, "red"', "кот 🐈", "class 4"]);
    expect(images).toEqual([
      ["a.jpg", "train", ["кот 🐈", 1, 2, 4, 6], ['cat, "red"', 6, 0, 8, 2], ["class 4", 9, 7, 10, 8]],
    ]);
    expect(warnings).toEqual([
      "values of masks that the list of classes lacks, read as classes; add them to it, or correct the masks: 1 (./train/a_mask.png: class 4)",
      alone,
    ]);
  });

  test("are colours, with the names of CVAT's labelmap.txt or of a table, or called by them", async () => {
    const rectangles: Rectangle[] = [[1, 2, 3, 4, 0xff0010], [6, 0, 2, 2, 0x0a0a0a], [9, 7, 1, 1, 0xe0e0c0]]; // prettier-ignore
    const files = { "images/a.jpg": image, "masks/a.png": await rgb(...rectangles) };
    const boxes = [[6, 0, 8, 2], [1, 2, 4, 6]] as const; // prettier-ignore
    expect((await summary(files)).images).toEqual([
      ["a.jpg", undefined, ["#0a0a0a", ...boxes[0]], ["#ff0010", ...boxes[1]]],
    ]);
    const lists = {
      "labelmap.txt": "# label:color_rgb:parts:actions\nbackground:0,0,0::\ncat:255,0,16::\na:b:10,10,10::\n",
      "class_dict.csv": "name, r, g, b\ncat,255,0,16\na:b,10,10,10\n",
    };
    for (const [name, text] of Object.entries(lists)) {
      const { dataset, images } = await summary({ ...files, [name]: text });
      expect(dataset.classes).toEqual(["cat", "a:b"]);
      expect(images).toEqual([["a.jpg", undefined, ["a:b", ...boxes[0]], ["cat", ...boxes[1]]]]);
    }
    // The colours of a palette count where the list is of colours.
    const indexed = png(8, [0, 0xff0010, 0x0a0a0a, 0xe0e0c0], [1, 2, 3, 4, 1], [6, 0, 2, 2, 2], [9, 7, 1, 1, 3]);
    expect((await summary({ ...files, "labelmap.txt": lists["labelmap.txt"], "masks/a.png": indexed })).images).toEqual(
      [["a.jpg", undefined, ["a:b", ...boxes[0]], ["cat", ...boxes[1]]]],
    );
  });
});

describe("objects", () => {
  test("of the VOC devkit have the class of their pixels, its names, and the splits of ImageSets/Segmentation", async () => {
    const colours = Array.from({ length: 256 }, (_, i) => i * 0x010203);
    const { dataset, images, warnings } = await summary({
      "JPEGImages/a.jpg": image,
      "JPEGImages/none.jpg": image,
      "SegmentationClass/a.png": png(8, colours, [1, 2, 3, 4, 8], [6, 0, 2, 2, 8], [9, 6, 1, 2, 255], [0, 0, 1, 1, 20]),
      "SegmentationObject/a.png": png(8, colours, [1, 2, 3, 4, 1], [6, 0, 2, 2, 2], [9, 6, 1, 2, 255], [0, 7, 1, 1, 9]),
      "ImageSets/Segmentation/val.txt": "a\r\n",
    });
    expect(images).toEqual([["a.jpg", "val", ["cat", 1, 2, 4, 6], ["cat", 6, 0, 8, 2], ["tvmonitor", 0, 0, 1, 1]]]);
    expect(dataset.images[0]?.ignored).toEqual(encodeMask(Uint8Array.from(pixels([9, 6, 1, 2, 1])), HEIGHT, WIDTH));
    expect(warnings).toEqual([
      "images without a mask, left out: 1 (./JPEGImages/none.jpg)",
      "objects that the mask of classes calls background, left out: 1 (./SegmentationClass/a.png: object 9)",
    ]);
  });

  test("alone are of one class", async () => {
    const objects = { "instances/x.png": await grey([1, 2, 3, 4, 1], [6, 0, 2, 2, 255]), "images/x.jpg": image };
    expect((await summary(objects)).images).toEqual([["x.jpg", undefined, ["object", 1, 2, 4, 6], ["object", 6, 0, 8, 2]]]); // prettier-ignore
    const named = await summary({ ...objects, "_classes.csv": "Pixel Value,Class\n0,background\n1,nucleus\n" });
    expect(named.images).toEqual([["x.jpg", undefined, ["nucleus", 1, 2, 4, 6], ["nucleus", 6, 0, 8, 2]]]);
    expect(named.dataset.classes).toEqual(["nucleus"]);
  });
});

test("masks are found in folders that are alike otherwise, and those of photos that EXIF turns are turned", async () => {
  const files = {
    "images/train/a.jpg": await jpeg(HEIGHT, WIDTH, 6),
    "masks/train/a.png": await grey([1, 2, 3, 4, 1]),
    "b/val/images/a.jpg": image,
    "b/val/masks/a.png": await grey([5, 2, 3, 4, 1]),
    "masks/lonely.png": await grey(),
  };
  const { images, warnings } = await summary(files);
  expect(images).toEqual([
    ["a.jpg", "val", ["object", 5, 2, 8, 6]],
    ["a.jpg", "train", ["object", 1, 2, 4, 6]],
  ]);
  expect(warnings[0]).toBe("masks without an image, left out: 1 (./masks/lonely.png)");
  const stored = await jpeg(WIDTH, HEIGHT, 6);
  const turned = await summary({ "images/a.jpg": stored, "masks/a.png": await grey([1, 2, 3, 4, 1]) });
  expect(turned.images).toEqual([["a.jpg", undefined, ["object", 2, 1, 6, 4]]]);
});

test("masks beside XML are an addition to it", async () => {
  const files = { "images/a.jpg": image, "masks/a.png": await grey([1, 2, 3, 4, 1]) };
  const xml = "<annotation><object><name>cat</name><bndbox><xmin>1</xmin><ymin>1</ymin><xmax>5</xmax><ymax>5</ymax></bndbox></object></annotation>"; // prettier-ignore
  expect((await readDataset(await folderOf({ ...files, "images/a.xml": xml }))).format).toBe("voc");
});

/** A PNG whose header says that it has a palette, which it has not. */
const withoutPalette = ((whole: Buffer) => {
  const at = whole.indexOf("PLTE") - 4;
  return Buffer.concat([whole.subarray(0, at), whole.subarray(at + 12 + whole.readUInt32BE(at))]);
})(png(8, [0, 0xff0010], [1, 2, 3, 4, 1]));

const [black, red, small] = [await grey(), await rgb([1, 1, 1, 1, 0xff0000]), await jpeg(3, 4)];

describe("layouts", () => {
  test("of the Data Science Bowl: a folder for each image, a mask for each object; or a folder of masks for each image", async () => {
    const parts = { "x1.png": await grey([1, 2, 3, 4, 255]), "x2.png": await rgb([6, 0, 2, 2, 0xffffff]) };
    const files = (folder: string) => Object.fromEntries(Object.entries(parts).map(([name, part]) => [folder + name, part])); // prettier-ignore
    const objects = [["object", 1, 2, 4, 6], ["object", 6, 0, 8, 2]]; // prettier-ignore
    const bowl = { "a/images/a.png": image, ...files("a/masks/"), "b/images/b.png": image, "b/masks/y.png": await grey([0, 0, 2, 2, 1]) }; // prettier-ignore
    const { images, warnings, format } = await summary(bowl);
    expect(images).toEqual([["a.png", undefined, ...objects], ["b.png", undefined, ["object", 0, 0, 2, 2]]]); // prettier-ignore
    expect([format, warnings]).toEqual(["masks", []]);
    for (const folder of ["masks/train/a/", "train_masks/a/"]) {
      const photo = folder.startsWith("masks") ? "images/train/a.jpg" : "train_images/a.jpg";
      expect((await summary({ [photo]: image, ...files(folder) })).images).toEqual([["a.jpg", "train", ...objects]]);
    }
  });

  test("with a mask for each object: objects may overlap; of what is empty, has several values or is too many is told", async () => {
    const parts = {
      "a/masks/1.png": await grey([1, 2, 3, 4, 255]),
      "a/masks/2.png": await grey([2, 2, 3, 4, 200], [5, 3, 1, 1, 77]),
      "a/masks/3.png": await grey(),
    };
    const { images, warnings } = await summary({ "a/images/a.png": image, ...parts });
    expect(images).toEqual([["a.png", undefined, ["object", 1, 2, 4, 6], ["object", 2, 2, 6, 6]]]);
    expect(warnings).toEqual([
      "masks of one object with several values, all read as inside: 1 (./a/masks/2.png)",
      "masks of an object without a pixel, left out: 1 (./a/masks/3.png)",
    ]);
    const both = await summary({ "images/a.png": image, "masks/a.png": await grey([0, 0, 1, 1, 1]), "masks/a/1.png": await grey([1, 1, 1, 1, 1]) }); // prettier-ignore
    expect(both.images).toEqual([["a.png", undefined, ["object", 0, 0, 1, 1]]]);
    expect(both.warnings[0]).toBe(
      "masks of single objects of an image that has another mask, left out: 1 (./masks/a/1.png)",
    );
    const other = { ...parts, "a/masks/4.png": await jpeg(9, 8), "a/images/a.png": image };
    await expect(summary(other)).rejects.toThrow(
      /masks.4\.png: has 9 x 8 pixels, .*masks.1\.png 10 x 8; save both as large as their image$/,
    );
  });

  test("of CamVid: train beside train_labels with names in _L, and class_dict.csv, whose black is no class", async () => {
    const { images, format, dataset } = await summary({
      "class_dict.csv": "name,r,g,b\nCar,64,0,128\nSky,128,128,128\nVoid,0,0,0\n",
      ...{ "train/a_L.png": image, "train_labels/a_L_L.png": await rgb([1, 2, 3, 4, 0x400080]) },
      ...{ "val/b.png": image, "val_labels/b_L.png": await rgb([6, 0, 2, 2, 0x808080]) },
      ...{ "test/c.png": image, "testannot/c.png": await rgb([6, 0, 2, 2, 0x808080]) },
    });
    expect([format, dataset.classes]).toEqual(["masks", ["Car", "Sky"]]);
    expect(images).toEqual([
      ["c.png", "test", ["Sky", 6, 0, 8, 2]],
      ["a_L.png", "train", ["Car", 1, 2, 4, 6]],
      ["b.png", "val", ["Sky", 6, 0, 8, 2]],
    ]);
  });

  test("with a class that is called void or the like: its pixels are to be ignored, black if little is", async () => {
    const ignoredIn = async (list: string, ...rectangles: Rectangle[]) => {
      const files = { "images/a.jpg": image, "masks/a.png": await grey(...rectangles) };
      const { dataset, images, warnings } = await summary({ ...files, "_classes.csv": `Pixel Value,Class\n${list}` });
      return { classes: dataset.classes, objects: images[0]?.length, ignored: dataset.images[0]?.ignored, warnings };
    };
    const upper: Rectangle = [0, 0, 10, 3, 1];
    const lower: Rectangle = [0, 3, 10, 5, 2];
    const third = encodeMask(Uint8Array.from(pixels([0, 3, 10, 5, 1])), HEIGHT, WIDTH);
    for (const name of ["void", "Unlabelled", "__ignore__", "don't care", "DO_NOT_CARE", "unlabeled"]) {
      expect(await ignoredIn(`0,background\n1,cat\n2,${name}\n`, upper, lower)).toEqual({
        ...{ classes: ["cat"], objects: 3, ignored: third },
        warnings: [
          `classes of the list whose pixels are read as to be ignored, after their names: 1 ("${name}")`,
          expect.stringContaining("all pixels of a class"),
        ],
      });
    }
    const black = { classes: ["cat", "sky"], objects: 4 };
    const nine: Rectangle = [0, 3, 10, 4, 2];
    const last = encodeMask(Uint8Array.from(pixels([0, 7, 10, 1, 1])), HEIGHT, WIDTH);
    expect(await ignoredIn("0,void\n1,cat\n2,sky\n", upper, nine)).toMatchObject({ ...black, ignored: last });
    expect(await ignoredIn("0,void\n1,cat\n2,sky\n", [0, 0, 2, 3, 1], [4, 4, 2, 3, 2])).toEqual({
      ...{ ...black, ignored: undefined },
      warnings: [expect.stringContaining("all pixels of a class")],
    });
  });

  test("of Oxford's pets: trimaps, beside boxes of heads and lists", async () => {
    const trimap = await grey([0, 0, 10, 8, 2], [1, 2, 3, 4, 3], [2, 3, 1, 1, 1]);
    const files = {
      ...{ "images/Pug_1.jpg": image, "images/Pug_2.jpg": image },
      ...{ "annotations/trimaps/Pug_1.png": trimap, "annotations/trimaps/Pug_2.png": trimap },
      ...{ "annotations/trainval.txt": "Pug_1 1 2 1\n", "annotations/test.txt": "Pug_2 1 2 1\n" },
      "annotations/list.txt": "#Image CLASS-ID\nPug_1 1 2 1\nPug_2 1 2 1\n",
    };
    const { dataset, images, format } = await summary(files);
    expect(format).toBe("masks");
    const border = encodeMask(Uint8Array.from(pixels([1, 2, 3, 4, 1], [2, 3, 1, 1, 0])), HEIGHT, WIDTH);
    expect(dataset.images.map(({ ignored }) => ignored)).toEqual([border, border]);
    expect(images).toEqual([["Pug_1.jpg", "train", ["object", 2, 3, 3, 4]], ["Pug_2.jpg", "test", ["object", 2, 3, 3, 4]]]); // prettier-ignore
    const heads = { ...files, "annotations/xmls/Pug_1.xml": labelImgXml("Pug_1.jpg", [["dog", 1, 1, 4, 4]], [10, 8]) };
    expect((await readDataset(await folderOf(heads))).format).toBe("voc");
    expect((await summary(heads, "masks")).images).toEqual(images);
  });

  test("of Cityscapes: classes by number, objects and groups of them", async () => {
    const name = "gtFine/val/ulm/ulm_000000_000019_gtFine";
    const { images, format, dataset, warnings } = await summary({
      "leftImg8bit/val/ulm/ulm_000000_000019_leftImg8bit.png": image,
      [`${name}_labelIds.png`]: await grey(
        [0, 0, 10, 1, 1],
        [0, 1, 10, 3, 7],
        [1, 1, 2, 2, 26],
        [5, 5, 4, 2, 26],
        [0, 7, 1, 1, 24],
      ),
      [`${name}_instanceIds.png`]: await grey16(
        [0, 0, 10, 1, 1],
        [0, 1, 10, 3, 7],
        [1, 1, 2, 2, 26_000],
        [5, 5, 4, 2, 26],
        [0, 7, 1, 1, 24_001],
      ),
      [`${name}_color.png`]: image,
      [`${name}_polygons.json`]: '{"imgHeight": 8, "imgWidth": 10, "objects": []}',
    });
    expect(format).toBe("masks");
    expect(images).toEqual([
      [
        ...["ulm_000000_000019_leftImg8bit.png", "val"],
        ...[["road", 0, 1, 10, 4], ["person", 0, 7, 1, 8], ["car", 5, 5, 9, 7], ["car", 1, 1, 3, 3]], // prettier-ignore
      ],
    ]);
    expect(dataset.images[0]?.objects.map(({ crowd }) => crowd)).toEqual([undefined, undefined, true, undefined]);
    // unlabelled (0) and the ego vehicle (1)
    const labelled = Uint8Array.from(pixels([0, 1, 10, 3, 1], [5, 5, 4, 2, 1], [0, 7, 1, 1, 1]));
    expect(dataset.images[0]?.ignored).toEqual(encodeMask(labelled.map((inside) => 1 - inside), HEIGHT, WIDTH)); // prettier-ignore
    expect(warnings).toEqual([]);
  });

  test("of labelme's conversion to VOC: pictures for people are no masks, class_names.txt has the names", async () => {
    const { images, warnings } = await summary({
      "class_names.txt": "_background_\ncat\nbig dog\n",
      ...{ "JPEGImages/a.jpg": image, "SegmentationClassVisualization/a.jpg": image },
      "SegmentationClassPNG/a.png": await grey([1, 2, 3, 4, 2], [6, 0, 2, 2, 1]),
      "SegmentationObjectPNG/a.png": await grey([1, 2, 3, 4, 1], [6, 0, 2, 2, 2]),
      "SegmentationObjectVisualization/a.jpg": image,
    });
    expect(images).toEqual([["a.jpg", undefined, ["cat", 6, 0, 8, 2], ["big dog", 1, 2, 4, 6]]]);
    expect(warnings).toEqual([]);
  });

  test("that only look like masks are left to others: few pairs among many images, and pairs beside labels", async () => {
    const folders = {
      "dog/a.jpg": image,
      "dog/c.jpg": image,
      "dog/b.jpg": image,
      "cat/face.jpg": image,
      "cat/face_mask.jpg": image,
    };
    await expect(summary(folders)).rejects.toThrow(/could be a folder for each class or images with mask images/);
    const classes = {
      "with_mask/1.jpg": image,
      "no_mask/1.jpg": image,
      "with_mask/2.jpg": image,
      "no_mask/2.jpg": image,
    };
    expect((await readDataset(await folderOf(classes))).format).toBe("folders");
    const yolo = { "data.yaml": "train: images/train\nnames: [a]\n", "images/train/a.jpg": image, "labels/train/a.txt": "", "masks/train/a.png": image }; // prettier-ignore
    expect((await readDataset(await folderOf(yolo))).format).toBe("yolo");
  });
});

describe("masks that are not what they seem", () => {
  const [width, height, MIDDLE] = [100, 80, 128];
  const disc = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><rect width="100%" height="100%"/><circle cx="50" cy="40" r="10" fill="white"/></svg>`;
  const object = ["object", 40, 30, 60, 50];

  test("black and white that was blurred or saved as JPEG: the lighter half is inside", async () => {
    const photo = await jpeg(width, height);
    const blurred = await sharp(Buffer.from(disc)).removeAlpha().toColourspace("b-w").png().toBuffer();
    const sharpEdges = await sharp(blurred).threshold(MIDDLE).png().toBuffer();
    const asJpeg = await sharp(sharpEdges).jpeg({ quality: 70 }).toBuffer();
    const what = /^masks in black, grey and white, of which the lighter half is read as inside: 2 \(first: /;
    for (const [mask, name] of [
      [blurred, "a.png"],
      [asJpeg, "a.jpg"],
    ] as const) {
      // prettier-ignore
      const files = { "images/a.jpg": photo, [`masks/${name}`]: mask, "images/b.jpg": photo, "masks/b.png": sharpEdges };
      const { images, warnings } = await summary(files);
      expect(images).toEqual([["a.jpg", undefined, object], ["b.jpg", undefined, object]]); // prettier-ignore
      expect(warnings.filter((line) => what.test(line))).toHaveLength(1);
    }
    const parts = await summary({ "a/images/a.jpg": photo, "a/masks/1.png": blurred, "a/masks/2.jpg": asJpeg });
    expect(parts.images).toEqual([["a.jpg", undefined, object, object]]);
    expect(parts.warnings).toEqual([expect.stringMatching(/^masks of one object in black, grey and white, .*: 2 \(/)]);
  });

  test("other JPEGs are refused: numbers are blurred", async () => {
    const mask = await jpeg(10, 8);
    const message = /a\.(?:jpg|png): is a JPEG, which blurs numbers and colours; save masks as PNG$/;
    await expect(summary({ "images/a.jpg": image, "masks/a.jpg": mask })).rejects.toThrow(message);
    await expect(summary({ "images/a.jpg": image, "masks/a.png": mask })).rejects.toThrow(message); // whatever its name
    const webp = await sharp(await grey([1, 2, 3, 4, 1]))
      .webp()
      .toBuffer();
    await expect(summary({ "images/a.jpg": image, "masks/a.webp": webp })).rejects.toThrow(
      /a\.webp: is a lossy WebP, which blurs numbers and colours; save masks as PNG$/,
    );
    const lossless = await sharp(await grey([1, 2, 3, 4, 1]))
      .webp({ lossless: true })
      .toBuffer();
    const { images } = await summary({ "images/a.jpg": image, "masks/a.webp": lossless });
    expect(images).toEqual([["a.jpg", undefined, ["object", 1, 2, 4, 6]]]);
    await expect(summary({ "images/a.jpg": image, "instances/a.jpg": mask })).rejects.toThrow(
      /a\.jpg: is a JPEG, which blurs numbers; save masks as PNG$/,
    );
  });

  test("numbers from 1 on, up to another one in each image, are objects; with a list they are classes", async () => {
    const numbered = (last: number) =>
      grey(...Array.from({ length: last }, (_, i): Rectangle => [i % 10, Math.floor(i / 10), 1, 1, i + 1]));
    const files = { "a.jpg": image, "a_masks.png": await numbered(12), "b.jpg": image, "b_masks.png": await numbered(31) }; // prettier-ignore
    const { dataset, warnings } = await summary(files);
    expect(dataset.classes).toEqual(["object"]);
    expect(dataset.images.map(({ objects }) => objects.length)).toEqual([12, 31]);
    expect(warnings).toEqual([expect.stringMatching(/^masks with numbers from 1 on .* read as numbers of objects .*: 2/)]); // prettier-ignore
    const listed = await summary({ ...files, "_classes.csv": "Pixel Value,Class\n0,background\n1,cat\n" });
    expect(listed.dataset.classes).toHaveLength(31);
    const same = await summary({ "a.jpg": image, "a_masks.png": await numbered(31), "b.jpg": image, "b_masks.png": await numbered(31) }); // prettier-ignore
    expect(same.dataset.classes).toHaveLength(31);
  });

  test("grey that is stored as colours is the number of an object that it is", async () => {
    const { images, warnings } = await summary({ "images/a.jpg": image, "instances/a.png": await rgb([1, 2, 3, 4, 0x050505]) }); // prettier-ignore
    expect(images).toEqual([["a.jpg", undefined, ["object", 1, 2, 4, 6]]]);
    expect(warnings).toEqual([]);
    const { dataset } = await summary({ "images/a.jpg": image, "instances/a.png": await grey([0, 0, 1, 1, 1], [2, 2, 1, 1, 0]) }); // prettier-ignore
    expect(dataset.images[0]?.objects).toHaveLength(1);
  });

  test("a smaller copy of a mask is scaled; one of another shape is refused", async () => {
    const large = await jpeg(20, 16);
    const mask = await grey([1, 2, 3, 4, 1]);
    const { images, warnings } = await summary({ "images/a.jpg": large, "masks/a.png": mask });
    expect(images).toEqual([["a.jpg", undefined, ["object", 2, 4, 8, 12]]]);
    expect(warnings[1]).toMatch(/^images resized after they were labelled, boxes scaled: 1 /);
    await expect(summary({ "images/a.jpg": await jpeg(20, 20), "masks/a.png": mask })).rejects.toThrow(
      /masks.a\.png: the mask has 10 x 8 pixels, its image 20 x 20; save it as large as its image$/,
    );
    const turned = { "images/a.jpg": await jpeg(10, 8, 6), "masks/a.png": mask }; // of the photo as stored
    expect((await summary(turned)).images).toEqual([["a.jpg", undefined, ["object", 2, 1, 6, 4]]]);
  });
});

describe("errors name the file", () => {
  test.each<[files: Record<string, string | Uint8Array>, message: RegExp]>([
    [{ "images/a.jpg": image }, /: holds no masks for its 1 images; put them into images\/ and masks\/$/],
    [{ "images/a.jpg": image, "masks/a.png": "x" }, /masks\/a\.png: is no image/],
    [{ "images/a.jpg": image, "masks/a.png": "" }, /masks\/a\.png: cannot be decoded: the file is empty$/],
    [{ "images/a.jpg": image, "masks/a.png": withoutPalette }, /masks\/a\.png: is a PNG with a palette, and the palette is missing: damaged; save it again$/], // prettier-ignore
    [{ "images/a.jpg": image, "masks/a.png": withoutPalette, "labelmap.txt": "cat:1,2,3::" }, /masks\/a\.png: is a PNG with a palette, and/], // prettier-ignore
    [{ "images/a.jpg": image, "masks/a.png": png(8, [0, 0xff0010], [0, 0, 2, 2, 7]), "labelmap.txt": "cat:255,0,16::" }, /masks\/a\.png: has pixels of index 7 and a palette of 2 colours; save it again with a colour for each$/], // prettier-ignore
    [{ "images/a.jpg": image, "images/a.png": image, "masks/a.png": black }, /masks.a\.png: is the mask of .*a\.jpg and .*a\.png; rename/], // prettier-ignore
    [{ "images/a.jpg": image, "masks/a.png": image, "masks/a_mask.png": image }, /is a mask of the same image as/],
    [{ "images/a.jpg": image, "masks/a.png": black, "instances/a.png": small }, /instances\/a\.png: has 3 x 4 pixels, .*masks\/a\.png 10 x 8; save both as large as their image$/], // prettier-ignore
    [{ "images/a.jpg": image, "masks/a.png": red, "_classes.csv": "Pixel Value,Class\n1,cat" }, /masks\/a\.png: is a mask in colours, but the list of classes gives numbers$/], // prettier-ignore
    [{ "images/a.jpg": image, "masks/a.png": black, "_classes.csv": "Pixel Value,Class\n1,cat\n1,dog" }, /_classes\.csv: line 3: the value of "dog" is "cat" already$/], // prettier-ignore
    [{ "images/a.jpg": image, "masks/a.png": black, "_classes.csv": "Pixel Value,Class\n1.5,cat" }, /_classes\.csv: line 2: values must be whole numbers from 0 to 65535, got 1\.5$/], // prettier-ignore
    [{ "images/a.jpg": image, "masks/a.png": black, "labelmap.txt": "cat 1 2 3" }, /labelmap\.txt: line 1: expected name:r,g,b:parts:actions$/], // prettier-ignore
    [{ "images/a.jpg": image, "masks/a.png": black, "labelmap.txt": "cat:1,2,3::", "x.csv": "name,r,g,b\ndog,1,2,3" }, /x\.csv: lists other classes than .*labelmap\.txt$/], // prettier-ignore
  ])("%#", async (files, message) => {
    await expect(summary(files, "masks")).rejects.toThrow(message);
  });

  test("and masks that are called otherwise than their images are named", async () => {
    await expect(summary({ "images/a.jpg": image, "masks/b.png": image })).rejects.toThrow(
      /holds no masks for its 1 images; give .*masks.b\.png the name of its image, as .*images.a\.jpg has one$/,
    );
  });

  test("and a photo for a mask is refused", async () => {
    const noise = { width: 200, height: 200, channels: 3, background: "grey", noise: { type: "gaussian", sigma: 50 } } as const; // prettier-ignore
    const photo = await sharp({ create: noise }).png().toBuffer();
    const random = await summary({ "images/a.jpg": await jpeg(200, 200), "masks/a.png": photo }, "masks").catch(String);
    expect(random).toMatch(
      /a\.png: (?:has too many values for a mask: is it a photo\?|\d+ colours in the masks cannot be)/,
    );
  });
});

describe("written", () => {
  const box = (x1: number, y1: number, x2: number, y2: number): LabelledObject["box"] => [x1, y1, x2, y2];

  test("are masks, instances and the classes; what overlaps or has no outline is named", async () => {
    const folder = await folderOf({ "in/a.jpg": image });
    const objects = [
      { box: box(0, 0, 2, 2), class: 1, segmentation: [[0, 0, 2, 0, 2, 2, 0, 2]] },
      { box: box(0, 0, 4, 4), class: 0 },
      { box: box(0, 0, 2, 2), class: 0, segmentation: [[0, 0, 2, 0, 2, 2, 0, 2]], difficult: true },
    ];
    const record = {
      id: 1,
      file: join(folder, "in/a.jpg"),
      width: WIDTH,
      height: HEIGHT,
      objects,
      split: "val" as const,
    };
    const { warnings } = await exportLabels(
      { classes: ["a, b", "cat"], images: [record] },
      "masks",
      join(folder, "out"),
    );
    const values = async (name: string) => {
      const read = await readLabelPixels(join(folder, "out", name), { colours: false });
      return [...read.values.subarray(0, 6)];
    };
    expect(await values("masks/val/a.png")).toEqual([1, 1, 1, 1, 0, 0]);
    expect(await values("instances/val/a.png")).toEqual([3, 3, 2, 2, 0, 0]);
    const list = await readFile(join(folder, "out/_classes.csv"), "utf8");
    expect(list).toBe('Pixel Value,Class\n0,background\n1,"a, b"\n2,cat\n');
    expect(warnings.map((line) => line.replaceAll(folder, "."))).toEqual([
      "difficult marks that images with mask images cannot hold, left out: 1 (./in/a.jpg: object 3)",
      "objects without an outline, drawn as their boxes: 1 (./in/a.jpg: object 2)",
      "objects that overlap larger ones, which lose these pixels: 2 (first: ./in/a.jpg: object 1)",
      "objects of which no pixel is left, lost: 1 (./in/a.jpg: object 1)",
    ]);
  });

  test("are read by maskDatasetFromDirectory, too", async () => {
    const folder = await folderOf({ "in/a.jpg": image });
    const objects = [{ box: box(0, 0, 4, 4), class: 1 }];
    const images = [{ id: 1, file: join(folder, "in/a.jpg"), width: WIDTH, height: HEIGHT, objects }];
    await exportLabels({ classes: ["a", "b"], images }, "masks", join(folder, "out"));
    const batches = await maskDatasetFromDirectory(join(folder, "out"), { imageSize: [HEIGHT, WIDTH], classes: 3 });
    for await (const { masks } of batches) expect([...masks.subarray(0, 6)]).toEqual([2, 2, 2, 2, 0, 0]);
  });

  test("have 16 bits where there are many classes", async () => {
    const folder = await folderOf({ "in/a.jpg": image });
    const objects = [{ box: box(0, 0, 4, 4), class: 299 }, { box: box(5, 5, 6, 6), class: 254 }]; // prettier-ignore
    const images = [{ id: 1, file: join(folder, "in/a.jpg"), width: WIDTH, height: HEIGHT, objects }];
    const classes = Array.from({ length: 300 }, (_, i) => `n${i}`);
    await exportLabels({ classes, images }, "masks", join(folder, "out"));
    const { dataset } = await readDataset(join(folder, "out"));
    expect(dataset.images[0]?.objects.map((object) => dataset.classes[object.class])).toEqual(["n254", "n299"]);
  });

  test("keep pixels to ignore on top of objects, beside many classes and many objects, too", async () => {
    const folder = await folderOf({ "in/a.jpg": image });
    const ignored = encodeMask(Uint8Array.from(pixels([3, 0, 7, 8, 1])), HEIGHT, WIDTH);
    const record = { id: 1, file: join(folder, "in/a.jpg"), width: WIDTH, height: HEIGHT, ignored };
    for (const count of [2, 255, 300]) {
      const classes = Array.from({ length: count }, (_, i) => `n${i}`);
      const objects = [{ box: box(0, 0, 4, 4), class: count - 1 }, { box: box(0, 5, 1, 6), class: 0 }]; // prettier-ignore
      const out = join(folder, `out${count}`);
      const { warnings } = await exportLabels({ classes, images: [{ ...record, objects }] }, "masks", out);
      expect(warnings[1]).toMatch(/^images whose objects reach into pixels to ignore, and lose these: 1 \(/);
      const { dataset } = await readDataset(out);
      expect(dataset.classes).toEqual(classes);
      expect(dataset.images[0]?.ignored).toEqual(ignored);
      expect(dataset.images[0]?.objects.map(({ box: [, , x2] }) => x2)).toEqual([1, 3]);
    }
  });

  test("and read again, objects that do not overlap are as they were", async () => {
    const folder = await folderOf({ "in/a.jpg": image });
    const className = fc.string({ unit: "grapheme", minLength: 1, maxLength: 9 }).map(tidyClassName).filter(Boolean); // prettier-ignore
    const values = fc.array(fc.nat(4), { minLength: WIDTH * HEIGHT, maxLength: WIDTH * HEIGHT });
    const arbitrary = fc.tuple(
      fc.uniqueArray(className, { minLength: 3, maxLength: 3 }),
      fc.array(fc.nat(2), { minLength: 4, maxLength: 4 }),
      values,
    );
    let run = 0;
    const summaryOf = ({ classes, images }: Dataset) =>
      images.map(({ objects, split, ignored }) => ({ split, ignored, objects: objects.map((object) => [classes[object.class], object.box, object.segmentation]).map((entry) => JSON.stringify(entry)).sort() })); // prettier-ignore
    await fc.assert(
      fc.asyncProperty(arbitrary, async ([classes, ids, numbers]) => {
        const objects = ids.flatMap((id, i): LabelledObject[] => {
          if (!numbers.includes(i + 1)) return [];
          const mask = encodeMask(
            Uint8Array.from(numbers, (number) => (number === i + 1 ? 1 : 0)),
            HEIGHT,
            WIDTH,
          );
          return [{ box: maskBox(mask), class: id, segmentation: mask }];
        });
        const record = { id: 1, file: join(folder, "in/a.jpg"), width: WIDTH, height: HEIGHT, objects };
        const unlabelled = Uint8Array.from(numbers, (number) => (number === 0 ? 1 : 0));
        const ignored = unlabelled.includes(1) ? { ignored: encodeMask(unlabelled, HEIGHT, WIDTH) } : {};
        const before: Dataset = { classes, images: [{ ...record, split: "test", ...ignored }] };
        const out = join(folder, String(run++));
        await exportLabels(before, "masks", out);
        const { dataset, format } = await readDataset(out);
        expect(format).toBe("masks");
        expect(dataset.classes).toEqual(classes);
        expect(summaryOf(dataset)).toEqual(summaryOf(before));
      }),
      { numRuns: 30 },
    );
  });
});

test("whatever the bytes of a mask, it is read or refused, and nothing else", async () => {
  const sound = [png(8, [0, 0xff0010, 0x0a0a0a], [1, 2, 3, 4, 1], [6, 0, 2, 2, 2]), await grey([1, 2, 3, 4, 1])];
  const change = fc.tuple(fc.nat(), fc.uint8Array({ minLength: 1, maxLength: 4 }));
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...sound),
      fc.array(change, { maxLength: 3 }),
      fc.nat(8),
      async (png, changes, cut) => {
        const bytes = Buffer.from(png);
        for (const [at, by] of changes) bytes.set(by.subarray(0, 1), at % bytes.length);
        const files = { "images/a.jpg": image, "masks/a.png": bytes.subarray(0, bytes.length - cut) };
        await readDataset(await folderOf(files), { from: "masks" }).catch((error: unknown) => {
          expect(error).toBeInstanceOf(AnchorkitError);
        });
      },
    ),
    { numRuns: 200 },
  );
});

const nuclei = join(import.meta.dirname, "../../../../../shared/data/nuclei256");
test.skipIf(!existsSync(nuclei))(
  "nuclei: 334 images with 9,543 objects",
  async () => {
    const { dataset, warnings, format } = await readDataset(nuclei);
    expect([format, dataset.images.length, dataset.classes]).toEqual(["masks", 334, ["object"]]);
    expect(dataset.images.reduce((sum, { objects }) => sum + objects.length, 0)).toBe(9543);
    expect(warnings).toEqual([]);
  },
  30_000,
);
