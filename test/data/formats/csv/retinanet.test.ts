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

/** What is read of a folder with these files. */
async function summary(files: Record<string, string | Uint8Array>, path = "", from?: "retinanet") {
  const folder = await folderOf(files);
  const { dataset, warnings, format } = await readDataset(join(folder, path), from && { from });
  const images = dataset.images.map(({ file, split, objects }) => {
    return [basename(file), split, ...objects.map(({ box, class: id }) => [dataset.classes[id], ...box])];
  });
  return { format, classes: dataset.classes, images, warnings: warnings.map((line) => line.replaceAll(folder, ".")) };
}

test("rows without a header are path, corners and class; a path alone is a background; classes.csv orders classes", async () => {
  const { format, classes, images, warnings } = await summary({
    "annotations.csv": `photos/a b.jpg,1,20,30,40,zebra\n"photos/кот, 🐈.jpg",,,,,\nphotos/a b.jpg,5,6,7,8,"the ""red"", one"\n`,
    "classes.csv": `zebra,0\n"the ""red"", one",1\nnever,2\n`,
    ...{ "photos/a b.jpg": image, "photos/кот, 🐈.jpg": image },
  });
  expect(format).toBe("retinanet");
  expect(classes).toEqual(["zebra", 'the "red", one', "never"]);
  expect(images).toEqual([
    ["a b.jpg", undefined, ["zebra", 1, 20, 30, 40], ['the "red", one', 5, 6, 7, 8]],
    ["кот, 🐈.jpg", undefined],
  ]);
  expect(warnings).toEqual([]);
});

test("a list that begins with a background is known, and train.csv and val_annotations.csv are splits", async () => {
  const { images } = await summary({
    "train.csv": "/home/someone/a.jpg,,,,,\n",
    "val_annotations.csv": "b.jpg,1,2,3,4,cat\n",
    ...{ "images/a.jpg": image, "images/b.jpg": image },
  });
  expect(images).toEqual([["a.jpg", "train"], ["b.jpg", "val", ["cat", 1, 2, 3, 4]]]); // prettier-ignore
});

test("classes that classes.csv lacks are added and named", async () => {
  const { classes, warnings } = await summary({
    ...{ "x.csv": "a.jpg,1,2,3,4,cat\na.jpg,1,2,3,4,ant\n", "classes.csv": "cat,0\n", "a.jpg": image },
  });
  expect(classes).toEqual(["cat", "ant"]);
  expect(warnings).toEqual(['classes that classes.csv lacks, added: 1 ("ant")']);
});

test("a table of something else is no labels", async () => {
  for (const text of ["id,split\n1,test\n", "a.jpg,b,c,d,e,f\n", "a.jpg,1,2,3,4\n", '"a', ""]) {
    await expect(summary({ "x.csv": text, "a.jpg": image })).rejects.toThrow(/: no labels found beside 1 image;/);
  }
});

describe("errors name file and line", () => {
  test.each<[text: string, classes: string, message: RegExp]>([
    ["a.jpg,1,2,x,4,cat", "", /x\.csv: line 1: x2 must be a number, got "x"$/],
    ["a.jpg,1,2,3,4,cat\na.jpg,1,2,3,4", "", /x\.csv: line 2: expected path,x1,y1,x2,y2,class, got 5 cells$/],
    ["a.jpg,1,2,3,4,cat\n,1,2,3,4,cat", "", /x\.csv: line 2: the path is empty$/],
    ["a.jpg,1,2,3,4, ", "", /x\.csv: line 1: class is empty$/],
    ["a.jpg,30,2,3,4,cat", "", /x\.csv: line 1: xmax \(3\) must exceed xmin \(30\)$/],
    ["", "", /x\.csv: lists no images$/],
    ["a.jpg,1,2,3,4,cat", "cat,0\ndog,0", /classes\.csv: line 2: the number 0 is there twice$/],
    ["a.jpg,1,2,3,4,cat", "cat,1.5", /classes\.csv: line 1: classes are numbered from 0, got 1\.5$/],
    ["a.jpg,1,2,3,4,cat", ",1", /classes\.csv: line 1: the name of a class is empty$/],
  ])("%j %j", async (text, classes, message) => {
    const files = { "x.csv": text, ...(classes !== "" && { "classes.csv": classes }), "a.jpg": image };
    await expect(summary(files, "x.csv", "retinanet")).rejects.toThrow(message);
  });
});

