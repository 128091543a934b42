import type { Preprocessing } from "../base/preprocessing.ts";
import type { ImageRecord } from "../data/dataset.ts";
import type { ImageStore } from "../data/imageStore.ts";
import { prefetch } from "../data/prefetch.ts";
import type { Program } from "../engine/program.ts";
import { evaluateCoco, type CocoMetrics, type EvaluationImage } from "../metrics/detection/coco.ts";
import { CHUNKS_AHEAD, detectImages } from "./detectImages.ts";

/** Runs the compiled step `predict`, of the given batch size, over stored images and measures what it finds. */
export async function evaluateImages(
  program: Program,
  batch: number,
  store: ImageStore,
  classes: readonly string[],
  preprocessing: Preprocessing,
): Promise<CocoMetrics> {
  const images: EvaluationImage[] = [];
  const starts = Array.from({ length: Math.ceil(store.length / batch) }, (_, i) => i * batch);
  const load = (from: number) => {
    const indices = Array.from({ length: Math.min(batch, store.length - from) }, (_, i) => from + i);
    return Promise.all(indices.map(async (i) => ({ ...(await store.get(i)), original: store.record(i) })));
  };
  for await (const fitted of prefetch(starts, CHUNKS_AHEAD, load)) {
    for (const detections of detectImages(program, "predict", batch, fitted, preprocessing)) {
      images.push({ truth: truthOf(store.record(images.length)), detections });
    }
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
