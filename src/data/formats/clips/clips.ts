import { AnchorkitError } from "../../../base/errors.ts";
import { kindOf, listFiles, readHead, shownPath } from "../../files.ts";
import type { Place } from "../../place.ts";
import { byNameAndNumber } from "../../placing/classNames.ts";
import type { FoundImage } from "../../placing/found.ts";
import { placeLabels } from "../../placing/placeLabels.ts";
import { firstRows } from "../../records/csvRows.ts";
import { type Warnings, warningsOf } from "../../warnings.ts";
import type { LabelFormat, Likeness, ReadOptions, ReadResult, Wanted } from "../format.ts";
import { type FileTraits, hasTraits } from "../labelFiles.ts";
import { type NamedClip, clipsInFolders } from "./clipFolders.ts";
import { clipsInList } from "./clipList.ts";
import { isClipList } from "./clipListColumns.ts";

const traits: FileTraits = {
  title: "CSV of clips",
  extension: /\.[ct]sv$/i,
  looksRight: (head) => isClipList(firstRows(head, 1)[0] ?? []),
};

/**
 * Clips, for models that look at frames in their order: a folder for each class, and in it a folder of frames or an animated
 * GIF or WebP file for each clip; or a CSV that says which frames of a source show which class.
 */
export const clips: LabelFormat = {
  ...{ id: "clips", title: "clips of frames", holds: ["split", "labels", "frames", "fields"] },
  ...{ recognizes, read },
};

/** A list of clips is nothing else; folders of frames are taken for clips only where clips are wanted. */
async function recognizes(place: Place, wanted?: Wanted): Promise<Likeness> {
  if ((await hasTraits(place, traits)) !== "no") return "sure";
  const isMeant = place.kind === "folder" || traits.extension.test(place.path);
  return wanted === "clips" && isMeant ? "likely" : "no";
}

/**
 * Reads clips: `labels` holds the class of a clip, or all classes of a clip whose frames have one each; see
 * `clipsInFolders` and `clipsInList`.
 *
 * @throws AnchorkitError naming file and line, or the folder, for what is no clip
 */
async function read(path: string, options: ReadOptions = {}): Promise<ReadResult> {
  const warnings = warningsOf(options);
  const { named, source } = await namedClips(path, options, warnings);
  const names = named.flatMap(({ classes }) => classes.filter((name) => name !== undefined));
  const classes = [...new Set(names)].sort(byNameAndNumber);
  const indexOf = new Map(classes.map((name, i) => [name, i]));
  const found = named.map(({ classes: own, frames, ...clip }, i): FoundImage => {
    const labelOf = own.map((name) => (name === undefined ? undefined : indexOf.get(name)));
    const labels = [...new Set(labelOf.filter((label) => label !== undefined))];
    if (own.length === 1) return { ...clip, id: i + 1, objects: [], labels, frames };
    const labelled = frames.map((frame, k) => {
      const label = labelOf[k];
      return label === undefined ? frame : { ...frame, label };
    });
    return { ...clip, id: i + 1, objects: [], labels, frames: labelled };
  });
  for (const { frames = [], where } of found) {
    if (frames.length === 1) warnings.add("clips of one frame, in which nothing can move", where);
  }
  const dataset = await placeLabels(found, { classes }, warnings);
  return { dataset, warnings: warnings.lines(), source };
}

async function namedClips(
  path: string,
  options: ReadOptions,
  warnings: Warnings,
): Promise<{ named: NamedClip[]; source: string }> {
  const kind = await kindOf(path);
  if (kind === undefined) throw new AnchorkitError(`${shownPath(path)}: no such file or folder`);
  if (kind === "file")
    return { named: await clipsInList(path, options, warnings), source: `clips in ${shownPath(path)}` };
  const files = await listFiles(path);
  const lists = await listsAmong(files);
  const [list, another] = lists;
  if (another !== undefined) {
    const some = lists.map(shownPath).slice(0, 3).join(", ");
    throw new AnchorkitError(
      `${shownPath(path)}: holds ${lists.length} lists of clips; give the one to read (${some})`,
    );
  }
  if (list !== undefined)
    return { named: await clipsInList(list, options, warnings), source: `clips in ${shownPath(list)}` };
  return { named: await clipsInFolders(path, files, warnings), source: `clips in ${shownPath(path)}` };
}

async function listsAmong(files: readonly string[]): Promise<string[]> {
  const tables = files.filter((file) => traits.extension.test(file));
  const right = await Promise.all(tables.map(async (file) => traits.looksRight(await readHead(file, 16_384))));
  return tables.filter((_, i) => right[i]);
}
