import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { AnchorkitError } from "../../../../src/base/errors.ts";
import {
  type CocoResults,
  readCocoResults,
  type ResultOptions,
} from "../../../../src/data/formats/coco/cocoResults.ts";
import { readCocoTruth } from "../../../../src/data/formats/coco/cocoTruth.ts";
import { evaluateCoco } from "../../../../src/metrics/index.ts";
import { folderOf } from "../../helpers.ts";

const truth = {
  images: [
    { id: 20, file_name: "shots/twenty.jpg", width: 40, height: 30 },
    { id: 3, file_name: "shots/three.jpg", width: 40, height: 30, camera: "left", license: 4, tags: ["a"] },
  ],
  categories: [
    { id: 9, name: "dog" },
    { id: 2, name: "cat" },
  ],
  annotations: [
    { id: 1, image_id: 3, category_id: 9, bbox: [1, 2, 10, 20], iscrowd: 1, area: 150 },
    { id: 2, image_id: 3, category_id: 2, bbox: [0.1, 0, 0.2, 1], difficult: true },
  ],
};
const result = { image_id: 20, category_id: 2, bbox: [5, 6, 7, 8], score: 0.75 };

/** Reads contents that are written as JSON, or as they stand if they are text. */
async function read(truthContent: unknown, results: unknown, options: ResultOptions = {}): Promise<CocoResults> {
  const text = (content: unknown) => (typeof content === "string" ? content : JSON.stringify(content));
  const folder = await folderOf({ "truth.json": text(truthContent), "found.json": text(results) });
  return readCocoResults(join(folder, "truth.json"), join(folder, "found.json"), options);
}

function refusal(truthContent: unknown, results: unknown, options?: ResultOptions): Promise<string> {
  return read(truthContent, results, options).then(
    () => "nothing was refused",
    (error: unknown) => (error instanceof AnchorkitError ? error.message : `not explained: ${String(error)}`),
  );
}

