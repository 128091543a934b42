import { basename, dirname, extname, join, relative, resolve } from "node:path";
import { AnchorkitError } from "../../../base/errors.ts";
import type { RecordId } from "../../comparison/recordChecks.ts";
import type { Frame, SplitName } from "../../dataset.ts";
import type { Rle } from "../../../geometry/masks/rle.ts";
import { kindOf, listFiles, readHead, shownPath } from "../../files.ts";
import { mapParallel } from "../../parallel.ts";
import type { Place } from "../../place.ts";
import { placeLabels } from "../../placing/placeLabels.ts";
import { splitNamed, splitOfPath } from "../../split/splitLists.ts";
import { joinCategories } from "./cocoCategories.ts";
import { type CocoFile, type CocoFileImage, readCocoFile } from "./cocoFile.ts";
import { noneFound, severalFit } from "../../finding/severalFit.ts";
import { findImages, ownSplitOf } from "./cocoImages.ts";
import { objectOf } from "./cocoObject.ts";
import { readSegmentation } from "./cocoSegmentation.ts";
import { readEach } from "../labelFiles.ts";
import type { LabelFormat, Likeness, ReadOptions, ReadResult } from "../format.ts";
import type { FoundImage, FoundObject } from "../../placing/found.ts";
import { jsonHead } from "../unread/jsonHead.ts";
import { jsonKindOf } from "../unread/jsonKind.ts";
import { DATASET_FILE, write } from "./writeCoco.ts";
import { warningsOf, type Warnings } from "../../warnings.ts";

/** COCO JSON: one file, the folder that holds one, or a folder with one for each split. */
export const coco: LabelFormat = {
  id: "coco",
  title: "COCO JSON",
  holds: [
    ...([
      "difficult",
      "crowd",
      "truncated",
      "occluded",
      "pose",
      "segmentation",
      "mask",
      "score",
      "attributes",
    ] as const),
    ...(["split", "labels", "text", "frames", "ignored", "verified", "fields"] as const),
  ],
  recognizes,
  read,
  write,
};

async function recognizes({ path, kind, files, head }: Place): Promise<Likeness> {
  const own = join(path, DATASET_FILE);
  if (kind === "folder" && files.includes(own) && looksLikeCoco(await head(own))) return "sure";
  let degree: Likeness = "no";
  for (const json of files.filter(isJson).slice(0, 20)) {
    const text = await head(json);
    if (looksLikeCoco(text)) return "likely";
    if (mayBeCoco(text)) degree = "maybe";
  }
  return degree;
}

/** A file that is empty or cut off, or that has a part of what COCO has. */
function mayBeCoco(text: string): boolean {
  if (text.trim() === "") return true;
  const kind = jsonKindOf(jsonHead(text));
  return (
    /^\s*\{/.test(text) &&
    (!kind || kind.format === "coco") &&
    (/"(?:annotations|categories)"\s*:/.test(text) || !/\}\s*$/.test(text))
  );
}

function isJson(path: string): boolean {
  return extname(path).toLowerCase() === ".json";
}

