import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, it, test } from "vitest";
import type { Dataset, ImageRecord, SplitName } from "../../../src/data/dataset.ts";
import { applyManifest } from "../../../src/data/split/applyManifest.ts";
import { fingerprintOf, manifestOf, readManifest, writeManifest } from "../../../src/data/split/manifest.ts";
import { resumedData } from "../../../src/data/split/resumedData.ts";

const folder = mkdtempSync(join(tmpdir(), "anchorkit-manifest-"));
const file = join(folder, "splits.json");
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** Images by name, each with its split and, after a colon, its bytes; in a folder of their own. */
function datasetOf(root: string, images: Record<string, string>): Dataset {
  const records = Object.entries(images).map(([name, told], i) => {
    const [split, bytes = name] = told.split(":");
    const path = join(folder, root, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, bytes);
    return {
      ...{ id: i, file: path, width: 10, height: 20 },
      objects: [{ box: [1, 2, 5 + i, 9] as [number, number, number, number], class: i % 2 }],
      ...(split && { split: split as SplitName }),
    };
  });
  return { classes: ["cat", "dog"], images: records };
}

/** Writes what was trained on and reads it again. */
async function kept(images: Record<string, string>) {
  await writeManifest(file, await manifestOf(datasetOf("then", images)));
  return readManifest(file);
}

const splitsOf = ({ images }: Dataset): (string | undefined)[] => images.map(({ split }) => split);

describe("the splits of a training", () => {
  it("come back after the images were moved, renamed or both", async () => {
    const manifest = await kept({ "a.jpg": "train:1", "deep/b.jpg": "val:2", "c.jpg": "test:3" });
    const moved = datasetOf("moved", { "c.jpg": ":3", "images/copy-of-a.jpg": ":1", "b.jpg": ":2" });
    const { dataset, seen } = await applyManifest(manifest, moved);
    expect(splitsOf(dataset)).toEqual(["test", "train", "val"]);
    expect([...seen]).toEqual([[dataset.images[1], "itself"]]);
  });

  it("are known by name where the bytes have changed", async () => {
    const manifest = await kept({ "x/a.jpg": "train:1", "x/b.jpg": "val:2" });
    const { dataset } = await applyManifest(manifest, datasetOf("fixed", { "b.jpg": ":22", "a.jpg": ":11" }));
    expect(splitsOf(dataset)).toEqual(["val", "train"]);
  });

  it("are test for what was not there, and what has a split keeps it, but is known as trained on", async () => {
    const manifest = await kept({ "a.jpg": "train:1" });
    const { dataset, seen } = await applyManifest(manifest, datasetOf("now", { "b.jpg": "test:1", "new.jpg": ":9" }));
    expect(splitsOf(dataset)).toEqual(["test", "test"]);
    expect([...seen]).toEqual([[dataset.images[0], "itself"]]);
  });

  it("take val out of train as it was", async () => {
    const manifest = await kept({ "a.jpg": "train:1", "b.jpg": "val:2", "c.jpg": "test:3" });
    const now = datasetOf("again", { "a.jpg": "train:1", "b.jpg": "train:2", "c.jpg": "test:3" });
    expect(splitsOf((await applyManifest(manifest, now)).dataset)).toEqual(["train", "val", "test"]);
  });

  it("of copies are each their own, and it is known which was trained on itself", async () => {
    const manifest = await kept({ "a.jpg": "train:1", "b.jpg": "test:1" });
    const { dataset, seen } = await applyManifest(manifest, datasetOf("copies", { "a.jpg": ":1", "b.jpg": ":1" }));
    expect(splitsOf(dataset)).toEqual(["train", "test"]);
    expect([...seen.values()]).toEqual(["itself", "copy"]);
  });

  it("are read as older versions wrote them, by name", async () => {
    writeFileSync(file, JSON.stringify({ train: ["a.jpg"], val: ["deep/b.jpg"], test: [] }));
    const { dataset } = await applyManifest(
      await readManifest(file),
      datasetOf("old", { "b.jpg": ":2", "a.jpg": ":1" }),
    );
    expect(splitsOf(dataset)).toEqual(["val", "train"]);
  });
});

test("a file of another kind is refused by name", async () => {
  writeFileSync(file, '{ "train": [] }');
  await expect(readManifest(file)).rejects.toThrow(/splits\.json: is not a list of the images in train, val and test/);
});

