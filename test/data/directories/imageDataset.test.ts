import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { basename, join, relative } from "node:path";
import sharp from "sharp";
import { beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { AnchorkitError } from "../../../src/base/errors.ts";
import {
  type ImageDataset,
  imageDatasetFromDirectory,
  type ImageDatasetOptions,
} from "../../../src/data/directories/imageDataset.ts";
import { folderOf } from "../helpers.ts";

function flat(value: number, width = 8, height = 6): Promise<Buffer> {
  const background = { r: value, g: value, b: value };
  return sharp({ create: { width, height, channels: 3, background } })
    .png()
    .toBuffer();
}

/** 5 ants of grey 1 to 5, 3 bees of 11 to 13, 2 wasps of 21 and 22. */
let folder: string;
beforeEach(async () => {
  const files: Record<string, Uint8Array | string> = { "readme.txt": "not an image", "bees/notes.txt": "" };
  for (const [name, first, count] of [
    ["bees", 11, 3],
    ["ants", 1, 5],
    ["wasps", 21, 2],
  ] as const) {
    for (let i = 0; i < count; i++) files[`${name}/${i}.png`] = await flat(first + i);
  }
  folder = await folderOf(files);
});

const IN_ORDER = [
  ...["ants/0.png", "ants/1.png", "ants/2.png", "ants/3.png", "ants/4.png"],
  ...["bees/0.png", "bees/1.png", "bees/2.png", "wasps/0.png", "wasps/1.png"],
];
const NUMPY_7 = [8, 5, 0, 2, 1, 9, 7, 3, 6, 4];

const size = { imageSize: [4, 5] } as const;

/** One epoch: the grey value of each image, by batch. */
async function epoch(dataset: ImageDataset): Promise<number[][]> {
  const batches: number[][] = [];
  for await (const { images, shape } of dataset) {
    const [n, height, width, channels] = shape;
    batches.push(Array.from({ length: n }, (_, i) => images[i * height * width * channels] ?? -1));
  }
  return batches;
}

describe("without shuffling", () => {
  test("images come in order, class by class in alphabetical order, the last batch short", async () => {
    const dataset = await imageDatasetFromDirectory(folder, { ...size, shuffle: false, batchSize: 4 });
    expect(dataset.classNames).toEqual(["ants", "bees", "wasps"]);
    expect(dataset.length).toBe(3);
    expect(await epoch(dataset)).toEqual([
      [1, 2, 3, 4],
      [5, 11, 12, 13],
      [21, 22],
    ]);
    expect(await epoch(dataset)).toHaveLength(3); // a second epoch, the same again
  });

  test("a batch is plain numbers with its shape, labels and files", async () => {
    const dataset = await imageDatasetFromDirectory(folder, { ...size, shuffle: false, batchSize: 10 });
    for await (const batch of dataset) {
      expect(batch.shape).toEqual([10, 4, 5, 3]);
      expect(batch.images).toBeInstanceOf(Float32Array);
      expect(batch.images).toHaveLength(10 * 4 * 5 * 3);
      expect(batch.labels).toEqual(Int32Array.of(0, 0, 0, 0, 0, 1, 1, 1, 2, 2));
      expect(batch.files.map((file) => relative(folder, file)).slice(4, 6)).toEqual(["ants/4.png", "bees/0.png"]);
    }
  });

  test("bytes, grey, and with transparency", async () => {
    const read = async (options: object) => {
      const batches = await imageDatasetFromDirectory(folder, { ...size, shuffle: false, ...options });
      for await (const batch of batches) return batch;
      throw new Error("no batch");
    };
    const bytes = await read({ dtype: "uint8" });
    expect(bytes.images).toBeInstanceOf(Uint8Array);
    const grey = await read({ colorMode: "grayscale" });
    expect(grey.shape).toEqual([10, 4, 5, 1]);
    expect(grey.images[4 * 5 * 9]).toBe(22);
    const rgba = await read({ colorMode: "rgba" });
    expect(rgba.shape).toEqual([10, 4, 5, 4]);
    expect([...rgba.images.subarray(0, 4)]).toEqual([1, 1, 1, 255]);
  });

  test("labels as rows, as 0 and 1, and none", async () => {
    const labels = async (options: object) => {
      const dataset = await imageDatasetFromDirectory(folder, { ...size, shuffle: false, ...options });
      for await (const batch of dataset) return batch.labels;
      return undefined;
    };
    expect(await labels({ labelMode: "categorical", classNames: ["wasps", "bees"] })).toEqual(
      Float32Array.of(1, 0, 1, 0, 0, 1, 0, 1, 0, 1),
    );
    expect(await labels({ labelMode: "binary", classNames: ["bees", "wasps"] })).toEqual(
      Float32Array.of(0, 0, 0, 1, 1),
    );
    expect(await labels({ labelMode: null })).toBeUndefined();
    expect((await imageDatasetFromDirectory(folder, { labelMode: null })).items).toHaveLength(10);
  });
});

describe("labels of one's own", () => {
  const read = async (options: ImageDatasetOptions) => {
    const dataset = (await imageDatasetFromDirectory(folder, { ...size, shuffle: false, ...options })) as ImageDataset;
    for await (const { labels } of dataset)
      return { labels, classNames: dataset.classNames, files: dataset.files.length };
    throw new Error("no batch");
  };
  const eachOf = (label: (i: number) => number) => Array.from({ length: 10 }, (_, i) => label(i));

  test("are given for all images in their order, and the classes are those that occur", async () => {
    expect(await read({ labels: eachOf((i) => (i * 5) % 15) })).toEqual({
      ...{ labels: Int32Array.from(eachOf((i) => (i * 5) % 15)), classNames: ["0", "5", "10"], files: 10 },
    });
    expect((await read({ labels: eachOf((i) => i % 2), labelMode: "binary" })).labels).toEqual(
      Float32Array.from(eachOf((i) => i % 2)),
    );
  });

  test("null is none", async () => {
    expect(await read({ labels: null })).toEqual({ labels: undefined, classNames: [], files: 10 });
  });

  test.each<[object, string]>([
    [{ labels: [1, 2] }, /labels has 2 entries, but .* holds 10 images/.source],
    [{ labels: eachOf((i) => i / 2) }, "labels must be whole numbers, got 0.5"],
    [
      { labels: eachOf((i) => 3 * i), labelMode: "categorical" },
      'labelMode "categorical" needs labels from 0 to 9, got 12',
    ],
    [{ labels: eachOf(() => 0), classNames: ["ants"] }, "classNames make no sense with a list of labels"],
    [{ labels: "guess" }, 'labels must be one of "inferred", got "guess"'],
  ])("that make no sense are refused: %j", async (options, message) => {
    await expect(read(options)).rejects.toThrow(new RegExp(message));
  });
});

test("an epoch can be gone through one by one, and one number is a square", async () => {
  const dataset = await imageDatasetFromDirectory(folder, { imageSize: 4, batchSize: null, shuffle: false });
  const shapes: number[][] = [];
  for await (const { shape } of dataset) shapes.push(shape);
  expect(shapes).toEqual(Array.from({ length: 10 }, () => [1, 4, 4, 3]));
});

test("what was found is printed on demand, in Keras's words", async () => {
  const print = vi.spyOn(console, "log").mockImplementation(() => undefined);
  onTestFinished(() => {
    print.mockRestore();
  });
  const split = { ...size, validationSplit: 0.3, seed: 7 } as const;
  await imageDatasetFromDirectory(folder, { ...split, subset: "both" });
  expect(print).not.toHaveBeenCalled();
  await imageDatasetFromDirectory(folder, { ...split, subset: "both", verbose: true });
  await imageDatasetFromDirectory(folder, { labels: null, verbose: true });
  expect(print.mock.calls.flat()).toEqual([
    "Found 10 files belonging to 3 classes.",
    "Using 7 files for training.",
    "Using 3 files for validation.",
    "Found 10 files.",
  ]);
});

test("bytes are rounded, and clipped where a filter overshoots", async () => {
  const edge = sharp(Uint8Array.of(0, 0, 255, 255), { raw: { width: 4, height: 1, channels: 1 } });
  const one = await folderOf({ "a/edge.png": await edge.toColourspace("b-w").png().toBuffer() });
  const read = async (dtype: "uint8" | "float32") => {
    const options = { imageSize: [1, 8], interpolation: "bicubic", colorMode: "grayscale", dtype } as const;
    for await (const { images } of await imageDatasetFromDirectory(one, options)) return images;
    throw new Error("no batch");
  };
  const [floats, bytes] = [await read("float32"), await read("uint8")];
  expect(Math.min(...floats)).toBeLessThan(-1);
  expect(Math.max(...floats)).toBeGreaterThan(256);
  expect([...bytes]).toEqual([...floats].map((value) => Math.min(255, Math.max(0, Math.round(value)))));
});

describe("the validation split", () => {
  const split = { ...size, validationSplit: 0.3, seed: 7 };

  test("is the last share of the shuffled files: 3 of 10, and the parts of one seed do not overlap", async () => {
    const training = await imageDatasetFromDirectory(folder, { ...split, subset: "training" });
    const validation = await imageDatasetFromDirectory(folder, { ...split, subset: "validation" });
    expect([training.files.length, validation.files.length]).toEqual([7, 3]);
    expect(new Set([...training.files, ...validation.files]).size).toBe(10);
    const [both, rest] = await imageDatasetFromDirectory(folder, { ...split, subset: "both" });
    expect([both.files, rest.files]).toEqual([training.files, validation.files]);
    const other = await imageDatasetFromDirectory(folder, { ...split, seed: 8, subset: "validation" });
    expect(other.files).not.toEqual(validation.files);
  });

  test("holds the files that Keras draws for the seed", async () => {
    const [training, validation] = await imageDatasetFromDirectory(folder, { ...split, subset: "both" });
    const places = [...training.files, ...validation.files].map((file) => relative(folder, file));
    // numpy.random.RandomState(7).shuffle of the ten files in order
    expect(places.map((place) => IN_ORDER.indexOf(place))).toEqual(NUMPY_7);
  });

  test("without shuffling is the end of the list; a share that is cut to 0 leaves all for training", async () => {
    const [training, validation] = await imageDatasetFromDirectory(folder, {
      ...{ ...size, validationSplit: 0.29, shuffle: false, subset: "both" },
    });
    expect([...(await epoch(training)), ...(await epoch(validation))]).toEqual([
      [1, 2, 3, 4, 5, 11, 12, 13],
      [21, 22],
    ]);
    const few = { ...split, validationSplit: 0.05 };
    expect((await imageDatasetFromDirectory(folder, { ...few, subset: "training" })).files).toHaveLength(10);
    await expect(imageDatasetFromDirectory(folder, { ...few, subset: "validation" })).rejects.toThrow(
      "no validation images: there are 10 in all",
    );
  });

  test("an epoch holds each training image once, in another order than the one before; validation keeps its order", async () => {
    const [training, validation] = await imageDatasetFromDirectory(folder, { ...split, subset: "both" });
    const epochs = [await epoch(training), await epoch(training)].map((batches) => batches.flat());
    expect(epochs[0]).not.toEqual(epochs[1]);
    expect(epochs[0]?.toSorted()).toEqual(epochs[1]?.toSorted());
    expect(await epoch(validation)).toEqual(await epoch(validation));
    const again = await imageDatasetFromDirectory(folder, { ...split, subset: "training" });
    expect([await epoch(again), await epoch(again)].map((batches) => batches.flat())).toEqual(epochs);
  });

  test("without a seed there is one all the same, and it is told", async () => {
    const dataset = await imageDatasetFromDirectory(folder, size);
    const again = await imageDatasetFromDirectory(folder, { ...size, seed: dataset.seed });
    expect(again.files).toEqual(dataset.files);
    expect(await epoch(again)).toEqual(await epoch(dataset));
  });
});

describe("an image of another aspect ratio", () => {
  // 12 x 6: a third black, a third white, a third grey, from left to right.
  const wide = async () => {
    const part = (left: number, value: number) => ({
      input: { create: { width: 4, height: 6, channels: 3, background: { r: value, g: value, b: value } } } as const,
      left,
      top: 0,
    });
    const image = sharp({ create: { width: 12, height: 6, channels: 3, background: "black" } });
    return folderOf({
      "a/wide.png": await image
        .composite([part(4, 255), part(8, 100)])
        .png()
        .toBuffer(),
    });
  };
  const middleRow = async (options: object) => {
    const dataset = await imageDatasetFromDirectory(await wide(), {
      ...{ imageSize: [6, 6], colorMode: "grayscale", interpolation: "nearest", ...options },
    });
    const rows: number[][] = [];
    for await (const { images } of dataset) {
      for (let y = 0; y < 6; y++) rows.push([...images.subarray(6 * y, 6 * y + 6)]);
    }
    return rows;
  };

  test("is stretched", async () => {
    expect((await middleRow({}))[2]).toEqual([0, 0, 255, 255, 100, 100]);
  });

  test("is cropped in the middle", async () => {
    expect((await middleRow({ cropToAspectRatio: true }))[2]).toEqual([0, 255, 255, 255, 255, 100]);
  });

  test("is padded with black above and below", async () => {
    const rows = await middleRow({ padToAspectRatio: true });
    expect(rows[0]).toEqual([0, 0, 0, 0, 0, 0]);
    expect(rows[1]).toEqual([0, 0, 255, 255, 100, 100]);
    expect(rows[3]).toEqual([0, 0, 255, 255, 100, 100]);
    expect(rows[4]).toEqual([0, 0, 0, 0, 0, 0]);
  });
});

describe("what is wrong is said", () => {
  test.each<[object, string]>([
    [{ validationSplit: 0.2, subset: "training" }, "with validationSplit and shuffle, a seed must be given"],
    [{ validationSplit: 0.2, seed: 1 }, "if subset is set, validationSplit must be set, and the other way round"],
    [{ subset: "training", seed: 1 }, "if subset is set, validationSplit must be set, and the other way round"],
    [{ validationSplit: 1, subset: "both" }, "validationSplit must be above 0 and below 1, got 1"],
    [
      { validationSplit: 0.5, subset: "test", seed: 1 },
      'subset must be one of "training", "validation", "both", got "test"',
    ],
    [{ labelMode: "multi" }, 'labelMode must be one of "int", "categorical", "binary", null, got "multi"'],
    [{ labelMode: "binary" }, 'labelMode "binary" needs exactly 2 classes, got 3: ants, bees, wasps'],
    [{ labelMode: null, classNames: ["ants"] }, "classNames make no sense without labels"],
    [{ classNames: ["ants", "flies"] }, 'has no subfolder "flies"; there are ants, bees, wasps'],
    [{ classNames: ["ants", "ants"] }, "a class is named twice in ants, ants"],
    [{ colorMode: "cmyk" }, 'colorMode must be one of "grayscale", "rgb", "rgba", got "cmyk"'],
    [{ interpolation: "magic" }, 'interpolation must be one of "nearest", "bilinear"'],
    [{ imageSize: [0, 5] }, "imageSize must be [height, width] in whole pixels, got [0, 5]"],
    [{ batchSize: 1.5 }, "batchSize must be a whole number of at least 1, or null, got 1.5"],
    [{ cropToAspectRatio: true, padToAspectRatio: true }, "only one of cropToAspectRatio and padToAspectRatio"],
  ])("%j", async (options, message) => {
    const refused = imageDatasetFromDirectory(folder, options);
    await expect(refused).rejects.toThrow(AnchorkitError);
    await expect(refused).rejects.toThrow(`imageDatasetFromDirectory: `);
    await expect(refused).rejects.toThrow(message);
  });

  test("a folder that is not there, one without classes, one without images", async () => {
    await expect(imageDatasetFromDirectory(join(folder, "gone"))).rejects.toThrow("gone: no such folder");
    await expect(imageDatasetFromDirectory(join(folder, "ants"))).rejects.toThrow(
      "has no subfolders, which are the classes",
    );
    const empty = await folderOf({ "a/text.txt": "" });
    await expect(imageDatasetFromDirectory(empty)).rejects.toThrow("no images found in its subfolders");
  });

  test("an image that cannot be read, by name", async () => {
    const broken = await folderOf({ "a/good.png": await flat(1), "a/bad.png": "nothing" });
    const dataset = await imageDatasetFromDirectory(broken, { shuffle: false });
    await expect(epoch(dataset)).rejects.toThrow("bad.png: is no image that can be read");
  });
});

const digits = join(import.meta.dirname, "../../../../shared/data/sign-digits");
test.skipIf(!existsSync(digits))(
  "the sign digits: ten classes, each file with the label that its list says",
  async () => {
    const rows = (await readFile(join(digits, "split.csv"), "utf8")).trim().split(/\r?\n/).slice(1);
    const expected = new Map(rows.map((row) => row.split(",") as [string, string]));
    const dataset = await imageDatasetFromDirectory(join(digits, "Dataset"), {
      seed: 1,
      imageSize: [64, 64],
      dtype: "uint8",
    });
    expect(dataset.classNames).toEqual(["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"]);
    expect(dataset.files).toHaveLength(expected.size);
    for (const { file, label } of dataset.items) {
      expect(expected.get(`Dataset/${label}/${basename(file)}`)).toBe(String(label));
    }
    for await (const { shape, labels, images } of dataset) {
      expect([shape, labels?.length, images.length]).toEqual([[32, 64, 64, 3], 32, 32 * 64 * 64 * 3]);
      break;
    }
  },
);
