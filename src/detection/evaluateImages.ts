import type { Preprocessing } from "../base/preprocessing.ts";
import type { ImageRecord } from "../data/dataset.ts";
import type { ImageStore } from "../data/imageStore.ts";
import type { Program } from "../engine/program.ts";
import { evaluateCoco, type CocoMetrics, type EvaluationImage } from "../metrics/coco.ts";
import { detectImages } from "./detectImages.ts";

/** Runs the compiled step `predict`, of the given batch size, over stored images and measures what it finds. */
export async function evaluateImages(
  program: Program,
  batch: number,
  store: ImageStore,
  classes: readonly string[],
  preprocessing: Preprocessing,
): Promise<CocoMetrics> {
  const images: EvaluationImage[] = [];
  const load = (from: number) => {
    const indices = Array.from({ length: Math.max(0, Math.min(batch, store.length - from)) }, (_, i) => from + i);
    return Promise.all(indices.map(async (i) => ({ ...(await store.get(i)), original: store.record(i) })));
  };
  let next = load(0);
  for (let from = 0; from < store.length; from += batch) {
    const fitted = await next;
    next = load(from + batch);
    const found = detectImages(program, "predict", batch, fitted, preprocessing);
    found.forEach((detections, i) => images.push({ truth: truthOf(store.record(from + i)), detections }));
  }
  return evaluateCoco(images, classes);
}

/** The labels of an image as the metrics take them: difficult objects neither count as found nor as missed. */
function truthOf({ objects }: ImageRecord): EvaluationImage["truth"] {
  return {
    boxes: objects.flatMap(({ box }) => box),
    classes: objects.map((object) => object.class),
    crowd: objects.map(({ crowd }) => crowd === true),
    ignore: objects.map(({ difficult }) => difficult === true),
    areas: objects.map(({ area, box: [x1, y1, x2, y2] }) => area ?? (x2 - x1) * (y2 - y1)),
  };
}