test("written are whole pixels, backgrounds, and the classes", async () => {
  const folder = await folderOf({ "in/a.jpg": image, "in/b.jpg": image });
  const record = { width: 100, height: 80 };
  const { warnings } = await exportLabels(
    {
      classes: ["a, b", "cat"],
      images: [
        {
          ...record,
          id: 1,
          file: join(folder, "in/a.jpg"),
          split: "test",
          objects: [{ box: [0, 2.4, 4, 2.6], class: 0 }],
        },
        { ...record, id: 2, file: join(folder, "in/b.jpg"), objects: [] },
      ],
    },
    "retinanet",
    join(folder, "out"),
  );
  const read = (name: string) => readFile(join(folder, "out", name), "utf8");
  expect(await read("test.csv")).toBe('images/a.jpg,0,2,4,3,"a, b"\n');
  expect(await read("annotations.csv")).toBe("images/b.jpg,,,,,\n");
  expect(await read("classes.csv")).toBe('"a, b",0\ncat,1\n');
  expect(warnings).toEqual([expect.stringMatching(/^boxes with fractions of a pixel, rounded: 1 \(/)]);
});

test("whatever the text, it is read or refused, and nothing else", async () => {
  const text = 'a.jpg,1,2,30,40,cat\n"b.jpg",5.5,6,7,8,"d,og"\nc.jpg,,,,,\n';
  await fc.assert(
    fc.asyncProperty(mutatedText(text), mutatedText("cat,0\nd,1\n"), async (mutated, classes) => {
      const folder = await folderOf({ "x.csv": mutated, "classes.csv": classes, "a.jpg": image, "b.jpg": image });
      await readDataset(join(folder, "x.csv"), { from: "retinanet" }).catch((error: unknown) => {
        expect(error).toBeInstanceOf(AnchorkitError);
      });
    }),
  );
});

describe("other lists of path, corners and class", async () => {
  const images = { "a.jpg": await jpeg(100, 80), "b.jpg": await jpeg(60, 40) };
  const boxes = async (files: Record<string, string>) => {
    const { dataset, format } = await readDataset(await folderOf({ ...files, ...images }));
    expect(format).toBe("retinanet");
    return dataset.images.map(({ split, objects }) => [split, ...objects.map(({ box }) => box)]);
  };

  test("keras-frcnn's annotate.txt is found in a folder, spaces or none, beside other texts", async () => {
    const list = "C:\\some one\\a.jpg, 10, 20, 50 ,40 , cat\nb.jpg,1,2,30,35,dog\n";
    expect(await boxes({ "annotate.txt": list, "README.txt": "photos of cats\n" })).toEqual([
      [undefined, [10, 20, 50, 40]],
      [undefined, [1, 2, 30, 35]],
    ]);
  });

  test("SKU-110K's rows have the image's size behind the class, and its lists are splits", async () => {
    const lists = {
      "annotations_train.csv": "a.jpg,10,20,50,40,object,200,160\n", // the image has been halved since
      "annotations_val.csv": "b.jpg,1,2,30,35,object,60,40\n",
    };
    expect(await boxes(lists)).toEqual([
      ["train", [5, 10, 25, 20]],
      ["val", [1, 2, 30, 35]],
    ]);
  });

  test("semicolons separate, and a comma is the point then", async () => {
    const lists = { "train.csv": "a.jpg;10,5;20;50,25;40;cat, black\n", "classes.csv": "dog;0\ncat, black;1\n" };
    expect(await boxes(lists)).toEqual([["train", [10.5, 20, 50.25, 40]]]);
  });

  test("tabs separate", async () => {
    expect(await boxes({ "boxes.tsv": "a.jpg\t10\t20\t50\t40\tcat\n" })).toEqual([[undefined, [10, 20, 50, 40]]]);
  });
});
