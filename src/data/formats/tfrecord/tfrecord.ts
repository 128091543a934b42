import { basename, dirname, join, resolve } from "node:path";
import { AnchorkitError } from "../../../base/errors.ts";
import { groupBy, isImageName, kindOf, listFiles, readText, shownPath } from "../../files.ts";
import { mapWithWarnings } from "../../parallel.ts";
import type { Place } from "../../place.ts";
import { splitNamed } from "../../split/splitLists.ts";
import type { LabelFormat, Likeness, ReadOptions, ReadResult } from "../format.ts";
import { type LabelMapItem, parseLabelMap } from "./labelMap.ts";
import { imagesIn, listAround, readEach, untilBroken } from "../labelFiles.ts";
import { datasetOf, type NamedImage } from "../namedLabels.ts";
import { decodeExample } from "./tfExample.ts";
import { RenamedClasses } from "./renamedClasses.ts";
import { imageOfExample, type LabelMapNames } from "./tfImage.ts";
import { beginsWithRecord, readTfRecords } from "./tfRecordFile.ts";
import { writeTfrecord } from "./writeTfrecord.ts";
import { NothingLeftError, warningsOf, type Warnings } from "../../warnings.ts";

const TITLE = "TFRecord";
const NAME = /(?:\.(?:tfrecords?|records?|tfrec)(?:-\d{5}-of-\d{5})?|-\d{5}-of-\d{5})(?:\.gz)?$/i;
const MAX_LABEL_MAP_BYTES = 16_000_000;

/** Records of tf.train.Example with images and boxes, as the TensorFlow Object Detection API writes them. */
export const tfrecord: LabelFormat = {
  ...{ id: "tfrecord", title: TITLE },
  holds: [
    ...(["difficult", "crowd", "truncated", "occluded", "pose", "segmentation", "mask"] as const),
    ...(["split", "labels"] as const),
  ],
  ...{ recognizes, read, write: writeTfrecord },
};

async function recognizes({ files }: Place): Promise<Likeness> {
  for (const file of files.filter((path) => NAME.test(path)).slice(0, 20)) {
    if (await beginsWithRecord(file)) return "likely";
  }
  return "no";
}

/**
 * Reads a file of records, or all of a folder: `train.record`, its shards (`train.record-00000-of-00010`), `.tfrecord`.
 * The first part of a name that is train, val or test is the split, else a folder's name. Classes are called as
 * `image/object/class/text` says, else by their number in the `.pbtxt` that lies nearest; texts that this does not have are
 * other names of its classes where their numbers tell so (`RenamedClasses`).
 *
 * Records without images name files, which are looked for around them. A data set needs images as files: each is written
 * as it is into anchorkit's folder among the user's caches, under the checksum of its bytes, so that reading again writes
 * nothing; `label import --copy` takes them from there.
 *
 * @throws AnchorkitError naming file and record, for bytes that are damaged or cut off, too, and features of the wrong
 * type or number
 */
async function read(path: string, options: ReadOptions = {}): Promise<ReadResult> {
  const warnings = warningsOf(options);
  const kind = await kindOf(path);
  if (kind === undefined) throw new AnchorkitError(`${shownPath(path)}: no such file or folder`);
  const root = resolve(kind === "folder" ? path : dirname(path));
  const around = await listFiles(root, kind === "folder" ? 20 : 1);
  const records = kind === "folder" ? around.filter((file) => NAME.test(file)) : [resolve(path)];
  if (records.length === 0) throw new AnchorkitError(`${shownPath(path)}: holds no file of ${TITLE}`);
  if (kind === "folder") noteMissingShards(records, warnings);
  const mapOf = await labelMaps(around, warnings);
  const renamed = new RenamedClasses();
  const lists = await readEach(records, warnings, async (from, own) => {
    const split = kind === "folder" ? splitIn(from) : undefined;
    const images = await imagesOf(from, mapOf(from), renamed, own);
    return images.map((image): NamedImage => ({ ...image, ...(split && { split }) }));
  });
  const named = lists.flat();
  if (named.length === 0) throw new NothingLeftError(`${shownPath(path)}: holds no images`);
  const classes = records.flatMap((from) => mapOf(from).map(nameOf));
  renamed.apply(named, warnings);
  const takenOut = named.flatMap(({ names, frame }) => (frame === "shown" ? names : []));
  const beside = options.images === undefined ? imagesBeside(named, root, around) : imagesIn(options.images);
  const labels = { root, labels: records, images: [...takenOut, ...(await beside)] };
  const dataset = await datasetOf(named, labels, warnings, { classes });
  return { dataset, warnings: warnings.lines(), source: `${TITLE} in ${shownPath(path)}` };
}

