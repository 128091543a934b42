import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { AnchorkitError } from "../../../src/base/errors.ts";
import type { Dataset } from "../../../src/data/dataset.ts";
import { parseCoco, read, writeCoco } from "../../../src/data/formats/coco.ts";
import { folderOf, jpeg } from "../helpers.ts";

const image = await jpeg(100, 80);

const document = {
  images: [
    { id: 7, file_name: "a.jpg", width: 100, height: 80, split: "val", verified: true },
    { id: 3, file_name: "b.jpg" },
  ],
  annotations: [
    { id: 1, image_id: 7, category_id: 18, bbox: [10, 20, 30.5, 40], area: 600, iscrowd: 0, segmentation: [[1, 2, 3]] },
    { id: 2, image_id: 7, category_id: 2, bbox: [0, 0, 100, 80], iscrowd: 1 },
    { id: 3, image_id: 7, category_id: 2, bbox: [5, 5, 5, 5], difficult: 1, truncated: true, pose: "Left" },
  ],
  categories: [
    { id: 18, name: "dog", supercategory: "animal" },
    { id: 2, name: "cat" },
  ],
};

test("a COCO file is read with its ids, boxes as corners, and the fields that LabelImg adds", async () => {
  const folder = await folderOf({ "labels.json": JSON.stringify(document), "a.jpg": image, "b.jpg": image });
  const { dataset, warnings, source } = await read(join(folder, "labels.json"));
  expect({ warnings, source }).toEqual({ warnings: [], source: `COCO JSON ${join(folder, "labels.json")}` });
  const size = { width: 100, height: 80 };
  expect(dataset).toEqual({
    classes: ["dog", "cat"],
    categoryIds: [18, 2],
    images: [
      {
        ...{ id: 7, file: join(folder, "a.jpg"), ...size, split: "val", verified: true },
        objects: [
          { box: [10, 20, 40.5, 60], class: 0, area: 600 },
          { box: [0, 0, 100, 80], class: 1, crowd: true },
          { box: [5, 5, 10, 10], class: 1, difficult: true, truncated: true, pose: "Left" },
        ],
      },
      { id: 3, file: join(folder, "b.jpg"), ...size, objects: [] },
    ],
  });
});

describe("images are found", () => {
  const labels = JSON.stringify(document);
  const filesRead = async (files: Record<string, string | Uint8Array>, json: string) => {
    const folder = await folderOf(files);
    const { dataset, warnings } = await read(join(folder, json));
    return { files: dataset.images.map(({ file }) => file.slice(folder.length + 1)), warnings };
  };

  test("in a folder next to the JSON's, the one of its split first", async () => {
    const { files } = await filesRead(
      {
        "annotations/instances_train2017.json": labels,
        "train2017/a.jpg": image,
        "train2017/b.jpg": image,
        "val2017/a.jpg": image,
      },
      "annotations/instances_train2017.json",
    );
    expect(files).toEqual(["train2017/a.jpg", "train2017/b.jpg"]);
  });

  test("by the end of the path when another machine's folders stand before it", async () => {
    const foreign = labels.replace('"a.jpg"', '"C:\\\\data\\\\a.jpg"').replace('"b.jpg"', '"/data/b.jpg"');
    const { files } = await filesRead(
      { "x/labels.json": foreign, "x/images/a.jpg": image, "x/images/b.jpg": image },
      "x/labels.json",
    );
    expect(files).toEqual(["x/images/a.jpg", "x/images/b.jpg"]);
  });

  test("or counted as missing; none at all is an error", async () => {
    const { files, warnings } = await filesRead({ "l.json": labels, "a.jpg": image }, "l.json");
    expect(files).toEqual(["a.jpg"]);
    expect(warnings).toEqual([
      expect.stringMatching(/^images that are not there.*: 1 \(.*l\.json: images\[1\]: "b\.jpg"\)$/),
    ]);
    await expect(filesRead({ "x/y/l.json": labels }, "x/y/l.json")).rejects.toThrow(
      /l\.json: none of its 2 images is there \(first: "a\.jpg"\)/,
    );
  });
});

test("errors name file and record", () => {
  const change = (edit: (copy: typeof document) => unknown) => {
    const copy = structuredClone(document);
    edit(copy);
    return JSON.stringify(copy);
  };
  const cases: [text: string, message: RegExp][] = [
    ["{", /^t\.json: is not valid JSON: /],
    ["[]", /^t\.json: the document: .*expected object/],
    ["{}", /^t\.json: images: .*expected array/],
    [
      change((c) => ((c.annotations[2] as object as { bbox: unknown }).bbox = [1, 2, "3", 4])),
      /^t\.json: annotations\[2\]\.bbox\[2\]: .*expected number/,
    ],
    [
      change((c) => ((c.annotations[1] as object as { bbox: unknown }).bbox = [1, 2, -3, 4])),
      /^t\.json: annotations\[1\]\.bbox\[2\]: .*>=0/,
    ],
    [change((c) => ((c.annotations[0] as { bbox?: unknown }).bbox = undefined)), /^t\.json: annotations\[0\]\.bbox: /],
    [
      change((c) => ((c.annotations[0] as { image_id: number }).image_id = 99)),
      /^t\.json: annotations\[0\]: no image has the id 99$/,
    ],
    [
      change((c) => ((c.annotations[0] as { category_id: number }).category_id = 9)),
      /annotations\[0\]: no category has the id 9$/,
    ],
    [change((c) => ((c.images[1] as { id: number }).id = 7)), /^t\.json: images\[1\]: the id 7 is there twice$/],
    [
      change((c) => ((c.categories[1] as { id: number }).id = 18)),
      /^t\.json: categories\[1\]: the id 18 is there twice$/,
    ],
  ];
  for (const [text, message] of cases) expect(() => parseCoco(text, "t.json")).toThrow(message);
});

