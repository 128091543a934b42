import { z } from "zod";
import type { Scalar } from "../../dataset.ts";
import { readText, shownPath } from "../../files.ts";
import type { Warnings } from "../../warnings.ts";
import { checkJson, checkRecords, labelsIn, parseJson } from "../checkedJson.ts";
import { columnsOf, type CsvRow, csvRows, textIn } from "../../records/csvRows.ts";
import { untilBroken } from "../labelFiles.ts";
import { isVia3, via3Images } from "./via3.ts";
import type { ViaImage } from "./viaImage.ts";

/** The columns of VIA's CSV that are read. */
export const VIA_COLUMNS = ["filename", "file_attributes", "region_shape_attributes", "region_attributes"] as const;

const attributes = z.record(z.string(), z.unknown());
const region = z.object({ shape_attributes: attributes, region_attributes: attributes.nullish() });
const image = z.object({
  filename: z.string().min(1),
  // Version 1 numbers the regions: { "0": …, "1": … }.
  regions: z.union([z.array(z.unknown()), z.record(z.string(), z.unknown())]).nullish(),
  file_attributes: attributes.nullish(),
});
const members = z.record(z.string(), z.unknown());
const project = z.object({ _via_img_metadata: members });

/**
 * The images of a VIA file: a project (of VIA 3, too), annotations as JSON, or annotations as CSV.
 *
 * @throws AnchorkitError naming file and record
 */
export async function readViaFile(from: string, warnings: Warnings): Promise<ViaImage[]> {
  if (/\.csv$/i.test(from)) return readCsv(from, warnings);
  const name = shownPath(from);
  const document = labelsIn(await readText(from), name, "via");
  if (isVia3(document)) return via3Images(document, name, from, warnings);
  const isProject = typeof document === "object" && document !== null && "_via_img_metadata" in document;
  const records = isProject ? checkJson(document, project, name)._via_img_metadata : checkJson(document, members, name);
  const path = isProject ? ["_via_img_metadata"] : [];
  return checkRecords(records, image, { name, path, warnings }).map(({ value, key }): ViaImage => {
    const { filename, file_attributes } = value;
    const where = `${name}: "${filename}"`;
    const regions = checkRecords(value.regions ?? [], region, { name, path: [...path, key, "regions"], warnings });
    return {
      ...{ filename, from, where, fields: valuesOf(file_attributes ?? {}) },
      regions: regions.map(({ value: { shape_attributes, region_attributes }, key: number }) => ({
        ...{ where: `${where}: region ${number}`, shape: shape_attributes },
        attributes: valuesOf(region_attributes ?? {}),
      })),
    };
  });
}

/** A row a region; a row whose shape is {} is an image without regions. */
async function readCsv(from: string, warnings: Warnings): Promise<ViaImage[]> {
  const found = new Map<string, ViaImage>();
  let columns: Columns | undefined;
  for await (const { cells, where } of untilBroken(csvRows(from), from, warnings)) {
    if (!columns) {
      columns = columnsOf({ cells: cells.map((cell) => cell.replace(/^\s*#/, "")), where }, VIA_COLUMNS, []);
      continue;
    }
    try {
      addRow(found, { cells, where }, columns, from);
    } catch (error) {
      warnings.fail(error, "bad-object", where);
    }
  }
  return [...found.values()];
}

type Columns = Record<(typeof VIA_COLUMNS)[number], number>;

function addRow(
  found: Map<string, ViaImage>,
  { cells, where }: Pick<CsvRow, "cells" | "where">,
  columns: Columns,
  from: string,
): void {
  const filename = textIn(cells[columns.filename], "filename", where);
  const [fileCell, shapeCell, regionCell] = VIA_COLUMNS.slice(1).map((column) => {
    return parseJson(cells[columns[column]] || "{}", attributes, `${where}: ${column}`);
  });
  const fields = valuesOf(fileCell ?? {});
  const known = found.get(filename);
  const image = known ?? { filename, from, where: `${shownPath(from)}: "${filename}"`, fields, regions: [] };
  found.set(filename, image);
  if (!shapeCell || Object.keys(shapeCell).length === 0) return;
  image.regions.push({ where, shape: shapeCell, attributes: valuesOf(regionCell ?? {}) });
}

/** The attributes that have a value: text, numbers and flags as they are, ticked boxes as their names. */
function valuesOf(record: Readonly<Record<string, unknown>>): Record<string, Scalar> {
  const values: [string, Scalar][] = [];
  for (const [name, value] of Object.entries(record)) {
    const scalar = typeof value === "object" && value !== null ? tickedOf(value) : value;
    if (typeof scalar === "number" || typeof scalar === "boolean") values.push([name, scalar]);
    else if (typeof scalar === "string" && scalar.trim() !== "") values.push([name, scalar]);
  }
  return Object.fromEntries(values);
}

function tickedOf(boxes: object): string {
  const ticked = Object.entries(boxes).filter(([, value]) => value === true || value === "true");
  return ticked.map(([name]) => name).join(",");
}
