import { knownOptions } from "../geometry/knownOptions.ts";
import { checked } from "../base/checked.ts";
import type { Dataset } from "../data/dataset.ts";
import { startingFrom } from "../training/start/pretrainedBackbone.ts";
import { train } from "../training/train.ts";
import { TRAIN_OPTIONS, type TrainEvents, type TrainOptions, type TrainResult } from "../training/trainOptions.ts";
import { fasterRcnnTask, type FasterRcnnTaskOptions } from "./fasterRcnn/fasterRcnnTask.ts";
import { FasterRcnnOptions } from "./fasterRcnn/options.ts";

/** Options of a training, and of Faster R-CNN where they differ from its defaults. */
export type TrainDetectorOptions = TrainOptions &
  Pick<FasterRcnnTaskOptions, "augmentation" | "flip"> &
  Partial<FasterRcnnOptions>;

/**
 * Trains Faster R-CNN on the images of `train`, measures AP on `val`, and leaves a run folder: config.json, splits.json,
 * metrics.jsonl, best/ and last/ (model.json, weights.bin, detector.json; last/ also what `resume` needs).
 *
 * @throws AnchorkitError as `train` does
 */
export async function trainDetector(
  dataset: Dataset,
  options: TrainDetectorOptions,
  events: TrainEvents = {},
): Promise<TrainResult> {
  const ownNames = Object.fromEntries(Object.keys(FasterRcnnOptions.shape).map((name) => [name, true] as const));
  const known = { ...TRAIN_OPTIONS, ...ownNames, augmentation: true, flip: true } as const;
  knownOptions("trainDetector", options, known as Record<keyof TrainDetectorOptions, true>);
  const own = checked(options, FasterRcnnOptions, "");
  const { augmentation, flip, batch } = options;
  const varied = { ...(augmentation && { augmentation }), ...(flip && { flip }) };
  const recorded = { ...own, ...varied };
  const given = new Set(options.resume ? [] : Object.keys(ownNames).filter((name) => name in options));
  return train(
    dataset,
    async (data, context) =>
      fasterRcnnTask(data, { ...own, ...varied, batch }, { ...(await startingFrom(context, "detection")), given }),
    options,
    recorded,
    events,
  );
}