function looksLikeCoco(head: string): boolean {
  return /^\s*\{[^]*"(?:images|image_id)"\s*:/.test(head);
}

/**
 * Reads a COCO JSON file, or those of a folder: its annotations.json, its only JSON, or one for each split
 * (`instances_train.json` and `instances_val.json`, or `train/_annotations.coco.json` and the like), whose categories
 * are joined by name.
 *
 * An image's `file_name` is taken from the JSON's folder, else it is looked for below that folder or, if that holds no
 * images, next to it (`annotations/instances_train.json` beside `train/`). Polygons and masks are kept;
 * where there is no `bbox`, it is the one around them. Further text, numbers and flags of an image are its `fields`. Where
 * ids of images are no whole numbers, or several files have the same ones, images are numbered from 1; text that was an
 * id is the field `source_id` then.
 *
 * @throws AnchorkitError naming file and record for what is not COCO, and when no image is found.
 */
export async function read(source: string, options: ReadOptions = {}): Promise<ReadResult> {
  const warnings = warningsOf(options);
  const splitOf = new Map((await filesOf(source)).map(({ path, split }) => [path, split]));
  const files = await readEach([...splitOf.keys()], warnings, async (path, own): Promise<NamedFile> => {
    const name = shownPath(path);
    const file = await readCocoFile(path, { warnings: own, orphans: options.orphans });
    return { path, name, split: splitOf.get(path), file };
  });
  const { classes, categoryIds, classOf } = joinCategories(files, warnings);
  const found: LooseImage[] = [];
  for (const [i, file] of files.entries()) {
    const read = () => imagesOf(file, classOf[i] ?? [], warnings, options.images);
    const others = files.length > 1; // beside a file of which no image is there
    const images = others ? await warnings.attempt(read, [], "labels-without-image", file.name) : await read();
    for (const image of images) found.push(image);
  }
  const dataset = await placeLabels(numbered(found), { classes, ...(categoryIds && { categoryIds }) }, warnings);
  return { dataset, warnings: warnings.lines(), source: `COCO JSON ${files.map(({ name }) => name).join(", ")}` };
}

/** An image with the id that its file gives it. */
type LooseImage = Omit<FoundImage, "id"> & { id: RecordId };

/** Images with numbers for ids, each with one of its own. */
function numbered(images: readonly LooseImage[]): FoundImage[] {
  const ids = new Set(images.map(({ id }) => id));
  const areFit = ids.size === images.length && [...ids].every((id) => typeof id === "number");
  return images.map(({ id, ...image }, i) => {
    if (typeof id === "number") return { ...image, id: areFit ? id : i + 1 };
    return { ...image, id: i + 1, fields: { ...image.fields, source_id: id } };
  });
}

interface NamedFile {
  path: string;
  name: string;
  /** The split of all its images, where there is a file for each. */
  split: SplitName | undefined;
  file: CocoFile;
}

/** The files to read: a folder's annotations.json, its only COCO file, or one for each split. */
async function filesOf(path: string): Promise<{ path: string; split: SplitName | undefined }[]> {
  const single = (file: string) => [{ path: file, split: undefined }];
  if ((await kindOf(path)) !== "folder") return single(path);
  if ((await kindOf(join(path, DATASET_FILE))) === "file") return single(join(path, DATASET_FILE));
  const jsons = (await listFiles(path)).filter(isJson);
  const name = shownPath(path);
  if (jsons.length === 1 && jsons[0] !== undefined) return single(jsons[0]);
  if (jsons.length === 0) throw new AnchorkitError(`${name}: holds no JSON file`);
  const heads = await mapParallel(jsons, 8, (json) => readHead(json, 16_384));
  const likely = jsons.filter((_, i) => looksLikeCoco(heads[i] ?? ""));
  // COCO's own folder has captions and keypoints of the same images beside the instances.
  const instances = likely.filter((json) => basename(json).startsWith("instances"));
  const cocos = instances.length > 0 ? instances : likely;
  if (cocos.length === 1 && cocos[0] !== undefined) return single(cocos[0]);
  const bySplit = cocos.map((json) => ({ path: json, split: ownSplitOf(json) ?? splitOfPath(relative(path, json)) }));
  const splits = new Set(bySplit.map(({ split }) => split));
  if (cocos.length > 0 && splits.size === cocos.length && !splits.has(undefined)) return bySplit;
  const some = jsons.map(shownPath).slice(0, 3).join(", ");
  throw new AnchorkitError(`${name}: holds ${jsons.length} JSON files; give the one to read (${some})`);
}

async function imagesOf(
  { path, name, split: ownSplit, file: { images, isShown } }: NamedFile,
  classOf: readonly (number | undefined)[],
  warnings: Warnings,
  imageFolder: string | undefined,
): Promise<LooseImage[]> {
  const named = images.map(({ fileName = "", frames, size, split }) => ({
    ...{ file_name: fileName, isClip: frames !== undefined },
    ...size,
    part: splitNamed(split ?? "") ?? ownSplit,
  }));
  const files = await findImages(path, named, imageFolder);
  const found: LooseImage[] = [];
  for (const [i, image] of images.entries()) {
    const where = `${name}: images[${image.at}]`;
    const [file, another] = image.fileName === undefined ? [] : (files[i] ?? []);
    if (another !== undefined) {
      warnings.fail(severalFit(where, image.fileName ?? "", files[i] ?? []), "several-images", where);
      continue;
    }
    if (file === undefined) {
      const detail = { rule: "labels-without-image", detail: `: ${nameOf(image)}` } as const;
      warnings.add("images that are not there, left out with their labels", where, detail);
      continue;
    }
    const { id, size, split: said, verified, labels, text, fields } = image;
    const ignored = ignoredOf(image, where, warnings);
    const split = splitNamed(said ?? "") ?? ownSplit;
    if (said && !split) warnings.add("images in a split other than train, val and test, taken as in none", where);
    found.push({
      ...{ id, file, where, objects: objectsOf(image, name, classOf, warnings) },
      ...(size && { labelledSize: size }),
      ...(isShown && { frame: "shown" }),
      ...(split && { split }),
      ...(verified !== undefined && { verified }),
      ...(ignored && { ignored }),
      ...(text !== undefined && { text }),
      ...(labels && { labels: labels.map((label) => classOf[label]).filter((label) => label !== undefined) }),
      ...(image.frames && { frames: framesOf(image, path, classOf) }),
      ...(Object.keys(fields).length > 0 && { fields }),
    });
  }
  if (found.length === 0 && images.length > 0) {
    throw noneFound(name, files, named[0]?.file_name ?? "", imageFolder);
  }
  return found;
}

/** The frames of a clip; their files lie as their names lead from the JSON's folder. */
function framesOf(
  { frames = [], frameLabels = [] }: CocoFileImage,
  json: string,
  classOf: readonly (number | undefined)[],
): Frame[] {
  return frames.map(({ fileName, page }, i) => {
    const label = classOf[frameLabels[i] ?? -1];
    const file = resolve(dirname(json), fileName);
    return { file, ...(page !== undefined && { page }), ...(label !== undefined && { label }) };
  });
}

/** The pixels that do not count: a mask, as annotations have them. */
function ignoredOf({ ignored }: CocoFileImage, where: string, warnings: Warnings): Rle | undefined {
  const { segmentation, flaw = "is a list" } = readSegmentation(ignored);
  if (segmentation && !Array.isArray(segmentation)) return segmentation;
  if (ignored) warnings.add("pixels to ignore that are no mask, left out", `${where}: ignored: ${flaw}`);
  return undefined;
}

function nameOf(image: CocoFileImage | undefined): string {
  return image?.fileName === undefined ? "it has no file_name" : `"${image.fileName}"`;
}

function objectsOf(
  { annotations }: CocoFileImage,
  name: string,
  classOf: readonly (number | undefined)[],
  warnings: Warnings,
): FoundObject[] {
  return annotations.map((annotation) => {
    const where = `${name}: annotations[${annotation.at}]`;
    return objectOf(annotation, classOf[annotation.category] ?? 0, where, warnings);
  });
}
