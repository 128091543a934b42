import * as tf from "@tensorflow/tfjs";
import type { Preprocessing } from "../../base/preprocessing.ts";
import { packBytes } from "../../core/ops/bytes.ts";
import { weightsOf } from "../../core/namedWeights.ts";
import type { FrameSlots } from "../../data/batches/clipBatches.ts";
import { canvasBatch, fittedRecords } from "../../data/images/canvasImages.ts";
import type { ImageStore } from "../../data/images/imageStore.ts";
import { compileProgram } from "../../engine/graph/program.ts";
import type { FrameReader } from "./classifyClips.ts";
import type { FeatureBatch } from "./losses.ts";
import type { ClipNetwork } from "./network.ts";
import { featureStep } from "./predictStep.ts";

/** Features of frames, row after row, in the order of their store. */
export interface FrameFeatures {
  width: number;
  values: Float32Array;
}

/** Frames that a backbone looks at at once. */
const BATCH = 32;

/** Takes the features of all frames of a store once: for a backbone that does not learn, they stay the same. */
export async function frameFeatures(
  network: ClipNetwork,
  store: ImageStore,
  preprocessing: Preprocessing,
): Promise<FrameFeatures> {
  const { features: width } = network;
  const step = featureStep({ network, preprocessing, batch: BATCH });
  const variables = weightsOf(network.model, false);
  const program = await compileProgram({ features: step }, { variables, frozen: true, precision: "float32" });
  const values = new Float32Array(store.length * width);
  let done = 0;
  try {
    for await (const chunk of fittedRecords(store, BATCH)) {
      const images = packBytes(canvasBatch(chunk, BATCH, preprocessing));
      const outputs = program.run("features", { images });
      const found = (outputs.features as tf.Tensor).dataSync<"float32">();
      tf.dispose([images, outputs]);
      values.set(found.subarray(0, chunk.length * width), done * width);
      done += chunk.length;
    }
  } finally {
    program.dispose();
  }
  return { width, values };
}

/** Frames of batches as features. @param starts where those of each clip begin */
export function featureSlots({ width, values }: FrameFeatures, starts: readonly number[]): FrameSlots<FeatureBatch> {
  return {
    empty: (slots) => ({ features: new Float32Array(slots * width) }),
    fill({ features }, first, clip, places) {
      places.forEach((place, i) => {
        features.set(rowOf(values, width, (starts[clip] ?? 0) + place), (first + i) * width);
      });
      return Promise.resolve();
    },
  };
}

/** The same for clips that are looked at. */
export function featureReader(
  { width, values }: FrameFeatures,
  starts: readonly number[],
  { batch, frames }: { batch: number; frames: number },
): FrameReader {
  return {
    read: (clip, places) => Promise.resolve(places.map((place) => rowOf(values, width, (starts[clip] ?? 0) + place))),
    feed(clips) {
      const features = new Float32Array(batch * frames * width);
      clips.forEach((own, slot) => {
        (own as Float32Array[]).forEach((row, i) => {
          features.set(row, (slot * frames + i) * width);
        });
      });
      return { features: tf.tensor2d(features, [batch * frames, width]) };
    },
  };
}

function rowOf(values: Float32Array, width: number, row: number): Float32Array {
  return values.subarray(row * width, (row + 1) * width);
}
