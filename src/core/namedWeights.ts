import * as tf from "@tensorflow/tfjs";
import { AnchorkitError } from "../base/errors.ts";

/** A weight as files hold it. */
export interface WeightValue {
  shape: readonly number[];
  values: Float32Array;
}

/** Weights as files hold them, by name. */
export type NamedValues = ReadonlyMap<string, WeightValue>;

/** The variable behind a layer's weight: a LayerVariable wraps one, and reads as that. */
export function variableOf(weight: tf.LayerVariable): tf.Variable {
  const tensor: tf.Tensor = weight.read();
  if (!(tensor instanceof tf.Variable)) throw new Error(`the weight ${weight.name} is no variable`);
  return tensor as tf.Variable;
}

/**
 * A model's weights by their stable names, such as "stage1_conv/kernel", in the model's order. The variables' own names
 * will not do: they end in _1 when a second network is built in the process.
 *
 * @throws if a name is there twice
 */
export function namedWeights(model: tf.LayersModel): Map<string, tf.Variable> {
  const named = new Map<string, tf.Variable>();
  for (const weight of model.weights) {
    const name = weight.originalName;
    if (named.has(name)) throw new Error(`namedWeights: ${model.name} has two weights named ${name}`);
    named.set(name, variableOf(weight));
  }
  return named;
}

/** The values of a model's weights by those names. */
export function weightValues(model: tf.LayersModel): NamedValues {
  const named = [...namedWeights(model)];
  return new Map(named.map(([name, v]) => [name, { shape: v.shape, values: v.dataSync<"float32">() }]));
}

/** A model's variables: those that train, or all, the statistics of normalisation too. */
export function weightsOf(model: tf.LayersModel, onlyTrainable: boolean): tf.Variable[] {
  return (onlyTrainable ? model.trainableWeights : model.weights).map(variableOf);
}

/** Gives back the memory of a model's weights, also where its layers serve several models; none can be used then. */
export function disposeWeights(model: tf.LayersModel): void {
  tf.dispose(weightsOf(model, false));
}

/**
 * Gives a model these weights, matched by name. All or nothing: each of its weights must be there with its shape, and
 * none may be left over.
 *
 * @param source how a message begins: "folder: weights of MobileNetV1"
 * @throws AnchorkitError that names what is missing, left over, or of another shape; nothing is changed then
 */
export function setWeights(model: tf.LayersModel, weights: NamedValues, source: string): void {
  setVariables(namedWeights(model), weights, { misfit: `${source} do not fit ${model.name}`, owner: "the model" });
}

/**
 * Gives variables their values, matched by name; all or nothing, as `setWeights` does.
 *
 * @param says how a message begins, and what the variables belong to ("the model")
 * @throws AnchorkitError that names what is missing, left over, or of another shape; nothing is changed then
 */
export function setVariables(
  variables: ReadonlyMap<string, tf.Variable>,
  values: NamedValues,
  says: { misfit: string; owner: string },
): void {
  const fail = (what: string): never => {
    throw new AnchorkitError(`${says.misfit}: ${what}`);
  };
  const missing = [...variables.keys()].filter((name) => !values.has(name));
  if (missing.length > 0) fail(`${listed(missing)} not in the file`);
  const unused = [...values.keys()].filter((name) => !variables.has(name));
  if (unused.length > 0) fail(`${listed(unused)} not in ${says.owner}`);
  for (const [name, { shape }] of values) {
    const wanted = variables.get(name)?.shape ?? [];
    if (shape.join() !== wanted.join()) {
      fail(`${name} has shape [${shape.join(", ")}], ${says.owner}'s has [${wanted.join(", ")}]`);
    }
  }
  for (const [name, { values: own }] of values) {
    const variable = variables.get(name);
    if (variable) assign(variable, own);
  }
}

function assign(variable: tf.Variable, values: Float32Array): void {
  tf.tidy(() => {
    variable.assign(tf.tensor(values, variable.shape));
  });
}

/** "a", "a and b", "a, b and 3 more", followed by the verb. */
function listed(names: string[]): string {
  const shown = names.slice(0, 2);
  const more = names.length - shown.length;
  const list = more > 0 ? `${shown.join(", ")} and ${more} more` : shown.join(" and ");
  return `${list} ${names.length === 1 ? "is" : "are"}`;
}
