import { readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { expect, test } from "vitest";
import type { ImageRecord, LabelledObject } from "../../../../src/data/dataset.ts";
import { listFiles } from "../../../../src/data/files.ts";
import { read } from "../../../../src/data/formats/voc/voc.ts";
import { writeVoc } from "../../../../src/data/formats/voc/writeVoc.ts";
import { folderOf, jpeg, labelImgXml } from "../../helpers.ts";

const image = await jpeg(100, 80);

async function write(objects: LabelledObject[], classes = ["cat"], record: Partial<ImageRecord> = {}) {
  const folder = await folderOf({ "a.jpg": image });
  const images = [{ id: 1, file: join(folder, "a.jpg"), width: 100, height: 80, objects, ...record }];
  const { warnings } = await writeVoc({ classes, images }, join(folder, "out"));
  const text = await readFile(join(folder, "out/Annotations/a.xml"), "utf8");
  const again = await read(join(folder, "out"));
  return { folder, text, warnings: warnings.map((line) => line.replaceAll(folder, ".")), again: again.dataset };
}

test("the XML is LabelImg's, tag by tag", async () => {
  const { text, warnings } = await write([
    { box: [0, 20, 30, 40], class: 0 },
    { box: [5, 6, 100, 80], class: 0 },
  ]);
  const expected = labelImgXml("a.jpg", [
    ["cat", 1, 20, 30, 40],
    ["cat", 5, 6, 100, 80],
  ]);
  expect(text).toBe(expected.replace(">photos<", ">JPEGImages<").replace("/home/someone/photos/", "JPEGImages/"));
  expect(warnings).toEqual([]);
});

test("difficult, truncated, occluded, pose and verified are written", async () => {
  const object: LabelledObject = { box: [1, 2, 3, 4], class: 0, difficult: true, truncated: true, occluded: true };
  const { text, again } = await write([{ ...object, pose: "Left & <up>" }], ["cat"], { verified: true });
  expect(text).toContain('<annotation verified="yes">');
  expect(text).toContain("<pose>Left &amp; &lt;up&gt;</pose>");
  expect(again.images[0]).toMatchObject({
    verified: true,
    objects: [{ difficult: true, truncated: true, occluded: true, pose: "Left & <up>" }],
  });
});

test("corners become whole pixels, one apart at least, with a warning where something is lost", async () => {
  const { again, warnings } = await write([
    { box: [10.4, 20.6, 30.5, 40.2], class: 0 },
    { box: [50.1, 60.2, 50.3, 60.4], class: 0 },
    { box: [99.8, 79.9, 100, 80], class: 0 },
    { box: [1, 5, 9, 9], class: 0 },
  ]);
  expect(again.images[0]?.objects.map(({ box }) => box)).toEqual([
    [10, 21, 31, 40],
    [50, 60, 51, 61],
    [99, 79, 100, 80],
    [0, 5, 9, 9],
  ]);
  expect(warnings).toEqual([
    "boxes with fractions of a pixel, rounded: 3 (first: ./a.jpg: object 1)",
    "boxes that begin at pixel 1, which LabelImg's files do not tell from 0: 1 (./a.jpg: object 4)",
  ]);
});

test("names keep quotes, tags, spaces inside and all letters; what XML cannot hold is left out, and counted", async () => {
  const names = ["Tom & 'Jerry' \"<b>\"", "кот  猫 🐈", "&amp;", "a\u0000b\ud800c\ufffe"];
  const objects = names.map((_, id): LabelledObject => ({ box: [1, 2, 3, 4], class: id }));
  const { again, warnings } = await write(objects, names);
  expect(again.images[0]?.objects.map((object) => again.classes[object.class])).toEqual([...names.slice(0, 3), "abc"]);
  expect(warnings).toContainEqual(expect.stringMatching(/^names with characters that XML cannot hold, left out: 1 \(/));
  await expect(write([], ["\u0001"])).rejects.toThrow('class "\\u0001": XML cannot hold its name; rename it');
});

test("splits are lists in ImageSets, where there are any; spaces at a name's ends are no trouble", async () => {
  const folder = await folderOf({ "a.jpg": image, " b .jpg": image, "c.jpg": image });
  const splits = { "a.jpg": "train", " b .jpg": "val", "c.jpg": undefined } as const;
  const images = Object.entries(splits).map(([name, split], i): ImageRecord => ({
    ...{ id: i + 1, file: join(folder, name), width: 100, height: 80, objects: [] },
    ...(split && { split }),
  }));
  await writeVoc({ classes: [], images }, join(folder, "out"));
  const lists = (await listFiles(join(folder, "out/ImageSets"))).map((file) => file.slice(folder.length + 1));
  expect(lists).toEqual(["out/ImageSets/Main/train.txt", "out/ImageSets/Main/val.txt"]);
  expect(await readFile(join(folder, "out/ImageSets/Main/train.txt"), "utf8")).toBe("a\n");
  const { dataset, warnings } = await read(join(folder, "out"));
  expect(dataset.images.map(({ split }) => split)).toEqual(["val", "train", undefined]);
  expect(warnings).toEqual([]);
});

test("labelmap.txt lists the classes for CVAT, unless a name has a colon, which divides its columns", async () => {
  const folder = await folderOf({ "a.jpg": image });
  const images: ImageRecord[] = [{ id: 1, file: join(folder, "a.jpg"), width: 100, height: 80, objects: [] }];
  await writeVoc({ classes: ["big cat", "dog"], images }, join(folder, "out"));
  const text = await readFile(join(folder, "out/labelmap.txt"), "utf8");
  expect(text).toBe("# label:color_rgb:parts:actions\nbackground:::\nbig cat:::\ndog:::\n");
  await writeVoc({ classes: ["cat: big"], images }, join(folder, "other"));
  expect((await listFiles(join(folder, "other"))).map((file) => basename(file))).toEqual(["a.xml", "a.jpg"]);
});
