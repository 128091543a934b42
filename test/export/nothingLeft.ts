import * as tf from "@tensorflow/tfjs";
import { afterEach, beforeEach, expect } from "vitest";
import { openPrograms } from "../../src/engine/graph/program.ts";

/** Has each test of a block leave no more tensors than it found, and no compiled program. */
export function expectNothingLeft(): void {
  let tensors = 0;
  beforeEach(() => {
    tensors = tf.memory().numTensors;
  });
  afterEach(() => {
    expect(openPrograms()).toBe(0);
    expect(tf.memory().numTensors).toBe(tensors);
  });
}
