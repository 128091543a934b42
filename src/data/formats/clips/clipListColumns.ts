import { AnchorkitError } from "../../../base/errors.ts";
import type { CsvRow } from "../../records/csvRows.ts";

/** Where a list of clips has what; columns by their index. */
export interface ClipListColumns {
  source: number;
  start: number | undefined;
  end: number | undefined;
  class: number | undefined;
  clip: number | undefined;
  split: number | undefined;
  /** How many there are. */
  width: number;
}

/** Names of the columns, the likeliest first, as `foldedName` has them. */
const NAMES = {
  source: ["frame", "frames", "source", "folder", "file", "filename", "path", "video", "sequence", "animation"],
  start: ["start", "startframe", "framestart", "first", "firstframe", "begin", "from", "onset"],
  end: ["end", "endframe", "frameend", "last", "lastframe", "stop", "stopframe", "to", "offset"],
  class: [
    "class",
    "classname",
    "label",
    "labelname",
    "category",
    "action",
    "activity",
    "gesture",
    "behaviour",
    "behavior",
  ],
  clip: ["clip", "clipname", "clipid", "segment", "segmentid"],
  split: ["split", "subset", "set", "partition"],
} as const;

/** Whether a row is the header of a list of clips: source, start, end and class. */
export function isClipList(header: readonly string[]): boolean {
  const { source, start, end, class: label } = placesIn(header);
  return [source, start, end, label].every((at) => at >= 0);
}

/**
 * The columns of a list of clips; start and end may both be missing, and a clip is all of its source then.
 *
 * @param classes whether there must be a column of classes; otherwise none is looked for
 * @throws AnchorkitError naming the column that is missing
 */
export function clipListColumns({ cells, where }: CsvRow, { classes = true } = {}): ClipListColumns {
  const { source, start, end, class: label, clip, split } = placesIn(cells);
  if (source < 0) throw new AnchorkitError(`${where}: there is no column "frame" (folder, file, source, video)`);
  if (classes && label < 0) throw new AnchorkitError(`${where}: there is no column "class" (label, category, action)`);
  if (start >= 0 !== end >= 0) {
    throw new AnchorkitError(
      `${where}: there is a column "${start >= 0 ? "start" : "end"}" and none "${start >= 0 ? "end" : "start"}"; give both, or neither`,
    );
  }
  const there = (at: number): number | undefined => (at < 0 ? undefined : at);
  return {
    ...{
      source,
      start: there(start),
      end: there(end),
      class: classes ? label : undefined,
      clip: there(clip),
      split: there(split),
    },
    width: cells.length,
  };
}

function placesIn(header: readonly string[]): Record<keyof typeof NAMES, number> {
  const names = header.map(foldedName);
  const at = (known: readonly string[]): number => names.indexOf(known.find((name) => names.includes(name)) ?? "-");
  return {
    ...{ source: at(NAMES.source), start: at(NAMES.start), end: at(NAMES.end) },
    ...{ class: at(NAMES.class), clip: at(NAMES.clip), split: at(NAMES.split) },
  };
}

/** "startframe" of "Start Frame", "start_frame" and "startframe". */
function foldedName(name: string): string {
  return name.toLowerCase().replace(/[\s_.-]+/g, "");
}
