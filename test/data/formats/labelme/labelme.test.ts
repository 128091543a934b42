import { readFile } from "node:fs/promises";
import { basename, join, relative } from "node:path";
import fc from "fast-check";
import sharp from "sharp";
import { describe, expect, test, vi } from "vitest";
import { AnchorkitError } from "../../../../src/base/errors.ts";
import type { LabelledObject } from "../../../../src/data/dataset.ts";
import { exportLabels } from "../../../../src/data/exportLabels.ts";
import { readDataset } from "../../../../src/data/readDataset.ts";
import { decodeMask, encodeMask } from "../../../../src/geometry/masks/encodeMask.ts";
import type { Rle } from "../../../../src/geometry/masks/rle.ts";
import { folderOf, jpeg } from "../../helpers.ts";
import { mutatedJson } from "../mutated.ts";

const image = await jpeg(100, 80);
const rectangle = { label: "cat", points: [[30, 40], [10, 20]], shape_type: "rectangle", group_id: null, flags: {} }; // prettier-ignore
const polygon = { label: "dog", points: [[10, 20], [30, 20], [30, 40]], shape_type: "polygon" }; // prettier-ignore

const json = (shapes: unknown[], more = {}) =>
  JSON.stringify({
    ...{ version: "5.4.1", flags: {}, shapes, imagePath: "a.jpg", imageData: null },
    ...{ imageHeight: 80, imageWidth: 100, ...more },
  });

/** What is read of a folder with these files. */
async function summary(files: Record<string, string | Uint8Array>, path = "") {
  const folder = await folderOf(files);
  const { dataset, warnings, format } = await readDataset(join(folder, path));
  const images = dataset.images.map(({ file, objects }) => [basename(file), objects.length]);
  return { format, dataset, images, warnings: warnings.map((line) => line.replaceAll(folder, ".")) };
}

/** The objects of one image with these shapes. */
async function objectsOf(shapes: unknown[], more = {}) {
  const { dataset, warnings } = await summary({ "a.json": json(shapes, more), "a.jpg": image });
  return { classes: dataset.classes, image: dataset.images[0], objects: dataset.images[0]?.objects ?? [], warnings };
}

test("rectangles (corners in any order), polygons, and circles by centre and a point on them", async () => {
  const circle = { label: "ball", points: [[50, 40], [53, 44]], shape_type: "circle" }; // prettier-ignore
  const { classes, objects, warnings } = await objectsOf([rectangle, { ...polygon, shape_type: undefined }, circle]);
  expect(classes).toEqual(["ball", "cat", "dog"]);
  expect(objects.map(({ box }) => box)).toEqual([[10, 20, 30, 40], [10, 20, 30, 40], [45, 35, 55, 45]]); // prettier-ignore
  expect(objects[1]?.segmentation).toEqual([[10, 20, 30, 20, 30, 40]]);
  expect((objects[2]?.segmentation as number[][])[0]).toHaveLength(128);
  expect(warnings).toEqual([]);
});

test("flags, descriptions and groups are attributes, flags called difficult and the like marks; image flags are fields", async () => {
  const flags = { difficult: true, truncated: false, wet: true };
  const shape = { ...rectangle, flags, description: 'the "big" один', group_id: 7, score: 0.5, attributes: { a: "b" } };
  const { objects, image } = await objectsOf([shape], { flags: { night: true, rain: false } });
  expect(objects).toEqual([
    {
      ...{ box: [10, 20, 30, 40], class: 0, difficult: true, score: 0.5 },
      attributes: { wet: true, a: "b", description: 'the "big" один', group_id: 7 },
    },
  ]);
  expect(image?.fields).toEqual({ night: true, rain: false });
});

test("polygons of one label and group are one object in parts", async () => {
  const second = { ...polygon, points: [[50, 50], [60, 50], [60, 70]] }; // prettier-ignore
  const { objects } = await objectsOf([
    ...[
      { ...polygon, group_id: 1 },
      { ...second, group_id: 2 },
      { ...second, group_id: 1 },
    ],
    ...[{ ...second, group_id: 1, label: "cat" }, polygon, second],
  ]);
  expect(objects.map(({ segmentation }) => (segmentation as number[][]).length)).toEqual([2, 1, 1, 1, 1]);
  expect(objects[0]?.box).toEqual([10, 20, 60, 70]);
});

