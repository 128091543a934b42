import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, it } from "vitest";
import { Relu, Relu6 } from "../../../src/core/layers/relu.ts";
import { relu, relu6 } from "../../../src/core/ops/relu.ts";
import { loadEngine } from "../../../src/engine/load.ts";
import { expectClose, layerCases, runLayer } from "../oracle.ts";

describe.each(["auto", "cpu"] as const)("rectifiers on engine %s", (engine) => {
  beforeAll(() => loadEngine({ engine }));

  it("let through what is positive, its gradient too, and cut at 6 where they say so", () => {
    const x = tf.tensor1d([-2, 0, 3, 8]);
    const dy = tf.tensor1d([1, 10, 100, 1000]);
    expect(relu(x).arraySync()).toEqual([0, 0, 3, 8]);
    expect(relu6(x).arraySync()).toEqual([0, 0, 3, 6]);
    expect(tf.grad(relu)(x, dy).arraySync()).toEqual([0, 0, 100, 1000]);
    expect(tf.grad(relu6)(x, dy).arraySync()).toEqual([0, 0, 100, 0]);
  });

  it.each(layerCases().filter(({ name }) => name.startsWith("activation")))("equal Keras: $name", (oracle) => {
    const { output, gradients } = runLayer(oracle.name.endsWith("6") ? new Relu6() : new Relu(), oracle);
    expectClose(output, oracle.expected.outputs[0], "output");
    expectClose(gradients.get("x"), oracle.expected.gradients[0], "gradient");
  });

  it("hold no tensors back", () => {
    const x = tf.tensor1d([-1, 1]);
    const before = tf.memory().numTensors;
    tf.grad(relu)(x).dispose();
    tf.grad(relu6)(x).dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});
