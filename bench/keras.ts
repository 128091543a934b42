/**
 * imageDatasetFromDirectory beside Keras's image_dataset_from_directory (from PyPI, in a virtual environment made here) on
 * the same folders: which files, in which order and part; labels; pixels; and what is said of wrong options.
 *
 *   npx tsx bench/keras.ts [--images <folder of JPEGs>] [--python <interpreter>]
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Random } from "../src/base/random.ts";
import { channelStatistics } from "../src/data/images/channelStatistics.ts";
import { imageDatasetFromDirectory, type ImageDatasetOptions } from "../src/data/directories/imageDataset.ts";
import { ImageStore, type StoredImage } from "../src/data/images/imageStore.ts";
import { type MaskDataset, maskDatasetFromDirectory } from "../src/data/directories/maskDataset.ts";
import { INTERPOLATIONS } from "../src/data/images/resample.ts";
import { makeClasses, makePairs, makePatterns } from "./keras/folders.ts";
import { pythonWith } from "./virtualEnvironment.ts";

/** What is compared with, pinned. */
const PEERS = ["tensorflow-cpu==2.21.0", "keras==3.15.1", "numpy==2.4.6"];

/** Images of 64 x 48 that are there already. */
class MemoryStore extends ImageStore {
  readonly #images: readonly Uint8Array[];

  constructor(images: readonly Uint8Array[]) {
    const size = { width: 64, height: 48 };
    super(
      images.map((_, id) => ({ id, file: "", ...size, objects: [] })),
      { canvas: size, resize: "fit" },
    );
    this.#images = images;
  }

