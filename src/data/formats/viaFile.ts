import { z } from "zod";
import type { Scalar } from "../dataset.ts";
import { readText, shownPath } from "../files.ts";
import { checkJson, jsonOf, parseJson } from "./checkedJson.ts";
import { columnsOf, csvRows, textIn } from "./csvRows.ts";

/** One image of a VIA file. */
export interface ViaImage {
  filename: string;
  /** The VIA file. */
  from: string;
  /** File and record, for messages. */
  where: string;
  fields: Record<string, Scalar>;
  regions: ViaRegion[];
}

export interface ViaRegion {
  where: string;
  /** `name` says what it is, the others are numbers or lists of them: not checked yet. */
  shape: Record<string, unknown>;
  /** Those that have a value. Of ticked boxes, the names of those that are ticked. */
  attributes: Record<string, Scalar>;
}

/** The columns of VIA's CSV that are read. */
export const VIA_COLUMNS = ["filename", "file_attributes", "region_shape_attributes", "region_attributes"] as const;

const attributes = z.record(z.string(), z.unknown());
const region = z.object({ shape_attributes: attributes, region_attributes: attributes.nullish() });
const image = z.object({
  filename: z.string().min(1),
  // Version 1 numbers the regions: { "0": …, "1": … }.
  regions: z.union([z.array(region), z.record(z.string(), region)]).nullish(),
  file_attributes: attributes.nullish(),
});
const images = z.record(z.string(), image);
const project = z.object({ _via_img_metadata: images });

/**
 * The images of a VIA file: a project, annotations as JSON, or annotations as CSV.
 *
 * @throws AnchorkitError naming file and record
 */
export async function readViaFile(from: string): Promise<ViaImage[]> {
  if (/\.csv$/i.test(from)) return readCsv(from);
  const name = shownPath(from);
  const document = jsonOf(await readText(from), name);
  const isProject = typeof document === "object" && document !== null && "_via_img_metadata" in document;
  const records = isProject ? checkJson(document, project, name)._via_img_metadata : checkJson(document, images, name);
  return Object.values(records).map(({ filename, regions, file_attributes }): ViaImage => {
    const where = `${name}: "${filename}"`;
    return {
      ...{ filename, from, where, fields: valuesOf(file_attributes ?? {}) },
      regions: Object.values(regions ?? []).map(({ shape_attributes, region_attributes }, i) => ({
        ...{ where: `${where}: region ${i}`, shape: shape_attributes },
        attributes: valuesOf(region_attributes ?? {}),
      })),
    };
  });
}

/** A row a region; a row whose shape is {} is an image without regions. */
async function readCsv(from: string): Promise<ViaImage[]> {
  const found = new Map<string, ViaImage>();
  let columns: Record<(typeof VIA_COLUMNS)[number], number> | undefined;
  for await (const { cells, where } of csvRows(from)) {
    if (!columns) {
      columns = columnsOf({ cells: cells.map((cell) => cell.replace(/^\s*#/, "")), where }, VIA_COLUMNS, []);
      continue;
    }
    const filename = textIn(cells[columns.filename], "filename", where);
    const [fileCell, shapeCell, regionCell] = VIA_COLUMNS.slice(1).map((column) => {
      return parseJson(cells[columns?.[column] ?? -1] || "{}", attributes, `${where}: ${column}`);
    });
    const fields = valuesOf(fileCell ?? {});
    const image = found.get(filename) ?? {
      filename,
      from,
      where: `${shownPath(from)}: "${filename}"`,
      fields,
      regions: [],
    };
    found.set(filename, image);
    if (!shapeCell || Object.keys(shapeCell).length === 0) continue;
    image.regions.push({ where, shape: shapeCell, attributes: valuesOf(regionCell ?? {}) });
  }
  return [...found.values()];
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
