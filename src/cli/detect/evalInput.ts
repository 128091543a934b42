import { basename } from "node:path";
import { UsageError } from "../../base/errors.ts";
import type { SplitName } from "../../data/dataset.ts";
import type { BoxLayout } from "../../data/comparison/boxLayout.ts";
import type { CocoTruth, ComparedImage } from "../../data/comparison/comparedImage.ts";
import type { DetectorOptions } from "../../detection/detector.ts";
import type { EvaluationImage } from "../../metrics/detection/evaluationImage.ts";
import { type DataFlags, printWarnings } from "../dataset.ts";
import {
  chooseAndKeep,
  type EvalThresholds,
  keptThresholds,
  requireChoosable,
  type ScoreThresholds,
  sharedThreshold,
} from "./thresholds.ts";
import { measuredData } from "./measuredData.ts";

/** Where truth and detections come from. */
export interface InputFlags extends Partial<DataFlags>, DetectorOptions {
  split: SplitName | "all";
  weights?: string;
  truth?: string;
  predictions?: string;
  against?: string;
  rules: "coco" | "voc";
  report?: string;
  masks?: true;
  maxDetections: number;
  difficult?: "count" | "ignore";
  boxes?: BoxLayout;
  match?: "id" | "file-name";
  thresholds?: EvalThresholds;
}

/** What is measured: labelled images with what was found in them. */
export interface EvaluationInput {
  title: string;
  classes: readonly string[];
  images: readonly EvaluationImage[];
  /** The same images with what another model found. */
  against?: { name: string; images: readonly EvaluationImage[] };
  warnings: readonly string[];
  /** At which the detections are counted, beside AP. */
  thresholds?: ScoreThresholds;
}

/** Reads two files, or runs a detector; says on stderr what it found. */
export async function readEvaluation(flags: InputFlags): Promise<EvaluationInput> {
  return usesFiles(flags) ? readFiles(flags) : runDetector(flags);
}

function usesFiles({ truth, predictions, against, data, weights }: InputFlags): boolean {
  const files = truth !== undefined || predictions !== undefined;
  if (files && (data !== undefined || weights !== undefined)) {
    throw new UsageError("--truth and --predictions compare two files, without --data and --weights");
  }
  if (against !== undefined && !files) {
    throw new UsageError("--against compares two prediction files: it needs --truth and --predictions");
  }
  return files;
}

async function readFiles(flags: InputFlags): Promise<EvaluationInput> {
  const { predictions, against, boxes, match, rules } = flags;
  if (flags.truth === undefined || predictions === undefined) {
    throw new UsageError(flags.truth === undefined ? "--predictions needs --truth" : "--truth needs --predictions");
  }
  const { readCocoTruth } = await import("../../data/formats/coco/cocoTruth.ts");
  const { readCocoResults } = await import("../../data/formats/coco/cocoResults.ts");
  const masks = flags.masks ?? false;
  const maxDetections = rules === "voc" ? Infinity : flags.maxDetections; // VOC looks at all of them
  const difficult = flags.difficult ?? (rules === "voc" ? "ignore" : "count");
  const truth = await readCocoTruth(flags.truth, { masks, ...(flags.orphans && { orphans: flags.orphans }) });
  const read = async (file: string): Promise<{ images: EvaluationImage[]; warnings: string[] }> => {
    const options = { masks, maxDetections, ...(boxes && { boxes }), ...(match && { match }) };
    const { images, warnings } = await readCocoResults(truth, file, options);
    const pictures = await picturesOf(images, flags);
    return { images: images.map((image, i) => withPicture(image, pictures[i], difficult)), warnings };
  };
  const first = await read(predictions);
  const second = against === undefined ? undefined : await read(against);
  const notes = difficult === "count" ? difficultNote(truth) : [];
  const warnings = [...new Set([...first.warnings, ...(second?.warnings ?? []), ...notes])];
  printWarnings(warnings);
  const { thresholds } = flags;
  if (typeof thresholds === "string") {
    throw new UsageError(`--thresholds ${thresholds} is about those that a model keeps: it needs --weights and --data`);
  }
  return {
    title: `${basename(predictions)} on ${basename(flags.truth)}`,
    classes: truth.classes,
    images: first.images,
    ...(against !== undefined && second && { against: { name: basename(against), images: second.images } }),
    warnings,
    ...(thresholds !== undefined && { thresholds: sharedThreshold(thresholds, truth.classes) }),
  };
}

/** The files of the images, as far as they are there and clear, for the one who draws them: the report. */
async function picturesOf(
  images: readonly ComparedImage[],
  { truth = "", images: folder, report }: InputFlags,
): Promise<(string | undefined)[]> {
  if (report === undefined) return [];
  const { findImages } = await import("../../data/formats/coco/cocoImages.ts");
  const named = images.map(({ fileName = "", size }) => ({ file_name: fileName, ...size }));
  const found = await findImages(truth, named, folder);
  return found.map((files) => (files.length === 1 ? files[0] : undefined));
}

function withPicture(image: ComparedImage, file: string | undefined, difficult: "count" | "ignore"): EvaluationImage {
  const { difficult: flags, ...truth } = image.truth;
  return {
    ...image,
    ...(file !== undefined && { file }),
    truth: difficult === "ignore" ? { ...truth, ignore: flags } : truth,
  };
}

function difficultNote({ name, images }: CocoTruth): string[] {
  const count = images.reduce((sum, { truth }) => sum + truth.difficult.reduce((n, flag) => n + flag, 0), 0);
  if (count === 0) return [];
  return [`${name}: ${count} objects are difficult and count, as COCO has it; --difficult ignore leaves them out`];
}

async function runDetector(flags: InputFlags): Promise<EvaluationInput> {
  const { openDetector } = await import("./openPredictor.ts");
  const { split, thresholds: asked } = flags;
  if (asked === "choose") requireChoosable(split, flags.weights);
  const { weights, title, warnings, alignedTo } = await measuredData(flags);
  const detector = await openDetector(weights, flags);
  const { description } = detector;
  const stored = asked === "val" ? keptThresholds(description, weights) : undefined;
  const found = await detector.detectLabelled(alignedTo(detector.classes).images);
  detector.dispose();
  const images =
    flags.difficult === "count"
      ? found.map(({ truth: { ignore, ...truth }, ...image }) => ({ ...image, truth }))
      : found;
  const { classes } = detector;
  const thresholds =
    typeof asked === "number"
      ? sharedThreshold(asked, classes)
      : asked === "choose"
        ? await chooseAndKeep(weights, description, found)
        : stored;
  return { title, classes, images, warnings, ...(thresholds && { thresholds }) };
}
