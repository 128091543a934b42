import type { Size } from "../base/preprocessing.ts";
import { withoutAdvice } from "../export/graphModel/withoutAdvice.ts";
import { imagePixels, type ImageSource } from "./imagePixels.ts";
import { onCanvas } from "./onCanvas.ts";
import type { BrowserDescription } from "./readManifest.ts";
import type { BrowserGraph, BrowserTensor, TensorFlowJs } from "./tensorflowJs.ts";
import type { Raster } from "../data/images/resample.ts";

/** What a model of any task is made of. */
export interface ModelParts {
  /** The TensorFlow.js that runs it. */
  tf: TensorFlowJs;
  /** Its graph. */
  graph: BrowserGraph;
  /** Whether the graph has ops whose results come later. */
  isAsync: boolean;
  /** What the model says of itself. */
  description: BrowserDescription;
}

/** What is common to the models of all tasks: a graph, fed with the bytes of a canvas. */
export class BrowserModel {
  /** What the model says of itself: classes, preprocessing, thresholds. */
  readonly description: BrowserDescription;
  readonly #parts: ModelParts;

  /** Made by `loadModel`. */
  constructor(parts: ModelParts) {
    this.#parts = parts;
    this.description = parts.description;
  }

  /** The names of its classes; of readers of text, the characters. */
  get classes(): readonly string[] {
    return this.description.classes;
  }

  /** Frees its weights, which lie in the backend that it was loaded with. */
  dispose(): void {
    this.#parts.graph.dispose();
  }

  /** Runs the graph on an image; tensors are gone when this ends, however it does. */
  protected async answer(source: ImageSource, outputs: readonly string[], needsSize = false): Promise<ImageAnswer> {
    const image = await imagePixels(source);
    const { width, height } = image;
    const canvas = onCanvas(image, this.description.preprocessing);
    return {
      size: { width, height },
      values: await this.run(canvas, outputs, needsSize ? [width, height] : undefined),
    };
  }

  /** The pixels of an image at its own size. */
  protected pixels(source: ImageSource): Promise<Raster> {
    return imagePixels(source);
  }

  /**
   * Runs the graph on a canvas; tensors are gone when this ends, however it does.
   *
   * @param pixels of a canvas @param sizes the image's own size, for graphs that ask for it
   * @param more other numbers that the graph is fed, by name
   */
  protected async run(
    pixels: Uint8Array,
    outputs: readonly string[],
    sizes?: readonly [number, number],
    more: Record<string, number> = {},
  ): Promise<Float32Array[]> {
    const { tf, graph, isAsync, description } = this.#parts;
    const { width, height } = description.preprocessing.canvas;
    const tensor = tf.tensor as (values: unknown, shape: number[], dtype: string) => BrowserTensor;
    const dispose = tf.dispose as (tensors: unknown) => void;
    const inputs: Record<string, BrowserTensor> = { images: tensor(pixels, [1, height, width, 3], "int32") };
    if (sizes) inputs["sizes"] = tensor([...sizes], [1, 2], "float32");
    for (const [name, value] of Object.entries(more)) inputs[name] = tensor([value], [1, 1], "float32");
    let found: BrowserTensor[] = [];
    try {
      const fed = inputs as Record<string, never>;
      const run = () =>
        isAsync ? graph.executeAsync(fed, [...outputs]) : Promise.resolve(graph.execute(fed, [...outputs]));
      found = [await withoutAdvice(run)].flat();
      return await Promise.all(found.map(async (one) => Float32Array.from(await one.data())));
    } finally {
      dispose([...Object.values(inputs), ...found]);
    }
  }
}

/** What a graph gives for an image. */
interface ImageAnswer {
  /** Of the image. */
  size: Size;
  /** The outputs that were asked for. */
  values: Float32Array[];
}
