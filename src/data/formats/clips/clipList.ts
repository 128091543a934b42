import { dirname, resolve } from "node:path";
import { AnchorkitError } from "../../../base/errors.ts";
import { shown } from "../../../base/shown.ts";
import type { SplitName } from "../../dataset.ts";
import { groupBy, shownPath } from "../../files.ts";
import { mapParallel } from "../../parallel.ts";
import { tidyClassName } from "../../placing/classNames.ts";
import { csvRows, type CsvRow, refuseLonger, textIn } from "../../records/csvRows.ts";
import { splitNamed } from "../../split/splitLists.ts";
import { NothingLeftError, type Warnings } from "../../warnings.ts";
import type { ReadOptions } from "../format.ts";
import { untilBroken } from "../labelFiles.ts";
import type { NamedClip } from "./clipFolders.ts";
import { type ClipListColumns, clipListColumns } from "./clipListColumns.ts";
import { type SourceFrames, sourceFrames } from "./sourceFrames.ts";

/** A line: frames `start` to `end` of a source, both included, show a class. */
interface Stretch {
  source: string;
  /** Undefined for the first or last frame. */
  start: number | undefined;
  end: number | undefined;
  name: string;
  clip: string;
  split: SplitName | undefined;
  where: string;
}

/**
 * The clips of a CSV with a header: a column for the source (a folder of frames, an animated file, or a pattern of files,
 * seen from the CSV's folder or the folder of images), `start` and `end` (numbers of frames, both included; see
 * `SourceFrames.numbers`; empty for the first and the last), the class, and perhaps the name of the clip and its split.
 *
 * A source with one line is a clip of one class. The lines of a source with several are stretches of one clip, which
 * reaches from the first to the last of them: each frame has the class of its stretch, and none between stretches. Lines
 * that name clips are kept apart by those names.
 *
 * @throws AnchorkitError naming the line for what is wrong with it
 */
export async function clipsInList(list: string, { images }: ReadOptions, warnings: Warnings): Promise<NamedClip[]> {
  const stretches = await stretchesOf(list, warnings);
  if (stretches.length === 0) throw new NothingLeftError(`${shownPath(list)}: lists no clips`);
  const base = images === undefined ? dirname(resolve(list)) : resolve(images);
  const groups = [...groupBy(stretches, ({ source, clip }) => `${source}\n${clip}`).values()];
  const sources = new Map<string, Promise<SourceFrames>>();
  const clips = await mapParallel(groups, 8, async (group) => {
    const [{ source, where }] = group as [Stretch];
    const known = sources.get(source) ?? sourceFrames(source, base);
    sources.set(source, known);
    return warnings.attempt(() => clipOf(group, known, warnings), undefined, "unreadable-image", where);
  });
  return clips.filter((clip) => clip !== undefined);
}

/** Frames to look at, and what they are called. */
export interface ListedFrames {
  name: string;
  source: SourceFrames;
}

/**
 * What a CSV says to look at: the frames of each line by themselves, as `clipsInList` reads them, whatever their class is;
 * there may be none. They are called by the name of their clip, or by their source and its stretch.
 *
 * @throws AnchorkitError naming the line for what is wrong with it
 */
export async function framesInList(list: string, warnings: Warnings): Promise<ListedFrames[]> {
  const stretches = await stretchesOf(list, warnings, { classes: false });
  if (stretches.length === 0) throw new NothingLeftError(`${shownPath(list)}: lists no clips`);
  return mapParallel(stretches, 8, async (stretch) => {
    const { source, start, end, clip, where } = stretch;
    const { file, frames, numbers } = await placed(sourceFrames(source, dirname(resolve(list))), where);
    const inside = placesOf(stretch, numbers, warnings);
    const range = start === undefined && end === undefined ? "" : ` ${start ?? ""}-${end ?? ""}`;
    return {
      name: clip === "" ? source + range : clip,
      source: { file, frames: at(frames, inside), numbers: at(numbers, inside) },
    };
  });
}

function at<T>(values: readonly T[], places: readonly number[]): T[] {
  return places.flatMap((place) => values.slice(place, place + 1));
}

/** @throws AnchorkitError with the line before what is wrong with the source */
async function placed(source: Promise<SourceFrames>, where: string): Promise<SourceFrames> {
  return source.catch((error: unknown) => {
    if (error instanceof AnchorkitError) throw new AnchorkitError(`${where}: ${error.message}`);
    throw error;
  });
}