describe("What is read", () => {
  test("images and categories come in the order of their ids, boxes as corners, areas as they stand", async () => {
    const { classes, images, warnings } = await read(truth, [result]);
    expect(classes).toEqual(["cat", "dog"]);
    expect(warnings).toEqual([]);
    expect(images).toEqual([
      {
        id: 3,
        fileName: "shots/three.jpg",
        size: { width: 40, height: 30 },
        fields: { camera: "left", license: 4 },
        truth: {
          boxes: Float64Array.of(1, 2, 11, 22, 0.1, 0, 0.1 + 0.2, 1),
          boxAreas: Float64Array.of(200, 0.2),
          areas: Float64Array.of(150, 0.2),
          classes: Int32Array.of(1, 0),
          crowd: Uint8Array.of(1, 0),
          difficult: Uint8Array.of(0, 1),
        },
        detections: {
          ...{ boxes: new Float64Array(), boxAreas: new Float64Array(), areas: new Float64Array() },
          ...{ scores: new Float64Array(), classes: new Int32Array() },
        },
      },
      {
        id: 20,
        fileName: "shots/twenty.jpg",
        size: { width: 40, height: 30 },
        fields: {},
        truth: {
          ...{ boxes: new Float64Array(), boxAreas: new Float64Array(), areas: new Float64Array() },
          ...{ classes: new Int32Array(), crowd: new Uint8Array(), difficult: new Uint8Array() },
        },
        detections: {
          boxes: Float64Array.of(5, 6, 12, 14),
          boxAreas: Float64Array.of(56),
          areas: Float64Array.of(56),
          scores: Float64Array.of(0.75),
          classes: Int32Array.of(0),
        },
      },
    ]);
  });

  test("results of an image stay in the order of the file", async () => {
    const scores = [0.2, 0.9, 0.5];
    const { images } = await read(
      truth,
      scores.map((score) => ({ ...result, score })),
    );
    expect(images[1]?.detections.scores).toEqual(Float64Array.from(scores));
  });

  test("JSON Lines and an object with a list are read as well", async () => {
    const lines = [result, { ...result, image_id: 3 }].map((one) => JSON.stringify(one)).join("\n");
    for (const content of [lines, { predictions: [result, { ...result, image_id: 3 }] }]) {
      const { images } = await read(truth, content);
      expect(images.map(({ detections }) => detections.scores.length)).toEqual([1, 1]);
    }
  });

  test("a truth that is read once serves several files", async () => {
    const folder = await folderOf({
      "t.json": JSON.stringify(truth),
      "a.json": JSON.stringify([result]),
      "b.json": "[]",
    });
    const known = await readCocoTruth(join(folder, "t.json"));
    const a = await readCocoResults(known, join(folder, "a.json"));
    const b = await readCocoResults(known, join(folder, "b.json"));
    expect(a.images[1]?.detections.scores).toHaveLength(1);
    expect(b.images[1]?.detections.scores).toHaveLength(0);
    expect(b.warnings).toEqual([expect.stringMatching(/b\.json: holds no results$/)]);
  });

  test("the best of each class in each image are kept, in their order, the first of equal ones", async () => {
    const found = [0.5, 0.1, 0.5, 0.9, 0.5].map((score, i) => ({ ...result, score, bbox: [i, 0, 1, 1] }));
    const { images } = await read(truth, [...found, { ...result, category_id: 9, score: 0.01 }], { maxDetections: 3 });
    expect(images[1]?.detections.scores).toEqual(Float64Array.of(0.5, 0.5, 0.9, 0.01));
    const lefts = Array.from(images[1]?.detections.boxes ?? []).filter((_, i) => i % 4 === 0);
    expect(lefts).toEqual([0, 2, 3, 5]);
  });

  test("images are found by file name, in image_id or beside it", async () => {
    const names = [
      ...[{ image_id: "shots/three.jpg" }, { image_id: "three" }, { image_id: "other\\three.png" }],
      ...[
        { image_id: 20, file_name: "three.jpg" },
        { image_id: undefined, file_name: "three.jpg" },
      ],
    ];
    const { images } = await read(
      truth,
      names.map((name, i) => ({ ...result, ...name, score: i / 8 })),
      { match: "file-name" },
    );
    expect(images.map(({ detections }) => detections.scores.length)).toEqual([5, 0]);
  });

  test.each([
    ["xyxy", [4, 6, 12, 21]],
    ["yxyx", [6, 4, 21, 12]],
    ["cxcywh", [8, 13.5, 8, 15]],
    ["xywh-normalized", [0.1, 0.2, 0.2, 0.5]],
    ["xyxy-normalized", [0.1, 0.2, 0.3, 0.7]],
    ["yxyx-normalized", [0.2, 0.1, 0.7, 0.3]],
    ["cxcywh-normalized", [0.2, 0.45, 0.2, 0.5]],
  ] as const)("boxes are read as %s", async (boxes, bbox) => {
    const { images } = await read(truth, [{ ...result, bbox }], { boxes });
    const [x1 = 0, y1 = 0, x2 = 0, y2 = 0] = Array.from(images[1]?.detections.boxes ?? []);
    for (const [number, expected] of [
      [x1, 4],
      [y1, 6],
      [x2, 12],
      [y2, 21],
    ] as const)
      expect(number).toBeCloseTo(expected);
    expect(images[1]?.detections.boxAreas?.[0]).toBeCloseTo(120);
  });
});

