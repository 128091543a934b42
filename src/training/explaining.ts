import type * as tf from "@tensorflow/tfjs";
import { AnchorkitError } from "../base/errors.ts";
import { type HeatMap, type HeatPeak, heatPeak } from "../base/heatMap.ts";
import type { Preprocessing, Size } from "../base/preprocessing.ts";
import { weightsOf } from "../core/namedWeights.ts";
import { packBytes } from "../core/ops/bytes.ts";
import { canvasBatch, fittedAnswers } from "../data/images/canvasImages.ts";
import type { FittedImage } from "../data/images/fittedFiles.ts";
import { compileProgram, type Program } from "../engine/graph/program.ts";
import type { NamedTensors, Step } from "../engine/graph/step.ts";
import { nearest } from "../geometry/nearest.ts";

/** Which parts of an image speak for what a model says of it. */
export interface Explanation {
  /** Index of the class. */
  class: number;
  /** The probability of the class, or the score of the detection. */
  score: number;
  /** The box of the detection, x1, y1, x2, y2 in pixels of the image. */
  box?: [number, number, number, number];
  /** The layer whose map it was. */
  layer: string;
  /** Over the network's canvas; `heatOnImage` lays it on the image. */
  map: HeatMap;
  /** The hottest place in the image; undefined where nothing speaks for the class. */
  peak: HeatPeak | undefined;
}

/** The explanations of an image file, best score first, or why it could not be read. */
export type FileExplanation =
  { file: string; size: Size; explanations: Explanation[] } | { file: string; error: AnchorkitError };

/** What every model can be told when it explains itself. */
export interface ExplainOptions {
  /** The name of the class that is explained; without it, what the model says. */
  class?: string;
  /** The layer whose map is looked at; a map of the backbone unless told, see `explainFiles` of the models. */
  layer?: string;
  /** Explanations of an image at most, those with the best scores. */
  most?: number;
}

/** A compiled step that explains, and the layer that it looks at. */
export interface Explainer {
  layer: string;
  program: Program;
}

/** A model's steps that explain, one for each layer that is asked of, compiled when it first is. */
export class Explainers {
  readonly #model: tf.LayersModel;
  readonly #layers: ReadonlyMap<string, tf.layers.Layer>;
  readonly #step: (layer: tf.layers.Layer) => Step;
  readonly #programs = new Map<tf.layers.Layer, Program>();

  /**
   * @param model holds the weights @param layers that may be looked at, by name
   * @param step gives `heat` [1, h, w] of `images`, one image's packed pixels, and what `explain` is fed
   */
  constructor(
    model: tf.LayersModel,
    layers: ReadonlyMap<string, tf.layers.Layer>,
    step: (layer: tf.layers.Layer) => Step,
  ) {
    this.#model = model;
    this.#layers = layers;
    this.#step = step;
  }

  /** @throws AnchorkitError, naming all, if there is no layer of that name */
  async of(name: string): Promise<Explainer> {
    const layer = this.#layers.get(name);
    if (!layer) throw new AnchorkitError(unknown("layer", name, [...this.#layers.keys()]));
    const program =
      this.#programs.get(layer) ??
      (await compileProgram(
        { explain: this.#step(layer) },
        { variables: weightsOf(this.#model, false), frozen: true },
      ));
    this.#programs.set(layer, program);
    return { layer: name, program };
  }

  dispose(): void {
    for (const program of this.#programs.values()) program.dispose();
    this.#programs.clear();
  }
}

/** The explanations of image files, in their order: `size` of them at once, as `explain` gives those of each. */
export async function* explainedFiles(
  files: readonly string[],
  size: number,
  preprocessing: Preprocessing,
  explain: (images: readonly FittedImage[]) => Promise<readonly Explanation[][]>,
): AsyncGenerator<FileExplanation> {
  for await (const one of fittedAnswers(files, size, preprocessing, explain)) {
    yield "error" in one ? one : { file: one.file, size: one.size, explanations: one.answer };
  }
}

/** The explanation of one image; `feeds` are disposed of. */
export function explain(
  { layer, program }: Explainer,
  image: FittedImage,
  preprocessing: Preprocessing,
  feeds: NamedTensors,
): Pick<Explanation, "layer" | "map" | "peak"> {
  const inputs = { images: packBytes(canvasBatch([image], 1, preprocessing)), ...feeds };
  const { heat } = program.run("explain", inputs);
  if (!heat) throw new Error("explain: the step gives no heat");
  const [, height = 0, width = 0] = heat.shape;
  const map = { width, height, values: heat.dataSync<"float32">() };
  for (const tensor of [heat, ...Object.values(inputs)]) tensor.dispose();
  return { layer, map, peak: heatPeak(map, image.original, preprocessing) };
}

/** @throws AnchorkitError, naming those that there are, if there is no such class */
export function classNamed(name: string, classes: readonly string[]): number {
  const index = classes.indexOf(name);
  if (index === -1) throw new AnchorkitError(unknown("class", name, classes));
  return index;
}

/** More names are not listed in a message. */
const MOST_NAMED = 24;

function unknown(what: string, name: string, names: readonly string[]): string {
  const similar = nearest(name, names);
  const hint = similar === undefined ? "" : ` (did you mean "${similar}"?)`;
  const [first = "", last = ""] = [names[0], names.at(-1)];
  const all = names.length > MOST_NAMED ? `${names.length}, from ${first} to ${last}` : names.join(", ");
  return `this model has no ${what} "${name}"${hint}; there are ${all}`;
}
