import { join } from "node:path";
import { AnchorkitError } from "../../../base/errors.ts";
import { writeFileAtomic } from "../../../base/files.ts";
import { decodeMask } from "../../../geometry/masks/encodeMask.ts";
import { maskBox } from "../../../geometry/masks/maskExtent.ts";
import type { Rle } from "../../../geometry/masks/rle.ts";
import type { Dataset, ImageRecord, LabelledObject } from "../../dataset.ts";
import { exportImages } from "../exportImages.ts";
import { Warnings } from "../../warnings.ts";
import { MARKS } from "./cvatShapes.ts";
import type { WriteOptions, WriteResult } from "../format.ts";
import { escapeXml, xmlElement, xmlText } from "../xml.ts";

/** Attributes that CVAT keeps as such of the shape itself. */
const OF_SHAPE = ["z_order", "group_id", "source"];

/**
 * Writes a data set as CVAT exports a task "for images 1.1", or a project where there are splits, with a task and subset
 * for each: `annotations.xml` and `images/`. Several polygons of one object share a group; marks and pose are attributes, which the labels list.
 */
export async function writeCvat(dataset: Dataset, folder: string, options: WriteOptions = {}): Promise<WriteResult> {
  const warnings = new Warnings();
  const { images } = dataset;
  const classes = dataset.classes.map((name) => {
    const text = xmlText(name, warnings);
    if (text.trim() !== "") return text;
    throw new AnchorkitError(`class ${JSON.stringify(name)}: XML cannot hold its name; rename it`);
  });
  const { exported, placed } = await exportImages(images, join(folder, "images"), warnings, options);
  const subsets = subsetsOf(images);
  const records = exported.map(({ image, name }, i) => imageXml(image, i, name, { classes, subsets }, warnings));
  const lines = [
    '<?xml version="1.0" encoding="utf-8"?>\n<annotations>',
    xmlElement("version", {}, "1.1"),
    metaXml(dataset, classes),
    ...records,
    "</annotations>\n",
  ];
  await writeFileAtomic(join(folder, "annotations.xml"), lines.join("\n"));
  return { path: folder, images: placed, warnings: warnings.lines() };
}

function metaXml({ images }: Dataset, classes: readonly string[]): string {
  const names = classes.map(() => new Set<string>());
  for (const object of images.flatMap(({ objects }) => objects)) {
    for (const name of attributesOf(object, new Warnings()).keys()) names[object.class]?.add(name);
  }
  const leaf = (tag: string, text: string) => xmlElement(tag, {}, escapeXml(text));
  const labels = classes.map((name, id) => {
    const attributes = [...(names[id] ?? [])].map((attribute) => {
      const type = MARKS.some((mark) => mark === attribute) ? "checkbox" : "text";
      const initial = type === "checkbox" ? leaf("default_value", "false") + leaf("values", "false") : "";
      return xmlElement(
        "attribute",
        {},
        leaf("name", attribute) + leaf("mutable", "False") + leaf("input_type", type) + initial,
      );
    });
    return `${xmlElement("label", {}, leaf("name", name) + leaf("type", "any") + xmlElement("attributes", {}, attributes.join("")))}\n`;
  });
  const list = xmlElement("labels", {}, `\n${labels.join("")}`);
  const taskOf = (name: string, count: number, more: string) =>
    xmlElement("task", {}, `${leaf("name", name)}${leaf("size", String(count))}${leaf("mode", "annotation")}${more}`);
  const subsets = subsetsOf(images);
  if (subsets.length === 0) return xmlElement("meta", {}, taskOf("anchorkit", images.length, list));
  const tasks = subsets.map((subset, i) => {
    const count = images.filter((image) => subsetOf(image) === subset).length;
    return taskOf(subset, count, leaf("id", String(i + 1)) + leaf("subset", subset));
  });
  const all = xmlElement("tasks", {}, tasks.join("")) + list + xmlElement("subsets", {}, subsets.join("\n"));
  return xmlElement("meta", {}, xmlElement("project", {}, leaf("name", "anchorkit") + all));
}

/** The subsets of a project; none where no image is in a split: a task has no subsets. */
function subsetsOf(images: readonly ImageRecord[]): string[] {
  return images.some(({ split }) => split !== undefined) ? [...new Set(images.map(subsetOf))] : [];
}

