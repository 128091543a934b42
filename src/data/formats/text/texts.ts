import { AnchorkitError } from "../../../base/errors.ts";
import { shown } from "../../../base/shown.ts";
import { shownPath, stemOf } from "../../files.ts";
import type { Place } from "../../place.ts";
import { type CsvRow, csvRows, firstRows, refuseLonger, textIn as cellIn } from "../../records/csvRows.ts";
import { splitNamed } from "../../split/splitLists.ts";
import { textIn } from "../../text/texts.ts";
import { NothingLeftError, type Warnings, warningsOf } from "../../warnings.ts";
import { looksLikeImageLabels } from "../csv/imageLabels.ts";
import type { LabelFormat, Likeness, ReadOptions, ReadResult, Wanted } from "../format.ts";
import { type FileTraits, findLabelFiles, hasTraits, readEach, untilBroken } from "../labelFiles.ts";
import { datasetOf, type NamedImage } from "../namedLabels.ts";
import { type TextColumns, looksLikeTexts, textColumns } from "./textColumns.ts";
import { writeTexts } from "./writeTexts.ts";

const title = "CSV of texts";

/** Files that could be lists of texts, however their columns are called. */
const traits: FileTraits = {
  title,
  extension: /\.(?:[ct]sv|txt)$/i,
  looksRight: (head) => likeness(head) !== "no",
};

/** Those that name themselves. */
const named: FileTraits = {
  title,
  extension: /\.[ct]sv$/i,
  looksRight: (head) => likeness(head) === "named" && !looksLikeImageLabels(head),
};

/** A list of images and the text that stands in each, for readers: `file,text`, or ICDAR's and TextRecognitionData's. */
export const texts: LabelFormat = {
  ...{ id: "texts", title, holds: ["split", "text"] },
  ...{ recognizes, read, write: writeTexts },
};

/** Where texts are wanted, a column of labels may be theirs, and a list without a header one of texts. */
function recognizes(place: Place, wanted?: Wanted): Promise<Likeness> {
  return hasTraits(place, wanted === "texts" ? traits : named);
}

/**
 * Reads a list of images and their texts, or all lists of a folder: a column for the file and one for the text, with or
 * without a header, and perhaps one for the split. Texts are tidied (`tidyText`). The data set has no boxes and no
 * classes: its images have `text`.
 *
 * @throws AnchorkitError naming file and line
 */
async function read(path: string, options: ReadOptions = {}): Promise<ReadResult> {
  const warnings = warningsOf(options);
  const files = await findLabelFiles(path, traits, warnings, options);
  const images = (await readEach(files.labels, warnings, imagesOf)).flat();
  if (images.length === 0) throw new NothingLeftError(`${shownPath(path)}: lists no images`);
  const dataset = await datasetOf(images, files, warnings);
  return { dataset, warnings: warnings.lines(), source: `${title} in ${shownPath(path)}` };
}

function likeness(head: string): ReturnType<typeof looksLikeTexts> {
  return looksLikeTexts(firstRows(head, 2, SYNTAX));
}

/** ICDAR's lists have a space before their quotes. */
const SYNTAX = { ltrim: true };

async function imagesOf(from: string, warnings: Warnings): Promise<NamedImage[]> {
  const lines: CsvRow[] = [];
  for await (const line of untilBroken(csvRows(from, SYNTAX), from, warnings)) lines.push(line);
  const [first] = lines;
  if (first === undefined) throw new AnchorkitError(`${shownPath(from)}: the file is empty`);
  const columns = textColumns(first);
  const part = splitNamed(stemOf(from).replace(/[._-]?(?:gt|texts?|labels?|annotations?)$/i, ""));
  return (columns.width === undefined ? lines : lines.slice(1)).flatMap((line): NamedImage[] => {
    try {
      return [{ ...imageOf(line, columns, from, warnings), ...(part && { part }) }];
    } catch (error) {
      warnings.fail(error, "bad-object", line.where);
      return [];
    }
  });
}

function imageOf(line: CsvRow, columns: TextColumns, from: string, warnings: Warnings): NamedImage {
  const { cells, where } = line;
  refuseLonger(line, columns.width ?? (columns.split === undefined ? 2 : 3));
  const file = cellIn(cells[columns.file], "the file", where).trim();
  const text = textIn(cells[columns.text] ?? "", where);
  const said = cells[columns.split ?? -1]?.trim() ?? "";
  const split = splitNamed(said);
  if (said !== "" && !split) {
    warnings.add("splits that are neither train, val nor test, not taken", `${shown(said)} in ${where}`);
  }
  return { names: [file], from, where, objects: [], text, ...(split && { split }) };
}
