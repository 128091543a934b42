import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Dataset } from "../../../../src/data/dataset.ts";
import { read } from "../../../../src/data/formats/coco/coco.ts";
import { writeCoco } from "../../../../src/data/formats/coco/writeCoco.ts";
import { rleFromCounts } from "../../../../src/geometry/masks/rle.ts";
import { rleToString } from "../../../../src/geometry/masks/rleString.ts";
import { tidyClassName } from "../../../../src/data/placing/classNames.ts";
import { folderOf, jpeg } from "../../helpers.ts";

const image = await jpeg(100, 80);

const document = {
  images: [
    { id: 7, file_name: "a.jpg", width: 100, height: 80, split: "val", verified: true },
    { id: 3, file_name: "b.jpg" },
  ],
  annotations: [
    { id: 1, image_id: 7, category_id: 18, bbox: [10, 20, 30.5, 40], area: 600, iscrowd: 0, segmentation: [] },
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

test("pixels of an image that do not count are a mask of it; what is none is counted, and a flag of that name is a field", async () => {
  const folder = await folderOf({ "a.jpg": image, "b.jpg": image });
  const ignored = rleFromCounts([79, 2, 7919], 80, 100);
  const images = ["a", "b"].map((name, i) => ({
    ...{ id: i + 1, file: join(folder, `${name}.jpg`), width: 100, height: 80, objects: [] },
    ...(i === 0 ? { ignored } : { fields: { ignored: true } }),
  }));
  await writeCoco({ classes: ["cat"], images }, join(folder, "set.json"));
  const written = await readFile(join(folder, "set.json"), "utf8");
  expect(written).toContain('"ignored":{"size":[80,100],"counts":"');
  expect((await read(join(folder, "set.json"))).dataset.images).toEqual(images);
  for (const [value, flaw] of [
    ['{"size":[80,100]}', "rleFromCounts: counts must be a list of numbers, got undefined"],
    ["[[1,1,9,1,9,9]]", "is a list"],
    ['{"size":[80,100],"counts":[5]}', "rleFromCounts: the runs sum up to 5 pixels"],
  ] as const) {
    await writeFile(join(folder, "set.json"), written.replace(/\{"size":\[80,100\][^}]*\}/, value));
    const { dataset, warnings } = await read(join(folder, "set.json"));
    expect(dataset.images[0]).not.toHaveProperty("ignored");
    expect(warnings).toEqual([expect.stringContaining(`pixels to ignore that are no mask, left out: 1 (`)]);
    expect(warnings[0]).toContain(`images[0]: ignored: ${flaw}`);
  }
});

test("the category that Roboflow puts before the others, a group of them without objects, is no class", async () => {
  const categories = [
    { id: 0, name: "cat", supercategory: "none" },
    { id: 1, name: "cat", supercategory: "cat" },
  ];
  const annotations = [{ id: 0, image_id: 0, category_id: 1, bbox: [0, 0, 10, 10], area: 100, segmentation: [], iscrowd: 0 }]; // prettier-ignore
  const labels = { categories, annotations, images: [{ id: 0, file_name: "a.jpg", height: 80, width: 100 }] };
  const folder = await folderOf({ "_annotations.coco.json": JSON.stringify(labels), "a.jpg": image });
  const { dataset, warnings } = await read(folder);
  expect(dataset).toMatchObject({ classes: ["cat"], categoryIds: [1], images: [{ objects: [{ class: 0 }] }] });
  expect(warnings).toEqual([
    `categories that are a group of others and have no objects, left out: 1 (${join(folder, "_annotations.coco.json")}: "cat", id 0)`,
  ]);
  const used = { ...labels, annotations: [...annotations, { ...annotations[0], id: 1, category_id: 0 }] };
  const other = await folderOf({ "a.json": JSON.stringify(used), "a.jpg": image });
  const both = (await read(other)).dataset; // one class under two ids: the first stays
  expect([both.classes, both.categoryIds]).toEqual([["cat"], [0]]);
});

describe("segmentations, attributes and further fields", () => {
  /** Reads one object with this segmentation, in an image of 100 x 80. */
  const readOne = async (segmentation: unknown, others: object = {}) => {
    const annotation = { id: 1, image_id: 1, category_id: 1, bbox: [10, 20, 30, 40], segmentation, ...others };
    const labels = {
      images: [{ id: 1, file_name: "a.jpg", license: 3, coco_url: "http://x/a.jpg", flickr_url: null, extra: {} }],
      annotations: [annotation],
      categories: [{ id: 1, name: "cat" }],
    };
    const folder = await folderOf({ "labels.json": JSON.stringify(labels), "a.jpg": image });
    const { dataset, warnings } = await read(join(folder, "labels.json"));
    const object = dataset.images[0]?.objects[0];
    const again = async () => {
      await writeCoco(dataset, join(folder, "again.json"));
      const written = JSON.parse(await readFile(join(folder, "again.json"), "utf8")) as typeof labels;
      return { written, dataset: (await read(join(folder, "again.json"))).dataset };
    };
    return { object, dataset, warnings, again };
  };
  const polygons = [[10, 20, 40, 20, 40, 60, 10, 60], [1, 1, 5, 1, 5.5, 4.25]]; // prettier-ignore
  const counts = [80 * 10 + 20, 40, 80 * 90 - 60];

  test("give the box where there is none", async () => {
    for (const bbox of [undefined, null, []]) {
      expect((await readOne(polygons, { bbox })).object?.box).toEqual([1, 1, 40, 60]);
      expect((await readOne({ size: [80, 100], counts }, { bbox })).object?.box).toEqual([10, 20, 11, 60]);
      await expect(readOne([], { bbox })).rejects.toThrow(
        /annotations\[0\]: bbox is missing, and there is no segmentation whose box it could be$/,
      );
    }
    await expect(readOne([[1, 2]], { bbox: undefined })).rejects.toThrow(
      /annotations\[0\]: bbox is missing, and the segmentation cannot be read: a polygon has x and y of three corners/,
    );
  });

  test("what is null, as tables of pandas have it, is not said; flags and ids may be text", async () => {
    const nulls = { difficult: null, truncated: null, pose: null, score: null, attributes: null, area: null };
    const texts = { iscrowd: "1", image_id: "1", category_id: "1" };
    const { object } = await readOne([], { ...nulls, ...texts });
    expect(object).toEqual({ box: [10, 20, 40, 60], class: 0, crowd: true });
  });

  test("marks among the attributes, where CVAT and datumaro put them, are marks", async () => {
    const { object } = await readOne([], { attributes: { occluded: true, difficult: false, truncated: "half", n: 2 } });
    expect(object).toMatchObject({ occluded: true, attributes: { truncated: "half", n: 2 } });
    expect(Object.keys(object?.attributes ?? {})).toHaveLength(2);
    expect(object?.difficult).toBeUndefined();
  });

  test("polygons come back as they were, with their own area", async () => {
    const { object, warnings, again } = await readOne(polygons);
    expect(warnings).toEqual([]);
    expect(object?.segmentation).toEqual(polygons);
    const { written, dataset } = await again();
    // 30 x 40, and half of the parallelogram of (4, 0) and (4.5, 3.25)
    expect(written.annotations[0]).toMatchObject({ segmentation: polygons, area: 1200 + 6.5, iscrowd: 0 });
    expect(dataset.images[0]?.objects[0]?.segmentation).toEqual(polygons);
  });

  test("masks of plain and of compressed counts are the same mask; of a crowd they are written compressed", async () => {
    const rle = rleFromCounts(counts, 80, 100);
    const plain = await readOne({ size: [80, 100], counts }, { iscrowd: 1 });
    const compressed = await readOne({ size: [80, 100], counts: rleToString(rle) }, { iscrowd: 1 });
    expect([plain.warnings, compressed.warnings]).toEqual([[], []]);
    expect([plain.object?.segmentation, compressed.object?.segmentation]).toEqual([rle, rle]);
    const { written, dataset } = await plain.again();
    const expected = { segmentation: { size: [80, 100], counts: rleToString(rle) }, area: 40, iscrowd: 1 };
    expect(written.annotations[0]).toMatchObject(expected);
    expect(dataset.images[0]?.objects[0]).toMatchObject({ segmentation: rle, crowd: true });
  });

  test.each([
    [[[1, 2, 3, 4]], /a polygon has x and y of three corners/],
    [[[1, 2, 3, 4, 5, "6"]], /a polygon has x and y of three corners/],
    [{ size: [80, 100], counts: [1, 2, 3] }, /the runs sum up to 6 pixels/],
    [{ size: [80, 100], counts: "\u0001" }, /annotations\[0\]: rleFromString/],
    [{ counts: "1" }, /a mask has size and counts/],
    ["mask.png", /a mask has size and counts/],
  ])("%j is counted and left out, the box kept", async (segmentation, why) => {
    const { object, warnings } = await readOne(segmentation);
    expect(object).toEqual({ box: [10, 20, 40, 60], class: 0 });
    expect(warnings).toEqual([expect.stringMatching(/^segmentations that are no polygons or masks, left out/)]);
    expect(warnings[0]).toMatch(why);
  });

  test("a polygon without the list around it is one, and an empty one is none", async () => {
    expect((await readOne(polygons[0])).object?.segmentation).toEqual([polygons[0]]);
    expect(await readOne([[]])).toMatchObject({ object: { box: [10, 20, 40, 60] }, warnings: [] });
  });

  test("attributes and scores of objects, labels and further fields of images come back", async () => {
    const attributes = { colour: "red", age: 2.5, wet: true, nothing: null, list: [1] };
    const { object, dataset, again } = await readOne([], { attributes, score: 0.5, occluded: true });
    expect(object).toMatchObject({ attributes: { colour: "red", age: 2.5, wet: true }, score: 0.5, occluded: true });
    expect(object?.attributes).not.toHaveProperty("nothing");
    expect(dataset.images[0]?.fields).toEqual({ license: 3, coco_url: "http://x/a.jpg" });
    for (const record of dataset.images) record.labels = [0];
    const { written, dataset: after } = await again();
    expect(written.images[0]).toMatchObject({ license: 3, category_ids: [1] });
    expect(after.images[0]).toMatchObject({ labels: [0], fields: { license: 3, coco_url: "http://x/a.jpg" } });
    expect(after.images[0]?.objects[0]).toMatchObject({ attributes: object?.attributes, score: 0.5, occluded: true });
  });
});

describe("a folder with a file for each split", () => {
  const file = (name: string, categories: object[], category_id: number) =>
    JSON.stringify({
      images: [{ id: 1, file_name: name }],
      annotations: [{ id: 1, image_id: 1, category_id, bbox: [1, 2, 3, 4] }],
      categories,
    });
  const cat = { id: 1, name: "cat" };
  const dog = { id: 2, name: "dog" };

  test("is one data set, the categories joined by name", async () => {
    const folder = await folderOf({
      "train/_annotations.coco.json": file("a.jpg", [cat, dog], 2),
      "train/a.jpg": image,
      "valid/_annotations.coco.json": file("a.jpg", [{ ...dog, id: 1 }], 1),
      "valid/a.jpg": image,
    });
    const { dataset } = await read(folder);
    expect(dataset.classes).toEqual(["cat", "dog"]);
    expect(dataset).not.toHaveProperty("categoryIds"); // dog is 2 in one and 1 in the other
    expect(dataset.images).toMatchObject([
      { id: 1, file: join(folder, "train/a.jpg"), split: "train", objects: [{ class: 1 }] },
      { id: 2, file: join(folder, "valid/a.jpg"), split: "val", objects: [{ class: 1 }] },
    ]);
  });

  test("of COCO itself has captions and keypoints, too, which are not read", async () => {
    const folder = await folderOf({
      "annotations/instances_train2017.json": file("a.jpg", [cat], 1),
      "annotations/instances_val2017.json": file("b.jpg", [cat], 1),
      "annotations/captions_train2017.json": '{"images": [], "annotations": []}',
      "train2017/a.jpg": image,
      "val2017/b.jpg": image,
    });
    const { dataset } = await read(folder);
    expect(dataset.images.map(({ split }) => split)).toEqual(["train", "val"]);
    expect(dataset.categoryIds).toEqual([1]);
  });

  test("needs split names: of several files otherwise one must be given", async () => {
    const folder = await folderOf({
      "a.json": file("a.jpg", [cat], 1),
      "b.json": file("a.jpg", [cat], 1),
      "a.jpg": image,
    });
    await expect(read(folder)).rejects.toThrow(/holds 2 JSON files; give the one to read \(.*a\.json, .*b\.json\)$/);
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
      /l\.json: none of 2 images is there \(first: "a\.jpg"\)/,
    );
  });
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
  const name = fc.string({ unit: "grapheme", minLength: 1 }).map(tidyClassName).filter(Boolean);
  const names = fc.uniqueArray(name, { minLength: 3, maxLength: 3 });
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

describe("ids that are no whole numbers", () => {
  const labels = (ids: [unknown, unknown], category: unknown) => ({
    images: ids.map((id, i) => ({ id, file_name: `${"ab"[i] ?? ""}.jpg`, camera: "left" })),
    annotations: ids.map((id, i) => ({ image_id: id, category_id: category, bbox: [i, 2, 10, 20] })),
    categories: [{ id: category, name: "cat" }],
  });
  const readLabels = async (document: unknown) => {
    const content = typeof document === "string" ? document : JSON.stringify(document);
    const folder = await folderOf({ "labels.json": content, "a.jpg": image, "b.jpg": image });
    return read(folder);
  };

  test("of images become fields, and the images are numbered", async () => {
    const { dataset, warnings } = await readLabels(labels(["0001_d_05", "0001_d_06"], 3));
    expect(warnings).toEqual([]);
    expect(dataset.categoryIds).toEqual([3]);
    expect(dataset.images).toMatchObject([
      { id: 1, fields: { source_id: "0001_d_05", camera: "left" }, objects: [{ box: [0, 2, 10, 22] }] },
      { id: 2, fields: { source_id: "0001_d_06", camera: "left" }, objects: [{ box: [1, 2, 11, 22] }] },
    ]);
  });

  test("but beyond 2^53 are kept digit by digit", async () => {
    const text = JSON.stringify(labels([11, 12], 3)).replaceAll(/"(id|image_id)":1(\d)/g, '"$1":730641809285332992$2');
    const { dataset } = await readLabels(text);
    expect(dataset.images).toMatchObject([
      { id: 1, fields: { source_id: "7306418092853329921" }, objects: [{ box: [0, 2, 10, 22] }] },
      { id: 2, fields: { source_id: "7306418092853329922" }, objects: [{ box: [1, 2, 11, 22] }] },
    ]);
  });

  test("of categories leave the data set without category ids", async () => {
    const { dataset } = await readLabels(labels(["7", 8], "c-1"));
    expect(dataset).toMatchObject({ classes: ["cat"], images: [{ id: 7 }, { id: 8 }] });
    expect(dataset).not.toHaveProperty("categoryIds");
  });
});

test("LVIS has an address in place of a name; its last part is the image", async () => {
  const coco_url = "http://images.cocodataset.org/val2017/a.jpg";
  const labels = { ...document, images: [{ id: 7, coco_url }, { id: 3 }] };
  const folder = await folderOf({ "labels.json": JSON.stringify(labels), "photos/a.jpg": image });
  const { dataset, warnings } = await read(folder);
  expect(dataset.images).toMatchObject([{ file: join(folder, "photos/a.jpg"), fields: { coco_url } }]);
  expect(warnings).toEqual([
    `images that are not there, left out with their labels: 1 (${join(folder, "labels.json")}: images[1]: it has no file_name)`,
  ]);
});

test("an image that two records are of is refused, also where they are in different splits", async () => {
  const record = (id: number, file_name: string) => ({ id, file_name });
  const labels = (...images: object[]) => JSON.stringify({ images, annotations: [], categories: [] });
  const one = await folderOf({
    "labels.json": labels(record(1, "a.jpg"), record(2, "b.jpg"), record(3, "./a.jpg")),
    ...{ "a.jpg": image, "b.jpg": image },
  });
  await expect(read(one)).rejects.toThrow(/images\[2\]: is .*a\.jpg, as .*images\[0\] is; keep one of them$/);
  const two = await folderOf({
    "annotations/instances_train.json": labels(record(1, "a.jpg"), record(2, "b.jpg")),
    "annotations/instances_val.json": labels(record(1, "b.jpg")),
    ...{ "images/a.jpg": image, "images/b.jpg": image },
  });
  await expect(read(two)).rejects.toThrow(
    /instances_val\.json: images\[0\]: is .*b\.jpg \(in val\), as .*instances_train\.json: images\[1\] is \(in train\); keep/,
  );
});
