import * as tf from "@tensorflow/tfjs";
import { usesNativeOps } from "./target.ts";

/** A computation that is done again for each slice of some tensors, and goes on from what the time before left. */
export interface Loop {
  /** [count, ...] each: the body gets slice i of them the i-th time, or with `backwards` the last one first. */
  scanned: readonly tf.Tensor[];
  /** What the body gets the first time; later it gets what it gave the time before. Shapes stay. */
  carried: readonly tf.Tensor[];
  backwards?: boolean;
  body: (slices: tf.Tensor[], carried: tf.Tensor[]) => LoopResult;
}

export interface LoopResult {
  /** In the body what it hands on; of a whole loop what it gave at the end. */
  carried: tf.Tensor[];
  /** In the body what is kept of this time; of a whole loop all of it, [count, ...], in the places of the slices. */
  kept: tf.Tensor[];
}

let recorder: ((loop: Loop) => LoopResult) | undefined;

/**
 * Runs a loop. In a step that is recorded for native TensorFlow it becomes a loop of the graph, whose size, and the time
 * that it takes to compile, do not depend on the number of times; everywhere else it is done time by time. It has no
 * gradient: join it to a loop backwards with `tf.customGrad`.
 */
export function runLoop(loop: Loop): LoopResult {
  return recorder && usesNativeOps() ? recorder(loop) : runEach(loop);
}

/** Runs something (not a promise) whose loops are written down. */
export function recordingLoops<T>(record: (loop: Loop) => LoopResult, run: () => T): T {
  recorder = record;
  try {
    return run();
  } finally {
    recorder = undefined;
  }
}

/** Runs a loop time by time. */
export function runEach({ scanned, carried, backwards = false, body }: Loop): LoopResult {
  const slices = scanned.map((tensor) => tf.unstack(tensor));
  const count = slices[0]?.length ?? 0;
  const kept: tf.Tensor[][] = [];
  let present = [...carried];
  for (let n = 0; n < count; n++) {
    const i = backwards ? count - 1 - n : n;
    const given = slices.map((list) => list[i] as tf.Tensor);
    const after = tf.tidy(() => ({ ...body(given, present) }));
    present = after.carried;
    after.kept.forEach((tensor, k) => ((kept[k] ??= [])[i] = tensor));
  }
  return { carried: present, kept: kept.map((list) => tf.stack(list)) };
}