function subsetOf({ split }: ImageRecord): string {
  return split ?? "default";
}

function imageXml(
  image: ImageRecord,
  id: number,
  name: string,
  { classes, subsets }: { classes: readonly string[]; subsets: readonly string[] },
  warnings: Warnings,
): string {
  const { width, height, objects, labels = [] } = image;
  const tags = labels.map((label) => xmlElement("tag", { label: classes[label] ?? "", source: "manual" }));
  const groups = objects.map(({ attributes }) => attributes?.group_id).filter((group) => typeof group === "number");
  let lastGroup = groups.reduce((largest, group) => Math.max(largest, group), 0);
  const shapes = objects.flatMap((object) => {
    const { segmentation, attributes = {}, occluded } = object;
    const inParts = Array.isArray(segmentation) && segmentation.length > 1;
    const own = typeof attributes.group_id === "number" ? attributes.group_id : undefined;
    const inside = [...attributesOf(object, warnings)].map(([key, text]) =>
      xmlElement("attribute", { name: key }, escapeXml(text)),
    );
    const said = {
      ...{ label: classes[object.class] ?? "", source: textOf(attributes.source, warnings) ?? "manual" },
      occluded: occluded ? 1 : 0,
    };
    const layer = {
      z_order: textOf(attributes.z_order, warnings) ?? "0",
      group_id: own ?? (inParts ? ++lastGroup : undefined),
    };
    return outlinesOf(object).map(({ tag, ...outline }) =>
      xmlElement(tag, { ...said, ...outline, ...layer }, inside.join("")),
    );
  });
  const content = [...tags, ...shapes].map((shape) => `\n  ${shape}`).join("");
  const task = subsets.indexOf(subsetOf(image)) + 1;
  const place = task > 0 ? { subset: subsetOf(image), task_id: task } : {};
  return xmlElement("image", { id, name, ...place, width, height }, `${content}\n`);
}

function outlinesOf({ box, segmentation }: LabelledObject): { tag: string; [attribute: string]: string | number }[] {
  if (Array.isArray(segmentation)) return segmentation.map((polygon) => ({ tag: "polygon", points: pairs(polygon) }));
  const [left, top, right, bottom] = segmentation ? maskBox(segmentation) : [0, 0, 0, 0];
  if (!segmentation || left >= right) return [{ tag: "box", xtl: box[0], ytl: box[1], xbr: box[2], ybr: box[3] }];
  const [width, height] = [right - left, bottom - top];
  return [{ tag: "mask", rle: runsOf(segmentation, [left, top, right, bottom]), left, top, width, height }];
}

/** The lengths of runs of a mask, row after row of a box, so many pixels outside first. */
function runsOf(mask: Rle, [x1, y1, x2, y2]: LabelledObject["box"]): string {
  const pixels = decodeMask(mask);
  const runs = [0];
  for (let y = y1; y < y2; y++) {
    for (let x = x1; x < x2; x++) {
      if (pixels[y * mask.width + x] !== (runs.length + 1) % 2) runs.push(0);
      runs[runs.length - 1] = (runs.at(-1) ?? 0) + 1;
    }
  }
  return runs.join(", ");
}

/** The attributes that are elements of their own, as text. */
function attributesOf({ pose, attributes = {}, ...object }: LabelledObject, warnings: Warnings): Map<string, string> {
  const texts = new Map<string, string>();
  for (const mark of MARKS) if (object[mark] && mark !== "occluded") texts.set(mark, "true");
  if (pose !== undefined) texts.set("pose", xmlText(pose, warnings));
  for (const [name, value] of Object.entries(attributes)) {
    const isOwn = OF_SHAPE.includes(name) && (name !== "group_id" || typeof value === "number");
    if (!isOwn) texts.set(xmlText(name, warnings), xmlText(String(value), warnings));
  }
  return texts;
}

function textOf(value: string | number | boolean | undefined, warnings: Warnings): string | undefined {
  return value === undefined ? undefined : xmlText(String(value), warnings);
}

function pairs(polygon: readonly number[]): string {
  return polygon.flatMap((x, i) => (i % 2 === 0 ? [`${x},${polygon[i + 1] ?? 0}`] : [])).join(";");
}