async function stretchesOf(list: string, warnings: Warnings, { classes = true } = {}): Promise<Stretch[]> {
  const stretches: Stretch[] = [];
  let columns: ClipListColumns | undefined;
  for await (const row of untilBroken(csvRows(list), list, warnings)) {
    if (!columns) {
      columns = clipListColumns(row, { classes });
      continue;
    }
    try {
      stretches.push(stretchOf(row, columns));
    } catch (error) {
      warnings.fail(error, "bad-object", row.where);
    }
  }
  if (!columns) throw new AnchorkitError(`${shownPath(list)}: the file is empty`);
  return stretches;
}

function stretchOf(row: CsvRow, columns: ClipListColumns): Stretch {
  const { cells, where } = row;
  refuseLonger(row, columns.width);
  const source = textIn(cells[columns.source], "the source of frames", where).trim().replaceAll("\\", "/");
  const name = columns.class === undefined ? "" : tidyClassName(textIn(cells[columns.class], "the class", where));
  const [start, end] = [numberIn(row, columns.start, "start"), numberIn(row, columns.end, "end")];
  if (start !== undefined && end !== undefined && end < start) {
    throw new AnchorkitError(`${where}: end ${end} is before start ${start}`);
  }
  const said = cells[columns.split ?? -1]?.trim() ?? "";
  const split = splitNamed(said);
  if (said !== "" && !split)
    throw new AnchorkitError(`${where}: the split must be train, val or test, got ${shown(said)}`);
  return { source, start, end, name, clip: cells[columns.clip ?? -1]?.trim() ?? "", split, where };
}

/** The number of a frame; undefined for an empty cell. */
function numberIn({ cells, where }: CsvRow, at: number | undefined, column: string): number | undefined {
  const text = cells[at ?? -1]?.trim() ?? "";
  if (text === "") return undefined;
  if (/^\d{1,9}(?:\.0+)?$/.test(text)) return Number(text);
  throw new AnchorkitError(`${where}: ${column} must be the number of a frame, got ${shown(text)}`);
}

/** @throws AnchorkitError naming the line */
async function clipOf(
  stretches: readonly Stretch[],
  source: Promise<SourceFrames>,
  warnings: Warnings,
): Promise<NamedClip> {
  const [{ where, clip, name }] = stretches as [Stretch];
  const { file, frames, numbers } = await placed(source, where);
  const classes = new Array<string | undefined>(frames.length).fill(undefined);
  for (const stretch of stretches) markFrames(classes, stretch, numbers, warnings);
  const split = splitOf(stretches);
  const first = classes.findIndex((one) => one !== undefined);
  const last = classes.findLastIndex((one) => one !== undefined);
  return {
    ...{ file, where, frames: frames.slice(first, last + 1) },
    classes: stretches.length === 1 ? [name] : classes.slice(first, last + 1),
    ...(split && { split }),
    ...(clip !== "" && { fields: { clip } }),
  };
}

/** The frames of a stretch, by their places in the source. */
function placesOf(
  { start = -Infinity, end = Infinity, where }: Stretch,
  numbers: readonly number[],
  warnings: Warnings,
): number[] {
  const inside = numbers.flatMap((number, i) => (number >= start && number <= end ? [i] : []));
  const [lowest = 0, highest = 0] = [numbers[0], numbers.at(-1)];
  if (inside.length === 0) {
    throw new AnchorkitError(
      `${where}: has no frame from ${start} to ${end}; its frames are numbered ${lowest} to ${highest}`,
    );
  }
  if ((start !== -Infinity && start < lowest) || (end !== Infinity && end > highest)) {
    const detail = { detail: ` (${lowest} to ${highest} are there)` };
    warnings.add("stretches that reach past the frames that are there, cut to them", where, detail);
  }
  return inside;
}

/** Gives the frames of a stretch its class. */
function markFrames(
  classes: (string | undefined)[],
  stretch: Stretch,
  numbers: readonly number[],
  warnings: Warnings,
): void {
  const { name, where } = stretch;
  for (const i of placesOf(stretch, numbers, warnings)) {
    const other = classes[i];
    if (other !== undefined && other !== name) {
      throw new AnchorkitError(
        `${where}: frame ${numbers[i] ?? 0} is ${shown(name)} here, and ${shown(other)} in a line above; a frame has one class`,
      );
    }
    classes[i] = name;
  }
}

function splitOf(stretches: readonly Stretch[]): SplitName | undefined {
  const told = stretches.filter(({ split }) => split !== undefined);
  const [first] = told;
  const other = told.find(({ split }) => split !== first?.split);
  if (first && other) {
    throw new AnchorkitError(
      `${other.where}: is in ${other.split ?? ""}, and another line of the clip in ${first.split ?? ""}; a clip is in one split`,
    );
  }
  return first?.split;
}
