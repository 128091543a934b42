/**
 * Each operation of the augmentation with fixed numbers beside Albumentations (from PyPI, in a virtual environment made
 * here) on the same image: where boxes, pixels and masks land, and what becomes of the colours.
 *
 *   npx tsx bench/augmentation.ts [--data annotations] [--python <interpreter>] [--fixture <file.json>]
 *
 * With `--fixture` the image is a small one made of waves, and the peer's numbers go to a file for the tests.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Random } from "../src/base/random.ts";
import { augmentImage, type Sample } from "../src/data/augment/apply/augmentImage.ts";
import { Augmentation } from "../src/data/augment/description.ts";
import type { Draw, Layer } from "../src/data/augment/draw/draw.ts";
import { drawAugmentation } from "../src/data/augment/draw/drawAugmentation.ts";
import { transformPoint } from "../src/data/augment/apply/matrix.ts";
import type { PixelMap } from "../src/data/augment/apply/warp.ts";
import type { LabelledObject } from "../src/data/dataset.ts";
import { decodeImage } from "../src/data/images/images.ts";
import { readDataset } from "../src/data/readDataset.ts";
import { COMBINING, GEOMETRIC, PHOTOMETRIC, type Case } from "./augmentation/cases.ts";
import { fixtureOf, waves } from "./augmentation/fixture.ts";
import { pythonWith } from "./virtualEnvironment.ts";

/** What is compared with, pinned. */
const PEERS = ["albumentations==2.0.8", "opencv-python-headless==5.0.0.93", "numpy==2.4.6"];
const FILL = 100;

const root = fileURLToPath(new URL("..", import.meta.url));
const { values: options } = parseArgs({
  options: {
    data: { type: "string", default: join(root, "annotations") },
    python: { type: "string" },
    fixture: { type: "string" },
    folder: { type: "string", default: join(root, "node_modules", ".cache", "anchorkit-bench") },
  },
});
const python = options.python ?? pythonWith(PEERS, join(options.folder, "python-albumentations"));
const folder = join(options.folder, "augmentation");
mkdirSync(folder, { recursive: true });

const sample = options.fixture === undefined ? await firstSample(options.data) : waves();
const { width, height } = sample.image;
sample.annotations.objects.forEach((object, number) => (object.attributes = { number }));
const labelMap = ellipses(sample.annotations.objects);
const cases = [...GEOMETRIC, ...COMBINING, ...PHOTOMETRIC].map((one) => ({ ...one, draw: drawOf(one) }));
const peers = runPeer();
if (options.fixture !== undefined) {
  writeFileSync(options.fixture, fixtureOf(sample, FILL, cases, peers, folder));
}
console.log("| operation | boxes, pixels | pixels, mean | 99 % | largest | masks agree | what is covered agrees |");
console.log("| --- | ---: | ---: | ---: | ---: | ---: | ---: |");
for (const [i, one] of cases.entries()) {
  if (one.operation.name === "noise") continue;
  const cells = await compare(one.draw, peers[i] as PeerResult);
  console.log(`| ${[one.name, ...cells].join(" | ")} |`);
}
await compareNoise();

/** What the peer made of a case: its boxes by the number of the object, files of pixels. */
export interface PeerResult {
  width: number;
  height: number;
  image: string;
  boxes?: Record<string, LabelledObject["box"]>;
  mask?: string;
  reach?: string;
}

/** The first image with some labels. */
async function firstSample(data: string): Promise<Sample> {
  const { dataset } = await readDataset(data);
  const record = dataset.images.find(({ objects }) => objects.length > 2);
  if (!record) throw new Error(`${data}: no image with three objects`);
  const { data: pixels, ...size } = await decodeImage(record.file);
  return { image: { ...size, pixels }, annotations: { ...size, objects: record.objects } };
}

/** Each pixel's object, as an ellipse in its box, or 0. */
function ellipses(objects: readonly LabelledObject[]): PixelMap {
  const data = new Uint8Array(width * height);
  objects.forEach(({ box: [x1, y1, x2, y2] }, object) => {
    for (let i = 0; i < data.length; i++) {
      const [x, y] = [(i % width) + 0.5, Math.floor(i / width) + 0.5];
      if (((2 * x - x1 - x2) / (x2 - x1)) ** 2 + ((2 * y - y1 - y2) / (y2 - y1)) ** 2 <= 1) data[i] = object + 1;
    }
  });
  return { width, height, data };
}

