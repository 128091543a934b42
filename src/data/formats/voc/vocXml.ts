import { XMLParser } from "fast-xml-parser";
import { AnchorkitError } from "../../../base/errors.ts";
import type { LabelledObject } from "../../dataset.ts";
import { Warnings } from "../../warnings.ts";
import { boxOfCorners, type CornersContext } from "../corners.ts";
import type { Coordinates } from "../format.ts";
import { parseWith } from "../xml.ts";
import { boxAround } from "../shapes.ts";
import { childOf, type Element, type ElementMap, listOf, numberOf, textOf } from "./vocElement.ts";
import { insteadOfBox, insteadOfCorners, lookalikeIn, polygonIn } from "./vocShapes.ts";

/** One XML file of LabelImg or Pascal VOC. */
export interface VocAnnotation {
  /** As the file says: often with the name of a folder of another machine, without extension, or out of date. */
  filename: string;
  /** Undefined where missing or 0. */
  size?: { width: number; height: number };
  verified: boolean;
  objects: VocObject[];
}

export interface VocObject extends Omit<LabelledObject, "class"> {
  name: string;
  /** Its place in the file, from 1. */
  number: number;
  /** File and number of the object, for messages. */
  where: string;
}

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: "@",
  processEntities: false, // an entity can expand to gigabytes; unescapeXml replaces the five of XML itself
  parseTagValue: false,
  trimValues: false,
  removeNSPrefix: true,
  transformTagName: (tag) => tag.toLowerCase(),
});

/** Tags that tools look for as they are. */
const TAGS = new Set(["annotation", "object", "name", "bndbox", "xmin", "ymin", "xmax", "ymax", "filename", "size"]);

/**
 * Reads the text of one annotation file. Tags may come in any order and letter case; unknown ones are passed over. Objects
 * may lie in an <objects>; elements elsewhere that look like objects are warned of. An object without a <bndbox> that has
 * a polygon (Labelbox's, LabelMe's of MIT) gets the box around it; one that LabelMe marks as deleted is left out. Boxes become 0-based
 * with x2 and y2 exclusive, in pixels of the image that was labelled; class names are kept as they are.
 *
 * @param name the file's name for messages
 * @param warnings with an observer, an object that is wrong is left out, and corners in the wrong order are put in order
 * @throws AnchorkitError for text that is no well-formed XML, has a DOCTYPE, or is no annotation, and for an object
 * without name or box, with a number that is none, or with corners in the wrong order.
 */
export function parseVocXml(
  text: string,
  name: string,
  coordinates?: Coordinates,
  warnings: Warnings = new Warnings(),
): VocAnnotation {
  const annotation = rootOf(text, name);
  const convention = coordinates ?? (isDevkit(annotation, name) ? "voc" : "labelimg");
  const size = sizeOf(annotation, name);
  if (!size) warnings.note("size-missing", name, { change: { before: "", after: "the image's own" } });
  const objects = objectsIn(annotation, text, name, warnings).map((object, i) => {
    const where = `${name}: object ${i + 1}`;
    try {
      const parsed = parseObject(object, { convention, size, where, warnings });
      return parsed && { ...parsed, number: i + 1 };
    } catch (error) {
      warnings.fail(error, "bad-object", where);
      return undefined;
    }
  });
  return {
    filename: textOf(annotation, "filename", name) ?? "",
    ...(size && { size }),
    verified: textOf(annotation, "@verified", name) === "yes",
    objects: objects.filter((object) => object !== undefined),
  };
}

/** The elements that are objects, and notes on those that are not where they should be. */
function objectsIn(annotation: ElementMap, text: string, name: string, warnings: Warnings): Element[] {
  const inside = listOf(annotation.objects).flatMap((list) => (typeof list === "string" ? [] : listOf(list.object)));
  const objects = [...listOf(annotation.object), ...inside];
  if (hasOtherCase(text)) warnings.add("XML files with tags in another letter case, read all the same", name);
  if (inside.length > 0) warnings.add("XML files whose objects lie in <objects>, read all the same", name);
  const lookalike = objects.length > 0 ? undefined : lookalikeIn(annotation);
  if (lookalike !== undefined) {
    const what = "XML files with elements that look like objects, of which none is read: only <object> is";
    warnings.add(what, name, { rule: "unread-elements", detail: ` (${lookalike})` });
  }
  return objects;
}

