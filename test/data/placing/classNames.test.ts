import { basename, join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { sortedClassNames, tidyClasses, tidyClassName } from "../../../src/data/placing/classNames.ts";
import type { FoundImage } from "../../../src/data/placing/found.ts";
import { readDataset } from "../../../src/data/readDataset.ts";
import { Warnings } from "../../../src/data/warnings.ts";
import { folderOf, jpeg, labelImgXml } from "../helpers.ts";

const image = (objects: number[], labels?: number[]): FoundImage => ({
  ...{ id: 1, file: "a.jpg", where: "a.xml" },
  objects: objects.map((k, i) => ({ class: k, box: [0, 0, 1, 1], where: `a.xml: object ${i + 1}` })),
  ...(labels && { labels }),
});

/** The classes, the numbers of objects and labels, and the warnings. */
function tidied(classes: string[], found: FoundImage[] = [], categoryIds?: number[]) {
  const warnings = new Warnings();
  const tidy = tidyClasses(found, { classes, ...(categoryIds && { categoryIds }) }, warnings);
  const objects = tidy.found.map((each) => each.objects.map((object) => object.class));
  return { ...tidy.classes, objects, labels: tidy.found.map((each) => each.labels), warnings: warnings.lines() };
}

test.each([
  ["spaces and tabs", " \t cat  ", "cat"],
  ["line breaks of every system", "\r\n\u2028cat\n\u0085", "cat"],
  ["spaces that do not break", "\u00a0\u202fcat\u3000", "cat"],
  ["byte order marks and zero-width spaces", "\ufeff\u200bcat\u2060", "cat"],
  ["what ends a text in C", "cat\u0000\u0000", "cat"],
])("%s around a name are no part of it", (_, name, tidy) => {
  expect(tidyClassName(name)).toBe(tidy);
});

test("white space inside, joined emoji, flags, case and digits are", () => {
  for (const name of [
    "traffic  light",
    "two\nlines",
    "👩\u200d👧",
    "🏴\u{e0067}\u{e0062}\u{e007f}",
    "Cat",
    "007",
    "-",
  ]) {
    expect(tidyClassName(name)).toBe(name);
  }
  expect(tidyClassName("cafe\u0301")).toBe("caf\u00e9");
});

test("a tidy name stays as it is", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), (name) => tidyClassName(tidyClassName(name)) === tidyClassName(name))); // prettier-ignore
});

test("names are sorted by what they are, not by the spaces before them", () => {
  expect(sortedClassNames(["b", " c", "\na\n", "b", " b"])).toEqual(["\na\n", "b", " b", " c"]);
});

describe("classes that are the same", () => {
  test("become the first of them: objects, labels of images and category ids follow", () => {
    const { warnings, ...tidy } = tidied(
      ["dog", " cat", "cat", "bird", "dog"],
      [image([0, 1, 2, 3, 4], [4, 2, 1]), image([4])],
      [18, 90, 17, 16, 44],
    );
    expect(tidy).toEqual({
      classes: ["dog", "cat", "bird"],
      categoryIds: [18, 90, 16],
      objects: [[0, 1, 1, 2, 0], [0]],
      labels: [[0, 1], undefined],
    });
    expect(warnings).toEqual([
      'class names that stand under several numbers, merged into the first: 1 (classes: "dog" and "dog")',
      'classes whose names differ in outer white space or Unicode form alone, merged: 1 (classes: " cat" and "cat")',
    ]);
  });

  test("in Unicode's two forms are one; a single name in the longer form is no finding", () => {
    expect(tidied(["caf\u00e9", "cafe\u0301"])).toMatchObject({
      classes: ["caf\u00e9"],
      warnings: [expect.stringMatching(/merged: 1/)],
    });
    expect(tidied(["cafe\u0301"])).toMatchObject({ classes: ["caf\u00e9"], warnings: [] });
  });
});

