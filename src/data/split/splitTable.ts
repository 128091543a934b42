import { basename, dirname } from "node:path";
import { AnchorkitError } from "../../base/errors.ts";
import type { Dataset, ImageRecord, SplitName } from "../dataset.ts";
import { shownPath } from "../files.ts";
import { NameIndex } from "../finding/nameIndex.ts";
import { csvRows, firstRow } from "../records/csvRows.ts";
import type { Place } from "../place.ts";
import { splitNamed } from "./splitLists.ts";
import type { Warnings } from "../warnings.ts";

const NAMES = /^splits?\.csv$/i;
const IMAGE_COLUMNS = ["image", "file", "filename", "file_name", "name", "path", "id", "image_id"];
const SPLIT_COLUMNS = ["split", "subset", "set", "partition"];

/**
 * Gives the images of a data set that has no splits those of a `split.csv` in its folder: a table with a header, of
 * which one column (image, file, filename, name, path, id) names the image, with or without folder and extension, and
 * another (split, subset, set) says train, val or test. Other tables of that name are passed over.
 *
 * @throws AnchorkitError naming the line, where the table is no valid CSV, or gives an image two splits
 */
export async function applySplitTable(dataset: Dataset, place: Place, warnings: Warnings): Promise<void> {
  const table = place.files.find((file) => dirname(file) === place.path && NAMES.test(basename(file)));
  if (table === undefined) return;
  const apply = () => applyTable(table, dataset, place, warnings);
  await warnings.attempt(apply, undefined, "unreadable-labels", shownPath(table));
}

async function applyTable(table: string, dataset: Dataset, place: Place, warnings: Warnings): Promise<void> {
  if (dataset.images.some(({ split }) => split !== undefined)) return;
  const header = firstRow(await place.head(table)).map((cell) => cell.trim().toLowerCase());
  const [image, split] = [IMAGE_COLUMNS, SPLIT_COLUMNS].map((known) =>
    header.findIndex((name) => known.includes(name)),
  );
  if (image === undefined || split === undefined || image < 0 || split < 0) return;

  const index = new NameIndex(dataset.images, ({ file }) => file);
  const splits = new Map<ImageRecord, SplitName>();
  let first = true;
  for await (const { cells, where } of csvRows(table)) {
    if (first) {
      first = false;
      continue;
    }
    const [path = "", value = ""] = [cells[image]?.trim(), cells[split]?.trim()];
    const images = index.find(path).flatMap(({ items }) => items);
    const named = splitNamed(value);
    if (images.length === 0) {
      warnings.add("names in split lists without an image", `"${path}" in ${where}`, { rule: "unknown-in-list" });
    } else if (!named) {
      warnings.add("splits that are neither train, val nor test, not taken", `"${value}" in ${where}`);
    } else {
      for (const record of images) {
        const other = splits.get(record);
        if (other !== undefined && other !== named) {
          const error = new AnchorkitError(`${where}: "${path}" is ${named}, and ${other} in a line above; keep one`);
          warnings.fail(error, "two-splits", where);
        } else splits.set(record, named);
      }
    }
  }
  for (const [record, split] of splits) record.split = split;
}