function hasOtherCase(text: string): boolean {
  const tags = text.replaceAll(/<!--[^]*?-->/g, "").matchAll(/<([a-z]*[A-Z][a-zA-Z]*)[\s/>]/g);
  return [...tags].some(([, tag = ""]) => TAGS.has(tag.toLowerCase()));
}

function rootOf(text: string, name: string): ElementMap {
  const document = parseWith(parser, text, name, "annotation") as Record<string, Element>;
  const roots = Object.entries(document).filter(([tag]) => !/^[?#]/.test(tag));
  const [tag, root] = roots[0] ?? ["nothing", ""];
  if (tag !== "annotation" || Array.isArray(root)) {
    throw new AnchorkitError(`${name}: is no LabelImg or Pascal VOC file: holds <${tag}> instead of one <annotation>`);
  }
  return typeof root === "string" ? {} : root;
}

/** Files of the VOC devkit say "The VOC2007 Database" or the like. */
function isDevkit(annotation: ElementMap, name: string): boolean {
  const source = childOf(annotation, "source", name);
  if (source === undefined || typeof source === "string") return false;
  return ["database", "annotation"].some((tag) => /\bVOC ?\d{4}\b/i.test(textOf(source, tag, name) ?? ""));
}

function sizeOf(annotation: ElementMap, name: string): { width: number; height: number } | undefined {
  const size = childOf(annotation, "size", name) ?? childOf(annotation, "imagesize", name); // LabelMe's of MIT
  if (size === undefined || typeof size === "string") return undefined;
  const width = numberOf(size, "width", `${name}: size`) ?? numberOf(size, "ncols", `${name}: size`) ?? 0;
  const height = numberOf(size, "height", `${name}: size`) ?? numberOf(size, "nrows", `${name}: size`) ?? 0;
  return width > 0 && height > 0 ? { width, height } : undefined;
}

function parseObject(object: Element, context: CornersContext): Omit<VocObject, "number"> | undefined {
  const { where, warnings } = context;
  if (typeof object === "string") throw new AnchorkitError(`${where}: is empty`);
  if (flagOf(object, "deleted", where)) {
    warnings.add("objects that are marked as deleted, left out", where);
    return undefined;
  }
  const name = textOf(object, "name", where);
  if (name === undefined || name.trim() === "") throw new AnchorkitError(`${where}: <name> is missing or empty`);
  const outline = outlineOf(object, context);
  if (!outline) return undefined;
  const pose = textOf(object, "pose", where)?.trim();
  return {
    name,
    where,
    ...outline,
    ...(flagOf(object, "difficult", where) && { difficult: true }),
    ...(flagOf(object, "truncated", where) && { truncated: true }),
    ...(flagOf(object, "occluded", where) && { occluded: true }),
    ...(pose !== undefined && pose !== "" && pose !== "Unspecified" && { pose }),
  };
}

/** The box, or that around the polygon; undefined where that has no area. */
function outlineOf(object: ElementMap, context: CornersContext): Pick<VocObject, "box" | "segmentation"> | undefined {
  const { where, warnings } = context;
  const corners = childOf(object, "bndbox", where);
  if (corners !== undefined && typeof corners !== "string") return { box: boxOf(corners, context) };
  const polygon = polygonIn(object, where);
  if (polygon === undefined) throw new AnchorkitError(`${where}: <bndbox> is missing${insteadOfBox(object)}`);
  if (polygon.length < 6) {
    warnings.add("polygons of less than three corners, left out", where);
    return undefined;
  }
  warnings.add("objects with a polygon and no <bndbox>, read with the box around it", where);
  return { box: boxAround([polygon]), segmentation: [polygon] };
}

function boxOf(corners: ElementMap, context: CornersContext): VocObject["box"] {
  const corner = (tag: string): number => {
    const value = numberOf(corners, tag, context.where);
    if (value === undefined)
      throw new AnchorkitError(`${context.where}: <${tag}> is missing${insteadOfCorners(corners)}`);
    return value;
  };
  const written: VocObject["box"] = [corner("xmin"), corner("ymin"), corner("xmax"), corner("ymax")];
  return boxOfCorners(written, context);
}

function flagOf(object: ElementMap, tag: string, where: string): boolean {
  const text = textOf(object, tag, where)?.trim().toLowerCase() ?? "";
  if (["", "0", "false", "no", "unspecified"].includes(text)) return false;
  if (["1", "true", "yes"].includes(text)) return true;
  throw new AnchorkitError(`${where}: <${tag}> must be 0 or 1, got "${text}"`);
}
