import { readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { AnchorkitError } from "../../../../src/base/errors.ts";
import { exportLabels } from "../../../../src/data/exportLabels.ts";
import { readDataset } from "../../../../src/data/readDataset.ts";
import { folderOf, jpeg } from "../../helpers.ts";
import { mutatedText } from "../mutated.ts";

const image = await jpeg(100, 80);
const header =
  "ImageID,Source,LabelName,Confidence,XMin,XMax,YMin,YMax,IsOccluded,IsTruncated,IsGroupOf,IsDepiction,IsInside";

/** What is read of a folder with these files. */
async function summary(files: Record<string, string | Uint8Array>, path = "") {
  const folder = await folderOf(files);
  const { dataset, warnings, format } = await readDataset(
    join(folder, path),
    path === "" ? {} : { from: "openimages" },
  );
  const images = dataset.images.map(({ file, split, objects }) => [basename(file), split, objects] as const);
  return { format, dataset, images, warnings: warnings.map((line) => line.replaceAll(folder, ".")) };
}

test("corners are fractions, x first; groups are crowds, what is not known is not; ids get their names, in their order", async () => {
  const { format, dataset, images, warnings } = await summary({
    "oidv6-train-annotations-bbox.csv": `${header}\n00a,xclick,/m/2,1,0.1,0.3,.25,0.5,1,1,1,1,0\n00a,xclick,/m/1,1,0,1,0,1,-1,-1,-1,-1,-1\n`,
    "validation-annotations-bbox.csv": `${header}\n00b,activation,/m/2,1,0,1,0,1,0,0,0,0,0\n00b,x,/m/3,0.5,0,1,0,1,0,0,0,0,0\n`,
    "class-descriptions-boxable.csv": '/m/0,Never\n/m/2,"Zebra, ""big"""\n/m/1,Ant\n',
    ...{ "train/00a.jpg": image, "00b.png": image },
  });
  expect(format).toBe("openimages");
  expect(dataset.classes).toEqual(['Zebra, "big"', "Ant", "/m/3"]);
  const marks = { occluded: true, truncated: true, crowd: true, attributes: { IsDepiction: true } };
  expect(images).toEqual([
    ["00a.jpg", "train", [{ class: 0, box: [10, 20, 30, 40], ...marks }, { class: 1, box: [0, 0, 100, 80] }]], // prettier-ignore
    ["00b.png", "val", [{ class: 0, box: [0, 0, 100, 80], score: 1 }, { class: 2, box: [0, 0, 100, 80], score: 0.5 }]], // prettier-ignore
  ]);
  expect(warnings).toEqual(["classes that no class-descriptions CSV names, called by their ids: 1 (/m/3)"]);
});

test("of the whole data set's list the images that are there are read; columns in any order; a header of V7", async () => {
  const { dataset, images, warnings } = await summary(
    {
      "labels/x.csv":
        "LabelName,ImageID,XMin,YMin,XMax,YMax\n/m/1,00x,0,0,1,1\n/m/1,00x,0,0,1,1\n/m/1,00a,0,0,1,1\n/m/1,00y,0,0,1,1",
      "labels/oidv7-class-descriptions-boxable.csv": "LabelName,DisplayName\n/m/1,Ant\n",
      "photos/00a.jpg": image,
    },
    "labels/x.csv",
  );
  expect(dataset.classes).toEqual(["Ant"]);
  expect(images).toEqual([["00a.jpg", undefined, [{ class: 0, box: [0, 0, 100, 80] }]]]);
  expect(warnings).toEqual([
    'images that are not there, left out with their labels: 2 (first: ./labels/x.csv: line 2: "00x")',
  ]);
});

test("an ImageID may be the whole name of the file, as globox writes it", async () => {
  const { images } = await summary({ "x.csv": `${header}\na.b.jpg,,Ant,,0,1,0,1,,,,,\n`, "a.b.jpg": image });
  expect(images).toEqual([["a.b.jpg", undefined, [{ class: 0, box: [0, 0, 100, 80] }]]]);
});

describe("errors name file and line", () => {
  const columns = "ImageID,LabelName,XMin,XMax,YMin,YMax,Confidence";
  test.each<[row: string, message: RegExp]>([
    ["a,/m/1,0.1,30,0.2,0.4,1", /x\.csv: line 2: XMax must be a fraction of the image from 0 to 1, got 30$/],
    ["a,/m/1,0.1,,0.2,0.4,1", /x\.csv: line 2: XMax must be a number, got ""$/],
    ["a,/m/1,0.5,0.1,0.2,0.4,1", /x\.csv: line 2: XMax \(0\.1\) must exceed XMin \(0\.5\)$/],
    ["a,/m/1,0.1,0.5,0.2,0.1,1", /x\.csv: line 2: YMax \(0\.1\) must exceed YMin \(0\.2\)$/],
    ["a,,0.1,0.2,0.2,0.4,1", /x\.csv: line 2: LabelName is empty$/],
    [",/m/1,0.1,0.2,0.2,0.4,1", /x\.csv: line 2: ImageID is empty$/],
    ["a,/m/1,0.1,0.2,0.2,0.4,7", /x\.csv: line 2: Confidence must be from 0 to 1, got 7$/],
    ["", /x\.csv: lists no images$/],
    [
      "b,/m/1,0.1,0.2,0.2,0.4,1",
      /x\.csv: none of 1 images is there \(first: "b"\) \(images that are not there, left out/,
    ],
  ])("%j", async (row, message) => {
    await expect(summary({ "x.csv": `${columns}\n${row}`, "a.jpg": image }, "x.csv")).rejects.toThrow(message);
  });
});

test("written are a list for each split under Open Images's names, and the classes", async () => {
  const folder = await folderOf({ "in/a.jpg": image });
  const objects = [
    { box: [10, 20, 30, 40] as [number, number, number, number], class: 0, crowd: true, truncated: true },
    { box: [0, 0, 100, 80] as [number, number, number, number], class: 1, score: 0.5, difficult: true },
  ];
  const { warnings } = await exportLabels(
    {
      classes: ["a, b", "cat"],
      images: [{ id: 1, file: join(folder, "in/a.jpg"), width: 100, height: 80, split: "val", objects }],
    },
    "openimages",
    join(folder, "out"),
  );
  const read = (name: string) => readFile(join(folder, "out", name), "utf8");
  expect(await read("validation-annotations-bbox.csv")).toBe(
    `${header}\na,xclick,"a, b",1,0.1,0.3,0.25,0.5,0,1,1,0,0\na,activation,cat,0.5,0,1,0,1,0,0,0,0,0\n`,
  );
  expect(await read("class-descriptions-boxable.csv")).toBe('"a, b","a, b"\ncat,cat\n');
  expect(warnings).toEqual([
    expect.stringMatching(/^difficult marks that Open Images CSV cannot hold, left out: 1 \(/),
  ]);
});

test("whatever the text, it is read or refused, and nothing else", async () => {
  const text = `${header}\na,xclick,/m/2,1,0.1,0.3,.25,0.5,1,1,1,1,0\nb,activation,/m/1,.5,0,1,0,1,-1,-1,-1,-1,-1\n`;
  await fc.assert(
    fc.asyncProperty(mutatedText(text), mutatedText('/m/2,"Zebra"\n/m/1,Ant\n'), async (mutated, classes) => {
      const folder = await folderOf({
        ...{ "x.csv": mutated, "class-descriptions.csv": classes, "a.jpg": image, "b.jpg": image },
      });
      await readDataset(join(folder, "x.csv"), { from: "openimages" }).catch((error: unknown) => {
        expect(error).toBeInstanceOf(AnchorkitError);
      });
    }),
  );
});

test.each([
  ["semicolons", "ImageID;LabelName;XMin;XMax;YMin;YMax\na;Cat;0,1;0,5;,25;1\n"],
  ["tabs", "ImageID\tLabelName\tXMin\tXMax\tYMin\tYMax\na\tCat\t0,1\t0,5\t0,25\t1\n"],
  ["quotes", 'ImageID,LabelName,XMin,XMax,YMin,YMax\na,Cat,"0,1","0,5","0,25",1\n'],
])("decimal commas between %s", async (_, text) => {
  const folder = await folderOf({ "annotations-bbox.csv": text, "a.jpg": await jpeg(100, 80) });
  const { dataset } = await readDataset(folder);
  expect(dataset.images[0]?.objects[0]?.box).toEqual([10, 20, 50, 80]);
});

test("decimal commas that are no cells of their own are refused", async () => {
  const text = "ImageID,LabelName,XMin,XMax,YMin,YMax\na,Cat,0,1,0,5,0,25,1,0\n";
  const folder = await folderOf({ "annotations-bbox.csv": text, "a.jpg": await jpeg(100, 80) });
  await expect(readDataset(folder)).rejects.toThrow(/line 2: has 10 cells for 6 columns; put numbers with a comma/);
});
