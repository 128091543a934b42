import { z } from "zod";
import { checked } from "../../base/checked.ts";
import { AnchorkitError } from "../../base/errors.ts";
import type { ZipArchive } from "../../base/zip.ts";
import type { H5Listed } from "./h5File.ts";

/** What is in a `.keras` file beside its description of itself. */
const FILES = { weights: "model.weights.h5", config: "config.json" };
const LARGEST = { weights: 2 ** 30, config: 2 ** 26 };

/** A model or layer in config.json; a model lists layers like it. */
const Configured = z.object({
  class_name: z.string(),
  config: z.object({ name: z.string().optional(), layers: z.array(z.unknown()).optional() }),
});
export type Configured = z.infer<typeof Configured>;

/** Whether a zip archive is a model that Keras saved as `.keras`. */
export function isKerasArchive({ names }: ZipArchive): boolean {
  return names.includes(FILES.weights);
}

/**
 * The weights of a `.keras` file, as HDF5, and what its config.json says of the model.
 *
 * @throws AnchorkitError if one of them is missing, damaged or too large
 */
export async function readKerasArchive(
  zip: ZipArchive,
  path: string,
): Promise<{ bytes: Uint8Array; config: Configured }> {
  const text = new TextDecoder().decode(await zip.read(FILES.config, LARGEST.config));
  let config: unknown;
  try {
    config = JSON.parse(text);
  } catch {
    throw new AnchorkitError(`${path}: ${FILES.config}: not JSON: damaged; take it from a copy`);
  }
  return {
    bytes: await zip.read(FILES.weights, LARGEST.weights),
    config: checked(config, Configured, `${path}: ${FILES.config}`),
  };
}

/**
 * Gives data sets the names of their layers where the file itself has none, as those of Keras before 3.6: there the
 * groups within `layers` are called after the layers' classes ("conv2d_3"), in the order of config.json.
 */
export function withLayerNames(datasets: readonly H5Listed[], model: Configured): H5Listed[] {
  const names = new Map(namesIn(model, datasets, 0));
  return datasets.map((dataset) => ({ ...dataset, layer: dataset.layer ?? names.get(dataset) }));
}

/** The layers' names of a model's data sets, whose paths lead to the model at this depth. */
function namesIn({ config }: Configured, datasets: readonly H5Listed[], depth: number): [H5Listed, string][] {
  const inside = datasets.filter(({ parts }) => parts[depth] === "layers");
  const groups = [...new Set(inside.map(({ parts }) => parts[depth + 1] ?? ""))];
  const layers = (config.layers ?? []).flatMap((layer) => Configured.safeParse(layer).data ?? []);
  return [...new Set(layers.map(classOf))].flatMap((kind) => {
    const own = layers.filter((layer) => classOf(layer) === kind);
    const numbered = groups.filter((group) => group.replace(/_\d+$/, "") === kind);
    if (numbered.length !== own.length) return []; // of some class only a part has weights: which, nothing says
    numbered.sort((a, b) => numberOf(a) - numberOf(b));
    return own.flatMap((layer, i) => {
      const datasetsOfLayer = inside.filter(({ parts }) => parts[depth + 1] === numbered[i]);
      return namesOf(layer, datasetsOfLayer, depth + 2);
    });
  });
}

function namesOf(layer: Configured, datasets: readonly H5Listed[], depth: number): [H5Listed, string][] {
  const { name } = layer.config;
  if (layer.config.layers) return namesIn(layer, datasets, depth);
  return name === undefined ? [] : datasets.map((dataset): [H5Listed, string] => [dataset, name]);
}

function numberOf(group: string): number {
  return Number(/_(\d+)$/.exec(group)?.[1] ?? 0);
}

/** How groups of its class are called: "DepthwiseConv2D" -> "depthwise_conv2d". */
function classOf({ class_name }: Configured): string {
  return class_name
    .replace(/(.)([A-Z][a-z]+)/g, "$1_$2")
    .replace(/([a-z])([A-Z])/g, "$1_$2")
    .toLowerCase();
}
