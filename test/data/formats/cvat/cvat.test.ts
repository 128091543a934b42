import { readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { AnchorkitError } from "../../../../src/base/errors.ts";
import type { LabelledObject } from "../../../../src/data/dataset.ts";
import { exportLabels } from "../../../../src/data/exportLabels.ts";
import { readDataset } from "../../../../src/data/readDataset.ts";
import { decodeMask, encodeMask } from "../../../../src/geometry/masks/encodeMask.ts";
import type { Rle } from "../../../../src/geometry/masks/rle.ts";
import { folderOf, jpeg } from "../../helpers.ts";
import { mutatedText } from "../mutated.ts";

const image = await jpeg(100, 80);
const box = '<box label="cat" source="manual" occluded="0" xtl="10.50" ytl="20" xbr="30" ybr="40" z_order="0"></box>';
const labels = "<labels><label><name>dog</name></label><label><name>cat</name></label></labels>";
const task = `<meta><task><id>7</id><name>photos</name>${labels}<subset></subset></task></meta>`;

const xml = (images: string, meta = task) =>
  `<?xml version="1.0" encoding="utf-8"?>\n<annotations><version>1.1</version>${meta}${images}</annotations>\n`;
const imageXml = (name: string, shapes: string, more = "") =>
  `<image id="0" name="${name}" width="100" height="80" ${more}>${shapes}</image>`;

/** What is read of a folder with these files. */
async function summary(files: Record<string, string | Uint8Array>) {
  const folder = await folderOf(files);
  const { dataset, warnings, format } = await readDataset(folder);
  const images = dataset.images.map(({ file, split, objects }) => [basename(file), split, objects.length]);
  return { format, dataset, images, warnings: warnings.map((line) => line.replaceAll(folder, ".")) };
}

/** The image with these shapes. */
async function one(shapes: string) {
  const { dataset, warnings } = await summary({ "a.xml": xml(imageXml("a.jpg", shapes)), "images/a.jpg": image });
  const [record] = dataset.images;
  return { classes: dataset.classes, record, objects: record?.objects ?? [], warnings };
}

test("boxes, polygons, ellipses and masks are read in their order, classes in that of the labels, tags as labels", async () => {
  const { classes, record, objects, warnings } = await one(`
    <polygon label="cat" occluded="1" points="10.0,20.0;30,20;30,40" z_order="0"/>${box}
    <ellipse label="ball" cx="50" cy="40" rx="6" ry="3" rotation="90"/>
    <mask label="dog" rle="2, 3, 1" left="5" top="7" width="3" height="2"/><tag label="night"/>`);
  expect(classes).toEqual(["dog", "cat", "ball", "night"]);
  expect(objects.map(({ class: id }) => classes[id])).toEqual(["cat", "cat", "ball", "dog"]);
  expect(objects.map((object) => object.box.map((value) => Math.round(value * 100) / 100))).toEqual(
    [[10, 20, 30, 40], [10.5, 20, 30, 40], [47, 34, 53, 46], [5, 7, 8, 9]], // prettier-ignore
  );
  expect(objects[0]).toMatchObject({ occluded: true, segmentation: [[10, 20, 30, 20, 30, 40]] });
  const pixels = decodeMask(objects[3]?.segmentation as Rle);
  const inside = [...pixels.entries()].filter(([, value]) => value).map(([at]) => [at % 100, Math.floor(at / 100)]);
  expect(inside).toEqual([[7, 7], [5, 8], [6, 8]]); // prettier-ignore
  expect(record?.labels).toEqual([3]);
  expect(warnings).toEqual([]);
});

test("attributes are kept, those that are VOC's as marks and pose; what a shape says itself as attributes, too", async () => {
  const attributes = [["colour", "rot &amp; &quot;grün&quot; &#128049;"], ["n", "2.5"], ["zip", "007"], ["wet", "true"], ["difficult", "true"], ["truncated", "false"], ["pose", "Left"]]; // prettier-ignore
  const inside = attributes.map(([name = "", value = ""]) => `<attribute name="${name}">${value}</attribute>`).join("");
  const { objects } = await one(
    `<box label="cat" source="auto" xtl="1" ytl="2" xbr="3" ybr="4" z_order="2" group_id="5">${inside}</box>`,
  );
  expect(objects).toEqual([
    {
      ...{ box: [1, 2, 3, 4], class: 1, difficult: true, pose: "Left" },
      attributes: { z_order: 2, group_id: 5, source: "auto", colour: 'rot & "grün" 🐱', n: 2.5, zip: "007", wet: true },
    },
  ]);
});

test("polygons of one label and group are one object in parts", async () => {
  const polygon = (label: string, group: number, x: number) => `<polygon label="${label}" group_id="${group}" points="${x},0;${x + 5},0;${x},9"/>`; // prettier-ignore
  const { objects } = await one([polygon("cat", 1, 0), polygon("cat", 2, 10), polygon("dog", 1, 20), polygon("cat", 1, 30), polygon("cat", 0, 40), polygon("cat", 0, 50)].join("")); // prettier-ignore
  expect(objects.map((object) => object.box)).toEqual([[0, 0, 35, 9], [10, 0, 15, 9], [20, 0, 25, 9], [40, 0, 45, 9], [50, 0, 55, 9]]); // prettier-ignore
});

test("rotated boxes become upright ones, what has no area is left out, both counted", async () => {
  const { objects, warnings } = await one(`<points label="cat" points="1,2"/><cuboid label="cat"/>
    <box label="cat" xtl="40" ytl="30" xbr="60" ybr="40" rotation="90.0"/><polygon label="cat" points="1,2;3,4"/>`);
  expect(objects.map((object) => object.box.map(Math.round))).toEqual([[45, 25, 55, 45]]);
  expect(warnings.map((line) => line.replace(/\(.*?a\.xml/, "(a.xml"))).toEqual([
    'points, lines and other shapes without an area, left out: 2 (a.xml: "a.jpg": shape 1 (points))',
    'rotated boxes, read as the upright boxes around them: 1 (a.xml: "a.jpg": shape 3 (box))',
    'polygons of less than three corners, left out: 1 (a.xml: "a.jpg": shape 4 (polygon))',
  ]);
});

test("masks that do not fit are counted, their boxes kept", async () => {
  const mask = (rle: string, left = 5) =>
    `<mask label="cat" rle="${rle}" left="${left}" top="0" width="3" height="2"/>`;
  const { objects, warnings } = await one(mask("2, 5") + mask("2,x") + mask("") + mask("6", 98) + mask("1e9,1"));
  expect(objects.map((object) => [object.box, object.segmentation])).toEqual([
    ...Array.from({ length: 3 }, () => [[5, 0, 8, 2], undefined]),
    ...[[[98, 0, 100, 2], undefined], [[5, 0, 8, 2], undefined]], // prettier-ignore
  ]);
  expect(warnings[0]).toMatch(/^masks that cannot be read, boxes kept: 5 \(first: .*its runs are not 3 x 2 pixels\)$/);
});

describe("splits", () => {
  const project = (tasks: string) => `<meta><project><name>p</name>${labels}<tasks>${tasks}</tasks></project></meta>`;

  test("are an image's subset, else its task's, else the task's name", async () => {
    const tasks =
      "<task><id>1</id><name>x</name><subset>Validation</subset></task><task><id>2</id><name>Test</name></task>";
    const images = [
      ...[imageXml("a.jpg", box, 'subset="train" task_id="1"'), imageXml("b.jpg", "", 'subset="default" task_id="1"')],
      ...[imageXml("c.jpg", "", 'task_id="2"'), imageXml("d.jpg", "", 'subset="gold" task_id="3"')],
    ];
    const files = Object.fromEntries("abcd".split("").map((name) => [`images/${name}.jpg`, image]));
    const read = await summary({ "annotations.xml": xml(images.join(""), project(tasks)), ...files });
    expect(read.format).toBe("cvat");
    expect(read.images).toEqual([["a.jpg", "train", 1], ["b.jpg", "val", 0], ["c.jpg", "test", 0], ["d.jpg", undefined, 0]]); // prettier-ignore
    expect(read.warnings).toEqual([
      'images in a subset other than train, val and test, taken as in none: 1 (./annotations.xml: "d.jpg" ("gold"))',
    ]);
  });

  test("of a file of one task are the task's", async () => {
    const meta = task.replace("photos", "train").replace("7", "");
    expect((await summary({ "x.xml": xml(imageXml("a.jpg", box), meta), "a.jpg": image })).images).toEqual([["a.jpg", "train", 1]]); // prettier-ignore
  });
});

test("images are found by their path in CVAT, names may hold anything", async () => {
  const name = 'a b/it\'s "one" 猫.jpg';
  const { images } = await summary({
    "x.xml": xml(imageXml(name.replaceAll('"', "&quot;"), box)),
    ...{ [`images/${name}`]: image, 'images/it\'s "one" 猫.jpg': image },
  });
  expect(images).toEqual([[basename(name), undefined, 1]]);
});

describe("refused, with file, image and shape, are", () => {
  test.each<[what: string, text: string, message: RegExp]>([
    ["tracks of a video", xml('<track id="0" label="cat"></track>'), /x\.xml: holds tracks of a video; export it from CVAT as "CVAT for images 1\.1"$/], // prettier-ignore
    [
      "a DOCTYPE",
      xml("").replace("<annotations>", "<!DOCTYPE x [<!ENTITY a 'b'>]><annotations>"),
      /x\.xml: has a DOCTYPE/,
    ],
    ["a file that is cut off", xml(imageXml("a.jpg", box)).slice(0, -20), /x\.xml: is not well-formed XML: line 2: the file ends before <\/annotations>$/], // prettier-ignore
    ["another document", "<annotation></annotation>", /x\.xml: holds <annotation> instead of <annotations>$/],
    ["an image without a name", xml("<image/>"), /x\.xml: image 1: has no name$/],
    ["a box without a side", xml(imageXml("a.jpg", box.replace("xbr", "x"))), /x\.xml: "a\.jpg": shape 1 \(box\): xbr must be a number of pixels, got ""$/], // prettier-ignore
    ["a point that is none", xml(imageXml("a.jpg", '<polygon label="x" points="1,2;3;4,5"/>')), /shape 1 \(polygon\): point 2: y must be/], // prettier-ignore
    ["a shape without a label", xml(imageXml("a.jpg", box.replace("cat", ""))), /shape 1 \(box\): has no label$/],
    ["a file without images", xml(""), /: lists no images$/],
  ])("%s", async (_, text, message) => {
    const folder = await folderOf({ "x.xml": text, "a.jpg": image });
    await expect(readDataset(join(folder, "x.xml"), { from: "cvat" })).rejects.toThrow(message);
  });
});

test("the file of a job says its subset as that of a task does", async () => {
  const job = `<meta><job><id>3</id><size>1</size><subset>Validation</subset>${labels}</job></meta>`;
  const { images } = await summary({ "a.xml": xml(imageXml("a.jpg", box), job), "images/a.jpg": image });
  expect(images).toEqual([["a.jpg", "val", 1]]);
});

test("entities are not expanded", async () => {
  const { objects, classes } = await one(box.replace("cat", "&lol;&amp;&#65;"));
  expect(classes[objects[0]?.class ?? -1]).toBe("&lol;&A");
});

test("written are subsets, groups, masks, tags and the labels' attributes, which come back", async () => {
  const folder = await folderOf({ "in/a.jpg": image });
  const segmentation = encodeMask(new Uint8Array(8000).fill(1, 305, 309).fill(1, 406, 407), 80, 100);
  const objects: LabelledObject[] = [
    { box: [10, 10, 60, 50], class: 0, segmentation: [[10, 10, 20, 10, 20, 20], [50, 40, 60, 40, 60, 50]] }, // prettier-ignore
    { box: [5, 3, 9, 5], class: 1, segmentation, attributes: { group_id: 4, source: "auto", z_order: 1, n: 1.5 } },
    { box: [0, 0, 100, 80], class: 1, truncated: true, pose: "links\nvorn", attributes: { "größe <m>": '"5"' } },
  ];
  const record = { id: 1, file: join(folder, "in/a.jpg"), width: 100, height: 80, objects };
  const out = join(folder, "out");
  const dataset = { classes: ["two\nlines", 'b"<&>'], images: [{ ...record, split: "val" as const, labels: [1] }] };
  const { warnings } = await exportLabels(dataset, "cvat", out);
  expect(warnings).toEqual([]);
  const text = await readFile(join(out, "annotations.xml"), "utf8");
  expect(text).toContain('<image id="0" name="a.jpg" subset="val" task_id="1" width="100" height="80">');
  expect(text).toContain("<meta><project><name>anchorkit</name><tasks><task><name>val</name><size>1</size>");
  expect(text).toContain("<id>1</id><subset>val</subset></task></tasks>");
  expect(text).toContain("<subsets>val</subsets></project></meta>");
  expect(text).toContain('rle="0, 4, 1, 1, 2" left="5" top="3" width="4" height="2" z_order="1" group_id="4"');
  expect(text).toMatch(/<attribute><name>truncated<\/name><mutable>False<\/mutable><input_type>checkbox</);
  const read = await readDataset(out);
  const [first, ...others] = read.dataset.images[0]?.objects ?? [];
  expect(read.dataset.classes).toEqual(dataset.classes);
  expect(read.dataset.images[0]).toMatchObject({ split: "val", labels: [1] });
  expect(first).toEqual({ ...objects[0], attributes: { group_id: 5 } });
  expect(others).toEqual(objects.slice(1));
});

test("whatever the XML, it is read or refused, and nothing else", async () => {
  const shapes = `${box}<polygon label="cat" group_id="1" points="1,2;3,4;5,1"><attribute name="a">b</attribute></polygon>
    <mask label="dog" rle="2, 3, 1" left="5" top="7" width="3" height="2"/><tag label="night"/>`;
  await fc.assert(
    fc.asyncProperty(mutatedText(xml(imageXml("a.jpg", shapes, 'subset="train"'))), async (text) => {
      const folder = await folderOf({ "x.xml": text, "a.jpg": image });
      await readDataset(join(folder, "x.xml"), { from: "cvat" }).catch((error: unknown) => {
        expect(error).toBeInstanceOf(AnchorkitError);
      });
    }),
    { numRuns: 200 },
  );
  const deep = xml(imageXml("a.jpg", "<b>".repeat(50_000) + "</b>".repeat(50_000)));
  const folder = await folderOf({ "x.xml": deep, "a.jpg": image });
  const read = await readDataset(folder).catch((error: unknown) => error);
  if (read instanceof Error) expect(read).toBeInstanceOf(AnchorkitError);
});
