import * as tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import "../../../../src/core/layers/preprocessing/centerCrop.ts";
import { Normalization } from "../../../../src/core/layers/preprocessing/normalization.ts";
import "../../../../src/core/layers/preprocessing/randomBrightness.ts";
import "../../../../src/core/layers/preprocessing/randomRotation.ts";
import "../../../../src/core/layers/preprocessing/randomTranslation.ts";
import "../../../../src/core/layers/preprocessing/randomZoom.ts";
import "../../../../src/core/layers/preprocessing/rescaling.ts";
import { Resizing } from "../../../../src/core/layers/preprocessing/resizing.ts";
import { transformImages, type TransformOptions } from "../../../../src/core/ops/transformImages.ts";
import { withTarget } from "../../../../src/engine/graph/target.ts";
import { engines } from "../../../detection/support.ts";
import { expectClose, readFixture, toTensor, type OracleTensor } from "../../oracle.ts";

interface Case {
  name: string;
  x: OracleTensor;
  y: OracleTensor;
  config: Record<string, unknown> & { adapt?: boolean; transforms?: number[][] };
}

// Values of Keras, made by fixtures/make_layers.py; factors have two equal ends, so that nothing is random.
const cases = (readFixture("keras-preprocessing.json") as { cases: Case[] }).cases;

/** A layer of settings as Keras has them, by way of a model as JSON, as tfjs reads those of Keras. */
async function read(className: string, config: Record<string, unknown>, shape: number[]): Promise<tf.LayersModel> {
  const first = { name: "only", batch_input_shape: [null, ...shape], dtype: "float32", trainable: true };
  const modelTopology = {
    class_name: "Sequential",
    config: { name: "model", layers: [{ class_name: className, config: { ...first, ...config } }] },
    keras_version: "tfjs",
    backend: "tensor_flow.js",
  };
  return await tf.models.modelFromJSON(modelTopology);
}

const modes = [
  ...(engines.includes("tensorflow") ? [["tensorflow", "native"] as const, ["tensorflow", "portable"] as const] : []),
  ["cpu", "portable"] as const,
];

describe.each(modes)("preprocessing on %s, %s", (engine, target) => {
  it.each(cases.map((one, i) => ({ ...one, i, as: JSON.stringify(one.config).slice(0, 80) })))(
    "equals Keras: $i $name $as",
    async ({ name, x, y, config }) => {
      await tf.setBackend(engine);
      const images = toTensor(x);
      if (name === "affine") {
        const transforms = tf.tensor2d(config.transforms ?? []);
        const options = { ...config, fillValue: 0.5 } as unknown as TransformOptions;
        const found = withTarget(target, () => transformImages(images as tf.Tensor4D, transforms, options));
        expectClose(found, y, "y");
        return;
      }
      const { adapt, ...settings } = config;
      if (images.rank === 3) {
        const alone = new Resizing(settings as never).apply(images) as tf.Tensor;
        expectClose(alone, y, "y");
        return;
      }
      const model = await read(name, settings, images.shape.slice(1));
      const [layer] = model.layers;
      if (adapt && layer instanceof Normalization) await layer.adapt([images.slice([0], [1]), images.slice([1], [1])]);
      const again = await tf.models.modelFromJSON(JSON.parse(model.toJSON() as unknown as string) as never);
      again.setWeights(model.getWeights());
      expect(again.outputs[0]?.shape).toEqual([null, ...y.shape.slice(1)]);
      const found = withTarget(target, () => again.apply(images, { training: true }) as tf.Tensor);
      expectClose(found, y, "y");
    },
  );
});