describe("Masks", () => {
  const square = { size: [30, 40], counts: [30 * 2 + 3, 4, 26, 4, 30 * 40 - 97] }; // x 2..3, y 3..6
  const segmented = {
    ...truth,
    annotations: [{ ...truth.annotations[0], segmentation: [[2, 3, 4, 3, 4, 7, 2, 7]], iscrowd: 0 }],
  };

  test("are read from polygons and runs when asked for, and not otherwise", async () => {
    const found = [{ ...result, image_id: 3, segmentation: square }];
    const { images } = await read(segmented, found, { masks: true });
    expect(images[0]?.truth.masks?.map(({ counts }) => [...counts])).toEqual([square.counts]);
    expect(images[0]?.detections.masks).toEqual(images[0]?.truth.masks);
    expect((await read(segmented, found)).images[0]?.detections).not.toHaveProperty("masks");
  });

  test("give results without a box theirs, and their area; a box's area goes before the mask's", async () => {
    const { bbox, ...bare } = { ...result, image_id: 3, segmentation: square };
    const { images } = await read(segmented, [bare, { ...bare, bbox: [] }, { ...bare, bbox }]);
    expect(images[0]?.detections.boxes).toEqual(Float64Array.of(2, 3, 4, 7, 2, 3, 4, 7, 5, 6, 12, 14));
    expect(images[0]?.detections.areas).toEqual(Float64Array.of(8, 8, 56));
  });

  test("of results that have a box alone are the box", async () => {
    const { images } = await read(segmented, [{ ...result, image_id: 3, bbox: [2, 3, 2, 4] }], { masks: true });
    expect(images[0]?.detections.masks?.map(({ counts }) => [...counts])).toEqual([square.counts]);
  });

  test("that are missing or of another size are named", async () => {
    expect(await refusal(truth, [], { masks: true })).toMatch(
      /truth\.json: annotations\[0\]: segmentation: is missing, and masks are compared$/,
    );
    const turned = { ...result, image_id: 3, segmentation: { ...square, size: [40, 30] } };
    expect(await refusal(segmented, [turned], { masks: true })).toMatch(
      /found\.json: record 0: segmentation: is of 40 x 30 pixels, the image of 30 x 40: size must be \[height, width\]$/,
    );
    expect(
      await refusal(segmented, [{ ...turned, segmentation: { size: [30, 40], counts: "\u0007" } }], { masks: true }),
    ).toMatch(/record 0: segmentation: rleFromString: character 0 of the counts/);
  });
});

