import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { AnchorkitError } from "../../../../src/base/errors.ts";
import { exportLabels } from "../../../../src/data/exportLabels.ts";
import { readDataset, type ReadDatasetOptions } from "../../../../src/data/readDataset.ts";
import { folderOf, jpeg, labelImgXml } from "../../helpers.ts";
import { mutatedText } from "../mutated.ts";

const image = await jpeg(100, 80);
const header = "filename,width,height,class,xmin,ymin,xmax,ymax";

/** What is read of a folder with these files. */
async function summary(files: Record<string, string | Uint8Array>, path = "", options: ReadDatasetOptions = {}) {
  const folder = await folderOf(files);
  const { dataset, warnings, format } = await readDataset(join(folder, path), options);
  const images = dataset.images.map(({ file, split, objects }) => {
    return [basename(file), split, ...objects.map(({ box, class: id }) => [dataset.classes[id], ...box])];
  });
  return { format, images, warnings: warnings.map((line) => line.replaceAll(folder, ".")) };
}

test("columns are found by name, rows of an image need not follow each other, other columns do not matter", async () => {
  const { format, images, warnings } = await summary({
    "labels.csv": `Class, XMin,ymin,xmax,ymax,confidence,filename\ncat,10,20,30,40,.9,a.jpg\ndog,1,2,3,4,,b.jpg\ncat,5,6,7,8,,a.jpg\n`,
    ...{ "a.jpg": image, "b.jpg": image },
  });
  expect(format).toBe("csv");
  expect(images).toEqual([
    ["a.jpg", undefined, ["cat", 10, 20, 30, 40], ["cat", 5, 6, 7, 8]],
    ["b.jpg", undefined, ["dog", 0, 2, 3, 4]],
  ]);
  expect(warnings).toEqual([]);
});

test("columns may be called as in VoTT's CSV and in others", async () => {
  const expected = [["a.jpg", undefined, ["cat", 10.5, 20, 30, 40]]];
  for (const [names, row] of [
    ['"image","xmin","ymin","xmax","ymax","label"', '"a.jpg",10.5,20,30,40,"cat"'],
    ["Image_Path,x1,y1,x2,y2,Class_Name,name", "photos/a.jpg,10.5,20,30,40,cat,other"],
    ["img,left,top,right,bottom,category,img_width,img_height", "a.jpg,10.5,20,30,40,cat,100,80"],
  ]) {
    const { format, images } = await summary({ "labels.csv": `${names ?? ""}\n${row ?? ""}\n`, "a.jpg": image });
    expect({ format, images }).toEqual({ format: "csv", images: expected });
  }
});

test("makesense.ai's CSV is read: without a header, or with one; x, y, width and height, from 0", async () => {
  const rows = "cat,1,2,30,40,a.jpg,100,80\ndog,0,0,100,80,b.jpg,100,80\ncat,5,6,7,8,a.jpg,100,80\n";
  const names = "label_name,bbox_x,bbox_y,bbox_width,bbox_height,image_name,image_width,image_height\n";
  const expected = {
    format: "csv",
    images: [
      ["a.jpg", undefined, ["cat", 1, 2, 31, 42], ["cat", 5, 6, 12, 14]],
      ["b.jpg", undefined, ["dog", 0, 0, 100, 80]],
    ],
    warnings: [],
  };
  for (const text of [rows, names + rows]) {
    expect(await summary({ "labels.csv": text, "a.jpg": image, "b.jpg": image })).toEqual(expected);
  }
  await expect(summary({ "labels.csv": `${rows}cat,1,2,x,4,a.jpg,100,80`, "a.jpg": image })).rejects.toThrow(
    /labels\.csv: line 4: bbox_width must be a number, got "x"/,
  );
});

test("names hold commas, quotes, line breaks, letters of all languages; line ends of any kind, a mark, UTF-16, gzip", async () => {
  const name = 'a, "b"\nкот 🐈.jpg';
  const text = `${header}\r\n"a, ""b""\nкот 🐈.jpg",100,80,"the, ""red""\none",0,20,30,40\r\r\n`;
  const expected = [[basename(name), undefined, ['the, "red"\none', 0, 20, 30, 40]]];
  const utf16 = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, "utf16le")]);
  for (const content of [text, `\ufeff${text}`, utf16]) {
    expect((await summary({ "x.csv": content, [name]: image })).images).toEqual(expected);
  }
  const gzip = await summary({ "x.csv": gzipSync(text), [name]: image }, "x.csv", { from: "csv" });
  expect(gzip.images).toEqual(expected);
});

test("train_labels.csv and test_labels.csv are splits; a list alone is not; of two images the folder tells which", async () => {
  const files = {
    "train_labels.csv": `${header}\na.jpg,100,80,cat,10,20,30,40`,
    "test_labels.csv": `${header}\na.jpg,100,80,cat,11,21,31,41`,
    ...{ "b.jpg": image, "images/c.jpg": image },
  };
  const { images, warnings } = await summary({
    ...files,
    "a.jpg": image,
    "test_labels.csv": `${header}\nb.jpg,,,,,,,`,
  });
  expect(images).toEqual([
    ["b.jpg", "test"],
    ["a.jpg", "train", ["cat", 10, 20, 30, 40]],
  ]);
  expect(warnings).toEqual([]);
  const alone = await summary({ ...files, "a.jpg": image }, "train_labels.csv");
  expect(alone.images).toEqual([["a.jpg", undefined, ["cat", 10, 20, 30, 40]]]);
  expect(alone.warnings).toEqual(["images that no label file names, left out: 1 (./b.jpg)"]);
});

