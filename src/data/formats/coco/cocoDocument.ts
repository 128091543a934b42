import { AnchorkitError, messageOf } from "../../../base/errors.ts";
import { shown } from "../../../base/shown.ts";
import { fieldsOf, type RecordId } from "../../comparison/recordChecks.ts";
import { readHead, shownPath } from "../../files.ts";
import { jsonRecords, type RecordBatch } from "../../records/jsonRecords.ts";
import type { Warnings } from "../../warnings.ts";
import { jsonHead } from "../unread/jsonHead.ts";
import { describeKind, jsonKindOf } from "../unread/jsonKind.ts";
import {
  annotationOf,
  categoryOf,
  type CocoAnnotation,
  type CocoCategory,
  type CocoImage,
  type CocoRecord,
  imageOf,
} from "./cocoRecords.ts";

/** Takes the records of a COCO file as they come; `index` is a record's place in its list. */
export interface CocoTaker {
  image: (image: CocoImage, index: number) => void;
  annotation: (annotation: CocoAnnotation, index: number) => void;
  category: (category: CocoCategory, index: number) => void;
  /** The member `info`, where it is an object. */
  info?: (info: CocoRecord) => void;
}

const LISTS = ["images", "annotations", "categories"];

/**
 * Reads a COCO file of labels (instances JSON) in bounded memory, whichever of its lists comes first: the one way in
 * for all that read one, so that a file that trains can be measured, and the other way round.
 *
 * Every record is checked (see cocoRecords.ts). Ids of images and categories are unique; the ids of annotations are not
 * asked for. Ids are whole numbers or text, those beyond 2^53 exact. Slips that can mean one thing alone are mended, and
 * counted in `warnings`.
 *
 * @param warnings with an observer, records that are wrong are told of and left out
 * @returns whether an annotation has the id 0
 * @throws AnchorkitError naming file and record for what is missing or wrong, or, where it is JSON of another kind, that
 */
export async function readCocoDocument(
  file: string,
  take: CocoTaker,
  warnings: Warnings,
): Promise<{ hasIdZero: boolean }> {
  const begun: Record<string, unknown> = {};
  try {
    return await readRecords(file, take, begun, warnings);
  } catch (error) {
    const head = jsonHead(await readHead(file, 16_384).catch(() => ""));
    const fields = fieldsOf(head);
    const kind = jsonKindOf(fields ? { ...fields, ...begun } : head);
    if (!kind || kind.format === "coco" || !(error instanceof AnchorkitError)) throw error;
    throw new AnchorkitError(`${shownPath(file)}: ${describeKind(kind)}`, { cause: error });
  }
}

/** @param begun takes the first records of each list */
async function readRecords(
  file: string,
  take: CocoTaker,
  begun: Record<string, unknown>,
  warnings: Warnings,
): Promise<{ hasIdZero: boolean }> {
  const name = shownPath(file);
  const found = new Set<string>();
  const images = new UniqueIds();
  const categories = new UniqueIds();
  const annotationIds = new Set<unknown>();
  const takers: Record<string, (record: CocoRecord, index: number) => void> = {
    images: (record, index) => {
      const image = imageOf(record);
      images.add(image.id);
      take.image(image, index);
    },
    annotations: (record, index) => {
      const annotation = annotationOf(record);
      noteId(record.id, index);
      take.annotation(annotation, index);
    },
    categories: (record, index) => {
      const category = categoryOf(record);
      categories.add(category.id);
      take.category(category, index);
    },
  };

  const onSlip = (slip: string, where: string): void => {
    warnings.add(`places that are no JSON and could be mended (${slip})`, where);
  };
  for await (const batch of jsonRecords(file, LISTS, { bare: [...LISTS, "info"], onSlip })) {
    const { list, first, values } = batch;
    checkList(batch);
    if (list === "info") {
      const info = fieldsOf(values[0]);
      if (info) take.info?.(info);
      continue;
    }
    begun[list] ??= values.slice(0, 3);
    const takeOne = takers[list];
    for (let i = 0; i < values.length; i++) {
      try {
        const record = fieldsOf(values[i]);
        if (!record) throw new TypeError(`must be an object, got ${shown(values[i])}`);
        takeOne?.(record, first + i);
      } catch (error) {
        if (!(error instanceof TypeError)) throw error;
        const where = `${name}: ${list}[${first + i}]`;
        warnings.fail(new AnchorkitError(`${where}: ${messageOf(error)}`), "bad-object", where);
      }
    }
  }
  for (const list of LISTS) {
    if (!found.has(list)) throw new AnchorkitError(`${name}: COCO labels need a list "${list}", and there is none`);
  }
  return { hasIdZero: annotationIds.has(0) };

  function checkList({ list, first, line, bare, values }: RecordBatch): void {
    const what = "COCO labels are one object with images, annotations and categories";
    if (line !== undefined) throw new AnchorkitError(`${name}: ${what}, and it has none of them`);
    if (list === "") throw new AnchorkitError(`${name}: ${what}, not a list${hintOf(values[0])}`);
    if (list === "info") return;
    if (bare) throw new AnchorkitError(`${name}: ${list} must be a list, got ${shown(values[0])}`);
    if (first === 0 && found.has(list)) throw new AnchorkitError(`${name}: the list "${list}" is there twice`);
    found.add(list);
  }

  function noteId(id: unknown, index: number): void {
    if (typeof id !== "number" && typeof id !== "string") return;
    if (annotationIds.has(id)) {
      const what = "annotations whose id another one has, too, all kept";
      warnings.add(what, `${name}: annotations[${index}]`, { detail: `: id ${id}` });
    } else annotationIds.add(id);
  }
}

function hintOf(record: unknown): string {
  const isResult = "score" in (fieldsOf(record) ?? {});
  return isResult ? "; these are results: are --truth and --predictions swapped?" : "";
}

class UniqueIds {
  #ids = new Set<RecordId>();

  /** @throws TypeError where the id was there before */
  add(id: RecordId): void {
    if (this.#ids.has(id)) throw new TypeError(`the id ${id} is there twice`);
    this.#ids.add(id);
  }
}
