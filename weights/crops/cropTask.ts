import * as tf from "@tensorflow/tfjs";
import type { Preprocessing } from "../../src/base/preprocessing.ts";
import type { BackboneName } from "../../src/core/backbones/names.ts";
import { packBytes } from "../../src/core/ops/bytes.ts";
import { disposeWeights } from "../../src/core/namedWeights.ts";
import type { ClassifierDescription } from "../../src/classification/description.ts";
import {
  type ClassifierLossOptions,
  classifierLosses,
  lossFeeds,
  lossInputs,
} from "../../src/classification/losses.ts";
import { buildClassifier } from "../../src/classification/network.ts";
import { predictStep } from "../../src/classification/predictStep.ts";
import type { LabelBatch } from "../../src/data/batches/labelBatches.ts";
import { topKAccuracy } from "../../src/metrics/classification/topClasses.ts";
import type { PrepareContext, Prepared } from "../../src/training/trainOptions.ts";
import type { StoredWorld } from "../world/world.ts";
import { cropBatches } from "./cropBatches.ts";

export interface CropTaskOptions {
  backbone: BackboneName;
  width: number;
  /** Crops in a step, and pixels of their sides. */
  batch: number;
  side: number;
}

/** Batches that are measured in a validation. */
const MEASURED = 12;

/** What pixels become: the same for every backbone, so that no picture is needed to start. */
export const SCALING = { mean: [127.5, 127.5, 127.5], deviation: [64, 64, 64] } satisfies Pick<
  Preprocessing,
  "mean" | "deviation"
>;

/** Learns which of the world's things a crop shows. */
export function cropTask(
  world: StoredWorld,
  things: readonly string[],
  { backbone, width, batch, side }: CropTaskOptions,
  { random }: PrepareContext,
): Prepared<LabelBatch> {
  const architecture = { backbone, width, dropout: 0.1, box: false };
  const network = buildClassifier(architecture, things.length, random.fork("weights"));
  const canvas = { width: side, height: side };
  const preprocessing: Preprocessing = {
    canvas,
    resize: "fit",
    fill: 114,
    ...SCALING,
    ...network.backbone.preprocessing,
  };
  const description: ClassifierDescription = {
    format: "anchorkit-classifier",
    version: 1,
    ...{ model: "small-cnn", classes: [...things], architecture, preprocessing, targets: "labels", multiLabel: false },
  };
  const shared = { batch, things: things.length, preprocessing };
  const source = cropBatches(world, { seed: random.fork("crops").state.join(" "), ...shared });
  const held = cropBatches(world, { seed: "measured", ...shared });
  const lossOptions: ClassifierLossOptions = {
    ...{ network, preprocessing, batch, stored: canvas, mixesColours: true, multiLabel: false, labelSmoothing: 0.1 },
    ...{ classes: things.length, box: false },
  };
  return {
    kind: "classification",
    description,
    network: network.model,
    batches: source,
    shapes: { images: lossInputs(lossOptions) },
    feeds: (made) => lossFeeds(made, lossOptions),
    losses: (inputs) => classifierLosses(inputs, lossOptions),
    predict: predictStep({ network, preprocessing, multiLabel: false, batch }),
    async validate(run) {
      const labels = new Int32Array(MEASURED * batch);
      const all = new Float32Array(labels.length * things.length);
      for (let i = 0; i < MEASURED; i++) {
        const made = await held.batch(i);
        const images = packBytes(made.images);
        const { probabilities } = run({ images });
        if (probabilities) all.set(probabilities.dataSync<"float32">(), i * batch * things.length);
        tf.dispose([images, probabilities]);
        for (let slot = 0; slot < batch; slot++) {
          labels[i * batch + slot] = made.targets.subarray(slot * things.length, (slot + 1) * things.length).indexOf(1);
        }
      }
      const [accuracy, top5] = [1, 5].map((k) => topKAccuracy(labels, all, things.length, k)) as [number, number];
      return { score: accuracy, metrics: { accuracy, "top-5 accuracy": top5 } };
    },
    recipe: {
      phases: [{ name: "batch", from: 0, statistics: "batch" }],
      warmupSteps: 500,
      average: { every: 5, keep: 0.998 },
    },
    built: { ...architecture, side, things: things.length },
    summary: `crops of ${side} x ${side}, ${things.length} things`,
    dispose() {
      void Promise.all([source.close(), held.close()]);
      disposeWeights(network.model);
    },
  };
}