describe("What looks wrong is said", () => {
  test("results of unknown categories are left out, with one line", async () => {
    const strange = { ...result, category_id: 77 };
    const { warnings, images } = await read(truth, [strange, result, strange]);
    expect(warnings).toEqual([
      expect.stringMatching(
        /^results left out, as .*truth\.json has no category_id 77: 2 \(first: .*found\.json: record 0\)$/,
      ),
    ]);
    expect(images.map(({ detections }) => detections.scores.length)).toEqual([0, 1]);
  });

  test("categories that are counted from 0, or without the gaps of the truth's ids", async () => {
    const counted = (ids: number[]) => ({
      ...truth,
      annotations: [],
      categories: ids.map((id) => ({ id, name: `c${id}` })),
    });
    const found = (ids: number[]) => ids.map((id) => ({ ...result, category_id: id }));
    expect((await read(counted([1, 2, 3]), found([0, 1, 2]))).warnings).toEqual([
      expect.stringMatching(/seem to count categories from 0, the truth counts from 1$/),
    ]);
    expect((await read(counted([0, 1, 2]), found([1, 2, 3]))).warnings).toEqual([
      expect.stringMatching(/seem to count categories from 1, the truth counts from 0$/),
    ]);
    expect((await read(counted([1, 5, 9]), found([0, 1, 2]))).warnings).toEqual([
      expect.stringMatching(/seem to number the 3 categories from 0 without gaps, the truth has gaps$/),
    ]);
  });

  test.each([
    [[87.5, 3], / \(percent\?\), .*: 2 \(first: .*record 0: 87\.5\)$/],
    [[-2.5, 0.5], / \(logits\?\), .*: 1 \(first: .*record 0: -2\.5\)$/],
    [[0.5, 1.01], /^scores outside 0\.\.1, .*: 1 \(first: .*record 1: 1\.01\)$/],
  ])("scores outside 0..1: %j", async (scores, line) => {
    const { warnings } = await read(
      truth,
      scores.map((score) => ({ ...result, score })),
    );
    expect(warnings).toEqual([expect.stringMatching(line)]);
  });

  test("results that are there twice, by their line in JSON Lines", async () => {
    const lines = [result, { ...result, score: 0.5 }, result].map((one) => JSON.stringify(one)).join("\n\n");
    expect((await read(truth, lines)).warnings).toEqual([
      expect.stringMatching(/^results that are there twice: 1 \(first: .*found\.json: line 5\)$/),
    ]);
  });

  test("an annotation with the id 0", async () => {
    const { warnings } = await read({ ...truth, annotations: [{ ...truth.annotations[0], id: 0 }] }, [result]);
    expect(warnings).toEqual([expect.stringMatching(/truth\.json: an annotation has the id 0: pycocotools counts/)]);
  });

  test("boxes in another convention", async () => {
    const annotations = Array.from({ length: 8 }, (_, i) => ({ image_id: 3, category_id: 2, bbox: [4 * i, 12, 6, 9] }));
    const found = annotations.map(({ bbox: [x = 0, y = 0, w = 0, h = 0] }, i) => {
      return { ...result, image_id: 3, bbox: [x, y, x + w, y + h], score: i / 8 };
    });
    expect((await read({ ...truth, annotations }, found)).warnings).toEqual([
      expect.stringMatching(/found\.json: boxes seem to be x1, y1, x2, y2 \(mean IoU 1\.00 .*: pass --boxes xyxy$/),
    ]);
    expect((await read({ ...truth, annotations }, found, { boxes: "xyxy" })).warnings).toEqual([]);
  });
});

describe("What cannot be read is refused in one line", () => {
  const image = (image_id: unknown, more = {}) => [{ ...result, image_id, ...more }];
  test.each<[string, unknown, unknown, RegExp]>([
    [
      "an unknown id",
      truth,
      image(500),
      /found\.json: record 0: image_id 500 is not in .*truth\.json: none of 1 .*its ids are 3, 20/,
    ],
    [
      "ids from 0",
      { ...truth, images: [{ id: 1 }, { id: 2 }], annotations: [] },
      [...image(1), ...image(0)],
      /image_id 0 .*counted from 0.*add 1/,
    ],
    [
      "a name as id",
      truth,
      image("three.jpg"),
      /image_id "three\.jpg" is not in .*1 of 1 .*names of images there: pass --match file-name/,
    ],
    ["no image", truth, image(undefined), /record 0: image_id is missing/],
    [
      "a name as category",
      truth,
      [{ ...result, category_id: "dog" }],
      /category_id must be .* got "dog": "dog" has the id 9 in /,
    ],
    ["no known category", truth, [{ ...result, category_id: 1 }], /results left out, as .*no category_id 1: 1 /],
    ["a score in text", truth, [{ ...result, score: "high" }], /record 0: score must be a number, got "high"/],
    ["three numbers", truth, [{ ...result, bbox: [1, 2, 3] }], /bbox must be \[x, y, width, height\], got \[1, 2, 3\]/],
    ["null in a box", truth, [{ ...result, bbox: [1, null, 3, 4] }], /bbox \[1, null, 3, 4\] holds null/],
    ["a negative width", truth, [{ ...result, bbox: [1, 2, -3, 4] }], /has a negative width; .* two corners swapped\?/],
    [
      "NaN",
      truth,
      `[${JSON.stringify(result)}, {"image_id": 3, "bbox": [NaN, 1, 2, 3]}]`,
      /record 1: holds NaN, .*json\.dump/,
    ],
    ["a number", truth, [7], /record 0: must be an object .*, got 7$/],
    [
      "labels as results",
      truth,
      truth,
      /annotations\[0\]: has no score: is this a file of labels, given as predictions\?/,
    ],
    [
      "results as labels",
      [result],
      truth,
      /looks like COCO results \(detections\), which is not read; .* results are for detect eval --predictions$/,
    ],
    [
      "an object without a list",
      truth,
      '{\n "images": []\n}',
      /found\.json: has no list named annotations or .*; it holds images/,
    ],
    ["empty", truth, " \n", /found\.json: the file is empty$/],
    ["YOLO text", truth, "0 0.5 0.5 0.25 0.25\n", /found\.json: is YOLO text, not JSON/],
    ["CSV", truth, "image,x1,y1,x2,y2,score\n", /found\.json: looks like CSV, not JSON/],
    ["HTML", "<!DOCTYPE html><html>", [], /truth\.json: is a web page \(HTML\)/],
    ["no categories", { ...truth, categories: undefined }, [], /need a list "categories", and there is none/],
    ["an image twice", { ...truth, images: [{ id: 3 }, { id: 3 }] }, [], /images\[1\]: the id 3 is there twice/],
    [
      "an annotation's image",
      { ...truth, annotations: [{ ...truth.annotations[0], image_id: 8 }] },
      [],
      /annotations\[0\]: no image has the id 8/,
    ],
    [
      "an annotation's box",
      { ...truth, annotations: [{ ...truth.annotations[0], bbox: undefined }] },
      [],
      /annotations\[0\]: bbox is missing/,
    ],
    [
      "a flag",
      { ...truth, annotations: [{ ...truth.annotations[0], iscrowd: 2 }] },
      [],
      /iscrowd must be 0 or 1, got 2/,
    ],
    ["a category's name", { ...truth, categories: [{ id: 1 }] }, [], /categories\[0\]: name must be text, got nothing/],
  ])("%s", async (_, truthContent, results, message) => {
    const said = await refusal(truthContent, results);
    expect(said).toMatch(message);
    expect(said).not.toContain("\n");
  });

  test("a corner order that cannot be", async () => {
    expect(await refusal(truth, [{ ...result, bbox: [5, 6, 3, 9] }], { boxes: "xyxy" })).toMatch(
      /bbox \[5, 6, 3, 9\] is no box as x1, y1, x2, y2: is that what --boxes should say\?/,
    );
  });

  test("a file name that no image has, and that two have", async () => {
    const twins = { ...truth, images: truth.images.map((image) => ({ ...image, file_name: `${image.id}/a.jpg` })) };
    for (const [some, name] of [
      [truth, "four.jpg"],
      [twins, "a.jpg"],
    ] as const) {
      expect(await refusal(some, image(name), { match: "file-name" })).toMatch(
        new RegExp(`record 0: no image of .*truth\\.json, or more than one, has the file name "${name}"$`),
      );
    }
    expect((await read({ ...twins, annotations: [] }, image("3\\a.jpg"), { match: "file-name" })).warnings).toEqual([]);
  });

  test("a mask's result whose image is unknown", async () => {
    const { bbox: _, ...bare } = { ...result, image_id: 500, segmentation: { size: [30, 40], counts: [1200] } };
    expect(await refusal(truth, [bare])).toMatch(/record 0: image_id 500 is not in /);
  });

  test("normalized boxes without the images' sizes", async () => {
    const unsized = { ...truth, images: [{ id: 3 }, { id: 20 }] };
    expect(await refusal(unsized, [result], { boxes: "xyxy-normalized" })).toMatch(
      /the image 3 has no width and height/,
    );
  });

  test("whatever else: never anything but an explanation", { timeout: 60_000 }, async () => {
    const value = fc.oneof(
      fc.jsonValue({ maxDepth: 2 }),
      fc.constantFrom(3, 20, 2, 9, [1, 2, 3, 4], 1e308, "three.jpg"),
    );
    const record = fc.record(
      { image_id: value, category_id: value, bbox: value, score: value, segmentation: value },
      { requiredKeys: [] },
    );
    const good = fc.constant(result);
    const found = fc.array(fc.oneof(good, record, value), { maxLength: 4 });
    const labels = fc.record({ images: fc.array(value), annotations: fc.array(record), categories: fc.array(value) });
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.constant(truth), labels), found, fc.boolean(), async (some, results, masks) => {
        const outcome = await read(some, results, { masks }).catch((error: unknown) => error);
        expect(outcome instanceof Error && !(outcome instanceof AnchorkitError) ? outcome : undefined).toBeUndefined();
      }),
      { numRuns: 150 },
    );
  });
});

const sample = fileURLToPath(new URL("../../../../../shared/data/eval/coco100/", import.meta.url));
test.skipIf(!existsSync(sample)).each([
  ["bbox", "box"],
  ["segm", "mask"],
] as const)("COCO's own example gives pycocotools' numbers: %s", async (kind, overlap) => {
  const { images, classes } = await readCocoResults(
    join(sample, "instances_val2014_100.json"),
    join(sample, `instances_val2014_fake${kind}100_results.json`),
    { masks: overlap === "mask" },
  );
  const { perClass, ...summary } = evaluateCoco(images, classes, { overlap });
  const expected = JSON.parse(readFileSync(join(sample, "expected.json"), "utf8")) as Record<string, object>;
  expect(perClass).toHaveLength(classes.length);
  for (const [key, value] of Object.entries(expected[kind] ?? {})) {
    expect(summary[key as keyof typeof summary]).toBeCloseTo(value as number, 12);
  }
});
