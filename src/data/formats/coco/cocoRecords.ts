import { shown } from "../../../base/shown.ts";
import type { Size } from "../../../base/preprocessing.ts";
import { maskBox } from "../../../geometry/masks/maskExtent.ts";
import {
  describeBox,
  fieldsOf,
  flagOf,
  idOf,
  isBox,
  isEmpty,
  numberOf,
  type RecordId,
} from "../../comparison/recordChecks.ts";
import type { LabelledObject, Scalar } from "../../dataset.ts";
import { TEXT_ATTRIBUTES, tidyText } from "../../text/texts.ts";
import { scalarsOf } from "../scalars.ts";
import { boxAround } from "../shapes.ts";
import { readSegmentation } from "./cocoSegmentation.ts";

// What the records of a COCO file of labels may hold, for everyone who reads one. Tables of pandas, which pylabel and
// others write JSON from, hold null for what is not said; some tools write numbers and flags as text. What is wrong is
// thrown as a TypeError with the reason alone: whoever reads knows the place.

export type CocoRecord = Record<string, unknown>;

/** A record of `images`. */
export interface CocoImage {
  id: RecordId;
  /** `file_name`, else its `path` (COCO Annotator), else (LVIS) that of its `coco_url`; undefined where none says one. */
  fileName: string | undefined;
  /** Where both sides are said. */
  size: Size | undefined;
  split: string | undefined;
  verified: boolean | undefined;
  /** Of the image as a whole. */
  categoryIds: RecordId[] | undefined;
  /** That stands in the image. */
  text: string | undefined;
  /** Of a clip, as the file has them. */
  frames: CocoFrame[] | undefined;
  /** Pixels that do not count, as the file has them: a mask. Flags of this name are `fields`. */
  ignored: unknown;
  /** All other text, numbers and flags. */
  fields: Record<string, Scalar>;
}

/** A frame of a clip. */
export interface CocoFrame {
  fileName: string;
  page: number | undefined;
  categoryId: RecordId | undefined;
}

/** A record of `annotations`. Its own id is no key to anything. */
export interface CocoAnnotation {
  imageId: RecordId;
  categoryId: RecordId;
  /** `bbox` as corners; where there is none, the box around the segmentation. */
  box: LabelledObject["box"];
  /** Width times height, as COCO multiplies them. */
  boxArea: number;
  area: number | undefined;
  crowd: 0 | 1;
  difficult: 0 | 1;
  truncated: 0 | 1;
  occluded: 0 | 1;
  pose: string | undefined;
  score: number | undefined;
  attributes: CocoRecord | undefined;
  /** As the file has it. */
  segmentation: unknown;
  /** What of a segmentation that the box was made from cannot be read. */
  flaw?: string;
}

/** A record of `categories`. */
export interface CocoCategory {
  id: RecordId;
  name: string;
  supercategory: unknown;
}

/** @throws TypeError with the reason why the record is no image */
export function imageOf(record: CocoRecord): CocoImage {
  const { id, file_name, width, height, split, verified, category_ids, text, ...others } = record;
  const size = { width: sideOf("width", width), height: sideOf("height", height) };
  return {
    id: idIn("id", id),
    fileName:
      nameIn("file_name", file_name) ??
      (typeof others.path === "string" ? nameIn("path", others.path) : undefined) ??
      nameIn("coco_url", others.coco_url),
    size: size.width > 0 && size.height > 0 ? size : undefined,
    split: typeof split === "number" ? String(split) : textIn("split", split),
    verified: verified === undefined ? undefined : flagIn("verified", verified) === 1,
    categoryIds: idsIn("category_ids", category_ids),
    text: tidyText(textIn("text", text) ?? "") || undefined,
    frames: framesIn(others.frames),
    ignored: typeof others.ignored === "object" ? others.ignored : undefined,
    fields: scalarsOf(others) ?? {},
  };
}

/** @throws TypeError with the reason why the record is no annotation of an object */
export function annotationOf(record: CocoRecord): CocoAnnotation {
  const { segmentation, area, score } = record;
  return {
    imageId: idIn("image_id", record.image_id),
    categoryId: idIn("category_id", record.category_id),
    ...boxIn(record.bbox, segmentation),
    area: area === undefined ? undefined : numberIn("area", area),
    crowd: flagIn("iscrowd", record.iscrowd),
    difficult: flagIn("difficult", record.difficult),
    truncated: flagIn("truncated", record.truncated),
    occluded: flagIn("occluded", record.occluded),
    pose: textIn("pose", record.pose),
    score: score === undefined ? undefined : numberIn("score", score),
    attributes: attributesIn(record.attributes) ?? textsIn(record),
    segmentation,
  };
}

/** @throws TypeError with the reason why the record is no category */
export function categoryOf({ id, name, supercategory }: CocoRecord): CocoCategory {
  const text = typeof name === "number" ? String(name) : name;
  if (typeof text !== "string" || text.trim() === "") throw new TypeError(`name must be text, got ${shown(name)}`);
  return { id: idIn("id", id), name: text, supercategory };
}

