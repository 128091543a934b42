import { join } from "node:path";
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import type { FoundImage, FoundObject } from "../../../src/data/placing/found.ts";
import { encodeMask } from "../../../src/geometry/masks/encodeMask.ts";
import { decodeImage } from "../../../src/data/images/images.ts";
import { orientBox } from "../../../src/data/placing/placement.ts";
import { placeLabels } from "../../../src/data/placing/placeLabels.ts";
import { Warnings } from "../../../src/data/warnings.ts";
import { folderOf, jpeg } from "../helpers.ts";

const a = await jpeg(100, 80);

const object = (...box: [number, number, number, number]): FoundObject => ({ box, class: 0, where: "a.xml: object 1" });

async function place(files: Record<string, Buffer | string>, labels: (Partial<FoundImage> & { name: string })[]) {
  const folder = await folderOf(files);
  const warnings = new Warnings();
  const found = labels.map(({ name, ...rest }, i) => ({
    id: i + 1,
    file: join(folder, name),
    where: `${name}.xml`,
    objects: [],
    ...rest,
  }));
  const dataset = await placeLabels(found, { classes: ["cat"] }, warnings);
  return {
    dataset,
    boxes: dataset.images.map(({ objects }) => objects.map(({ box }) => box)),
    warnings: warnings.lines().map((line) => line.replaceAll(folder, ".")),
  };
}

describe("boxes", () => {
  test("inside the image stay as they are, the whole image's too", async () => {
    const objects = [object(0, 0, 100, 80), object(0.5, 1.5, 99.25, 79)];
    const { boxes, warnings } = await place({ a: await jpeg(100, 80) }, [{ name: "a", objects }]);
    expect(boxes).toEqual([[[0, 0, 100, 80], [0.5, 1.5, 99.25, 79]]]); // prettier-ignore
    expect(warnings).toEqual([]);
  });

  test("partly outside are clipped, with a count, and lose the area that was the whole object's", async () => {
    const objects = [{ ...object(-5, 10, 20, 90), area: 2000 }, object(90, 70, 101, 75)];
    const { dataset, boxes, warnings } = await place({ a: await jpeg(100, 80) }, [{ name: "a", objects }]);
    expect(boxes).toEqual([[[0, 10, 20, 80], [90, 70, 100, 75]]]); // prettier-ignore
    expect(dataset.images[0]?.objects[0]).not.toHaveProperty("area");
    expect(warnings).toEqual([
      "boxes partly outside their image, clipped: 2 (first: a.xml: object 1 in an image of 100 x 80)",
    ]);
  });

  test("that only rounding puts outside are clipped in silence", async () => {
    const objects = [{ ...object(90, 70, 100.01, 80.004), area: 90 }];
    const { dataset, warnings } = await place({ a: await jpeg(100, 80) }, [{ name: "a", objects }]);
    expect(dataset.images[0]?.objects).toEqual([{ box: [90, 70, 100, 80], class: 0, area: 90 }]);
    expect(warnings).toEqual([]);
  });

  test("without an area or all outside are left out, each with its count", async () => {
    const objects = [object(5, 5, 5, 9), object(5, 5, 9, 5), object(100, 5, 120, 9), object(1, 1, 2, 2)];
    const { boxes, warnings } = await place({ a: await jpeg(100, 80) }, [{ name: "a", objects }]);
    expect(boxes).toEqual([[[1, 1, 2, 2]]]);
    expect(warnings).toEqual([
      "boxes without an area, left out: 2 (first: a.xml: object 1)",
      "boxes outside their image, left out: 1 (a.xml: object 1 in an image of 100 x 80)",
    ]);
  });

  test("given in fractions come out in pixels of the image as shown", async () => {
    const { boxes } = await place({ a: await jpeg(100, 80, 6) }, [
      { name: "a", frame: "fraction", objects: [object(0.25, 0.5, 0.75, 1)] },
    ]);
    expect(boxes).toEqual([[[20, 50, 60, 100]]]);
  });
});

