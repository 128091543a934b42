import type { AnyModel } from "../browser/loadModel.ts";
import type { ImageSource } from "../browser/imagePixels.ts";
import type { Size } from "../base/preprocessing.ts";
import { type Detections, scoredFrom } from "../geometry/detections.ts";
import type { LabelMap } from "../geometry/masks/labelMap.ts";
import type { BrowserClassifier, ImageClassification } from "../browser/classifier.ts";
import { foregroundOf, type SegmentedImage } from "../segmentation/running/onImage.ts";

/** What a model says of an image, before anything is left out. */
export type Answer =
  | { task: "detection"; size: Size; found: Detections }
  | { task: "classification"; size: Size; said: ImageClassification }
  | { task: "segmentation"; size: Size; segmented: SegmentedImage; foreground?: Float32Array | undefined }
  | { task: "reading"; size: Size; text: string; confidence: number };

/** Asks a model of whatever task for all that it can say. */
export async function ask(model: AnyModel, image: ImageSource): Promise<Answer> {
  if (model.task === "detection") {
    const { size, ...found } = await model.detect(image, { score: 0 });
    return { task: model.task, size, found };
  }
  if (model.task === "classification") {
    const said = await model.classify(image);
    return { task: model.task, size: said.size, said };
  }
  if (model.task === "segmentation") {
    const segmented = await model.segment(image);
    const foreground = model.classes.length === 1 ? foregroundOf(segmented) : undefined;
    return { task: model.task, size: segmented.size, segmented, foreground };
  }
  return { task: model.task, ...(await model.read(image)) };
}

/** From which score something counts: of each class its own, or one for all; undefined where a model has no such choice. */
export function ownThreshold(model: AnyModel): readonly number[] | undefined {
  if (model.task === "detection") return model.scores;
  if (model.task === "segmentation" && model.classes.length === 1) return [model.threshold ?? 0.5];
  return undefined;
}

/** Detections of classes that are shown, from their scores on. */
export function shownDetections(
  found: Detections,
  threshold: readonly number[],
  hidden: ReadonlySet<number>,
): Detections {
  return scoredFrom(
    threshold.map((score, k) => (hidden.has(k) ? Infinity : score)),
    found,
  );
}

/** The labels of pixels, with the threshold of the one class where there is one. */
export function shownLabels(
  { segmented: { labels }, foreground }: Extract<Answer, { task: "segmentation" }>,
  threshold: readonly number[] | undefined,
): LabelMap {
  const least = threshold?.[0];
  if (!foreground || least === undefined) return labels;
  return { ...labels, data: Uint8Array.from(foreground, (share) => (share >= least ? 1 : 0)) };
}

/** A line of the list of classes: how often or how much of it there is. */
export interface ClassLine {
  /** Its place in the list of classes. */
  index: number;
  /** Its name. */
  name: string;
  /** What is shown beside it. */
  value: string;
  /** 0 to 1, for a bar. */
  share?: number;
}

/** How many classes the list shows of a classifier that knows many. */
const MOST_LINES = 12;

/** The list of classes beside an answer, or without one yet. */
export function classLines(
  model: AnyModel,
  answer: Answer | undefined,
  threshold: readonly number[] | undefined,
): ClassLine[] {
  if (model.task === "reading") return [];
  const lines = model.classes.map((name, index) => ({ index, name, value: "" }));
  if (answer?.task === "classification") return probabilityLines(model as BrowserClassifier, answer.said);
  if (answer?.task === "detection" && threshold) {
    const counts = model.classes.map(() => 0);
    for (const k of scoredFrom(threshold, answer.found).classes) counts[k] = (counts[k] ?? 0) + 1;
    return lines.map((line) => ({ ...line, value: String(counts[line.index] ?? 0) }));
  }
  if (answer?.task === "segmentation") {
    const counts = new Float64Array(model.classes.length + 1);
    const { data } = shownLabels(answer, threshold);
    for (const label of data) counts[label] = (counts[label] ?? 0) + 1;
    return lines.map((line) => ({ ...line, value: percent((counts[line.index + 1] ?? 0) / data.length) }));
  }
  return model.task === "classification" ? lines.slice(0, MOST_LINES) : lines;
}

function probabilityLines({ classes }: BrowserClassifier, { probabilities }: ImageClassification): ClassLine[] {
  const order = [...probabilities.keys()].sort((a, b) => (probabilities[b] ?? 0) - (probabilities[a] ?? 0));
  return order.slice(0, MOST_LINES).map((index) => {
    const share = probabilities[index] ?? 0;
    return { index, name: classes[index] ?? "", value: percent(share), share };
  });
}

/** 0.123 -> "12.3 %" */
export function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