test("corners are LabelImg's unless one is 0 or a fraction, or --coordinates says so", async () => {
  const boxOf = async (row: string, options: ReadDatasetOptions = {}) => {
    const { images } = await summary({ "x.csv": `${header}\n${row}`, "a.jpg": image }, "", options);
    return images.map(([, , ...boxes]) => boxes).flat();
  };
  expect(await boxOf("a.jpg,100,80,cat,1,1,30,40")).toEqual([["cat", 0, 0, 30, 40]]);
  expect(await boxOf("a.jpg,100,80,cat,1,0,30,40")).toEqual([["cat", 1, 0, 30, 40]]);
  expect(await boxOf("a.jpg,100,80,cat,1,1,30.5,40")).toEqual([["cat", 1, 1, 30.5, 40]]);
  expect(await boxOf("a.jpg,100,80,cat,2,2,30,40", { coordinates: "voc" })).toEqual([["cat", 1, 1, 30, 40]]);
});

test("boxes are scaled where width and height are those of a larger copy", async () => {
  const { images, warnings } = await summary({ "x.csv": `${header}\na.jpg,200,160,cat,20,40,60,80`, "a.jpg": image });
  expect(images).toEqual([["a.jpg", undefined, ["cat", 10, 20, 30, 40]]]);
  expect(warnings).toEqual([expect.stringMatching(/^images resized after they were labelled, boxes scaled: 1 \(/)]);
});

test("XML beside the lists wins", async () => {
  const { format } = await summary({
    "a.xml": labelImgXml("a.jpg", [["cat", 10, 20, 30, 40]]),
    "train_labels.csv": `${header}\na.jpg,100,80,cat,10,20,30,40`,
    "a.jpg": image,
  });
  expect(format).toBe("voc");
});

describe("errors name file and line", () => {
  test.each<[text: string, message: RegExp]>([
    [`${header}\na.jpg,100,80,cat,1,2,x,4`, /x\.csv: line 2: xmax must be a number, got "x"$/],
    [`${header}\na.jpg,100,80,cat,1,2,3`, /x\.csv: line 2: ymax must be a number, got ""$/],
    [`${header}\n\n"a\n.jpg",100,80,,1,2,3,4`, /x\.csv: line 4: class is empty$/],
    [`${header}\n,100,80,cat,1,2,3,4`, /x\.csv: line 2: filename is empty$/],
    [`${header}\na.jpg,100,80,cat,1e300,2,3,4`, /line 2: xmin must be a number, got "1e300"$/],
    [`${header}\na.jpg,100,80,cat,30,2,10,40`, /line 2: xmax \(10\) must exceed xmin \(30\)$/],
    [`${header}\na.jpg,100,80,"cat,1,2,3,4`, /x\.csv: line 2: a quote is opened and not closed$/],
    [`${header}\na.jpg,100,80,"${"x".repeat(1_000_001)}`, /x\.csv: line 2: a row has more than 1000000 characters$/],
    [`${header}\na.jpg,100,80,ca"t,1,2,3,4`, /x\.csv: line 2: is no valid CSV: /],
    ["filename,class\na.jpg,cat", /x\.csv: line 1: there is no column "xmin"$/],
    ["", /x\.csv: the file is empty$/],
    [header, /x\.csv: lists no images$/],
    [`${header}\nb.jpg,100,80,cat,1,2,3,4`, /x\.csv: none of 1 images is there \(first: "b\.jpg"\)/],
  ])("%#", async (text, message) => {
    await expect(summary({ "x.csv": text, "a.jpg": image }, "x.csv", { from: "csv" })).rejects.toThrow(message);
  });

  test("and text in an unknown encoding is refused", async () => {
    const latin1 = Buffer.from(`${header}\ngr\u00fcn.jpg,1,1,cat,1,2,3,4`, "latin1");
    await expect(summary({ "x.csv": latin1, "a.jpg": image })).rejects.toThrow(/x\.csv: is not text in utf-8; save it/);
  });
});

test("written are the images and a list for each split; images without objects are named", async () => {
  const folder = await folderOf({ "in/a.jpg": image, "in/b.jpg": image });
  const record = { width: 100, height: 80 };
  const { warnings } = await exportLabels(
    {
      classes: ['the "red", one'],
      images: [
        {
          ...record,
          id: 1,
          file: join(folder, "in/a.jpg"),
          split: "val",
          objects: [{ box: [0, 2.5, 4, 8], class: 0 }],
        },
        { ...record, id: 2, file: join(folder, "in/b.jpg"), objects: [] },
      ],
    },
    "csv",
    join(folder, "out"),
  );
  const text = await readFile(join(folder, "out/val_labels.csv"), "utf8");
  expect(text).toBe(`${header}\na.jpg,100,80,"the ""red"", one",0,2.5,4,8\n`);
  expect(warnings).toEqual([
    expect.stringMatching(/^images without objects, which a list of boxes cannot hold, left out: 1 \(.*b\.jpg\)$/),
  ]);
});

test("a data set without any box is refused", async () => {
  const folder = await folderOf({ "a.jpg": image });
  const images = [{ id: 1, file: join(folder, "a.jpg"), width: 100, height: 80, objects: [] }];
  await expect(exportLabels({ classes: ["cat"], images }, "csv", join(folder, "out"))).rejects.toThrow(
    /^none of 1 images has an object: nothing to list$/,
  );
});

test("whatever the text, it is read or refused, and nothing else", async () => {
  const text = `${header}\na.jpg,100,80,cat,1,2,30,40\n"b.jpg",100,80,"d,og",5.5,6,7,8\n`;
  await fc.assert(
    fc.asyncProperty(mutatedText(text), async (mutated) => {
      const folder = await folderOf({ "x.csv": mutated, "a.jpg": image, "b.jpg": image });
      await readDataset(join(folder, "x.csv"), { from: "csv" }).catch((error: unknown) => {
        expect(error).toBeInstanceOf(AnchorkitError);
      });
    }),
  );
});

const raccoon = join(import.meta.dirname, "../../../../../shared/data/raccoon");
test.skipIf(!existsSync(raccoon))("raccoon: its CSV and its XML give the same boxes and splits", async () => {
  const boxes = async (from: "voc" | "csv") => {
    const { dataset } = await readDataset(raccoon, { from });
    return dataset.images
      .map(({ file, split, objects }) => [basename(file), split, objects.map(({ box }) => box.join()).sort()] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1));
  };
  expect(await boxes("csv")).toEqual(await boxes("voc"));
});