test("images that cannot be read are left out with their names; when none can, that is an error", async () => {
  const files = { a: await jpeg(9, 9), b: "text", c: "text" };
  const { dataset, warnings } = await place(files, ["a", "b", "c"].map((name) => ({ name }))); // prettier-ignore
  expect(dataset.images.map(({ id }) => id)).toEqual([1]);
  expect(warnings).toEqual([
    expect.stringMatching(/^images that cannot be read, left out: 2 \(first: \.\/b: is no image/),
  ]);
  await expect(place(files, [{ name: "b" }])).rejects.toThrow(
    /^no image can be read: .*b: is no image that can be read/,
  );
});

test("classes that differ in case alone are warned of and kept apart, their names without outer spaces", async () => {
  const warnings = new Warnings();
  const { classes } = await placeLabels([], { classes: ["cat", "dog", "Cat "] }, warnings);
  expect(classes).toEqual(["cat", "dog", "Cat"]);
  expect(warnings.lines()).toEqual([
    'class names with white space around them, trimmed: 1 (classes: "Cat ")',
    'classes that differ in case alone, kept apart: 1 ("cat" and "Cat")',
  ]);
});

describe("a size in the labels that is not the image's", () => {
  test("of the same shape means a resized image: boxes are scaled with it", async () => {
    const labelledSize = { width: 401, height: 320 };
    const { boxes, warnings } = await place({ a }, [{ name: "a", labelledSize, objects: [object(0, 40, 200.5, 320)] }]);
    expect(boxes).toEqual([[[0, 10, 50, 80]]]);
    expect(warnings).toEqual([
      "images resized after they were labelled, boxes scaled: 1 (a.xml says 401 x 320, the image is 100 x 80)",
    ]);
  });

  test("is not believed when the boxes do not fit in it, or the shape is another", async () => {
    const expected = [expect.stringMatching(/^images of another size than their labels say, boxes taken as pixels/)];
    const small = { width: 50, height: 40 };
    const fits = await place({ a }, [{ name: "a", labelledSize: small, objects: [object(10, 10, 60, 60)] }]);
    expect(fits).toMatchObject({ boxes: [[[10, 10, 60, 60]]], warnings: expected });
    const square = { width: 100, height: 100 };
    const shape = await place({ a }, [{ name: "a", labelledSize: square, objects: [object(10, 10, 60, 60)] }]);
    expect(shape).toMatchObject({ boxes: [[[10, 10, 60, 60]]], warnings: expected });
  });
});

describe("EXIF orientation", () => {
  test.each([1, 2, 3, 4, 5, 6, 7, 8])(
    "%d: a mark and its box in the stored pixels agree as shown",
    async (orientation) => {
      const [width, height, box] = [40, 30, [4, 6, 14, 10] as [number, number, number, number]];
      const mark = { create: { width: 10, height: 4, channels: 3, background: "white" } } as const;
      const png = await sharp({ create: { width, height, channels: 3, background: "black" } })
        .composite([{ input: mark, left: 4, top: 6 }])
        .withMetadata({ orientation })
        .png()
        .toBuffer();
      const shown = await decodeImage(png);
      const xs: number[] = [];
      const ys: number[] = [];
      for (let i = 0; i < shown.width * shown.height; i++) {
        if (shown.data[i * 3] !== 255) continue;
        xs.push(i % shown.width);
        ys.push(Math.floor(i / shown.width));
      }
      const marked = [Math.min(...xs), Math.min(...ys), Math.max(...xs) + 1, Math.max(...ys) + 1];
      expect(orientBox(box, { width, height }, orientation)).toEqual(marked);
    },
  );

  const stored = { width: 100, height: 80 };
  const shown = { width: 80, height: 100 };
  const objects = [object(10, 20, 30, 40)];

  test("with the size of the stored photo in the labels, boxes turn with the photo", async () => {
    const { boxes, warnings } = await place({ a: await jpeg(100, 80, 6) }, [
      { name: "a", labelledSize: stored, objects },
    ]);
    expect(boxes).toEqual([[[40, 10, 60, 30]]]);
    expect(warnings).toEqual(["labels of photos as stored, turned with the photo's EXIF orientation: 1 (a.xml)"]);
  });

  test("with the size of the photo as shown, boxes stay", async () => {
    const { boxes, warnings } = await place({ a: await jpeg(100, 80, 6) }, [
      { name: "a", labelledSize: shown, objects },
    ]);
    expect({ boxes, warnings }).toEqual({ boxes: [[[10, 20, 30, 40]]], warnings: [] });
  });

  test("where the size cannot tell, the others of the data set decide", async () => {
    const files = { a: await jpeg(100, 80, 3), b: await jpeg(100, 80, 6) };
    const upsideDown = { name: "a", labelledSize: stored, objects };
    const likeStored = await place(files, [upsideDown, { name: "b", labelledSize: stored }]);
    expect(likeStored.boxes[0]).toEqual([[70, 40, 90, 60]]);
    const likeShown = await place(files, [upsideDown, { name: "b", labelledSize: shown }]);
    expect(likeShown.boxes[0]).toEqual([[10, 20, 30, 40]]);
    expect(likeShown.warnings).toEqual([
      "labels of photos that EXIF turns or mirrors, taken to be of the photo as shown: 1 (a.xml)",
    ]);
    const own = await place(files, [{ ...upsideDown, frame: "shown" }]);
    expect({ boxes: own.boxes[0], warnings: own.warnings }).toEqual({ boxes: [[10, 20, 30, 40]], warnings: [] });
  });
});

describe("pixels to ignore", () => {
  // 3 x 2 pixels, of which the first of the upper row is to be ignored
  const ignored = encodeMask(Uint8Array.from([1, 0, 0, 0, 0, 0]), 2, 3);

  test("of photos as stored are turned with the photo", async () => {
    const labels = { name: "a", ignored, labelledSize: { width: 3, height: 2 } };
    const { dataset } = await place({ a: await jpeg(3, 2, 6) }, [labels]); // shown 2 wide, a quarter turned clockwise
    expect(dataset.images[0]?.ignored).toEqual(encodeMask(Uint8Array.from([0, 1, 0, 0, 0, 0]), 3, 2));
  });

  test("of a smaller copy are scaled, those of another size left out with a count", async () => {
    const labels = { name: "a", ignored, labelledSize: { width: 3, height: 2 } };
    const { dataset } = await place({ a: await jpeg(6, 4) }, [labels]);
    const corner = [1, 1, 0, 0, 0, 0];
    const rows = Uint8Array.from([...corner, ...corner, ...new Array<number>(12).fill(0)]);
    expect(dataset.images[0]?.ignored).toEqual(encodeMask(rows, 4, 6));
    const other = await place({ a: await jpeg(6, 5) }, [{ name: "a", ignored }]);
    expect(other.dataset.images[0]).not.toHaveProperty("ignored");
    expect(other.warnings).toEqual(["pixels to ignore of another size than their image, left out: 1 (a.xml)"]);
  });
});