test("names that are tidy pass as they are", () => {
  const found = [image([1, 0])];
  const tidy = tidyClasses(found, { classes: ["cat", "Cat"] }, new Warnings());
  expect(tidy).toEqual({ found, classes: { classes: ["cat", "Cat"] } });
});

test("a name of white space alone is refused, with the first object that has it", () => {
  expect(() => tidied(["cat", " \n"], [image([0, 1])])).toThrow(
    "a.xml: object 2: its class has a name of white space alone; give it one",
  );
  expect(() => tidied(["cat", "\ufeff"])).toThrow("class 2 of 2 has a name of white space alone; give it one");
});

const photo = await jpeg(100, 80);
const viaRegion = (name: string) => ({ shape_attributes: { name: "rect", x: 1, y: 2, width: 3, height: 4 }, region_attributes: { class: name } }); // prettier-ignore

test.each<[format: string, files: Record<string, string>]>([
  ["voc", { "a.xml": labelImgXml("a.jpg", [["\n cell \n", 1, 2, 30, 40], ["cell", 1, 2, 30, 40], [" ant", 1, 2, 3, 4]]) }], // prettier-ignore
  ["retinanet", { "annotations.csv": "a.jpg, 1, 2, 30, 40, cell\na.jpg,1,2,30,40,cell\na.jpg,1,2,30,40, ant\n" }],
  ["csv", { "labels.csv": "filename,width,height,class,xmin,ymin,xmax,ymax\na.jpg,100,80, cell,1,2,3,4\na.jpg,100,80,cell,1,2,3,4\na.jpg,100,80,\u00a0ant,1,2,3,4\n" }], // prettier-ignore
  ["yolo", { "classes.txt": " ant\ncell \ncell\n", "a.txt": "1 .5 .5 .1 .1\n2 .5 .5 .1 .1\n0 .5 .5 .1 .1\n" }],
  ["via", { "via.json": JSON.stringify({ "a.jpg1": { filename: "a.jpg", size: 1, regions: [" cell", "cell", "ant\t"].map(viaRegion), file_attributes: {} } }) }], // prettier-ignore
  ["createml", { "_annotations.createml.json": JSON.stringify([{ image: "a.jpg", annotations: ["cell\n", "cell", " ant"].map((label) => ({ label, coordinates: { x: 10, y: 10, width: 4, height: 4 } })) }]) }], // prettier-ignore
  ["coco", { "annotations.json": JSON.stringify({ images: [{ id: 1, file_name: "a.jpg", width: 100, height: 80 }], categories: [" ant", "cell", "cell "].map((name, i) => ({ id: i + 3, name })), annotations: [4, 5, 3].map((id, i) => ({ id: i + 1, image_id: 1, category_id: id, bbox: [1, 2, 3, 4], area: 12, iscrowd: 0 })) }) }], // prettier-ignore
])("%s: spaces around names make no classes", async (format, files) => {
  const { dataset, warnings, format: found } = await readDataset(await folderOf({ ...files, "a.jpg": photo }));
  expect({ found, classes: dataset.classes }).toEqual({ found: format, classes: ["ant", "cell"] });
  expect(dataset.images[0]?.objects.map((object) => object.class)).toEqual([1, 1, 0]);
  expect(warnings).toEqual([/trimmed: 1/, /merged: 1/].map((line) => expect.stringMatching(line) as string));
  if (format === "coco") expect(dataset.categoryIds).toEqual([3, 4]);
});

test("folders of classes are read under their tidy names", async () => {
  const folder = await folderOf({ [join("b", "1.jpg")]: photo, [join(" a", "2.jpg")]: photo });
  const { dataset } = await readDataset(folder, { from: "folders" });
  expect(dataset.classes).toEqual(["a", "b"]);
  const labels = Object.fromEntries(dataset.images.map(({ file, labels }) => [basename(file), labels]));
  expect(labels).toEqual({ "1.jpg": [1], "2.jpg": [0] });
});
