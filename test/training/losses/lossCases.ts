import { readFileSync } from "node:fs";
import * as tf from "@tensorflow/tfjs";
import type { Step } from "../../../src/engine/graph/step.ts";
import type { LossName, LossValueOptions, Reduction } from "../../../src/training/losses/index.ts";
import { LOSSES, lossValue, type Loss } from "../../../src/training/losses/index.ts";
import { oracleTensor, type OracleTensor } from "../../detection/support.ts";

/** A loss on a batch, and what Keras makes of it. */
export interface LossCase {
  name: string;
  loss: LossName;
  input: {
    prediction: OracleTensor;
    target: OracleTensor;
    config: Record<string, unknown>;
    sampleWeights?: OracleTensor;
    mask?: OracleTensor;
    classWeights?: Record<number, number>;
    reduction?: Reduction;
  };
  expected: { loss: number; gradient: OracleTensor };
}

interface Penalty {
  l1: number;
  l2: number;
  weight: OracleTensor;
  penalty: number;
  gradient: OracleTensor;
}

const read = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../fixtures/oracles/${name}.json`, import.meta.url), "utf8"));

const more = read("losses_more") as { cases: LossCase[]; penalties: Penalty[] };

/** Values of test/fixtures/oracles/make_losses.py. */
export const penalties = more.penalties;

/** What the losses of losses_keras.json are called here, and the options that its names leave out. */
const KERAS: Record<string, [name: LossName, options?: Record<string, unknown>]> = {
  "categorical cross-entropy": ["categorical_crossentropy", { fromLogits: true }],
  "categorical cross-entropy, smoothing .1": ["categorical_crossentropy", { fromLogits: true }],
  "sparse categorical cross-entropy": ["sparse_categorical_crossentropy", { fromLogits: true }],
  "binary cross-entropy": ["binary_crossentropy", { fromLogits: true }],
  "mean squared error": ["mean_squared_error"],
  "mean absolute error": ["mean_absolute_error"],
  huber: ["huber"],
  hinge: ["hinge"],
  "squared hinge": ["squared_hinge"],
  "categorical hinge": ["categorical_hinge"],
  "kl divergence": ["kl_divergence"],
  dice: ["dice"],
  "focal, categorical": ["categorical_focal_crossentropy", { fromLogits: true }],
  tversky: ["tversky"],
};

const first = (read("losses_keras") as { cases: Omit<LossCase, "loss">[] }).cases.map((one): LossCase => {
  const [loss, options] = KERAS[one.name] ?? [one.name as LossName];
  return { ...one, loss, input: { ...one.input, config: { ...options, ...one.input.config } } };
});

/** Of losses_keras.json and losses_more.json. */
export const lossCases: LossCase[] = [...first, ...more.cases];

function lossOf({ loss, input }: LossCase): Loss {
  return (LOSSES[loss] as (options: unknown) => Loss)(input.config);
}

/** The number of a case, for a prediction. */
export function valueOf(one: LossCase, prediction: tf.Tensor): tf.Scalar {
  const { target, sampleWeights, mask, classWeights, reduction } = one.input;
  const options: LossValueOptions = {
    sampleWeights: sampleWeights && oracleTensor(sampleWeights),
    mask: mask && oracleTensor(mask),
    classWeights,
    ...(reduction && { reduction }),
  };
  return lossValue(lossOf(one), oracleTensor(target), prediction, options);
}

/** Values and gradients of all cases as one step, which is fed the predictions: `x0` to `value0` and `gradient0`. */
export const allCases: Step = {
  inputs: Object.fromEntries(
    lossCases.map(({ input }, i) => [`x${i}`, { shape: input.prediction.shape, dtype: "float32" }]),
  ),
  run(inputs) {
    const outputs = lossCases.flatMap((one, i) => {
      const { value, grad } = tf.valueAndGrad((p) => valueOf(one, p))(inputs[`x${i}`] as tf.Tensor);
      return [[`value${i}`, value] as const, [`gradient${i}`, grad] as const];
    });
    return { outputs: Object.fromEntries(outputs) };
  },
};