function drawOf({ operation, seed = 0, turned }: Case): Draw {
  const record = { id: 1, file: "", width, height, objects: sample.annotations.objects };
  const augmentation = Augmentation.parse({ operations: [operation], minVisible: 0, minSide: 0 });
  const canvas = turned ? { width: height, height: width } : { width, height };
  return drawAugmentation(new Random(seed), augmentation, { images: [record], index: 0, canvas, fill: FILL });
}

function runPeer(): PeerResult[] {
  writeFileSync(join(folder, "image.raw"), sample.image.pixels);
  writeFileSync(join(folder, "mask.raw"), labelMap.data);
  const cornersOf = ({ matrix }: Layer) => frameCorners([0, 0, width, height], matrix);
  const task = {
    ...{ width, height, image: "image.raw", mask: "mask.raw", fill: FILL },
    boxes: sample.annotations.objects.map(({ box }) => box),
    cases: cases.map(({ peer, draw }) => ({
      peer,
      corners: draw.layers.map(cornersOf)[0],
      layers: draw.layers.map((layer) => ({ ...layer, corners: cornersOf(layer) })),
      ...(Object.assign({}, ...draw.changes.map(numbersOf)) as object),
    })),
  };
  writeFileSync(join(folder, "task.json"), JSON.stringify(task));
  const command = [join(root, "bench", "augmentation", "peer.py"), join(folder, "task.json")];
  const env = { ...process.env, NO_ALBUMENTATIONS_UPDATE: "1" };
  return JSON.parse(execFileSync(python, command, { encoding: "utf8", env, stdio: ["ignore", "pipe", "ignore"] })) as PeerResult[]; // prettier-ignore
}

/** What was drawn that the operation does not say. */
function numbersOf(change: Draw["changes"][number]): object {
  if (change.name === "cutout") return { holes: change.rectangles };
  return change.name === "gain" ? { factors: change.factors } : {};
}

/** Where upper left, upper right, lower right and lower left go. */
function frameCorners([x1, y1, x2, y2]: LabelledObject["box"], matrix: Layer["matrix"]): [number, number][] {
  return [x1, x2, x2, x1].map((x, i) => transformPoint(matrix, x, i < 2 ? y1 : y2));
}

/** Cells of the table. Pixels are compared where both show the image, and so do their neighbours. */
async function compare(draw: Draw, peer: PeerResult): Promise<string[]> {
  const { image, annotations } = sample;
  const sampleOf = () => Promise.resolve(sample);
  const ours = await augmentImage(image, { ...annotations, labelMap }, draw, { fillClass: 0, sampleOf });
  const theirs = readFileSync(join(folder, peer.image));
  if (draw.changes.length > 0 || peer.reach === undefined || peer.mask === undefined) {
    const blur = draw.changes.find((change) => change.name === "blur");
    const inner = whereInside(ours.image, () => true, blur ? Math.ceil(4 * blur.sigma) : 0); // reflected at the sides there
    return ["", ...pixelCells(ours.image.pixels, theirs, inner), "", ""];
  }
  const white = { ...image, pixels: new Uint8Array(image.pixels.length).fill(255) };
  const reached = await augmentImage(white, { ...annotations, objects: [] }, { ...draw, fill: 0 });
  const reach = reached.image.pixels.filter((_, i) => i % 3 === 0).map((value) => value >> 7);
  const theirReach = readFileSync(join(folder, peer.reach)).map((value) => value >> 7);
  const inner = whereInside(ours.image, (i) => reach[i] === 1 && theirReach[i] === 1, 2);
  return [
    boxDistance(ours.annotations.objects, peer, draw).toFixed(3),
    ...pixelCells(ours.image.pixels, theirs, inner),
    agreement(ours.annotations.labelMap?.data ?? reach, readFileSync(join(folder, peer.mask))),
    agreement(reach, theirReach),
  ];
}

