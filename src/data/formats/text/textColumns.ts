import { AnchorkitError } from "../../../base/errors.ts";
import { isImageName } from "../../files.ts";
import type { CsvRow } from "../../records/csvRows.ts";
import { splitNamed } from "../../split/splitLists.ts";
import { FILE, foldedName, LABEL, SHAPES, SPLIT } from "../csv/imageLabelColumns.ts";

/** Where a list of images and their texts has what; columns by their index. */
export interface TextColumns {
  /** How many there are; undefined without a header. */
  width: number | undefined;
  file: number;
  text: number;
  split: number | undefined;
}

/** Names of the column of texts, the likeliest first, as `foldedName` has them. */
const TEXT = [
  ...["text", "transcription", "transcript", "groundtruth", "gt", "ocr", "ocrtext", "string", "word", "words"],
  ...["plate", "platenumber", "platetext", "licenseplate", "licenceplate", "numberplate", "registration"],
  ...["utf8string", "sentence", "content"],
];

/** How sure the first rows are those of a list of texts: `named` where a column is called so. */
export function looksLikeTexts([first]: readonly (readonly string[])[]): "named" | "possible" | "no" {
  if (first === undefined) return "no";
  if (isImageName(first[0]?.trim() ?? "")) return hasNoHeader(first) ? "possible" : "no";
  const names = first.map(foldedName);
  if (names.some((name) => SHAPES.test(name)) || columnIn(names, FILE) === undefined) return "no";
  if (columnIn(names, TEXT) !== undefined) return "named";
  return columnIn(names, LABEL) === undefined ? "no" : "possible";
}

/**
 * The columns of a list, by the names in its header; a column of labels holds texts where none is called so. Without a
 * header (its first cell is an image) the first column is the file, the second the text, and a third the split.
 *
 * @throws AnchorkitError where there is no column of files, or none of texts
 */
export function textColumns({ cells, where }: CsvRow): TextColumns {
  if (isImageName(cells[0]?.trim() ?? "")) {
    return { width: undefined, file: 0, text: 1, split: cells.length > 2 ? 2 : undefined };
  }
  const names = cells.map(foldedName);
  const file = columnIn(names, FILE);
  if (file === undefined) throw new AnchorkitError(`${where}: there is no column "file" (filename, path, image)`);
  const text = columnIn(names, [...TEXT, ...LABEL]);
  if (text === undefined) throw new AnchorkitError(`${where}: there is no column "text" (transcription, word, plate)`);
  return { width: cells.length, file, text, split: columnIn(names, SPLIT) };
}

/** A file, a text, and perhaps a split. */
function hasNoHeader(cells: readonly string[]): boolean {
  const [, text = "", split] = cells;
  const isText = text.trim() !== "" && !isImageName(text.trim());
  return isText && (cells.length === 2 || (cells.length === 3 && splitNamed(split ?? "") !== undefined));
}

function columnIn(names: readonly string[], known: readonly string[]): number | undefined {
  const at = names.indexOf(known.find((name) => names.includes(name)) ?? "-");
  return at < 0 ? undefined : at;
}
