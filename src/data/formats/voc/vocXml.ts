import { XMLParser } from "fast-xml-parser";
import { AnchorkitError } from "../../../base/errors.ts";
import type { LabelledObject } from "../../dataset.ts";
import { Warnings } from "../../warnings.ts";
import { boxOfCorners, type CornersContext } from "../corners.ts";
import type { Coordinates } from "../format.ts";
import { parseWith, unescapeXml } from "../xml.ts";

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
  /** File and number of the object, for messages. */
  where: string;
}

/** An element: its text, or its children by name; a child that is there several times is a list. */
type Element = string | { [name: string]: Element | Element[] };

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: "@",
  processEntities: false, // an entity can expand to gigabytes; unescapeXml replaces the five of XML itself
  parseTagValue: false,
  trimValues: false,
});

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/**
 * Reads the text of one annotation file. Tags may come in any order; unknown ones are passed over. Boxes become 0-based
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
  const objects = listOf(annotation.object).map((object, i) => {
    const where = `${name}: object ${i + 1}`;
    try {
      return parseObject(object, { convention, size, where, warnings });
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

function rootOf(text: string, name: string): Record<string, Element | Element[]> {
  const document = parseWith(parser, text, name, "annotation") as Record<string, Element>;
  const roots = Object.entries(document).filter(([tag]) => !/^[?#]/.test(tag));
  const [tag, root] = roots[0] ?? ["nothing", ""];
  if (tag !== "annotation" || Array.isArray(root)) {
    throw new AnchorkitError(`${name}: is no LabelImg or Pascal VOC file: holds <${tag}> instead of one <annotation>`);
  }
  return typeof root === "string" ? {} : root;
}

/** Files of the VOC devkit say "The VOC2007 Database" or the like. */
function isDevkit(annotation: Record<string, Element | Element[]>, name: string): boolean {
  const source = childOf(annotation, "source", name);
  if (source === undefined || typeof source === "string") return false;
  return ["database", "annotation"].some((tag) => /\bVOC ?\d{4}\b/i.test(textOf(source, tag, name) ?? ""));
}

function sizeOf(
  annotation: Record<string, Element | Element[]>,
  name: string,
): { width: number; height: number } | undefined {
  const size = childOf(annotation, "size", name);
  if (size === undefined || typeof size === "string") return undefined;
  const width = numberOf(size, "width", `${name}: size`) ?? 0;
  const height = numberOf(size, "height", `${name}: size`) ?? 0;
  return width > 0 && height > 0 ? { width, height } : undefined;
}

function parseObject(object: Element, context: CornersContext): VocObject {
  const { where } = context;
  if (typeof object === "string") throw new AnchorkitError(`${where}: is empty`);
  const name = textOf(object, "name", where);
  if (name === undefined || name.trim() === "") throw new AnchorkitError(`${where}: <name> is missing or empty`);
  const corners = childOf(object, "bndbox", where);
  if (corners === undefined || typeof corners === "string") throw new AnchorkitError(`${where}: <bndbox> is missing`);
  const pose = textOf(object, "pose", where)?.trim();
  return {
    name,
    where,
    box: boxOf(corners, context),
    ...(flagOf(object, "difficult", where) && { difficult: true }),
    ...(flagOf(object, "truncated", where) && { truncated: true }),
    ...(flagOf(object, "occluded", where) && { occluded: true }),
    ...(pose !== undefined && pose !== "" && pose !== "Unspecified" && { pose }),
  };
}

function boxOf(corners: Record<string, Element | Element[]>, context: CornersContext): VocObject["box"] {
  const corner = (tag: string): number => {
    const value = numberOf(corners, tag, context.where);
    if (value === undefined) throw new AnchorkitError(`${context.where}: <${tag}> is missing`);
    return value;
  };
  const written: VocObject["box"] = [corner("xmin"), corner("ymin"), corner("xmax"), corner("ymax")];
  return boxOfCorners(written, context);
}

function flagOf(object: Record<string, Element | Element[]>, tag: string, where: string): boolean {
  const text = textOf(object, tag, where)?.trim().toLowerCase() ?? "";
  if (["", "0", "false", "unspecified"].includes(text)) return false;
  if (["1", "true"].includes(text)) return true;
  throw new AnchorkitError(`${where}: <${tag}> must be 0 or 1, got "${text}"`);
}

function numberOf(parent: Record<string, Element | Element[]>, tag: string, where: string): number | undefined {
  const text = textOf(parent, tag, where)?.trim();
  if (text === undefined || text === "") return undefined;
  const value = NUMBER.test(text) ? Number(text) : NaN;
  if (!Number.isFinite(value)) throw new AnchorkitError(`${where}: <${tag}> must be a number, got "${text}"`);
  return value;
}

/** The text of a child or attribute, undefined where it is missing. */
function textOf(parent: Record<string, Element | Element[]>, tag: string, where: string): string | undefined {
  const child = childOf(parent, tag, where);
  const text = typeof child === "object" ? child["#text"] : child;
  return typeof text === "string" ? unescapeXml(text) : undefined;
}

function childOf(parent: Record<string, Element | Element[]>, tag: string, where: string): Element | undefined {
  const child = parent[tag];
  if (Array.isArray(child)) throw new AnchorkitError(`${where}: <${tag}> is there ${child.length} times`);
  return child;
}

function listOf(child: Element | Element[] | undefined): Element[] {
  return child === undefined ? [] : Array.isArray(child) ? child : [child];
}
