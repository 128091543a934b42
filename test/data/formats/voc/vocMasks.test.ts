import { basename } from "node:path";
import { expect, test } from "vitest";
import { AnchorkitError } from "../../../../src/base/errors.ts";
import { palettePng } from "../../../../src/data/images/palettePng.ts";
import { readDataset } from "../../../../src/data/readDataset.ts";
import { encodeMask } from "../../../../src/geometry/masks/encodeMask.ts";
import { folderOf, jpeg, labelImgXml } from "../../helpers.ts";

const [WIDTH, HEIGHT] = [20, 12];
const photo = await jpeg(WIDTH, HEIGHT);

/** x1, y1, x2, y2 of a rectangle, and the value of its pixels. */
type Rectangle = readonly [x1: number, y1: number, x2: number, y2: number, value: number];

function pixels(...rectangles: Rectangle[]): Uint8Array {
  const data = new Uint8Array(WIDTH * HEIGHT);
  for (const [x1, y1, x2, y2, value] of rectangles) {
    for (let y = y1; y < y2; y++) data.fill(value, y * WIDTH + x1, y * WIDTH + x2);
  }
  return data;
}

const png = (...rectangles: Rectangle[]) => palettePng({ data: pixels(...rectangles), width: WIDTH, height: HEIGHT });
const rle = (...rectangles: Rectangle[]) => encodeMask(pixels(...rectangles), HEIGHT, WIDTH);

const boxes = [["dog", 1, 2, 8, 9], ["cat", 10, 1, 16, 6], ["cat", 3, 4, 19, 12]] as const; // prettier-ignore
const devkit = { "JPEGImages/a.jpg": photo, "Annotations/a.xml": labelImgXml("a.jpg", boxes, [WIDTH, HEIGHT]) };

/** What is read of the devkit's layout with such a mask of objects. */
async function objectsWith(mask: Uint8Array, files: Record<string, string | Uint8Array> = {}) {
  const folder = await folderOf({ ...devkit, "SegmentationObject/a.png": mask, ...files });
  const { dataset, warnings, format } = await readDataset(folder);
  expect(format).toBe("voc");
  const [image] = dataset.images;
  return {
    objects: image?.objects.map(({ class: id, segmentation }) => [dataset.classes[id], segmentation]),
    ignored: image?.ignored,
    images: dataset.images.map(({ file }) => basename(file)),
    warnings: warnings.map((line) => line.replaceAll(folder, ".")),
  };
}

test("the n-th object of an XML has the pixels of value n, and 255 is to be ignored", async () => {
  const mask = png([0, 2, 7, 8, 1], [10, 1, 15, 5, 2], [4, 8, 17, 12, 3], [0, 8, 4, 10, 255]);
  expect(await objectsWith(mask, { "JPEGImages/b.jpg": photo, "SegmentationClass/a.png": mask })).toEqual({
    objects: [
      ["dog", rle([0, 2, 7, 8, 1])],
      ["cat", rle([10, 1, 15, 5, 1])],
      ["cat", rle([4, 8, 17, 12, 1])],
    ],
    ignored: rle([0, 8, 4, 10, 1]),
    images: ["a.jpg", "b.jpg"],
    warnings: ["images without XML, taken as backgrounds without objects: 1 (./JPEGImages/b.jpg)"],
  });
});

test("masks that are not of the XML's objects are left out, each kind with its count", async () => {
  // 1 and 2 in the other's place, no 3, a 4
  const { objects, ignored, warnings } = await objectsWith(png([10, 1, 15, 5, 1], [1, 2, 7, 8, 2], [4, 9, 6, 11, 4]));
  expect(objects).toEqual([["dog", undefined], ["cat", undefined], ["cat", undefined]]); // prettier-ignore
  expect(ignored).toBeUndefined();
  expect(warnings).toEqual([
    "masks of objects that lie elsewhere than the boxes of these, left out (are they in the order of the XML?): 2 (first: ./SegmentationObject/a.png: object 1)",
    "objects of which the image's mask of objects has no pixel, boxes kept: 1 (./SegmentationObject/a.png: object 3)",
    "masks of objects that the XML lacks, left out: 1 (./SegmentationObject/a.png: object 4)",
  ]);
});

test("an object that is left out does not shift the others", async () => {
  const xml = labelImgXml("a.jpg", [["dog", 5, 5, 5, 9], ...boxes.slice(1)], [WIDTH, HEIGHT]);
  const mask = png([5, 5, 6, 9, 1], [10, 1, 15, 5, 2], [4, 8, 17, 12, 3]);
  const { objects } = await objectsWith(mask, { "Annotations/a.xml": xml });
  expect(objects).toEqual([["cat", rle([10, 1, 15, 5, 1])], ["cat", rle([4, 8, 17, 12, 1])]]); // prettier-ignore
});

test("a mask that cannot be read, or is not of the image's size, is an error of one line", async () => {
  await expect(objectsWith(Buffer.from("x"))).rejects.toThrow(/SegmentationObject\/a\.png: is no image/);
  const wide = palettePng({ data: new Uint8Array(30 * 12), width: 30, height: 12 });
  await expect(objectsWith(wide)).rejects.toThrow(AnchorkitError);
  await expect(objectsWith(wide)).rejects.toThrow(
    /SegmentationObject\/a\.png: the mask has 30 x 12 pixels, its image 20 x 12; save it as large as its image$/,
  );
});