test("a mask is a PNG between its two points, both included", async () => {
  const png = await sharp(Uint8Array.from([0, 1, 1, 1, 1, 0]), { raw: { width: 3, height: 2, channels: 1 } })
    .png()
    .toBuffer();
  const mask = { label: "x", shape_type: "mask", points: [[5, 6], [7, 7]], mask: png.toString("base64") }; // prettier-ignore
  const { objects, warnings } = await objectsOf([mask]);
  const pixels = decodeMask(objects[0]?.segmentation as Rle);
  const inside = [...pixels.entries()].filter(([, value]) => value).map(([at]) => [at % 100, Math.floor(at / 100)]);
  expect(inside).toEqual([[6, 6], [7, 6], [5, 7], [6, 7]]); // prettier-ignore
  expect(objects[0]?.box).toEqual([5, 6, 8, 8]);
  expect(warnings).toEqual([]);
  const broken = await objectsOf([{ ...mask, mask: "aGVsbG8=" }, { ...mask, points: [[99, 0], [99, 1]] }]); // prettier-ignore
  expect(broken.objects.map(({ box }) => box)).toEqual([[5, 6, 7, 7]]);
  expect(broken.warnings[0]).toMatch(/^masks that cannot be read, left out: 2 \(first: .*a\.json: shapes\[0\]: /);
});

test("what is no area is counted and named, oriented boxes become upright ones", async () => {
  const point = { label: "nose", points: [[3, 4]], shape_type: "point" };
  const turned = { label: "ship", points: [[50, 10], [60, 20], [50, 30], [40, 20]], shape_type: "rotation" }; // prettier-ignore
  const { objects, warnings } = await objectsOf([
    ...[point, { ...point, shape_type: "linestrip" }, turned],
    ...[{ ...polygon, points: [[1, 2], [3, 4]] }, { ...rectangle, label: " " }], // prettier-ignore
  ]);
  expect(objects.map(({ box }) => box)).toEqual([[40, 10, 60, 30]]);
  expect(warnings.map((line) => line.replace(/\(.*a\.json/, "(a.json"))).toEqual([
    'points, lines and other shapes without an area, left out: 2 (a.json: shapes[0] ("nose", point of 1 points))',
    "oriented boxes, read as the upright boxes around them: 1 (a.json: shapes[2])",
    'polygons of less than three corners, left out: 1 (a.json: shapes[3] ("dog", polygon of 2 points))',
    'shapes without a label, left out: 1 (a.json: shapes[4] (" ", rectangle of 2 points))',
  ]);
});

describe("images", () => {
  test("are found by imagePath, also a Windows path of another machine, else by the JSON's name", async () => {
    const { images, warnings } = await summary({
      "json/1.json": json([rectangle], { imagePath: "..\\photos\\a b 'c'.jpg" }),
      "json/2.json": json([rectangle], { imagePath: "C:\\Users\\me\\кот 🐈.png" }),
      "json/x.y.json": json([rectangle], { imagePath: "x.y.png" }),
      "json/4.json": json([rectangle], { imagePath: null }),
      ...{ "photos/a b 'c'.jpg": image, "photos/кот 🐈.png": image, "photos/x.y.jpg": image, "photos/4.jpg": image },
    });
    expect(images).toEqual([["a b 'c'.jpg", 1], ["кот 🐈.png", 1], ["4.jpg", 1], ["x.y.jpg", 1]]); // prettier-ignore
    expect(warnings).toEqual([]);
  });

  test("renamed together with their JSON are taken by their own name; those without JSON are backgrounds", async () => {
    const { images, warnings } = await summary({
      "1.json": json([rectangle], { imagePath: "2.jpg" }),
      ...{ "1.jpg": image, "2.jpg": image },
    });
    expect(images).toEqual([["1.jpg", 1], ["2.jpg", 0]]); // prettier-ignore
    expect(warnings).toEqual([
      'JSON files whose imagePath is another image, taken by their own name: 1 (./1.json ("2.jpg"))',
      "images without a label file, taken as backgrounds without objects: 1 (./2.jpg)",
    ]);
  });

  test("that are inside the JSON alone are taken out of it into the cache; those with a file are not", async () => {
    const cache = await folderOf({});
    vi.stubEnv("XDG_CACHE_HOME", cache);
    const inside = (more: object) => json([rectangle], { imageData: image.toString("base64"), ...more });
    const files = { "test/gone.json": inside({ imagePath: "C:\\x\\gone 猫.jpg" }), "train/a.json": inside({}), "train/a.jpg": image }; // prettier-ignore
    const { images, warnings, dataset } = await summary(files);
    expect(images).toEqual([["gone 猫.jpg", 1], ["a.jpg", 1]]); // prettier-ignore
    expect(dataset.images.map(({ split }) => split)).toEqual(["test", "train"]);
    expect(warnings).toEqual([
      "images taken out of JSON into the cache (label import --copy takes them from there): 1 (./test/gone.json)",
    ]);
    const file = dataset.images[0]?.file ?? "";
    expect(relative(cache, file)).toMatch(/^anchorkit.labelme.[0-9a-f]{2}.[0-9a-f]{16}.gone 猫\.jpg$/);
    expect(await readFile(file)).toEqual(image);
    const damaged = { "set/b.json": json([rectangle], { imageData: "AAAA", imagePath: "b.jpg" }) };
    await expect(summary(damaged, "set")).rejects.toThrow(/b\.json: imageData: is no image that can be read/);
    vi.unstubAllEnvs();
  });
});

test("errors name file and shape", async () => {
  await expect(objectsOf([{ ...rectangle, points: [[1, "2"]] }])).rejects.toThrow(/a\.json: shapes\[0\]\.points\[0\]\[1\]: /); // prettier-ignore
  await expect(objectsOf([rectangle, { points: [] }])).rejects.toThrow(/a\.json: shapes\[1\]\.label: /);
  await expect(summary({ "a.jpg": image, "a.json": json([]).slice(0, 60) })).rejects.toThrow(
    /a\.json: is not valid JSON/,
  );
});

test("written are polygons of an object as a group, masks, flags and a rectangle, which come back", async () => {
  const folder = await folderOf({ "in/a.jpg": image });
  const segmentation = encodeMask(new Uint8Array(8000).fill(1, 305, 309).fill(1, 406, 407), 80, 100);
  const objects: LabelledObject[] = [
    { box: [10, 10, 60, 50], class: 0, segmentation: [[10, 10, 20, 10, 20, 20], [50, 40, 60, 40, 60, 50]] }, // prettier-ignore
    { box: [5, 3, 9, 5], class: 1, segmentation, attributes: { group_id: 4, description: "x", wet: false, n: 1 } },
    { box: [0, 0, 100, 80], class: 1, truncated: true },
  ];
  const out = join(folder, "out");
  const record = { id: 1, file: join(folder, "in/a.jpg"), width: 100, height: 80, objects };
  const fields = { night: true, city: "Köln" };
  const { warnings } = await exportLabels({ classes: ["a", "b"], images: [{ ...record, fields }] }, "labelme", out);
  expect(warnings).toEqual([expect.stringMatching(/^images with fields that are not true or false.*: 1 \(/)]);
  const written = JSON.parse(await readFile(join(out, "a.json"), "utf8")) as { shapes: Record<string, unknown>[] };
  expect(written).toMatchObject({ imagePath: "a.jpg", imageData: null, imageWidth: 100, flags: { night: true } });
  expect(written.shapes.map(({ shape_type, group_id, flags }) => [shape_type, group_id, flags])).toEqual([
    ...[["polygon", 5, {}], ["polygon", 5, {}]], // prettier-ignore
    ...[["mask", 4, { wet: false }], ["rectangle", null, { truncated: true }]], // prettier-ignore
  ]);
  expect(written.shapes[2]?.points).toEqual([[5, 3], [8, 4]]); // prettier-ignore
  const [first, ...others] = (await readDataset(out)).dataset.images[0]?.objects ?? [];
  expect(first).toEqual({ ...objects[0], attributes: { group_id: 5 } });
  expect(others).toEqual(objects.slice(1));
});

test("whatever the JSON, it is read or refused, and nothing else", async () => {
  const mask = { label: "x", shape_type: "mask", points: [[5, 6], [7, 7]], mask: "iVBORw0KGgo=" }; // prettier-ignore
  const shapes = [rectangle, { ...polygon, group_id: 1 }, { ...polygon, group_id: 1 }, mask];
  await fc.assert(
    fc.asyncProperty(mutatedJson(JSON.parse(json(shapes, { flags: { a: true } }))), async (text) => {
      const folder = await folderOf({ "a.json": text, "a.jpg": image });
      await readDataset(folder, { from: "labelme" }).catch((error: unknown) => {
        expect(error).toBeInstanceOf(AnchorkitError);
      });
    }),
  );
});