/** Pixels of which those so many steps away on each side are in the image and accepted, too. */
function whereInside(
  size: { width: number; height: number },
  accepts: (i: number) => boolean,
  steps: number,
): number[] {
  const pixels: number[] = [];
  for (let y = steps; y < size.height - steps; y++) {
    for (let x = steps; x < size.width - steps; x++) {
      const moved = [-steps, 0, steps].flatMap((v) => [-steps, 0, steps].map((u) => (y + v) * size.width + x + u));
      if (moved.every(accepts)) pixels.push(y * size.width + x);
    }
  }
  return pixels;
}

function pixelCells(ours: Uint8Array, theirs: Uint8Array, pixels: readonly number[]): string[] {
  const differences = pixels
    .flatMap((i) => [3 * i, 3 * i + 1, 3 * i + 2])
    .map((i) => Math.abs((ours[i] as number) - (theirs[i] as number)))
    .sort((a, b) => a - b);
  const mean = differences.reduce((sum, value) => sum + value, 0) / differences.length;
  return [mean.toFixed(2), String(differences[Math.floor(0.99 * differences.length)]), String(differences.at(-1))];
}

/** The largest distance of sides, of boxes that are seen whole: cut off, the peer's may be larger than what is seen. */
function boxDistance(objects: readonly LabelledObject[], { boxes }: PeerResult, { canvas, layers }: Draw): number {
  let largest = 0;
  sample.annotations.objects.forEach(({ box }, number) => {
    const corners = layers.flatMap(({ matrix }) => frameCorners(box, matrix));
    if (!corners.every(([x, y]) => x >= 0 && y >= 0 && x <= canvas.width && y <= canvas.height)) return;
    const [, theirs] = Object.entries(boxes ?? {}).find(([key]) => Number(key) === number) ?? [];
    const ours = objects.find(({ attributes }) => attributes?.number === number);
    for (let side = 0; side < 4; side++) {
      largest = Math.max(largest, Math.abs((ours?.box[side] ?? NaN) - (theirs?.[side] ?? NaN)));
    }
  });
  return largest;
}

function agreement(a: Uint8Array, b: Uint8Array): string {
  return `${((100 * a.filter((value, i) => value === b[i]).length) / a.length).toFixed(2)} %`;
}

/** Statistics of the noise on middle grey, ours and the peer's; of a normal one: kurtosis 3, no correlation. */
async function compareNoise(): Promise<void> {
  const size = { width: 500, height: 400 };
  const grey = { ...size, pixels: new Uint8Array(3 * size.width * size.height).fill(128) };
  const operation = PHOTOMETRIC.find(({ operation }) => operation.name === "noise")?.operation;
  const augmentation = Augmentation.parse({ operations: [operation] });
  const record = { id: 1, file: "", ...size, objects: [] };
  const draw = drawAugmentation(new Random(1), augmentation, { images: [record], index: 0 });
  const { image } = await augmentImage(grey, record, draw);
  console.log("\n| noise | mean | deviation | kurtosis | channels correlate | neighbours correlate |");
  console.log("| --- | ---: | ---: | ---: | ---: | ---: |");
  console.log(`| drawn: ${JSON.stringify(operation)} | ${noiseCells(image.pixels).join(" | ")} |`);
  const script = [
    "import albumentations as A, numpy as np, sys",
    "t = A.Compose([A.GaussNoise(std_range=(8 / 255, 8 / 255), p=1)], seed=1)",
    "t(image=np.full((400, 500, 3), 128, np.uint8))['image'].tofile(sys.argv[1])",
  ];
  const file = join(folder, "noise.raw");
  execFileSync(python, ["-c", script.join("\n"), file], { stdio: "ignore" });
  console.log(`| Albumentations | ${noiseCells(readFileSync(file)).join(" | ")} |`);
}

function noiseCells(pixels: Uint8Array): string[] {
  const mean = pixels.reduce((sum, value) => sum + value, 0) / pixels.length;
  const moment = (power: number, apart = 0): number => {
    let sum = 0;
    for (let i = apart; i < pixels.length; i++) {
      sum += ((pixels[i] as number) - mean) ** (power - (apart ? 1 : 0)) * (apart ? (pixels[i - apart] as number) - mean : 1); // prettier-ignore
    }
    return sum / (pixels.length - apart);
  };
  const variance = moment(2);
  const cells = [
    mean,
    Math.sqrt(variance),
    moment(4) / variance ** 2,
    moment(2, 1) / variance,
    moment(2, 3) / variance,
  ];
  return cells.map((value) => value.toFixed(3));
}
