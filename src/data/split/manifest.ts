import { createHash } from "node:crypto";
import { basename, dirname, relative } from "node:path";
import { z } from "zod";
import { AnchorkitError } from "../../base/errors.ts";
import { writeFileAtomic } from "../../base/files.ts";
import type { Dataset, Frame, ImageRecord } from "../dataset.ts";
import { posixPath, readText, shownPath } from "../files.ts";
import { recordHash } from "../images/fileHash.ts";
import { mapParallel } from "../parallel.ts";
import { ManifestSeries, seriesManifest } from "../series/seriesManifest.ts";
import { textOf } from "../text/texts.ts";

const Split = z.enum(["train", "val", "test"]);

const ManifestImage = z.object({
  /** Path from the folder that holds all images. */
  name: z.string(),
  /** The region of the file that is the image, where it is not the whole. */
  crop: z.tuple([z.number(), z.number(), z.number(), z.number()]).optional(),
  /** Which frames of the file or folder a clip is. */
  frames: z.string().optional(),
  split: Split,
  /** Of the file's bytes, or of those of all frames; runs of old do not have it. */
  sha256: z.string().optional(),
  /** Changes when an object of the image, or its label as a whole, does. */
  labels: z.string().optional(),
  /** Changes when an outline of its objects does, or what is to be ignored; only where there is either. */
  outlines: z.string().optional(),
});

/** What a training was begun with, image by image, or a series: the content of a run's splits.json. */
const Manifest = z.object({
  classes: z.array(z.string()).readonly().optional(),
  images: z.array(ManifestImage),
  series: ManifestSeries.optional(),
});
export type Manifest = z.infer<typeof Manifest>;
export type ManifestImage = Manifest["images"][number];

/** As runs of old kept it: paths in lists. */
const SplitLists = z.object({ train: z.array(z.string()), val: z.array(z.string()), test: z.array(z.string()) });

/** Files that are hashed at once. */
export const HASHED_AT_ONCE = 8;

/**
 * Describes a data set whose images all have a split, or whose series is split; reads every image file once.
 *
 * @throws AnchorkitError naming an image that cannot be read
 */
export async function manifestOf({ classes, images, series }: Dataset): Promise<Manifest> {
  const names = namesOf(images);
  const described = await mapParallel(images, HASHED_AT_ONCE, async (image, i) => ({
    name: names[i] ?? "",
    ...(image.crop && { crop: image.crop }),
    ...(image.frames && { frames: rangeOf(image.frames) }),
    split: image.split ?? "train",
    sha256: await recordHash(image),
    labels: hashOf(labelsOf(image, classes)),
    ...outlinesOf(image),
  }));
  return { classes: [...classes], images: described, ...(series && { series: seriesManifest(series) }) };
}

/** Changes when anything does that a training depends on. */
export function fingerprintOf(manifest: Manifest): string {
  return hashOf(manifest);
}

export async function writeManifest(file: string, manifest: Manifest): Promise<void> {
  const { classes, images, series } = manifest;
  const rows = series ? `, "series": ${JSON.stringify(series)}` : "";
  const lines = images.map((image) => `  ${JSON.stringify(image)}`).join(",\n");
  await writeFileAtomic(file, `{ "classes": ${JSON.stringify(classes)}, "images": [\n${lines}\n]${rows} }\n`);
}

/** @throws AnchorkitError if the file is not what `writeManifest` writes */
export async function readManifest(file: string): Promise<Manifest> {
  const text = await readText(file);
  try {
    const json: unknown = JSON.parse(text);
    const lists = SplitLists.safeParse(json);
    if (!lists.success) return Manifest.parse(json);
    const splits = Split.options.flatMap((split) => lists.data[split].map((name) => ({ name, split })));
    return { images: splits };
  } catch {
    throw new AnchorkitError(`${shownPath(file)}: is not a list of the images in train, val and test`);
  }
}

/** What is learned of an image, classes by name. */
function labelsOf({ width, height, objects, labels, text, frames }: ImageRecord, classes: readonly string[]): unknown {
  const learned = objects.map(({ class: label, box, difficult = false, crowd = false }) => [
    classes[label],
    box.map((corner) => corner.toFixed(2)),
    difficult,
    crowd,
  ]);
  const texts = text ?? objects.map((object) => textOf(object) ?? null);
  const said = typeof texts === "string" || texts.some((one) => one !== null) ? [texts] : [];
  const ofFrames = frames?.map(({ label }) => (label === undefined ? null : classes[label]));
  const whole = [width, height, learned, labels?.map((label) => classes[label]) ?? [], ...said];
  return ofFrames ? [...whole, ofFrames] : whole;
}

/** "00001.png to 00016.png", or "clip.gif 0 to clip.gif 15". */
function rangeOf(frames: readonly Frame[]): string {
  const nameOf = ({ file, page }: Frame): string => `${basename(file)}${page === undefined ? "" : ` ${page}`}`;
  return [frames[0], frames.at(-1)].map((frame) => (frame ? nameOf(frame) : "")).join(" to ");
}

/** Outlines by their bytes: as text they would be long. */
function outlinesOf({ objects, ignored }: ImageRecord): Pick<ManifestImage, "outlines"> {
  const outlines = [...objects.map(({ segmentation }) => segmentation), ignored];
  if (outlines.every((outline) => outline === undefined)) return {};
  const hash = createHash("sha256");
  for (const outline of outlines) {
    const isMask = outline !== undefined && !Array.isArray(outline);
    if (isMask) hash.update(`mask ${outline.width} ${outline.counts.length} `).update(outline.counts);
    else hash.update(`${JSON.stringify(outline?.map((polygon) => polygon.map((value) => value.toFixed(2))) ?? null)} `);
  }
  return { outlines: hash.digest("hex") };
}

function hashOf(value: unknown): string {
  return createHash("sha256").update(JSON.stringify(value)).digest("hex");
}

/** Paths of the images from the deepest folder that they are all in: the same after the whole folder has moved. */
export function namesOf(images: readonly ImageRecord[]): string[] {
  const root = commonFolder(images.map(({ file }) => file));
  return images.map(({ file }) => posixPath(relative(root, file)));
}

function commonFolder(files: readonly string[]): string {
  let [common = "/"] = files.map(dirname);
  for (const file of files) {
    while (relative(common, file).startsWith("..") && dirname(common) !== common) common = dirname(common);
  }
  return common;
}