test("what is written refers to the images from where it lies, and COCO's own fields are all there", async () => {
  const folder = await folderOf({ "images/a.jpg": image, "out/annotations.json": "" });
  const dataset: Dataset = {
    classes: ["cat", "dog"],
    images: [
      {
        ...{ id: 5, file: join(folder, "images/a.jpg"), width: 100, height: 80, split: "test" },
        objects: [{ box: [1, 2, 11, 22], class: 1, pose: "Left" }],
      },
    ],
  };
  await writeCoco(dataset, join(folder, "out/annotations.json"));
  const { default: written } = (await import(join(folder, "out/annotations.json"), { with: { type: "json" } })) as {
    default: unknown;
  };
  expect(written).toMatchObject({
    images: [{ id: 5, file_name: "../images/a.jpg", width: 100, height: 80, split: "test" }],
    annotations: [{ id: 1, image_id: 5, category_id: 2, bbox: [1, 2, 10, 20], area: 200, iscrowd: 0, pose: "Left" }],
    categories: [
      { id: 1, name: "cat" },
      { id: 2, name: "dog" },
    ],
  });
});

test("what anchorkit wrote is of photos as shown: one that EXIF turns upside down raises no question", async () => {
  const folder = await folderOf({ "a.jpg": await jpeg(100, 80, 3) });
  const objects = [{ box: [1, 2, 11, 22] as [number, number, number, number], class: 0 }];
  const images = [{ id: 1, file: join(folder, "a.jpg"), width: 100, height: 80, objects }];
  await writeCoco({ classes: ["cat"], images }, join(folder, "labels.json"));
  const { dataset, warnings } = await read(join(folder, "labels.json"));
  expect(warnings).toEqual([]);
  expect(dataset.images[0]?.objects).toMatchObject(objects);
});

test("written and read again, a data set keeps every box and field", async () => {
  const folder = await folderOf({});
  await mkdir(join(folder, "a b"));
  await writeFile(join(folder, "a b/кот 'n' \"dog\" 🐈.jpg"), image);
  const side = (limit: number) =>
    fc
      .tuple(fc.double({ min: 0, max: limit, noNaN: true }), fc.double({ min: 0, max: limit, noNaN: true }))
      .filter(([a, b]) => Math.abs(a - b) > 1e-6)
      .map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const);
  const object = fc.record(
    {
      box: fc
        .tuple(side(100), side(80))
        .map(([[x1, x2], [y1, y2]]) => [x1, y1, x2, y2] as [number, number, number, number]),
      class: fc.nat(2),
      area: fc.double({ min: 0, max: 8000, noNaN: true }),
      difficult: fc.constant(true as const),
      truncated: fc.constant(true as const),
      crowd: fc.constant(true as const),
      pose: fc.string({ unit: "grapheme" }),
    },
    { requiredKeys: ["box", "class", "area"] },
  );
  const names = fc.uniqueArray(fc.string({ unit: "grapheme", minLength: 1 }), { minLength: 3, maxLength: 3 });
  await fc.assert(
    fc.asyncProperty(
      names,
      fc.array(object),
      fc.constantFrom("train", "val", "test"),
      async (classes, objects, split) => {
        const record = {
          id: 1,
          file: join(folder, "a b/кот 'n' \"dog\" 🐈.jpg"),
          width: 100,
          height: 80,
          split,
          objects,
        };
        const dataset: Dataset = { classes, categoryIds: [1, 2, 3], images: [{ ...record, verified: true }] };
        await writeCoco(dataset, join(folder, "labels.json"));
        const { dataset: again } = await read(join(folder, "labels.json"));
        const boxes = ({ images }: Dataset) => images.flatMap(({ objects }) => objects.flatMap(({ box }) => box));
        for (const [i, corner] of boxes(again).entries()) expect(corner).toBeCloseTo(boxes(dataset)[i] ?? NaN, 9);
        const withoutBoxes = (set: Dataset) =>
          JSON.parse(JSON.stringify(set, (key, value: unknown) => (key === "box" ? undefined : value))) as unknown;
        expect(withoutBoxes(again)).toEqual(withoutBoxes(dataset));
      },
    ),
    { numRuns: 50 },
  );
});

test("whatever the JSON, it is read or refused, and nothing else", () => {
  const readOrRefused = (text: string) => {
    try {
      parseCoco(text, "t.json");
    } catch (error) {
      expect(error).toBeInstanceOf(AnchorkitError);
    }
  };
  fc.assert(fc.property(fc.string(), readOrRefused));
  fc.assert(fc.property(fc.json(), readOrRefused));
  const field = fc.oneof(fc.jsonValue(), fc.array(fc.record({ id: fc.jsonValue(), bbox: fc.jsonValue() })));
  const shaped = fc.record({ images: field, annotations: field, categories: field });
  fc.assert(
    fc.property(
      shaped.map((value) => JSON.stringify(value)),
      readOrRefused,
    ),
  );
});
