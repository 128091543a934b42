import { basename } from "node:path";
import { AnchorkitError } from "../../../base/errors.ts";
import { isImageName, readText, shownPath, stemOf } from "../../files.ts";
import { folded } from "../../finding/imageName.ts";
import { mapWithWarnings } from "../../parallel.ts";
import type { Place } from "../../place.ts";
import { placeLabels } from "../../placing/placeLabels.ts";
import type { LabelFormat, Likeness, ReadOptions, ReadResult } from "../format.ts";
import type { FoundImage } from "../../placing/found.ts";
import { writeYolo } from "./writeYolo.ts";
import { type YoloLine, parseYoloLine, yoloObject } from "./yoloLine.ts";
import { isClassList, type YoloSet } from "./yoloClassList.ts";
import { labelFilesOf } from "./yoloLabelFiles.ts";
import { isDataYaml, isYaml, looksLikeDataYaml, readYoloSet } from "./yoloSet.ts";
import { warningsOf, type Warnings } from "../../warnings.ts";

const MAX_LABEL_BYTES = 16_000_000;

const LABEL_LINE = /^\d+(?: -?[\d.]+(?:e-\d+)?){4,}\s*(?:\n|$)/i;

/** Ultralytics' data.yaml, or LabelImg's classes.txt, with a text file of labels for each image. */
export const yolo: LabelFormat = {
  id: "yolo",
  title: "YOLO",
  holds: ["split", "segmentation"],
  recognizes,
  read,
  write: writeYolo,
};

async function recognizes({ kind, files, head }: Place): Promise<Likeness> {
  const yamls = files.filter(isYaml);
  if (kind === "file") return yamls.length > 0 || files.some(isClassList) ? "likely" : "no";
  if (yamls.some(isDataYaml)) return "sure";
  const heads = await Promise.all(yamls.slice(0, 20).map(head));
  if (heads.some(looksLikeDataYaml)) return "likely";
  const images = new Set(files.filter(isImageName).flatMap((file) => [folded(basename(file)), folded(stemOf(file))]));
  const texts = files.filter((file) => /\.txt$/i.test(file) && !isClassList(file));
  const named = texts.filter((file) => images.has(folded(stemOf(file))));
  const hasClasses = files.some(isClassList);
  if (hasClasses && named.length > 0) return "likely";
  // Labels whose images lie next to their folder; or without the list of classes, for which `read` asks.
  const labels = await Promise.all((images.size > 0 ? named : texts).slice(0, 20).map(head));
  if (!labels.some((text) => LABEL_LINE.test(text))) return "no";
  return hasClasses ? "likely" : "maybe";
}

/**
 * Reads a data set of Ultralytics (data.yaml) or LabelImg (classes.txt beside or above the labels). The labels of
 * `images/a.jpg` are in `labels/a.txt`, or beside it; of a data set of LabelImg, in any folder, as people may save them.
 * A line is `class cx cy width height` in fractions of the image, a
 * score may follow; or `class x1 y1 x2 y2 x3 y3 …`, a polygon. An image without labels, or with an empty file, is a
 * background.
 *
 * Lines of four corners may be polygons or oriented boxes. They are polygons where the YAML says `task: segment`, or
 * where other lines of the data set are no four corners.
 *
 * @throws AnchorkitError naming file and line; and for oriented boxes
 */
export async function read(path: string, options: ReadOptions = {}): Promise<ReadResult> {
  const warnings = warningsOf(options);
  const set = await readYoloSet(path, options.images, warnings);
  const { classes, images, keypoints } = set;
  const files = images.map(({ file }) => file);
  const labelFiles = await labelFilesOf(files, set.labels ?? [], options.images === undefined, warnings);
  const labelled = await mapWithWarnings(images, 16, warnings, async (image, i, own) => {
    const found = labelFiles[i];
    if (!found) return undefined;
    const { file: labels } = found;
    if (labels !== undefined) {
      const read = () => readLabels(labels, classes, keypoints, own);
      const lines = await own.attempt(read, undefined, "unreadable-labels", shownPath(labels));
      return lines && { ...image, lines }; // without its lines, it is not known what it shows
    }
    const what = "images without a label file, taken as backgrounds without objects";
    own.add(what, shownPath(image.file), { rule: "image-without-labels" });
    return { ...image, lines: [] };
  });
  const read = labelled.filter((image) => image !== undefined);
  refuseOriented(
    read.flatMap(({ lines }) => lines),
    set,
  );
  if (keypoints > 0) warnings.add("data sets of keypoints, read as the boxes alone", set.name);
  const found = read.map(({ file, split, lines }, i): FoundImage => {
    const objects = lines.map((line) => yoloObject(line, keypoints));
    return { id: i + 1, file, where: shownPath(file), ...(split && { split }), frame: "fraction", objects };
  });
  const dataset = await placeLabels(found, { classes }, warnings);
  return { dataset, warnings: warnings.lines(), source: `YOLO ${set.name}` };
}

async function readLabels(
  path: string,
  classes: readonly string[],
  keypoints: number,
  warnings: Warnings,
): Promise<YoloLine[]> {
  const text = await readText(path, MAX_LABEL_BYTES, { allowEmpty: true, warnings });
  const lines: YoloLine[] = [];
  for (const [i, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === "") continue;
    const where = `${shownPath(path)}: line ${i + 1}`;
    try {
      lines.push(parseYoloLine(line, classes, keypoints, where));
    } catch (error) {
      warnings.fail(error, "bad-object", where);
    }
  }
  return lines;
}

/** Throws where the YAML or every line says that the boxes are oriented: they are not the boxes around them. */
function refuseOriented(lines: readonly YoloLine[], { task, keypoints, name }: YoloSet): void {
  const first = lines[0];
  if (!first || (task !== undefined && task !== "obb")) return;
  if (task === undefined && keypoints > 0) return; // eight numbers are a box and its keypoints
  if (task === undefined && lines.some(({ numbers }) => numbers.length !== 8)) return;
  const why = task === undefined ? `every line is a class and four corners (first: ${first.where})` : "task: obb";
  const fix = task === undefined ? '; if they are polygons, write "task: segment" into data.yaml' : "";
  throw new AnchorkitError(`${name}: holds oriented boxes, which are not supported: ${why}${fix}`);
}