describe("data for going on with a training", () => {
  const images = { "a.jpg": "train:1", "b.jpg": "val:2", "c.jpg": "train:3" };
  const differing = async (now: Dataset): Promise<string> => {
    const error: unknown = await resumedData(await kept(images), now).catch((thrown: unknown) => thrown);
    return error instanceof Error ? error.message : "no error";
  };

  it("is put into the order it was in, classes too", async () => {
    const manifest = await kept(images);
    const { classes, images: records } = datasetOf("elsewhere", { "a.jpg": ":1", "b.jpg": ":2", "c.jpg": ":3" });
    const swapped = records.map((image) => ({
      ...image,
      objects: image.objects.map((object) => ({ ...object, class: 1 - object.class })),
    }));
    const now = await resumedData(manifest, { classes: [...classes].reverse(), images: swapped.reverse() });
    expect(now.classes).toEqual(["cat", "dog"]);
    expect(fingerprintOf(await manifestOf(now))).toBe(fingerprintOf(manifest));
  });

  it("is refused with images that are missing, new or other ones, each said", async () => {
    const message = await differing(datasetOf("pixels", { "a.jpg": ":other", "b.jpg": ":2", "d.jpg": ":4" }));
    expect(message).toContain("1 image missing (c.jpg)");
    expect(message).toContain("1 image that it did not have (d.jpg)");
    expect(message).toContain("1 image with other pixels (a.jpg)");
    expect(message).toContain("begin a new training from the weights of this one");
  });

  it("is refused with other labels or splits", async () => {
    const now = datasetOf("labels", { "a.jpg": "test:1", "b.jpg": ":2", "c.jpg": ":3" });
    const [first, second] = now.images;
    Object.assign(second?.objects[0] ?? {}, { difficult: true });
    expect(first?.split).toBe("test");
    const message = await differing(now);
    expect(message).toContain("1 image with other labels (b.jpg)");
    expect(message).toContain("1 image in another split (a.jpg)");
  });

  it("is refused with other outlines or pixels to ignore, unless the training kept none", async () => {
    const outlined = (more: Partial<ImageRecord>, at = 10) => {
      const now = datasetOf("outlines", images);
      const [first] = now.images;
      for (const object of first?.objects ?? []) object.segmentation = [[0, 0, at, 0, at, 5]];
      Object.assign(first ?? {}, more);
      return now;
    };
    const ignored = { height: 2, width: 2, counts: Uint32Array.of(1, 3) };
    const manifest = await manifestOf(outlined({ ignored }));
    const message = "1 image with other outlines (a.jpg)";
    expect((await resumedData(manifest, outlined({ ignored }))).images).toHaveLength(3);
    await expect(resumedData(manifest, outlined({ ignored }, 11))).rejects.toThrow(message);
    await expect(resumedData(manifest, outlined({}))).rejects.toThrow(message);
    const other = { ...ignored, counts: Uint32Array.of(2, 2) };
    await expect(resumedData(manifest, outlined({ ignored: other }))).rejects.toThrow(message);
    await expect(resumedData(manifest, datasetOf("outlines", images))).rejects.toThrow(message);
    expect((await resumedData(await kept(images), outlined({ ignored }))).images).toHaveLength(3);
  });

  it("is refused with other classes", async () => {
    const now = { ...datasetOf("classes", images), classes: ["cat", "cow"] };
    expect(await differing(now)).toContain("its classes were cat, dog, and are cat, cow (new: cow; gone: dog)");
    const more = { ...now, classes: ["cat", "dog", "emu"] };
    expect(await differing(more)).toContain("its classes were cat, dog, and are cat, dog, emu (new: emu)");
    const many = { ...now, classes: Array.from({ length: 20 }, (_, k) => `c${k}`) };
    expect(await differing(many)).toContain("c10, c11 and 8 more (new: c0,");
  });

  it("is refused with the names of two classes swapped, and goes on with other category ids", async () => {
    const now = datasetOf("swapped", images);
    expect(await differing({ ...now, classes: ["dog", "cat"] })).toContain("3 images with other labels");
    expect(await resumedData(await kept(images), { ...now, categoryIds: [7, 0] })).toMatchObject({
      classes: ["cat", "dog"],
      categoryIds: [7, 0],
    });
  });
});