  override get(index: number): Promise<StoredImage> {
    return Promise.resolve({ width: 64, height: 48, pixels: this.#images[index] ?? new Uint8Array() });
  }
}

interface Case {
  id: number;
  /** A line of the table. */
  group: string;
  folder: string;
  options: ImageDatasetOptions;
  /** Whether pixels and labels are compared, too; unshuffled then. */
  pixels: boolean;
}

/** Of one data set, by either side. */
interface Part {
  classNames: readonly string[] | null;
  files: string[];
  shape?: number[];
  labelShape?: number[];
  labelDtype?: string;
  labels?: number[];
  batches?: number;
}

type Result = { parts: Part[]; printed: string[] } | { error: string };

/** Larger and smaller than the images, of other shapes. */
const SIZES = [
  [40, 40],
  [17, 90],
  [128, 100],
  [48, 64],
  [3, 2],
];
const SMALL = { imageSize: [8, 8], batchSize: 7 };

const WRONG = [
  { validationSplit: 0.2, subset: "training" },
  { validationSplit: 0.2, seed: 1 },
  { subset: "training", seed: 1 },
  { validationSplit: 1.5, subset: "both", seed: 1 },
  { validationSplit: -0.1, subset: "both", seed: 1 },
  { validationSplit: 0.5, subset: "test", seed: 1 },
  { validationSplit: 0, seed: 3 },
  { labelMode: "multi" },
  { labelMode: "binary" },
  { labelMode: null, classNames: ["ants"] },
  { labels: "guess" },
  { labels: [0, 1] },
  { labels: [0, 1], classNames: ["ants"] },
  { classNames: ["ants", "flies"] },
  { colorMode: "cmyk" },
  { interpolation: "magic" },
  { imageSize: [1, 2, 3] },
  { batchSize: 0 },
  { seed: -1 },
  { cropToAspectRatio: true, padToAspectRatio: true },
];

const root = fileURLToPath(new URL("..", import.meta.url));
const { values: options } = parseArgs({
  options: {
    images: { type: "string", default: join(root, "annotations", "images") },
    python: { type: "string" },
    folder: { type: "string", default: join(root, "node_modules", ".cache", "anchorkit-bench") },
  },
});
const python = options.python ?? pythonWith(PEERS, join(options.folder, "python-keras"));
const work = join(options.folder, "keras");
mkdirSync(work, { recursive: true });
const classes = await makeClasses(join(work, "classes"));
const two = await makeClasses(join(work, "two"), ["no", "yes"]);
const patterns = await makePatterns(join(work, "patterns"));
const pairs = await makePairs(join(work, "pairs"));
const cases = casesOf();
writeFileSync(join(work, "cases.json"), JSON.stringify(cases));
const script = join(root, "bench", "keras", "directories.py");
const theirs = JSON.parse(
  execFileSync(python, [script, join(work, "cases.json"), work], { encoding: "utf8", maxBuffer: 1e9 }),
) as Result[];

const lines = new Map<string, { cases: number; different: string[]; sum: number; count: number; largest: number }>();
const errors: [options: string, keras: string, ours: string][] = [];
for (const [i, one] of cases.entries()) {
  const keras = theirs[i] ?? { error: "nothing came" };
  const { result: ours, pixels } = await run(one);
  const line = lines.get(one.group) ?? { cases: 0, different: [], sum: 0, count: 0, largest: 0 };
  lines.set(one.group, line);
  line.cases++;
  const asked = JSON.stringify(one.options);
  if ("error" in keras || "error" in ours) {
    if ("error" in keras && "error" in ours) errors.push([asked, keras.error, ours.error]);
    else
      line.different.push(
        `${asked}: ${"error" in keras ? keras.error : "fine"} | ${"error" in ours ? ours.error : "fine"}`,
      );
    continue;
  }
  const masks = dirname(one.folder) === pairs;
  const [a, b] = [keras, ours].map((result) =>
    JSON.stringify(masks ? result.parts.map(({ files }) => files) : comparable(result)),
  );
  if (a !== b) line.different.push(`${asked}:\n    Keras ${a ?? ""}\n    ours  ${b ?? ""}`);
  if (!one.pixels) continue;
  const bytes = readFileSync(join(work, `${one.id}.f32`));
  const reference = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
  if (reference.length !== pixels.length)
    line.different.push(`${asked}: ${reference.length} | ${pixels.length} numbers`);
  for (const [at, value] of reference.entries()) {
    const difference = Math.abs(value - (pixels[at] ?? Infinity));
    line.sum += difference;
    line.count++;
    line.largest = Math.max(line.largest, difference);
  }
}
console.log("| compared | cases | different | mean difference of 255 | largest |");
console.log("| --- | ---: | ---: | ---: | ---: |");
const statistics = await compareStatistics();
for (const [group, { cases: count, different, sum, count: numbers, largest }] of lines) {
  const pixels = numbers > 0 ? `${shown(sum / numbers)} | ${shown(largest)}` : " | ";
  console.log(`| ${group} | ${count} | ${different.length} | ${pixels} |`);
}
console.log(`| ImageDataGenerator's featurewise mean and deviation | 1 | 0 |  | ${shown(statistics)} |`);
console.log("\n| refused by both | Keras | anchorkit |\n| --- | --- | --- |");
for (const row of errors)
  console.log(`| ${row.map((cell) => cell.replaceAll("|", "\\|").slice(0, 160)).join(" | ")} |`);
for (const [group, { different }] of lines) for (const one of different) console.error(`\n${group}: ${one}`);

function casesOf(): Case[] {
  const list: Omit<Case, "id">[] = [];
  const add = (group: string, folder: string, asked: object, pixels = false): void => {
    list.push({ group, folder, options: { ...asked }, pixels });
  };
  const order = "order of files, by seed";
  for (const seed of [0, 1, 7, 42, 1337, 2 ** 31, 2 ** 32 - 1]) {
    add(order, classes, { seed });
    for (const subset of ["training", "validation", "both"]) {
      for (const validationSplit of [0.1, 0.25, 1 / 3, 0.5, 0.9]) {
        add("parts of a split, by seed", classes, { seed, subset, validationSplit });
      }
    }
  }
  add("parts of a split, unshuffled", classes, { shuffle: false, subset: "both", validationSplit: 0.3 });
  add("parts of a split, unshuffled", classes, { shuffle: false, subset: "validation", validationSplit: 0.2 });
  for (const followLinks of [false, true]) add("links", classes, { shuffle: false, followLinks });
  for (const labelMode of ["int", "categorical", null]) add("labels", classes, { labelMode, ...SMALL }, true);
  add("labels", two, { labelMode: "binary", ...SMALL }, true);
  add("labels", classes, { classNames: ["wasps", "ants"], labelMode: "categorical", ...SMALL }, true);
  add("labels", two, { labels: Array.from({ length: 20 }, (_, i) => (i * 7) % 3), ...SMALL }, true);
  add("labels", two, { labels: Array.from({ length: 20 }, (_, i) => i % 2), labelMode: "binary", ...SMALL }, true);
  add("labels", two, { labels: null, ...SMALL }, true);
  add("labels", two, { batchSize: 6, imageSize: 9 }, true);
  for (const interpolation of INTERPOLATIONS) {
    for (const imageSize of SIZES) add(`PNG, ${interpolation}`, patterns, { interpolation, imageSize }, true);
  }
  for (const interpolation of ["bilinear", "area"]) {
    for (const imageSize of SIZES) {
      add("PNG, cropToAspectRatio", patterns, { interpolation, imageSize, cropToAspectRatio: true }, true);
      add("PNG, padToAspectRatio", patterns, { interpolation, imageSize, padToAspectRatio: true }, true);
    }
  }
  for (const colorMode of ["rgba", "grayscale"]) add(`PNG, ${colorMode}`, patterns, { colorMode, imageSize: 40 }, true);
  add("PNG (palette, grey, 16-bit), BMP, GIF", classes, { imageSize: [24, 30] }, true);
  const photos = { labels: null, imageSize: [200, 180] };
  add("JPEG, rgb", resolve(options.images), photos, true);
  add("JPEG, grayscale", resolve(options.images), { ...photos, colorMode: "grayscale" }, true);
  for (const seed of [1, 2, 3]) {
    for (const side of ["images", "masks"]) {
      add("masks, order by seed", join(pairs, side), { labels: null, seed, subset: "both", validationSplit: 0.3 });
    }
  }
  for (const fit of [{}, { cropToAspectRatio: true }, { padToAspectRatio: true }]) {
    for (const imageSize of SIZES.slice(0, 3)) {
      const asked = { labels: null, imageSize, interpolation: "nearest", colorMode: "grayscale", ...fit };
      add("masks, pixels", join(pairs, "masks"), asked, true);
    }
  }
  for (const wrong of WRONG) add("wrong options", classes, wrong);
  add("wrong options", join(work, "gone"), {});
  add("wrong options", join(classes, "no images"), {});
  return list.map((one, id) => ({ id, ...one }));
}

async function run({ folder, options: asked, pixels: wanted }: Case): Promise<{ result: Result; pixels: number[] }> {
  const pixels: number[] = [];
  const printed: string[] = [];
  const log = console.log;
  console.log = (line: string) => printed.push(line);
  try {
    const told = { ...asked, ...(wanted && { shuffle: false }), verbose: true };
    if (dirname(folder) === pairs)
      return { result: { parts: await maskParts(folder, told, pixels), printed: [] }, pixels };
    const made = await imageDatasetFromDirectory(folder, told);
    const parts: Part[] = [];
    for (const dataset of Array.isArray(made) ? made : [made]) {
      const part: Part = {
        classNames: dataset.classNames,
        files: dataset.files.map((file) => relative(folder, file)),
      };
      parts.push(part);
      if (!wanted) continue;
      for await (const { images, labels, shape } of dataset) {
        part.shape ??= [...shape];
        part.batches = (part.batches ?? 0) + 1;
        if (labels) {
          part.labelShape ??= [shape[0], labels.length / shape[0]];
          part.labelDtype = labels instanceof Int32Array ? "int32" : "float32";
          part.labels = [...(part.labels ?? []), ...labels];
        }
        for (const value of images) pixels.push(value);
      }
    }
    return { result: { parts, printed }, pixels };
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    return { result: { error: said.replaceAll(`${work}/`, "") }, pixels };
  } finally {
    console.log = log;
  }
}

/** The largest difference of what `featurewise_center` and `featurewise_std_normalization` take from the same pixels. */
async function compareStatistics(): Promise<number> {
  const random = new Random(3);
  const images = Array.from({ length: 20 }, (_, i) =>
    Uint8Array.from({ length: 48 * 64 * 3 }, (__, at) => random.int(40 * (1 + (at % 3))) + 3 * i),
  );
  writeFileSync(join(work, "statistics.u8"), Buffer.concat(images));
  const kerasScript = join(root, "bench", "keras", "statistics.py");
  const text = execFileSync(python, [kerasScript, join(work, "statistics.u8")], { encoding: "utf8" });
  const keras = JSON.parse(text) as { mean: number[]; deviation: number[] };
  const { mean, deviation } = await channelStatistics(new MemoryStore(images));
  const differences = [0, 1, 2].flatMap((c) => [
    Math.abs((mean[c] ?? NaN) - (keras.mean[c] ?? NaN)),
    Math.abs((deviation[c] ?? NaN) - (keras.deviation[c] ?? NaN)),
  ]);
  return Math.max(...differences);
}

/** What Keras gives for one of two folders, from the data set that has both. */
async function maskParts(folder: string, options: ImageDatasetOptions, pixels: number[]): Promise<Part[]> {
  const { labels: _, colorMode: __, verbose: ___, ...rest } = options;
  const made: MaskDataset | MaskDataset[] = await maskDatasetFromDirectory(pairs, rest);
  const side = basename(folder) === "masks" ? "mask" : "file";
  const parts: Part[] = [];
  for (const dataset of Array.isArray(made) ? made : [made]) {
    parts.push({ classNames: null, files: dataset.items.map((item) => relative(folder, item[side])) });
    if (options.interpolation === undefined) continue;
    for await (const { masks } of dataset) for (const value of masks) pixels.push(value);
  }
  return parts;
}

/** Without what is written differently and means the same: no classes, labels [n] and [n, 1]. */
function comparable({ parts, printed }: { parts: Part[]; printed: string[] }): unknown {
  return {
    printed,
    parts: parts.map(({ classNames, files, shape, labelShape, labelDtype, labels, batches }) => ({
      ...{ classNames: classNames ?? [], files, shape, batches, labelDtype, labels },
      labelShape: labelShape && [labelShape[0], labelShape[1] ?? 1],
    })),
  };
}

function shown(difference: number): string {
  return difference === 0 ? "0" : difference.toPrecision(2);
}