/** The image files that records without images may name: those around, or, where none has its image, beside the folder. */
async function imagesBeside(named: readonly NamedImage[], root: string, around: readonly string[]): Promise<string[]> {
  if (named.every(({ frame }) => frame === "shown")) return [];
  const inside = around.filter(isImageName);
  if (inside.length > 0 || named.some(({ frame }) => frame === "shown")) return inside;
  return (await listAround(join(root, ".."))).filter(isImageName);
}

async function imagesOf(
  from: string,
  items: readonly LabelMapItem[],
  renamed: RenamedClasses,
  warnings: Warnings,
): Promise<NamedImage[]> {
  const images: NamedImage[] = [];
  const byId = new Map(items.map((item) => [item.id, nameOf(item)]));
  const byName = new Map(
    items.flatMap(
      (item) =>
        [
          [nameOf(item), nameOf(item)],
          [item.name, nameOf(item)],
        ] as const,
    ),
  );
  const noteUnknown: LabelMapNames["noteUnknown"] = (text, id, where) => {
    if (items.length > 0) renamed.add(text, byId.get(id ?? 0), where);
  };
  for await (const { content, where } of untilBroken(readTfRecords(from, warnings), from, warnings)) {
    try {
      const image = await imageOfExample(decodeExample(content, where), { byId, byName, noteUnknown }, warnings);
      images.push({ ...image, from, where });
    } catch (error) {
      warnings.fail(error, "bad-object", where);
    }
  }
  return images;
}

function nameOf({ name, displayName }: LabelMapItem): string {
  return displayName ?? name;
}

/** Reads all label maps, and tells which one belongs to a file of records: one in its folder, else the only one. */
async function labelMaps(files: readonly string[], warnings: Warnings): Promise<(records: string) => LabelMapItem[]> {
  const texts = files.filter((file) => /\.pbtxt$/i.test(file));
  const maps = await mapWithWarnings(texts, 4, warnings, async (file, _, own) => {
    const read = async () => {
      const text = await readText(file, MAX_LABEL_MAP_BYTES);
      // Pipelines and graphs have the same extension.
      return /^\s*(?:#.*\s*)*item\s*[{<:]/.test(text) ? parseLabelMap(text, shownPath(file)) : [];
    };
    return { file, items: await own.attempt(read, [], "unreadable-labels", shownPath(file)) };
  });
  const known = maps.filter(({ items }) => items.length > 0);
  const byFolder = groupBy(known, ({ file }) => dirname(file));
  return (records) => {
    const beside = byFolder.get(dirname(records)) ?? known;
    const own = beside.find(({ file }) => basename(file).startsWith(basename(records).replace(NAME, "")));
    return (own ?? beside[0])?.items ?? [];
  };
}

/** "train" of coco_train.record-00000-of-00010. */
function splitIn(file: string): NamedImage["split"] {
  const parts = basename(file)
    .replace(NAME, "")
    .split(/[-_. ]/);
  return parts.map(splitNamed).find((split) => split !== undefined);
}

function noteMissingShards(records: readonly string[], warnings: Warnings): void {
  const shards = groupBy(records, (file) => file.replace(/-\d{5}-of-(\d{5})(?:\.gz)?$/, "-of-$1"));
  for (const [name, files] of shards) {
    const count = Number(/-of-(\d{5})$/.exec(name)?.[1] ?? files.length);
    if (files.length < count) {
      warnings.add("sharded records of which files are missing", `${shownPath(name)}: ${files.length} are there`);
    }
  }
}
