import { mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { XMLParser } from "fast-xml-parser";
import sharp from "sharp";
import { beforeAll, describe, expect, it } from "vitest";

import { drawSampleData } from "../../annotations/draw.ts";

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
    }
    expect(await readdir(join(folder, "images"))).toEqual(["table_004.jpg", "table_007.jpg"]);
    await rm(folder, { recursive: true });
  });
});
