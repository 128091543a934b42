import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, it } from "vitest";
import { loadEngine } from "../../src/engine/load.ts";
import { expectClose, layerCases, runLayer, type LayerCase } from "./oracle.ts";

const cases = layerCases().filter(({ name }) => !name.startsWith("batchNorm") && !name.startsWith("activation"));

function makeLayer({ name, input }: LayerCase): tf.layers.Layer {
  const config = input.config as never;
  if (name.startsWith("conv2dTranspose")) return tf.layers.conv2dTranspose(config);
  if (name.startsWith("depthwise")) return tf.layers.depthwiseConv2d(config);
  if (name.startsWith("upsampling2d")) return tf.layers.upSampling2d({ ...input.config, size: [2, 2] });
  return tf.layers.conv2d(config);
}

/** What tfjs gets wrong or lacks, by engine: nothing here may be built on these. */
const WRONG: Record<string, RegExp> = {
  native: /upsampling2d bilinear|dilated/, // bilinear corners lie elsewhere; no gradient of a dilated convolution
  cpu: /upsampling2d|dilated/, // and the gradient of nearest neighbours is wrong for batches
};

const engines = new Set([(await loadEngine()).name, "cpu"] as const);

describe.each([...engines])("tfjs's own layers on engine %s", (engine) => {
  beforeAll(() => loadEngine({ engine }));

  const check = (oracle: LayerCase): void => {
    const { output, gradients } = runLayer(makeLayer(oracle), oracle);
    expectClose(output, oracle.expected.outputs[0], "output");
    for (const expected of oracle.expected.gradients) expectClose(gradients.get(expected.of), expected, expected.of);
  };

  it.each(cases.filter(({ name }) => !WRONG[engine]?.test(name)))("equal Keras: $name", check);

  it.each(cases.filter(({ name }) => WRONG[engine]?.test(name)))("are known to be wrong: $name", (oracle) => {
    expect(() => {
      check(oracle);
    }).toThrow(); // when this fails, tfjs has been mended
  });
});
