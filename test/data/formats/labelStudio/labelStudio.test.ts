import { readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import { AnchorkitError } from "../../../../src/base/errors.ts";
import type { LabelledObject } from "../../../../src/data/dataset.ts";
import { exportLabels } from "../../../../src/data/exportLabels.ts";
import { brushFromMask } from "../../../../src/data/formats/labelStudio/brushRle.ts";
import { readDataset } from "../../../../src/data/readDataset.ts";
import { encodeMask } from "../../../../src/geometry/masks/encodeMask.ts";
import { folderOf, jpeg } from "../../helpers.ts";
import { mutatedJson } from "../mutated.ts";

const image = await jpeg(100, 80);
const size = { original_width: 100, original_height: 80, image_rotation: 0 };
const rect = { x: 10, y: 25, width: 20, height: 50, rotation: 0 };
const region = (value: object, more = {}) => ({ ...size, value, id: "r1", from_name: "label", to_name: "image", type: "rectanglelabels", ...more }); // prettier-ignore
const car = region({ ...rect, rectanglelabels: ["car"] });
const annotation = (result: unknown[], more = {}) => ({ id: 1, completed_by: 1, result, was_cancelled: false, ground_truth: false, created_at: "2024-01-01T10:00:00.000Z", ...more }); // prettier-ignore
const task = (address: string, annotations: unknown[], more = {}) => ({ id: 1, annotations, drafts: [], predictions: [], data: { image: address }, ...more }); // prettier-ignore

/** What is read of a folder with this JSON, a.jpg and other files. */
async function summary(tasks: unknown, files: Record<string, Uint8Array> = { "a.jpg": image }) {
  const folder = await folderOf({ "export.json": JSON.stringify(tasks), ...files });
  const { dataset, warnings, format } = await readDataset(folder);
  const images = dataset.images.map(({ file, objects }) => [basename(file), objects.length]);
  return { format, dataset, images, warnings: warnings.map((line) => line.replaceAll(folder, ".")) };
}

/** What is read of one image with these results. */
async function one(results: unknown[], more = {}) {
  const { dataset, warnings } = await summary([task("a.jpg", [annotation(results)], more)]);
  const [record] = dataset.images;
  const objects = record?.objects ?? [];
  return { record, objects, names: objects.map((object) => dataset.classes[object.class]), warnings };
}

const rounded = (objects: readonly LabelledObject[]) => objects.map(({ box }) => box.map((value) => Math.round(value * 1e6) / 1e6)); // prettier-ignore

test("rectangles, polygons, ellipses and brushes, in per cent of the image, are read", async () => {
  const mask = encodeMask(new Uint8Array(8000).fill(1, 305, 309).fill(1, 406, 407), 80, 100);
  const { objects, names, warnings } = await one([
    car,
    region({ points: [[10, 25], [30, 25], [30, 50]], closed: true, polygonlabels: ["кот 🐈"] }, { id: "r2" }), // prettier-ignore
    region({ x: 50, y: 50, radiusX: 10, radiusY: 5, rotation: 0, ellipselabels: ["ball"] }, { id: "r3" }),
    region({ format: "rle", rle: brushFromMask(mask), brushlabels: ["mud"] }, { id: "r4" }),
  ]);
  expect(names).toEqual(["car", "кот 🐈", "ball", "mud"]);
  expect(rounded(objects)).toEqual([[10, 20, 30, 60], [10, 20, 30, 40], [40, 36, 60, 44], [5, 3, 9, 5]]); // prettier-ignore
  expect(objects[1]?.segmentation).toEqual([[10, 20, 30, 20, 30, 40]]);
  expect(objects[3]?.segmentation).toEqual(mask);
  expect(warnings).toEqual([]);
});

test("tasks need no predictions", async () => {
  const { images } = await summary([{ data: { image: "a.jpg" }, annotations: [annotation([car])] }]);
  expect(images).toEqual([["a.jpg", 1]]);
});

test("JSON-MIN says the same, whatever the controls and the image are called", async () => {
  const min = (more: object) => ({ id: 7, photo: "/data/upload/1/12ab34cd-a.jpg", annotator: 1, annotation_id: 3, created_at: "2024-01-01T10:00:00Z", lead_time: 2, ...more }); // prettier-ignore
  const { format, dataset, images, warnings } = await summary([
    min({ bbox: [{ ...rect, rectanglelabels: ["old"], ...size }] }),
    min({
      bbox: [{ ...rect, rectanglelabels: ["car"], ...size }],
      quality: "good",
      updated_at: "2024-02-01T10:00:00Z",
    }),
  ]);
  expect(format).toBe("labelstudio");
  expect(images).toEqual([["a.jpg", 1]]);
  expect(dataset.classes).toEqual(["car"]);
  expect(rounded(dataset.images[0]?.objects ?? [])).toEqual([[10, 20, 30, 60]]);
  expect(warnings).toEqual([
    "images with several annotations, the last that was submitted taken: 1 (./export.json: [0] (2))",
  ]);
});

describe("of several annotations", () => {
  const other = region({ ...rect, rectanglelabels: ["other"] });
  const names = async (annotations: unknown[]) => {
    const { dataset, warnings } = await summary([task("a.jpg", annotations)]);
    return { classes: dataset.classes, warnings: warnings.map((line) => line.split(":")[0]) };
  };

  test("the last submitted counts, by its time, not its place", async () => {
    const late = annotation([car], { updated_at: "2024-03-01T00:00:00Z" });
    expect(await names([late, annotation([other], { updated_at: "2024-02-01T00:00:00Z" })])).toEqual({
      classes: ["car"],
      warnings: ["images with several annotations, the last that was submitted taken"],
    });
  });

  test("the ground truth counts before it, cancelled ones do not", async () => {
    const truth = annotation([car], { ground_truth: true });
    expect((await names([truth, annotation([other], { updated_at: "2025-01-01T00:00:00Z" })])).classes).toEqual([
      "car",
    ]);
    expect(await names([annotation([car]), annotation([other], { was_cancelled: true })])).toEqual({
      classes: ["car"],
      warnings: ["annotations that were cancelled (skipped), left out"],
    });
  });
});

test("images that nobody has annotated are left out and counted, an empty annotation is a background", async () => {
  const tasks = [
    ...[task("a.jpg", [annotation([car])]), task("b.jpg", [annotation([])]), task("c.jpg", [])],
    ...[task("d.jpg", [], { predictions: [{ result: [car] }] }), task("e.jpg", [annotation([car], { was_cancelled: true })])], // prettier-ignore
  ];
  const files = Object.fromEntries("abcde".split("").map((name) => [`images/${name}.jpg`, image]));
  const { images, warnings } = await summary(tasks, files);
  expect(images).toEqual([["a.jpg", 1], ["b.jpg", 0]]); // prettier-ignore
  expect(warnings).toEqual([
    "images without an annotation, left out: 2 (first: ./export.json: [2])",
    "annotations that were cancelled (skipped), left out: 1 (./export.json: [4])",
  ]);
  await expect(summary([task("a.jpg", [])])).rejects.toThrow(
    /none of 1 tasks has an annotation to read \(images without an annotation, left out: 1 /,
  );
});

test("results of one region are one object: a label, texts and choices as attributes; those of the image are fields", async () => {
  const { objects, names, record } = await one(
    [
      region(rect, { type: "rectangle", from_name: "box", score: 0.5, meta: { text: ["a note"] } }),
      region({ ...rect, labels: ["car"] }, { type: "labels" }),
      region({ ...rect, choices: ["wet", "dirty"] }, { type: "choices", from_name: "state" }),
      region({ ...rect, text: ["2.5"] }, { type: "textarea", from_name: "length" }),
      region({ choices: ["good"] }, { id: "i1", type: "choices", from_name: "quality" }),
    ],
    { data: { image: "a.jpg", split: "val", city: "Köln", nested: {} } },
  );
  expect(names).toEqual(["car"]);
  expect(objects[0]).toMatchObject({ score: 0.5, attributes: { state: "wet, dirty", length: 2.5, note: "a note" } });
  expect(record).toMatchObject({ split: "val", fields: { city: "Köln", quality: "good" } });
});

test("rotated boxes turn about their corner in pixels and become upright; images turned while labelled are left out", async () => {
  const { objects, warnings } = await one([region({ ...rect, rotation: 90, rectanglelabels: ["car"] })]);
  expect(rounded(objects)).toEqual([[0, 20, 10, 40]]); // 20 x 40 pixels at 10, 20; the left part is outside
  expect(warnings.map((line) => line.split(":")[0])).toEqual([
    "rotated boxes, read as the upright boxes around them",
    "boxes partly outside their image, clipped",
  ]);
  const turned = task("b.jpg", [annotation([region({ ...rect, rectanglelabels: ["car"] }, { image_rotation: 90 })])]);
  const read = await summary([task("a.jpg", [annotation([car])]), turned], { "a.jpg": image, "b.jpg": image });
  expect(read.images).toEqual([["a.jpg", 1]]);
  expect(read.warnings).toEqual([
    "images that were turned in Label Studio (image_rotation), left out: 1 (./export.json: [1])",
  ]);
});

test("without the image's size numbers are fractions; with another one boxes are scaled", async () => {
  const bare = { original_width: undefined, original_height: undefined };
  expect(rounded((await one([{ ...car, ...bare }])).objects)).toEqual([[10, 20, 30, 60]]);
  const double = { original_width: 200, original_height: 160 };
  const { objects, warnings } = await one([{ ...car, ...double }]);
  expect(rounded(objects)).toEqual([[10, 20, 30, 60]]);
  expect(warnings[0]).toMatch(/^images resized after they were labelled, boxes scaled: 1/);
});

test("what has no area or no label, or cannot be read, is counted and named", async () => {
  const { objects, warnings } = await one([
    region({ x: 1, y: 1, width: 1, keypointlabels: ["nose"] }, { id: "a", type: "keypointlabels" }),
    region({ points: [[1, 1], [2, 2]], polygonlabels: ["x"] }, { id: "b" }), // prettier-ignore
    region(rect, { id: "c" }),
    region({ format: "rle", rle: [1, 2, 3], brushlabels: ["x"] }, { id: "d" }),
    { type: "relation", from_id: "a", to_id: "b", direction: "right" },
    region({ ...rect, rectanglelabels: ["car", "truck"] }, { id: "e" }),
  ]);
  expect(objects).toHaveLength(1);
  expect(warnings.map((line) => line.replace(/\(.*export\.json: \[0\]: /, "("))).toEqual([
    "points, lines and other shapes without an area, left out: 1 (result[0])",
    "polygons of less than three corners, left out: 1 (result[1])",
    "regions without a label, left out: 1 (result[2])",
    "brushes that cannot be read, left out: 1 (result[3]: it ends early)",
    "results that are neither regions nor texts, left out: 1 (result[4] (relation))",
    "regions with several labels, the first taken: 1 (result[5] (car, truck))",
  ]);
});

test("images are found by what their addresses name", async () => {
  const addresses = ["/data/upload/1/12ab34cd-a.jpg", "/data/local-files/?d=x/b%20c.jpg", "s3://bucket/d%C3%A9.jpg", "https://host/e.jpg?sig=1", "https://host/gone.jpg"]; // prettier-ignore
  const files = Object.fromEntries(["a", "b c", "dé", "e"].map((name) => [`images/${name}.jpg`, image]));
  const { images, warnings } = await summary(addresses.map((address) => task(address, [annotation([car])])), files); // prettier-ignore
  expect(images.map(([name]) => name)).toEqual(["a.jpg", "b c.jpg", "dé.jpg", "e.jpg"]);
  expect(warnings).toEqual([
    'images that are not there, left out with their labels: 1 (./export.json: [4]: "https://host/gone.jpg" is an address; put a copy of the image next to the JSON)',
  ]);
});

test("an image that is its own address is taken out into the cache", async () => {
  vi.stubEnv("XDG_CACHE_HOME", await folderOf({}));
  const { images, dataset, warnings } = await summary(
    [task(`data:image/jpeg;base64,${image.toString("base64")}`, [annotation([car])])],
    {},
  );
  expect(images).toEqual([["image.jpg", 1]]);
  expect(await readFile(dataset.images[0]?.file ?? "")).toEqual(image);
  expect(warnings).toEqual([expect.stringMatching(/^images taken out of JSON into the cache .*: 1 \(/)]);
  vi.unstubAllEnvs();
});

test("errors name file, task and result", async () => {
  await expect(one([{ ...car, value: { ...rect, x: "1", rectanglelabels: ["car"] } }])).rejects.toThrow(
    /export\.json: \[0\]: result\[0\]: x must be a number up to a million, got "1"$/,
  );
  await expect(
    summary([task("a.jpg", [annotation([car])]), task("b.jpg", [{ result: 3, completed_by: 1 }])]),
  ).rejects.toThrow(/export\.json: \[1\]: annotations\[0\]\.result: /);
  const folder = await folderOf({ "x.json": '{"a": 1}', "a.jpg": image });
  await expect(readDataset(join(folder, "x.json"), { from: "labelstudio" })).rejects.toThrow(
    /x\.json: holds no task with an image \(tasks without an image, left out: 1 /,
  );
});

test("written are tasks to import and a labeling configuration, which come back", async () => {
  const folder = await folderOf({ "in/a b.jpg": image });
  const segmentation = encodeMask(new Uint8Array(8000).fill(1, 305, 309).fill(1, 406, 407), 80, 100);
  const objects: LabelledObject[] = [
    { box: [10, 20, 30, 60], class: 0, score: 0.5, attributes: { 'the "colour"': "rot", n: 2 } },
    { box: [5, 3, 9, 5], class: 1, segmentation, attributes: { wet: true } },
  ];
  const record = { id: 1, file: join(folder, "in/a b.jpg"), width: 100, height: 80, objects, split: "val" as const };
  const out = join(folder, "out");
  const dataset = { classes: ["a", "b <&>"], images: [{ ...record, fields: { image: "x", city: "Köln" } }] };
  const { warnings, path } = await exportLabels(dataset, "labelstudio", out);
  expect(path).toBe(join(out, "tasks.json"));
  expect(warnings).toEqual([expect.stringMatching(/^fields called "image", .* renamed with an underscore: 1/)]);
  const [written] = JSON.parse(await readFile(path, "utf8")) as { data: object; annotations: { result: object[] }[] }[];
  expect(written?.data).toEqual({ image: "/data/local-files/?d=images/a%20b.jpg", split: "val", city: "Köln", image_: "x" }); // prettier-ignore
  expect(written?.annotations[0]?.result[0]).toEqual({
    ...{ id: "1-1", type: "rectanglelabels", from_name: "box", to_name: "image", score: 0.5, ...size },
    value: { ...rect, rectanglelabels: ["a"] },
  });
  const config = await readFile(join(out, "labeling_config.xml"), "utf8");
  expect(config).toContain('<BrushLabels name="brush" toName="image">\n    <Label value="a"></Label>');
  expect(config).toContain('<TextArea name="the &quot;colour&quot;" toName="image" perRegion="true">');
  expect(config).not.toContain("PolygonLabels");
  const read = (await readDataset(out)).dataset;
  expect(read.images[0]?.objects).toEqual(objects);
  expect(read.images[0]).toMatchObject({ split: "val", fields: { city: "Köln", image_: "x" } });
});

test("whatever the JSON, it is read or refused, and nothing else", async () => {
  const brush = brushFromMask(encodeMask(new Uint8Array(8000).fill(1, 5, 900), 80, 100));
  const results = [car, region({ choices: ["x"] }), region({ points: [[1, 2], [3, 4], [5, 1]], polygonlabels: ["y"] }, { id: 2 }), region({ rle: brush, brushlabels: ["z"] }, { id: 3 })]; // prettier-ignore
  const full = [task("/data/upload/1/12ab34cd-a.jpg", [annotation(results)], { file_upload: "12ab34cd-a.jpg" })];
  const minimal = [{ image: "a.jpg", label: [{ ...rect, rectanglelabels: ["car"], ...size }], annotator: 1 }];
  await fc.assert(
    fc.asyncProperty(fc.oneof(mutatedJson(full), mutatedJson(minimal)), async (text) => {
      const folder = await folderOf({ "x.json": text, "a.jpg": image });
      await readDataset(join(folder, "x.json"), { from: "labelstudio" }).catch((error: unknown) => {
        expect(error).toBeInstanceOf(AnchorkitError);
      });
    }),
    { numRuns: 200 },
  );
});

describe("the storage", () => {
  const stored = (id: number, address: string, more = {}) =>
    JSON.stringify({ ...annotation([car], { id, ...more }), task: { id: 9, data: { image: address } } });
  const photos = { "a.jpg": image, "b.jpg": image };

  test("a file for each annotation, called by its number or .json; of several of an image the last counts", async () => {
    const other = region({ ...rect, x: 50, rectanglelabels: ["car"] });
    const again = { result: [other], created_at: "2024-01-02T10:00:00.000Z" };
    const files = {
      "1": stored(1, "s3://b/a.jpg"),
      "2.json": stored(2, "s3://b/b.jpg"),
      "3": stored(3, "s3://b/a.jpg", again),
    };
    const { dataset, format, warnings } = await readDataset(await folderOf({ ...files, ...photos }));
    expect(format).toBe("labelstudio");
    expect(dataset.images.map(({ objects }) => rounded(objects))).toEqual([[[50, 20, 70, 60]], [[10, 20, 30, 60]]]);
    expect(warnings).toEqual([
      expect.stringMatching(/several annotations, the last that was submitted taken: 1 \(.*\(2\)\)$/),
    ]);
  });

  test("JSON Lines of it, and a single task", async () => {
    const lines = [stored(1, "a.jpg"), stored(2, "b.jpg")].join("\n");
    const two = await readDataset(await folderOf({ "all.jsonl": lines, ...photos }));
    expect(two.dataset.images.map(({ objects }) => objects.length)).toEqual([1, 1]);
    const single = JSON.stringify(task("a.jpg", [annotation([car])]));
    const one = await readDataset(await folderOf({ "task.json": single, ...photos }));
    expect(one.dataset.images.map(({ objects }) => objects.length)).toEqual([1]);
  });

  test("an annotation whose task is a number alone says what is missing", async () => {
    const bare = JSON.stringify({ ...annotation([car]), task: 9 });
    await expect(readDataset(await folderOf({ "1": bare, ...photos }))).rejects.toThrow(
      /1: task: must be an object, got 9/,
    );
  });

  test("where all images were turned, the error says so", async () => {
    const turned = region({ ...rect, rectanglelabels: ["car"] }, { image_rotation: 90 });
    await expect(summary([task("a.jpg", [annotation([turned])])])).rejects.toThrow(
      /none of 1 tasks has an annotation to read \(images that were turned in Label Studio \(image_rotation\), left out: 1/,
    );
  });
});
