import { basename } from "node:path";
import type { RunStep } from "../engine/graph/step.ts";
import type { DetectedFile } from "../base/detectedImage.ts";
import type { Preprocessing } from "../base/preprocessing.ts";
import type { ImageRecord } from "../data/dataset.ts";
import { fittedRecords } from "../data/images/canvasImages.ts";
import type { ImageStore } from "../data/images/imageStore.ts";
import type { Detections } from "../geometry/detections.ts";
import type { EvaluationImage } from "../metrics/detection/evaluationImage.ts";
import { detectImages } from "./detectImages.ts";

/** Runs a detector of the given batch size over stored images, in their order. */
export async function detectLabelled(
  run: RunStep,
  batch: number,
  store: ImageStore,
  preprocessing: Preprocessing,
): Promise<(DetectedFile & EvaluationImage)[]> {
  const images: (DetectedFile & EvaluationImage)[] = [];
  for await (const fitted of fittedRecords(store, batch)) {
    for (const detections of await detectImages(run, batch, fitted, preprocessing)) {
      images.push(labelled(store.record(images.length), detections));
    }
  }
  return images;
}

/** Difficult objects neither count as found nor as missed (Pascal VOC). */
function labelled(record: ImageRecord, detections: Detections): DetectedFile & EvaluationImage {
  const { id, file, width, height, objects } = record;
  const truth = {
    boxes: objects.flatMap(({ box }) => box),
    classes: objects.map((object) => object.class),
    crowd: objects.map(({ crowd }) => crowd === true),
    ignore: objects.map(({ difficult }) => difficult === true),
    areas: objects.map(({ area, box: [x1, y1, x2, y2] }) => area ?? (x2 - x1) * (y2 - y1)),
  };
  return { id, file, fileName: basename(file), size: { width, height }, truth, detections };
}
