import { mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";

import { XMLParser } from "fast-xml-parser";
import sharp from "sharp";
import { beforeAll, describe, expect, it } from "vitest";

import { drawSampleData } from "../../annotations/draw.ts";
import { CLASSES } from "../../annotations/drawing/masks.ts";
import { drawSegmentationSet } from "../../annotations/drawing/segmentationSet.ts";
import { CHARACTERS, drawTextSet } from "../../annotations/drawing/textSet.ts";
import { readLabelPixels } from "../../src/data/formats/masks/labelPixels.ts";
import { readDataset } from "../../src/data/readDataset.ts";
import { decodeMask } from "../../src/geometry/masks/encodeMask.ts";
import { IGNORED } from "../../src/geometry/masks/labelMap.ts";
import { maskArea, maskBox } from "../../src/geometry/masks/maskExtent.ts";

const FOLDER = join(import.meta.dirname, "../../annotations");

interface LabelFile {
  annotation: {
    filename: string;
    size: { width: number; height: number; depth: number };
    object: {
      name: string;
      truncated: number;
      difficult: number;
      bndbox: { xmin: number; ymin: number; xmax: number; ymax: number };
    }[];
  };
}

describe("the sample data", () => {
  const labels = new Map<string, LabelFile["annotation"]>();

  beforeAll(async () => {
    const parser = new XMLParser({ isArray: (name) => name === "object" });
    for (const file of await readdir(join(FOLDER, "labels"))) {
      const { annotation } = parser.parse(await readFile(join(FOLDER, "labels", file), "utf8")) as LabelFile;
      labels.set(file.replace(".xml", ""), {
        ...annotation,
        object: (annotation.object as unknown) ? annotation.object : [],
      });
    }
  });

  it("is 120 to 200 images of less than 5 MB together, each with its XML", async () => {
    const images = await readdir(join(FOLDER, "images"));
    expect(images.length).toBeGreaterThanOrEqual(120);
    expect(images.length).toBeLessThanOrEqual(200);
    expect(images.map((file) => file.replace(".jpg", "")).sort()).toEqual([...labels.keys()].sort());
    const sizes = await Promise.all(images.map(async (file) => (await stat(join(FOLDER, "images", file))).size));
    expect(sizes.reduce((a, b) => a + b)).toBeLessThan(5e6);
  });

  it("is split into train, val and test, every image in one of them and every class in all", async () => {
    const splits = await Promise.all(
      ["train", "val", "test"].map(async (split) =>
        (await readFile(join(FOLDER, "ImageSets/Main", `${split}.txt`), "utf8")).trim().split("\n"),
      ),
    );
    expect(splits.flat().sort()).toEqual([...labels.keys()].sort());
    for (const names of splits) {
      const objects = names.map((name) => labels.get(name)?.object ?? []);
      expect(new Set(objects.flat().map(({ name }) => name)).size).toBe(5);
      expect(objects.some((list) => list.length === 0)).toBe(true); // a background
    }
  });

  it("has whole-numbered boxes inside their images, whose sizes are as the XML says", async () => {
    for (const [name, { filename, size, object }] of labels) {
      expect(filename).toBe(`${name}.jpg`);
      const { width, height } = await sharp(join(FOLDER, "images", filename)).metadata();
      expect(size).toEqual({ width, height, depth: 3 });
      for (const { bndbox, truncated } of object) {
        const { xmin, ymin, xmax, ymax } = bndbox;
        expect([xmin, ymin, xmax, ymax].every(Number.isInteger), name).toBe(true);
        expect(xmin >= 1 && ymin >= 1 && xmax <= width && ymax <= height, name).toBe(true);
        expect(xmax - xmin >= 3 && ymax - ymin >= 3, name).toBe(true);
        expect(truncated, name).toBe(xmin === 1 || ymin === 1 || xmax === width || ymax === height ? 1 : 0);
      }
    }
  });

  it("is not all easy: sizes vary sixfold, objects overlap, some are hardly to be seen", () => {
    const objects = [...labels.values()].flatMap(({ object }) => object);
    const lengths = objects.map(({ bndbox }) => Math.max(bndbox.xmax - bndbox.xmin, bndbox.ymax - bndbox.ymin));
    expect(Math.max(...lengths) / Math.min(...lengths)).toBeGreaterThan(6);
    expect(objects.filter(({ difficult }) => difficult === 1).length).toBeGreaterThan(3);
    const overlapping = [...labels.values()].filter(({ object }) =>
      object.some(({ bndbox: a }, i) =>
        object.some(
          ({ bndbox: b }, j) => j > i && a.xmin < b.xmax && b.xmin < a.xmax && a.ymin < b.ymax && b.ymin < a.ymax,
        ),
      ),
    );
    expect(overlapping.length).toBeGreaterThan(labels.size / 4);
  });

  it("has masks of what can be seen, each object's pixels in its box, of its class, in less than half a megabyte", async () => {
    const { dataset, warnings, format } = await readDataset(FOLDER);
    expect([format, warnings, dataset.images.length]).toEqual(["voc", [], labels.size]);
    expect(dataset.classes).toEqual(CLASSES);
    let bytes = 0;
    for (const { file, width, height, objects, ignored } of dataset.images) {
      const name = basename(file).replace(".jpg", ".png");
      const mask = join(FOLDER, "SegmentationClass", name);
      for (const folder of ["SegmentationClass", "SegmentationObject"]) {
        bytes += (await stat(join(FOLDER, folder, name))).size;
      }
      const classes = new Uint8Array(width * height);
      const isCompared = /[05]\.png$/.test(name); // a fifth is enough for the pixels
      for (const { box, class: index, segmentation } of objects) {
        if (!segmentation || Array.isArray(segmentation)) throw new Error(`${name}: an object without a mask`);
        const [x1, y1, x2, y2] = maskBox(segmentation);
        expect(x1 >= box[0] && y1 >= box[1] && x2 <= box[2] && y2 <= box[3], name).toBe(true);
        if (!isCompared) continue;
        for (const [at, inside] of decodeMask(segmentation).entries()) if (inside) classes[at] = index + 1;
      }
      expect(ignored).toBeUndefined();
      if (!isCompared) continue;
      const { values, kind } = await readLabelPixels(mask, { colours: false });
      expect([kind, Buffer.compare(Uint8Array.from(values), classes)], name).toEqual(["index", 0]);
    }
    expect(bytes).toBeLessThan(5e5);
  });

  it("is read from its masks alone, too, with the same classes and splits", async () => {
    const { dataset, warnings } = await readDataset(FOLDER, { from: "masks" });
    expect([dataset.classes, warnings]).toEqual([CLASSES, []]);
    const counts = ["train", "val", "test"].map((name) => dataset.images.filter(({ split }) => split === name).length);
    expect(counts).toEqual([150, 18, 24]);
  });

  it("is what the script draws: the same labels, and the same pictures but for the version of sharp", async () => {
    const folder = await mkdtemp(join(tmpdir(), "sample-"));
    await drawSampleData(7, folder, ["table_004", "table_007"]);
    for (const name of ["table_004", "table_007"]) {
      const [xml, expected] = await Promise.all(
        [folder, FOLDER].map((at) => readFile(join(at, "labels", `${name}.xml`), "utf8")),
      );
      expect(xml).toBe(expected);
      const [drawn, committed] = await Promise.all(
        [folder, FOLDER].map((at) =>
          sharp(join(at, "images", `${name}.jpg`))
            .raw()
            .toBuffer(),
        ),
      );
      const difference = drawn?.reduce((sum, value, i) => sum + Math.abs(value - (committed?.[i] ?? 0)), 0) ?? NaN;
      expect(difference / (drawn?.length ?? 0)).toBeLessThan(1);
      for (const masks of ["SegmentationClass", "SegmentationObject"]) {
        const [mask, committedMask] = await Promise.all(
          [folder, FOLDER].map((at) => readLabelPixels(join(at, masks, `${name}.png`), { colours: false })),
        );
        expect(mask).toEqual(committedMask);
      }
    }
    expect(await readdir(join(folder, "images"))).toEqual(["table_004.jpg", "table_007.jpg"]);
    await rm(folder, { recursive: true });
  });
});

describe("the data set for segmentation", () => {
  it("has classes, borders between them that do not count, and parts that nobody labelled", async () => {
    const folder = await mkdtemp(join(tmpdir(), "segmentation-"));
    const names = ["desk_004", "desk_205"];
    await drawSegmentationSet(7, folder, names);
    const { dataset, format } = await readDataset(folder);
    expect([format, dataset.classes]).toEqual(["masks", CLASSES]);
    expect(dataset.images.map(({ split }) => split).sort()).toEqual(["test", "train"]);
    for (const { file, ignored } of dataset.images) {
      const mask = file.replace("/images/", "/masks/").replace(".jpg", ".png");
      const { values, width, height } = await readLabelPixels(mask, { colours: false });
      expect([width, height]).toEqual([160, 120]);
      for (const [at, value] of values.entries()) {
        const neighbours = [at % width < width - 1 ? values[at + 1] : value, values[at + width] ?? value];
        for (const other of neighbours) expect(new Set([value, other, IGNORED]).size).toBeLessThan(3);
      }
      const share = ignored ? maskArea(ignored) / (width * height) : 0;
      expect(share > 0.01 && share < 0.3, `${basename(file)}: ${share} is ignored`).toBe(true);
    }
    await rm(folder, { recursive: true });
  });
});

describe("texts to read", () => {
  const drawn = async (seed: string, count: number) => {
    const folder = await mkdtemp(join(tmpdir(), "anchorkit-"));
    try {
      await drawTextSet(seed, folder, { count, lengths: [4, 8] });
      const [header, ...lines] = (await readFile(join(folder, "labels.csv"), "utf8")).trimEnd().split("\n");
      expect(header).toBe("file,text,split");
      const rows = lines.map((line) => line.split(",") as [string, string, string]);
      const images = await Promise.all(rows.map(([file]) => sharp(join(folder, file)).raw().toBuffer({ resolveWithObject: true }))); // prettier-ignore
      return { rows, images };
    } finally {
      await rm(folder, { recursive: true });
    }
  };

  it("have 4 to 8 characters, and a split each; the seed says which, whatever the count", async () => {
    const [many, few, others] = await Promise.all([drawn("a", 40), drawn("a", 3), drawn("b", 3)]);
    const texts = many.rows.map(([, text]) => text);
    expect(new Set(texts.map(({ length }) => length))).toEqual(new Set([4, 5, 6, 7, 8]));
    expect(texts.every((text) => Array.from(text).every((letter) => CHARACTERS.includes(letter)))).toBe(true);
    expect(many.rows.filter(([, , split]) => split === "train").length).toBe(32);
    expect(few.rows).toEqual(many.rows.slice(0, 3));
    few.images.forEach(({ data }, i) => {
      expect(Buffer.compare(data, many.images[i]?.data ?? Buffer.alloc(0))).toBe(0);
    });
    expect(others.rows.map(([, text]) => text)).not.toEqual(few.rows.map(([, text]) => text));
    expect(new Set(many.images.map(({ info }) => info.width)).size).toBeGreaterThan(20);
  });

  it("stand out from their ground", async () => {
    const { images } = await drawn("c", 12);
    for (const { data } of images) {
      const sorted = Uint8Array.from(data).sort();
      const at = (share: number): number => sorted[Math.floor(share * sorted.length)] ?? NaN;
      expect(at(0.97) - at(0.03)).toBeGreaterThan(60);
    }
  });

  it("of a count or lengths that are no whole numbers are refused", async () => {
    await expect(drawTextSet("a", "nowhere", { count: NaN, lengths: [4, 8] })).rejects.toThrow("cannot draw NaN texts");
    await expect(drawTextSet("a", "nowhere", { count: 3, lengths: [8, 4] })).rejects.toThrow("of 8-4 characters");
  });
});
