import { basename } from "node:path";
import type { Sharp } from "sharp";
import type { DetectedFile } from "../../base/detectedImage.ts";
import type { LabelledObject } from "../../data/dataset.ts";
import { decodeImage } from "../../data/images/images.ts";
import { detectionConfusion } from "../../metrics/detection/detectionConfusion.ts";
import type { EvaluationImage } from "../../metrics/detection/evaluationImage.ts";
import type { NamedPicture } from "../../training/callbacks/trainingView.ts";
import type { ValidationExamples } from "../../training/task.ts";
import { drawDetections } from "../drawDetections.ts";
import { fromPixels, pixelsOf, shrunk } from "../picture.ts";
import { drawSegmentation } from "../segmentation/drawSegmentation.ts";
import { confusionPicture } from "./confusionPicture.ts";

/** So many images are drawn, no larger than this. */
const [IMAGES, LONGEST_SIDE] = [4, 480];
/** A matrix of more classes is not drawn. */
const MOST_CLASSES = 30;

/**
 * Pictures of what a validation found: the first few images with the detector's boxes and, dashed, the labelled ones, or
 * with their pixels in the colours of their classes; and the confusion matrix. They belong to a training that TensorBoard watches.
 */
export async function drawExamples(
  { detected, segmented = [], confusion, rows }: ValidationExamples,
  classes: readonly string[],
): Promise<NamedPicture[]> {
  const pictures: NamedPicture[] = [];
  const labelled = detected?.filter(({ truth }) => truth.classes.length > 0) ?? [];
  for (const [i, image] of labelled.slice(0, IMAGES).entries()) {
    pictures.push(await foundPicture(image, `found/${i + 1} ${image.fileName ?? ""}`.trim(), classes));
  }
  for (const [i, { file, prediction }] of segmented.slice(0, IMAGES).entries()) {
    const drawn = await pixelsOf(await drawSegmentation(file, prediction, classes));
    const { width, height, data } = await pixelsOf(shrunk(drawn, LONGEST_SIDE));
    pictures.push(await encoded(`found/${i + 1} ${basename(file)}`, { picture: fromPixels({ width, height, data }), width, height })); // prettier-ignore
  }
  if (classes.length > MOST_CLASSES) return pictures;
  if (confusion) pictures.push(await matrixPicture(confusion, rows ?? classes));
  else if (detected) {
    const { matrix } = detectionConfusion(detected, classes);
    pictures.push(await matrixPicture(matrix, [...classes, "background"]));
  }
  return pictures;
}

async function foundPicture(
  { file, size, detections, truth }: DetectedFile & EvaluationImage,
  name: string,
  classes: readonly string[],
): Promise<NamedPicture> {
  const scale = Math.min(1, LONGEST_SIDE / Math.max(size.width, size.height));
  const fitted = {
    width: Math.max(1, Math.round(size.width * scale)),
    height: Math.max(1, Math.round(size.height * scale)),
  };
  const image = await decodeImage(file, { size: () => fitted });
  const boxes = Array.from(truth.boxes as ArrayLike<number>);
  const objects: LabelledObject[] = Array.from(truth.classes, (of, i) => {
    const [x1, y1, x2, y2] = boxes.slice(4 * i, 4 * i + 4) as [number, number, number, number];
    return { class: of, box: [x1, y1, x2, y2] };
  });
  const drawn = await drawDetections(image, detections, classes, { truth: objects, scale });
  return encoded(name, { picture: drawn, ...fitted });
}

async function matrixPicture(matrix: readonly (readonly number[])[], names: readonly string[]): Promise<NamedPicture> {
  return encoded("confusion", await confusionPicture(matrix, names));
}

async function encoded(
  name: string,
  { picture, width, height }: { picture: Sharp; width: number; height: number },
): Promise<NamedPicture> {
  return { name, width, height, encoded: await picture.jpeg({ quality: 85, chromaSubsampling: "4:4:4" }).toBuffer() };
}
