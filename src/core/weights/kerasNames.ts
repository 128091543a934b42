import type { H5Listed } from "./h5File.ts";

/** What Keras 1 called weights; its running_std held variances. */
const KERAS_1: Readonly<Record<string, string>> = {
  W: "kernel",
  b: "bias",
  gamma: "gamma",
  beta: "beta",
  running_mean: "moving_mean",
  running_std: "moving_variance",
};

const BATCH_NORMALIZATION = ["gamma", "beta", "moving_mean", "moving_variance"];

/** Of a recurrent layer's cell. */
const CELL = ["kernel", "recurrent_kernel", "bias"];

/** How Keras calls the cell of a recurrent layer within it. */
const CELL_NAME = /^(lstm|gru|simple_rnn|conv_lstm)_cell(_\d+)?$/;

/**
 * The weights in a file of Keras's, by layer and weight ("conv1/kernel"), whichever way they are laid out:
 *
 * - weights alone (`layer/layer/kernel:0`) and whole models (`model_weights/…`) of Keras 2 and 3, networks within
 *   networks too (`network/layer/kernel`), and Keras 1's names (`layer/layer_W_1:0`);
 * - Keras 3's `.weights.h5` (`layers/conv2d_3/vars/0`, where an attribute has the layer's name).
 *
 * Names of layers with slashes are groups within groups, written twice (`a/conv/a/conv/kernel:0` is `a/conv/kernel`).
 *
 * The cell within a recurrent layer is passed by ("reader/lstm_cell/kernel" is "reader/kernel"), and the weights of a
 * layer in two directions say which is theirs ("reader/forward_kernel").
 *
 * What an optimizer keeps is no weight. Of weights that would have the same name, the later ones keep their whole path.
 */
export function kerasNames(datasets: readonly H5Listed[]): Map<string, H5Listed> {
  const weights = datasets.filter(({ parts }) => parts[0] !== "optimizer" && parts[0] !== "optimizer_weights");
  const places = parentsOfGroups(weights);
  const named = new Map<string, H5Listed>();
  for (const dataset of weights) {
    const name = isNumbered(dataset) ? numberedName(dataset) : plainName(dataset, places);
    named.set(named.has(name) ? dataset.parts.join("/") : name, dataset);
  }
  return named;
}

/** Whether it is one of the variables 0, 1, … of a layer, as Keras 3 lays them out. */
function isNumbered({ parts }: H5Listed): boolean {
  return parts.at(-2) === "vars" && /^\d+$/.test(parts.at(-1) ?? "");
}

function numberedName({ parts, layer, shape }: H5Listed): string {
  const group = parts.at(-3) ?? "";
  const index = Number(parts.at(-1));
  if (group === "cell" && CELL[index] !== undefined) {
    const direction = /^(forward|backward)_layer$/.exec(parts.at(-4) ?? "")?.[1];
    const whole = parts.slice(0, direction === undefined ? -3 : -4).join("/");
    return `${layer ?? whole}/${directed(direction, CELL[index])}`;
  }
  const weight = /^batch_normalization(_\d+)?$/.test(group)
    ? BATCH_NORMALIZATION[index]
    : index === 0 && shape.length > 1
      ? "kernel"
      : index === 1 && shape.length === 1
        ? "bias"
        : undefined;
  return `${layer ?? parts.slice(0, -2).join("/")}/${weight ?? index}`;
}

/** Of the older layouts: for each layer's group, the paths within it where its weights lie. */
function parentsOfGroups(datasets: readonly H5Listed[]): Map<string, Set<string>> {
  const places = new Map<string, Set<string>>();
  for (const { parts } of datasets) {
    const [group = "", ...path] = withoutRoot(parts);
    places.set(group, (places.get(group) ?? new Set()).add(withoutCell(path.slice(0, -1)).place.join("/")));
  }
  return places;
}

/** Where all weights of a group lie in one place it is a layer, and else a network of layers. */
function plainName({ parts }: H5Listed, places: ReadonlyMap<string, ReadonlySet<string>>): string {
  const [group = "", ...path] = withoutRoot(parts);
  const own = path.at(-1) ?? "";
  const slashed = slashedLayer([group, ...path.slice(0, -1)]);
  if (slashed !== undefined) return `${slashed}/${own.replace(/:\d+$/, "")}`;
  const { place, direction } = withoutCell(path.slice(0, -1));
  const layer = places.get(group)?.size === 1 ? group : (place.at(-1) ?? group);
  return `${layer}/${directed(direction, weightName(own.replace(/:\d+$/, ""), layer))}`;
}

/** A layer's name of several parts, if they come twice. */
function slashedLayer(groups: readonly string[]): string | undefined {
  const half = groups.length / 2;
  const once = groups.slice(0, half).join("/");
  return half > 1 && once === groups.slice(half).join("/") ? once : undefined;
}

/** Where a recurrent layer lies that these groups lead to the cell of; which direction's, if it has two. */
function withoutCell(path: readonly string[]): { place: readonly string[]; direction?: string | undefined } {
  if (!CELL_NAME.test(path.at(-1) ?? "")) return { place: path };
  const place = path.slice(0, -1);
  const direction = /^(forward|backward)_/.exec(place.at(-1) ?? "")?.[1];
  return direction === undefined || place.length < 2 ? { place } : { place: place.slice(0, -1), direction };
}

function directed(direction: string | undefined, weight: string): string {
  return direction === undefined ? weight : `${direction}_${weight}`;
}

function weightName(name: string, layer: string): string {
  const old = name.startsWith(`${layer}_`) ? name.slice(layer.length + 1).replace(/_\d+$/, "") : "";
  return Object.hasOwn(KERAS_1, old) ? (KERAS_1[old] ?? name) : name;
}

function withoutRoot(parts: readonly string[]): readonly string[] {
  return parts[0] === "model_weights" ? parts.slice(1) : parts;
}