function idIn(field: string, value: unknown): RecordId {
  const id = idOf(value);
  if (id === undefined) throw new TypeError(`${field} must be a whole number or text, got ${shown(value)}`);
  return id;
}

function idsIn(field: string, value: unknown): RecordId[] | undefined {
  if (value === undefined || value === null) return undefined;
  if (!Array.isArray(value)) throw new TypeError(`${field} must be a list of ids, got ${shown(value)}`);
  return value.map((id, i) => idIn(`${field}[${i}]`, id));
}

function framesIn(value: unknown): CocoFrame[] | undefined {
  if (!Array.isArray(value)) return undefined; // a number or text of this name is a field of the image
  return value.map((frame: unknown, i) => {
    const field = `frames[${i}]`;
    const { file_name, page, category_id } = fieldsOf(frame) ?? {};
    const fileName = nameIn(`${field}.file_name`, file_name);
    if (fileName === undefined) throw new TypeError(`${field} must have a file_name, got ${shown(frame)}`);
    const number = numberIn(`${field}.page`, page);
    if (number !== undefined && !(Number.isInteger(number) && number >= 0)) {
      throw new TypeError(`${field}.page must be a whole number from 0, got ${shown(page)}`);
    }
    return {
      ...{ fileName, page: number },
      categoryId:
        category_id === undefined || category_id === null ? undefined : idIn(`${field}.category_id`, category_id),
    };
  });
}

function numberIn(field: string, value: unknown): number | undefined {
  if (value === undefined || value === null) return undefined;
  const number = numberOf(value);
  if (number === undefined) throw new TypeError(`${field} must be a number, got ${shown(value)}`);
  return number;
}

/** Pixels; 0, which some tools write, says nothing. */
function sideOf(field: string, value: unknown): number {
  return numberIn(field, value) ?? 0;
}

function flagIn(field: string, value: unknown): 0 | 1 {
  const flag = flagOf(value);
  if (flag === undefined) throw new TypeError(`${field} must be 0 or 1, got ${shown(value)}`);
  return flag;
}

function textIn(field: string, value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "string") throw new TypeError(`${field} must be text, got ${shown(value)}`);
  return value;
}

/** What is written in an object, where that stands beside the attributes: `utf8_string` of COCO-Text and the like. */
function textsIn(record: CocoRecord): CocoRecord | undefined {
  const texts = TEXT_ATTRIBUTES.filter((name) => typeof record[name] === "string").map((name) => [name, record[name]]);
  return texts.length > 0 ? (Object.fromEntries(texts) as CocoRecord) : undefined;
}

function attributesIn(value: unknown): CocoRecord | undefined {
  if (isEmpty(value) || value === "") return undefined;
  const fields = fieldsOf(value);
  if (!fields) throw new TypeError(`attributes must be an object, got ${shown(value)}`);
  return fields;
}

function boxIn(bbox: unknown, segmentation: unknown): Pick<CocoAnnotation, "box" | "boxArea" | "flaw"> {
  if (isEmpty(bbox)) return boxAroundOutline(segmentation);
  const box = isBox(bbox) || !Array.isArray(bbox) ? bbox : bbox.map((side) => numberOf(side) ?? (side as unknown));
  if (!isBox(box) || box[2] < 0 || box[3] < 0) throw new TypeError(describeBox(box));
  const [x, y, width, height] = box;
  return { box: [x, y, x + width, y + height], boxArea: width * height };
}

function boxAroundOutline(value: unknown): Pick<CocoAnnotation, "box" | "boxArea" | "flaw"> {
  if (isEmpty(value) || value === "")
    throw new TypeError("bbox is missing, and there is no segmentation whose box it could be");
  const { segmentation, flaw } = readSegmentation(value);
  if (!segmentation) {
    throw new TypeError(`bbox is missing, and the segmentation cannot be read: ${flaw ?? "it has no corners"}`);
  }
  const box = Array.isArray(segmentation) ? boxAround(segmentation) : maskBox(segmentation);
  const [x1, y1, x2, y2] = box;
  if (!isBox([x1, y1, x2 - x1, y2 - y1])) throw new TypeError("the segmentation has numbers that are too large");
  return { box, boxArea: (x2 - x1) * (y2 - y1), ...(flaw !== undefined && { flaw }) };
}

/** What an image is called: where that is an address, the path in it (`train2017/000000000139.jpg` of COCO's own). */
function nameIn(field: string, value: unknown): string | undefined {
  const name = textIn(field, value);
  if (name === undefined || name === "") return undefined;
  const path = /^[a-z][a-z\d+.-]+:\/\/[^/]*\/([^?#]+)/i.exec(name)?.[1];
  if (path === undefined) return name;
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
