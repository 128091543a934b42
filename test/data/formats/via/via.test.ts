import { readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { AnchorkitError } from "../../../../src/base/errors.ts";
import type { LabelledObject } from "../../../../src/data/dataset.ts";
import { exportLabels } from "../../../../src/data/exportLabels.ts";
import { readDataset } from "../../../../src/data/readDataset.ts";
import { folderOf, jpeg } from "../../helpers.ts";
import { mutatedJson, mutatedText } from "../mutated.ts";

const image = await jpeg(100, 80);
const rect = { name: "rect", x: 10, y: 20, width: 30, height: 40 };
const region = (attributes: object, shape: object = rect) => ({
  shape_attributes: shape,
  region_attributes: attributes,
});
const entry = (filename: string, regions: unknown, more = {}) => ({ filename, size: 1, regions, file_attributes: {}, ...more }); // prettier-ignore
const project = (entries: { filename: string }[]) => ({
  ...{ _via_settings: { ui: {}, core: {}, project: { name: "x" } } },
  _via_img_metadata: Object.fromEntries(entries.map((each) => [`${each.filename}1`, each])),
  _via_attributes: { region: {}, file: {} },
});

/** What is read of a folder with these files and a.jpg. */
async function summary(files: Record<string, unknown>) {
  const texts = Object.entries(files).map(([name, content]) => {
    const isRaw = typeof content === "string" || content instanceof Uint8Array;
    return [name, isRaw ? content : JSON.stringify(content)] as const;
  });
  const folder = await folderOf({ "a.jpg": image, ...Object.fromEntries(texts) });
  const { dataset, warnings, format, source } = await readDataset(folder);
  const images = dataset.images.map(({ file, objects }) => [basename(file), objects.length]);
  return { format, dataset, images, source: source.replaceAll(folder, "."), warnings: warnings.map((line) => line.replaceAll(folder, ".")) }; // prettier-ignore
}

/** What is read of one image with these regions. */
async function one(regions: unknown, more = {}) {
  const read = await summary({ "via.json": project([entry("a.jpg", regions, more)]) });
  const objects = read.dataset.images[0]?.objects ?? [];
  return { ...read, objects, names: objects.map((object) => read.dataset.classes[object.class]) };
}

describe("projects of VIA 3", () => {
  const via3 = (metadata: object, file: object = {}) => ({
    project: { pid: "x", pname: "birds", data_format_version: "3.1.1", vid_list: ["1", "2"] },
    config: { file: { loc_prefix: {} }, ui: {} },
    attribute: {
      1: { aname: "class", anchor_id: "FILE1_Z0_XY1", type: 4, desc: "", options: { 0: "swan", 1: "кот 🐈" } },
      2: { aname: "seen", anchor_id: "FILE1_Z0_XY1", type: 2, options: { a: "head", b: "wing" } },
      3: { aname: "weather", anchor_id: "FILE1_Z0_XY0", type: 1, options: {} },
    },
    file: { 1: { fid: 1, fname: "photos/a.jpg", type: 2, loc: 1, src: "" }, 2: { fid: 2, fname: "b.mp4", type: 4 }, ...file }, // prettier-ignore
    metadata,
    view: { 1: { fid_list: [1] }, 2: { fid_list: ["2"] } },
  });
  const record = (xy: number[], av: object, vid = "1") => ({ vid, flg: 0, z: [], xy, av });

  test("are read: options as their texts, attributes of the file as fields; videos are left out", async () => {
    const { format, dataset, images, warnings } = await summary({
      "project.json": via3({
        "1_a": record([2, 10, 20, 30.5, 40], { 1: "1", 2: "a,b" }),
        "1_b": record([7, 10, 20, 30, 20, 30, 40], { 1: "0" }),
        "1_c": record([3, 50, 40, 5], { 1: "0", 2: "" }),
        "1_d": record([4, 50, 40, 6, 3], { 1: "0" }),
        "1_e": record([1, 50, 40], { 1: "0" }),
        "1_f": record([], { 3: "rain" }),
        "2_a": { vid: "2", flg: 0, z: [1, 2], xy: [], av: {} },
      }),
    });
    expect({ format, images }).toEqual({ format: "via", images: [["a.jpg", 4]] });
    expect(dataset.classes).toEqual(["swan", "кот 🐈"]);
    const [first, ...others] = dataset.images[0]?.objects ?? [];
    expect(first).toEqual({ class: 1, box: [10, 20, 40.5, 60], attributes: { seen: "head,wing" } });
    expect(others.map(({ box }) => box.map(Math.round))).toEqual([[10, 20, 30, 40], [45, 35, 55, 45], [44, 37, 56, 43]]); // prettier-ignore
    expect(dataset.images[0]?.fields).toEqual({ weather: "rain" });
    expect(warnings).toEqual([
      'files that are no images, left out with their labels: 1 (./project.json: "b.mp4")',
      'points, lines and other shapes without an area, left out: 1 (./project.json: metadata.1_e ("shape 1"))',
    ]);
  });

  test("that refer to what is not there are refused", async () => {
    await expect(summary({ "p.json": via3({ x: record([], {}, "7") }) })).rejects.toThrow(/metadata\.x: no view has the id 7$/); // prettier-ignore
    const lost = { ...via3({}), view: { 1: { fid_list: ["9"] } } };
    await expect(summary({ "p.json": lost })).rejects.toThrow(/view\.1: no file has the id 9$/);
  });
});

test("rectangles, polygons, circles and ellipses (turned by theta) are read, an image without regions is a background", async () => {
  const shapes = [
    rect,
    { name: "polygon", all_points_x: [10, 30, 30], all_points_y: [20, 20, 40] },
    { name: "circle", cx: 50, cy: 40, r: 5 },
    { name: "ellipse", cx: 50, cy: 40, rx: 6, ry: 3 },
    { name: "ellipse", cx: 50, cy: 40, rx: 6, ry: 3, theta: Math.PI / 2 },
  ];
  const { format, dataset, images, warnings } = await summary({
    "b.jpg": image,
    "via.json": project([entry("a.jpg", shapes.map((shape) => region({ type: "x" }, shape))), entry("b.jpg", [])]), // prettier-ignore
  });
  expect(format).toBe("via");
  expect(images).toEqual([["a.jpg", 5], ["b.jpg", 0]]); // prettier-ignore
  const objects = dataset.images[0]?.objects ?? [];
  expect(objects.map(({ box }) => box.map(Math.round))).toEqual(
    [[10, 20, 40, 60], [10, 20, 30, 40], [45, 35, 55, 45], [44, 37, 56, 43], [47, 34, 53, 46]], // prettier-ignore
  );
  expect(objects[1]?.segmentation).toEqual([[10, 20, 30, 20, 30, 40]]);
  expect(warnings).toEqual([]);
});

test("annotations alone, version 1 with numbered regions, and CSV say the same as a project", async () => {
  const regions = [region({ label: 'the "red", кот 🐈' }), region({ label: "x", wet: true })];
  const expected = (await summary({ "via.json": project([entry("a.jpg", regions, { file_attributes: { by: "me" } })]) })).dataset.images[0]; // prettier-ignore
  const quoted = (value: unknown) => `"${JSON.stringify(value).replaceAll('"', '""')}"`;
  const header = "filename,file_size,file_attributes,region_count,region_id,region_shape_attributes,region_attributes";
  const rows = regions.map((each, i) => `a.jpg,1,${quoted({ by: "me" })},2,${i},${quoted(rect)},${quoted(each.region_attributes)}`); // prettier-ignore
  const metadata = project([entry("a.jpg", regions, { file_attributes: { by: "me" } })])._via_img_metadata;
  const numbered = { "a.jpg1": entry("a.jpg", { 0: regions[0], 1: regions[1] }, { fileref: "", file_attributes: { by: "me" } }) }; // prettier-ignore
  for (const content of [
    { "x.json": metadata },
    { "x.json": numbered },
    { "x.csv": [header, ...rows, ""].join("\n") },
    { "x.csv": [`#${header}`, ...rows].join("\r\n") },
  ]) {
    // prettier-ignore
    const { format, dataset } = await summary(content);
    expect(format).toBe("via");
    expect({ ...dataset.images[0], file: "" }).toEqual({ ...expected, file: "" });
  }
  expect(expected?.fields).toEqual({ by: "me" });
  expect(expected?.objects[1]?.attributes).toEqual({ wet: true });
  const empty = await summary({ "x.csv": `${header}\na.jpg,1,{},0,0,{},{}\n` });
  expect(empty.images).toEqual([["a.jpg", 0]]);
});

describe("the class is", () => {
  test.each<[what: string, attributes: object[], key: string, names: string[]]>([
    ["the only attribute, whatever its name", [{ fruit: "apple" }, { fruit: 3 }], "fruit", ["apple", "3"]],
    ["the one of those that all regions have with a usual name", [{ type: "a", wet: "no", class: "" }, { type: "b", wet: "yes", class: "q" }], "type", ["a", "b"]], // prettier-ignore
    ["the only one that all have", [{ a: "x", b: "y" }, { a: "z" }], "a", ["x", "z"]],
    ["one with a usual name, where none is on all", [{ Label: "x", b: "y" }, { b: "z" }, { Label: "w" }], "Label", ["x", "w"]], // prettier-ignore
    ["the name of a ticked box", [{ kind: { cat: true, dog: false } }, { kind: { dog: true } }], "kind", ["cat", "dog"]], // prettier-ignore
  ])("%s, and the source says which", async (_, attributes, key, names) => {
    const read = await one(attributes.map((each) => region(each)));
    expect(read.names).toEqual(names);
    expect(read.source).toBe(`VIA in ., class from the region attribute "${key}"`);
  });

  test('"object" where no region has an attribute, with a warning', async () => {
    const { names, warnings } = await one([region({}), region({ name: "" })]);
    expect(names).toEqual(["object", "object"]);
    expect(warnings).toEqual(['regions without attributes, taken as of one class, "object": 1 (.)']);
  });

  test("asked for where nothing tells; regions without it are counted", async () => {
    await expect(one([region({ a: "x", b: "y" })])).rejects.toThrow(
      /which region attribute is the class\? There are a, b: rename it to "class"$/,
    );
    expect((await one([region({ a: "x" }), region({})])).warnings).toEqual([
      'regions without "a", the class, left out: 1 (./via.json: "a.jpg": region 1)',
    ]);
  });
});

test("points and lines are counted and named", async () => {
  const { objects, warnings } = await one([
    region({ c: "x" }, { name: "point", cx: 1, cy: 2 }),
    region({ c: "x" }, { name: "polyline", all_points_x: [1, 2], all_points_y: [1, 2] }),
    region({ c: "x" }, { name: "polygon", all_points_x: [1, 2], all_points_y: [1, 2] }),
  ]);
  expect(objects).toEqual([]);
  expect(warnings).toEqual([
    'points, lines and other shapes without an area, left out: 2 (first: ./via.json: "a.jpg": region 0 ("point"))',
    'polygons of less than three corners, left out: 1 (./via.json: "a.jpg": region 2)',
  ]);
});

test("errors name file, image and region", async () => {
  const wrong = (shape: object) => one([region({ c: "x" }), region({ c: "x" }, shape)]);
  await expect(wrong({ name: "rect", x: 1, y: 2, width: "3", height: 4 })).rejects.toThrow(
    /via\.json: "a\.jpg": region 1: width must be a number up to a million, got "3"$/,
  );
  await expect(wrong({ name: "circle", cx: 1, cy: 2 })).rejects.toThrow(/region 1: r must be a number up to a million, got none$/); // prettier-ignore
  await expect(wrong({ name: "polygon", all_points_x: [1], all_points_y: [] })).rejects.toThrow(/region 1: all_points_x and/); // prettier-ignore
  await expect(one([{ shape_attributes: 3 }])).rejects.toThrow(/via\.json: _via_img_metadata\.a\.jpg1\.regions/);
  const csv = "filename,file_attributes,region_shape_attributes,region_attributes\n";
  await expect(summary({ "x.csv": `${csv}a.jpg,{},{'name':1},{}\n` })).rejects.toThrow(/x\.csv: line 2: region_shape_attributes: is not valid JSON/); // prettier-ignore
});

test("written are projects for each split, parts of a polygon joined, an attribute called class renamed", async () => {
  const folder = await folderOf({ "in/a.jpg": image });
  const objects: LabelledObject[] = [
    { box: [10, 10, 60, 50], class: 0, segmentation: [[10, 10, 20, 10, 20, 20], [50, 40, 60, 40, 60, 50]] }, // prettier-ignore
    { box: [5, 3, 9, 5], class: 1, attributes: { class: "first", n: 1 }, score: 0.5 },
  ];
  const record = { id: 1, file: join(folder, "in/a.jpg"), width: 100, height: 80, objects, split: "val" as const };
  const out = join(folder, "out");
  const { warnings } = await exportLabels({ classes: ["a", "b"], images: [{ ...record, fields: { city: "Köln" } }] }, "via", out); // prettier-ignore
  expect(warnings.map((line) => line.split(":")[0])).toEqual([
    "scores that VGG Image Annotator (VIA) cannot hold, left out",
    'attributes called "class" as the class is, renamed with an underscore',
  ]);
  const written = JSON.parse(await readFile(join(out, "val/via_project.json"), "utf8")) as ReturnType<typeof project>;
  expect(written._via_img_metadata[`a.jpg${image.length}`]).toMatchObject({
    ...{ filename: "a.jpg", size: image.length, file_attributes: { city: "Köln" } },
    regions: [
      { shape_attributes: { name: "polygon", all_points_x: [10, 20, 20, 10, 50, 60, 60, 50] } },
      region({ class: "b", class_: "first", n: 1 }, { name: "rect", x: 5, y: 3, width: 4, height: 2 }),
    ],
  });
  expect(written._via_attributes.region).toMatchObject({ class: { type: "dropdown", options: { a: "", b: "" } } });
});

test("whatever the JSON or CSV, it is read or refused, and nothing else", async () => {
  const regions = [region({ label: "x", wet: { a: true } }), region({ label: "y" }, { name: "polygon", all_points_x: [1, 2, 3], all_points_y: [1, 2, 1] })]; // prettier-ignore
  const document = project([entry("a.jpg", regions, { file_attributes: { by: "me" } })]);
  const csv = `filename,file_attributes,region_shape_attributes,region_attributes\na.jpg,{},"{""name"":""circle"",""cx"":1,""cy"":2,""r"":3}","{""a"":""b""}"\n`; // prettier-ignore
  const files = fc.oneof(
    mutatedJson(document).map((text) => ["x.json", text] as const),
    mutatedText(csv).map((text) => ["x.csv", text] as const),
  );
  await fc.assert(
    fc.asyncProperty(files, async ([name, text]) => {
      const folder = await folderOf({ [name]: text, "a.jpg": image });
      await readDataset(join(folder, name), { from: "via" }).catch((error: unknown) => {
        expect(error).toBeInstanceOf(AnchorkitError);
      });
    }),
  );
});
