import { join } from "node:path";
import { writeFileAtomic } from "../../../base/files.ts";
import type { Dataset, ImageRecord, LabelledObject } from "../../dataset.ts";
import { exportImages } from "../exportImages.ts";
import { shownPath } from "../../files.ts";
import { Warnings } from "../../warnings.ts";
import { brushFromMask } from "./brushRle.ts";
import type { WriteOptions, WriteResult } from "../format.ts";
import { joinPolygons } from "../shapes.ts";
import { xmlElement, xmlText } from "../xml.ts";

/**
 * Writes a data set for Label Studio: `tasks.json` to import, `labeling_config.xml` to set the project up with, and
 * `images/`, which Label Studio serves as local files when this folder is its document root. Attributes are texts of
 * their region; split and fields are data of the task. A polygon has one part: those of an object in several are joined
 * by bridges without area.
 */
export async function writeLabelStudio(
  dataset: Dataset,
  folder: string,
  options: WriteOptions = {},
): Promise<WriteResult> {
  const warnings = new Warnings();
  const { images, classes } = dataset;
  const { exported, placed } = await exportImages(images, join(folder, "images"), warnings, options);
  const tasks = exported.map(({ image, name }) => JSON.stringify(taskOf(image, name, classes, warnings)));
  const path = join(folder, "tasks.json");
  await writeFileAtomic(path, `[\n${tasks.join(",\n")}\n]\n`);
  await writeFileAtomic(join(folder, "labeling_config.xml"), configOf(dataset));
  return { path, images: placed, warnings: warnings.lines() };
}

/** The controls of the labeling configuration, by what they draw. */
const CONTROLS = [
  { type: "rectanglelabels", from_name: "box", tag: "RectangleLabels" },
  { type: "polygonlabels", from_name: "polygon", tag: "PolygonLabels" },
  { type: "brushlabels", from_name: "brush", tag: "BrushLabels" },
] as const;

function taskOf(image: ImageRecord, name: string, classes: readonly string[], warnings: Warnings): object {
  const { id, split, objects, fields = {} } = image;
  const { image: clash, ...others } = fields;
  if (clash !== undefined) {
    warnings.add('fields called "image", as the image is, renamed with an underscore', shownPath(image.file));
  }
  const data = {
    image: `/data/local-files/?d=images/${encodeURIComponent(name)}`,
    ...(split && { split }),
    ...others,
    ...(clash !== undefined && { image_: clash }),
  };
  const result = objects.flatMap((object, i) => resultsOf(object, `${id}-${i + 1}`, image, classes));
  return { id, data, annotations: [{ result, was_cancelled: false, ground_truth: false }], predictions: [] };
}

/** A region: its outline with its label, then a text for each attribute. */
function resultsOf(
  object: LabelledObject,
  id: string,
  { width, height }: ImageRecord,
  classes: readonly string[],
): object[] {
  const { box, segmentation, score, attributes = {} } = object;
  const { type, from_name } = CONTROLS[!segmentation ? 0 : Array.isArray(segmentation) ? 1 : 2];
  const common = { id, to_name: "image", original_width: width, original_height: height, image_rotation: 0 };
  const shape = Array.isArray(segmentation)
    ? { points: percentages(joinPolygons(segmentation), width, height), closed: true }
    : segmentation
      ? { format: "rle", rle: brushFromMask(segmentation) }
      : rectangle(box, width, height);
  const region = {
    ...{ ...common, type, from_name, value: { ...shape, [type]: [classes[object.class] ?? ""] } },
    ...(score !== undefined && { score }),
  };
  const texts = Object.entries(attributes).map(([name, value]) => ({
    ...{ ...common, type: "textarea", from_name: name },
    value: { ...(type === "brushlabels" ? {} : shape), text: [String(value)] },
  }));
  return [region, ...texts];
}

function rectangle([x1, y1, x2, y2]: LabelledObject["box"], width: number, height: number): object {
  const [x, y] = [(100 * x1) / width, (100 * y1) / height];
  return { x, y, width: (100 * (x2 - x1)) / width, height: (100 * (y2 - y1)) / height, rotation: 0 };
}

function percentages(polygon: readonly number[], width: number, height: number): number[][] {
  return polygon.flatMap((x, i) => (i % 2 === 0 ? [[(100 * x) / width, (100 * (polygon[i + 1] ?? 0)) / height]] : []));
}

/** The labeling configuration: a control for each kind of outline that there is, and one for each attribute. */
function configOf({ images, classes }: Dataset): string {
  const objects = images.flatMap((image) => image.objects);
  const clean = (text: string) => xmlText(text, new Warnings());
  const isUsed = [
    true,
    objects.some(({ segmentation }) => Array.isArray(segmentation)),
    objects.some(({ segmentation }) => segmentation !== undefined && !Array.isArray(segmentation)),
  ];
  const labels = classes.map((name) => `\n    ${xmlElement("Label", { value: clean(name) })}`).join("");
  const drawn = CONTROLS.filter((_, i) => isUsed[i]).map(({ tag, from_name }) =>
    xmlElement(tag, { name: from_name, toName: "image" }, `${labels}\n  `),
  );
  const attributes = new Set(objects.flatMap((object) => Object.keys(object.attributes ?? {})));
  const texts = [...attributes].map((name) =>
    xmlElement("TextArea", { name: clean(name), toName: "image", perRegion: "true" }),
  );
  const controls = [xmlElement("Image", { name: "image", value: "$image" }), ...drawn, ...texts];
  return `${xmlElement("View", {}, `${controls.map((control) => `\n  ${control}`).join("")}\n`)}\n`;
}
