import { AnchorkitError } from "../../../base/errors.ts";
import type { CocoTruth, TruthImage } from "../../comparison/comparedImage.ts";
import { fieldsOf, shown } from "../../comparison/recordChecks.ts";
import { TruthTable } from "../../comparison/truthTable.ts";
import { readHead, shownPath } from "../../files.ts";
import { jsonRecords, placeOf } from "../../records/jsonRecords.ts";
import { jsonHead } from "../unread/jsonHead.ts";
import { describeKind, jsonKindOf } from "../unread/jsonKind.ts";

/**
 * Reads COCO ground truth (instances JSON, of any length, also in gzip) for an evaluation. Less is asked of it than of
 * labels for training: neither the images nor their names and sizes are needed.
 *
 * @param options.masks whether the objects' segmentations are read as masks
 * @throws AnchorkitError naming file and record for what is missing or wrong.
 */
export async function readCocoTruth(file: string, options: { masks?: boolean } = {}): Promise<CocoTruth> {
  const seen: Record<string, unknown> = {};
  try {
    return await readTruth(file, seen, options);
  } catch (error) {
    const head = fieldsOf(jsonHead(await readHead(file, 16_384).catch(() => "")));
    const kind = head && jsonKindOf({ ...head, ...seen });
    if (!kind || kind.format === "coco" || !(error instanceof AnchorkitError)) throw error;
    throw new AnchorkitError(`${shownPath(file)}: ${describeKind(kind)}`, { cause: error });
  }
}

/** @param seen takes the first records of each list */
async function readTruth(
  file: string,
  seen: Record<string, unknown>,
  options: { masks?: boolean },
): Promise<CocoTruth> {
  const name = shownPath(file);
  const images = new ImageRows(name);
  const categories = new Map<number, string>();
  const objects = new TruthTable(name, options.masks ?? false);
  const found = new Set<string>();
  for await (const { list, first, values } of jsonRecords(file, ["images", "annotations", "categories"])) {
    if (list === "") throw new AnchorkitError(describeList(name, values[0]));
    found.add(list);
    seen[list] ??= values.slice(0, 3);
    for (const [i, value] of values.entries()) {
      const record = fieldsOf(value);
      if (!record) throw new AnchorkitError(`${name}: ${list}[${first + i}] must be an object, got ${shown(value)}`);
      if (list === "images") images.add(record, first + i);
      else if (list === "annotations") objects.add(record);
      else addCategory(categories, record, placeOf(name, { list, first }, i));
    }
  }
  for (const list of ["images", "annotations", "categories"]) {
    if (!found.has(list)) throw new AnchorkitError(`${name}: COCO labels need a list "${list}", and there is none`);
  }
  const categoryIds = [...categories.keys()].sort((a, b) => a - b);
  return {
    name,
    classes: categoryIds.map((id) => categories.get(id) ?? ""),
    categoryIds,
    images: objects.into(images.sorted(), categoryIds),
    warnings: objects.warnings(),
  };
}

function describeList(name: string, record: unknown): string {
  const fields = fieldsOf(record);
  const results = fields !== undefined && "score" in fields;
  const kind = results ? undefined : jsonKindOf([record]);
  if (kind) return `${name}: ${describeKind(kind)}`;
  const hint = results ? "; these are results: are --truth and --predictions swapped?" : "";
  return `${name}: COCO labels are one object with images, annotations and categories, not a list${hint}`;
}

function addCategory(categories: Map<number, string>, { id, name }: Record<string, unknown>, where: string): void {
  if (!Number.isSafeInteger(id)) throw new AnchorkitError(`${where}: id must be a whole number, got ${shown(id)}`);
  if (typeof name !== "string" || name === "") {
    throw new AnchorkitError(`${where}: name must be text, got ${shown(name)}`);
  }
  if (categories.has(id as number)) throw new AnchorkitError(`${where}: the id ${id as number} is there twice`);
  categories.set(id as number, name);
}

/** The records of images. */
class ImageRows {
  #images = new Map<number, Omit<TruthImage, "truth">>();
  readonly #name: string;

  constructor(name: string) {
    this.#name = name;
  }

  add({ id, file_name, width, height, ...others }: Record<string, unknown>, index: number): void {
    const where = `${this.#name}: images[${index}]`;
    if (!Number.isSafeInteger(id)) throw new AnchorkitError(`${where}: id must be a whole number, got ${shown(id)}`);
    if (this.#images.has(id as number)) throw new AnchorkitError(`${where}: the id ${id as number} is there twice`);
    const sized = isSide(width) && isSide(height);
    const scalars = Object.entries(others).filter(([, value]) =>
      ["string", "number", "boolean"].includes(typeof value),
    );
    this.#images.set(id as number, {
      id: id as number,
      ...(typeof file_name === "string" && { fileName: file_name }),
      ...(sized && { size: { width, height } }),
      fields: Object.fromEntries(scalars) as TruthImage["fields"],
    });
  }

  sorted(): Omit<TruthImage, "truth">[] {
    return [...this.#images.values()].sort((a, b) => a.id - b.id);
  }
}

function isSide(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value) && value > 0;
}
