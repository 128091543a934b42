import { join } from "node:path";
import type { DetectedFile } from "../../../base/detectedImage.ts";
import type { OutputFolder } from "../../../base/output/outputFolder.ts";
import { countOf } from "../../../base/words.ts";
import type { Detector, DetectorOptions } from "../../../detection/detector.ts";
import type { DecodeOptions, Reading } from "../../../sequence/reading/decode.ts";
import { printJson } from "../../options.ts";
import type { ImageFile } from "../imageFiles.ts";
import { overviewLine, writeOverview } from "../overview.ts";
import { OVERVIEW, PREDICTIONS } from "../pictureNames.ts";
import { type BrokenFile, predictAll } from "../predictAll.ts";
import { openReader } from "../reading/openReader.ts";
import { askedThresholds, type Thresholds, thresholdsLine } from "../thresholds.ts";
import { writePictures } from "../writePictures.ts";

interface Flags extends DetectorOptions {
  weights: string;
  out: string;
  read?: string;
  score?: number;
  thresholds?: Thresholds;
  images: boolean;
  names: boolean;
  json?: true;
}

/** What is looked at, where to write, and how a reader decodes. */
interface Work {
  files: readonly ImageFile[];
  output: OutputFolder;
  names: readonly string[];
  /** The pictures of the images. */
  pictures: readonly string[];
  decoding: DecodeOptions;
}

type Found = DetectedFile & { id: number; fileName: string };

/** Finds objects in each image, and reads their texts where `read` names a reader: COCO results, pictures, an overview. */
export async function predictObjects(
  detector: Detector,
  { files, output, names, pictures, decoding }: Work,
  flags: Flags,
): Promise<number> {
  const { out, json, weights } = flags;
  const thresholds = askedThresholds(detector.description, weights, flags);
  const reader = flags.read === undefined ? undefined : await openReader(flags.read, flags);
  const started = performance.now();
  const read = reader && ((file: string, boxes: Float32Array) => reader.readBoxes(file, boxesOf(boxes), decoding));
  const { found, broken } = await findObjects(detector, files, thresholds.scores, read);
  reader?.dispose();
  const seconds = (performance.now() - started) / 1000;

  const { writeCocoResults } = await import("../../../data/formats/coco/writeCocoResults.ts");
  const predictions = join(out, PREDICTIONS);
  const { classes, categoryIds } = detector;
  const sheet = await output.write(async () => {
    await writeCocoResults(predictions, found, categoryIds, classes);
    return flags.images ? drawAll(found, classes, pictures, flags) : undefined;
  }, names);

  const objects = found.reduce((sum, { detections }) => sum + detections.scores.length, 0);
  const imagesPerSecond = files.length / seconds;
  if (json) {
    const images = found.map(({ id, file, fileName, size }) => ({ id, file, file_name: fileName, ...size }));
    const categories = classes.map((name, k) => ({ id: categoryIds[k], name }));
    const used = { chosen: thresholds.words, scores: thresholds.scores };
    const summary = { objects, broken, seconds, imagesPerSecond };
    printJson({ predictions, sheet, classes, categories, thresholds: used, images, ...summary });
  } else {
    const rate = `${imagesPerSecond.toFixed(1)} images/s (decoding included, drawing not)`;
    const what = `${countOf(objects, "object")} in ${countOf(found.length, "image")}`;
    const lines = [`${what}, ${rate}`, thresholdsLine(thresholds, classes), `detections: ${predictions}`];
    if (sheet !== undefined) {
      lines.push(`pictures: ${out}`, overviewLine(sheet, found.length));
    }
    process.stdout.write(`${lines.join("\n")}\n`);
  }
  return broken.length;
}

async function findObjects(
  detector: Detector,
  files: readonly ImageFile[],
  scoreThreshold: readonly number[],
  read?: (file: string, boxes: Float32Array) => Promise<Reading[]>,
): Promise<{ found: Found[]; broken: BrokenFile[] }> {
  const found: Found[] = [];
  const predictions = detector.predictFiles(
    files.map(({ file }) => file),
    { scoreThreshold },
  );
  const broken = await predictAll(predictions, files, {
    doing: read ? "detecting and reading" : "detecting",
    async each({ detections, ...prediction }, { name }, id) {
      const readings = await read?.(prediction.file, detections.boxes);
      found.push({ ...prediction, detections: { ...detections, ...(readings && { readings }) }, id, fileName: name });
    },
  });
  return { found, broken };
}

/** Four numbers each. */
function boxesOf(boxes: Float32Array): [number, number, number, number][] {
  return Array.from({ length: boxes.length / 4 }, (_, i) => {
    const [x1 = 0, y1 = 0, x2 = 0, y2 = 0] = boxes.subarray(4 * i, 4 * i + 4);
    return [x1, y1, x2, y2];
  });
}

/** Draws each image, and an overview of the first ones; answers the overview's path. */
async function drawAll(
  found: readonly Found[],
  classes: readonly string[],
  pictures: readonly string[],
  { out, names }: Flags,
): Promise<string | undefined> {
  if (found.length === 0) return undefined;
  const { drawDetections } = await import("../../../report/drawDetections.ts");
  const drawings = found.map(({ id, file, fileName, detections }) => ({
    ...{ name: fileName, picture: pictures[id - 1] ?? fileName },
    draw: () => drawDetections(file, detections, classes, { scoreThreshold: 0, names }),
  }));
  await writePictures(out, drawings);
  const images = found.map(({ file, fileName, detections }) => ({ image: file, title: fileName, detections }));
  const sheet = join(out, OVERVIEW);
  await writeOverview(sheet, images, classes, { scoreThreshold: 0, names });
  return sheet;
}