describe("semicolons, tabs and decimal commas", () => {
  const table = (separator: string, rows: string[][]) => rows.map((row) => row.join(separator)).join("\n");
  const header = ["filename", "width", "height", "class", "xmin", "ymin", "xmax", "ymax"];

  test.each([";", "\t"])("separator %j", async (separator) => {
    const rows = [header, ["a.jpg", "100", "80", "cat, black", "10,5", "20", "50,25", "1e1"]];
    rows[1]?.splice(7, 1, "40");
    const folder = await folderOf({ "labels.csv": table(separator, rows), "a.jpg": await jpeg(100, 80) });
    const { dataset, format } = await readDataset(folder);
    expect(format).toBe("csv");
    expect(dataset.classes).toEqual(["cat, black"]);
    expect(dataset.images[0]?.objects[0]?.box).toEqual([10.5, 20, 50.25, 40]);
  });

  test("a row with decimal commas between commas is refused, and says why", async () => {
    const rows = [header, ["a.jpg", "100", "80", "cat", "10,5", "20,5", "50,5", "40,5"]];
    const folder = await folderOf({ "labels.csv": table(",", rows), "a.jpg": await jpeg(100, 80) });
    await expect(readDataset(folder)).rejects.toThrow(/labels\.csv: line 2: has 12 cells for 8 columns; put numbers/);
  });

  test("a comma in a quoted number is no point: it may stand between thousands", async () => {
    const rows = [header, ["a.jpg", "100", "80", "cat", '"1,000"', "20", "50", "40"]];
    const folder = await folderOf({ "labels.csv": table(",", rows), "a.jpg": await jpeg(100, 80) });
    await expect(readDataset(folder)).rejects.toThrow('line 2: xmin must be a number, got "1,000"');
  });
});

describe("a corner at 1", () => {
  const rowsOf = (header: string, ...rows: string[]) => [header, ...rows].join("\n");
  const LABELIMG = "filename,width,height,class,xmin,ymin,xmax,ymax";

  test.each([
    ["LabelImg's is a 0", LABELIMG, ["a.jpg,100,80,cat,1,1,50,40"], [0, 0, 50, 40]],
    ["beside a 0 it is a 1", LABELIMG, ["a.jpg,100,80,cat,1,1,50,40", "a.jpg,100,80,cat,0,1,5,5"], [1, 1, 50, 40]],
    ["with a point it is a 1", LABELIMG, ["a.jpg,100,80,cat,1.0,1.0,50,40"], [1, 1, 50, 40]],
    ["pandas writes whole columns with points: a 0", LABELIMG, ["a.jpg,100,80,cat,1.0,1.0,50.0,40.0"], [0, 0, 50, 40]],
    ["columns of others: a 1", "image_name,x1,y1,x2,y2,class", ["a.jpg,1,1,50,40,cat"], [1, 1, 50, 40]],
  ])("%s", async (_, header, rows, box) => {
    const folder = await folderOf({ "labels.csv": rowsOf(header, ...rows), "a.jpg": await jpeg(100, 80) });
    const { dataset } = await readDataset(folder);
    expect(dataset.images[0]?.objects[0]?.box).toEqual(box);
  });
});
