import * as tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import { OPTIMIZERS, type OptimizerName } from "../../../src/training/optimizers/registry.ts";
import { engines } from "../../detection/support.ts";
import { checkOptimizer } from "./checkOptimizer.ts";

describe.each(engines)("every optimizer there is, on %s", (engine) => {
  it.each(Object.keys(OPTIMIZERS) as OptimizerName[])("%s", async (name) => {
    await tf.setBackend(engine);
    const before = tf.memory().numTensors;
    await checkOptimizer(name);
    expect(tf.memory().numTensors).toBe(before);
  });
});
