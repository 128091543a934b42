import { checked } from "../../base/checked.ts";
import type { AnchorkitError } from "../../base/errors.ts";
import { placeOnCanvas, type Size } from "../../base/preprocessing.ts";
import { disposeWeights, namedWeights } from "../../core/namedWeights.ts";
import { withMargin } from "../../data/cutOutObjects.ts";
import type { ImageRecord, LabelledObject } from "../../data/dataset.ts";
import { fittedAnswers } from "../../data/images/canvasImages.ts";
import { chunksOf, type FittedImage, fittedImage } from "../../data/images/fittedFiles.ts";
import { noCache } from "../../data/images/imageCache.ts";
import { decodeRegions, readImageHeader } from "../../data/images/images.ts";
import { ImageStore } from "../../data/images/imageStore.ts";
import { loadEngine } from "../../engine/load.ts";
import type { Runner } from "../../engine/graph/step.ts";
import { IMAGES, type PortableModel } from "../../export/portableModel.ts";
import { knownOptions } from "../../geometry/knownOptions.ts";
import { modelFolderOf } from "../../training/run/modelFolder.ts";
import { networkIn, networkRunner } from "../../training/runner.ts";
import { Embedder, type FileEmbedding } from "../../training/embedding.ts";
import { PREDICTOR_OPTIONS, type PredictorOptions } from "../../training/predictorOptions.ts";
import { type DecodeOptions, decoderOf, type Reading } from "./decode.ts";
import { ReaderDescription } from "./description.ts";
import { featuresOf, FRAME_STRIDE, type ReaderNetwork } from "./network.ts";
import { predictStep } from "./predictStep.ts";
import { readImages } from "./readImages.ts";
import { type LabelledReading, readLabelled } from "./readLabelled.ts";
import { readReader } from "./readReader.ts";

/** What stands in an image file, or why it could not be read. */
export type FileReading = (Reading & { file: string; size: Size }) | { file: string; error: AnchorkitError };

type Box = LabelledObject["box"];

/** Images that run at once unless told. */
const BATCH = 32;

/** A trained reader of lines of text, ready to run. Its weights live in the engine until `dispose`. */
export class TextReader {
  readonly kind = "reading";
  readonly description: ReaderDescription;
  readonly #runner: Runner;
  readonly #network: ReaderNetwork | undefined;
  readonly #embedder: Embedder | undefined;

  private constructor(description: ReaderDescription, runner: Runner, network?: ReaderNetwork) {
    this.description = description;
    this.#network = network;
    this.#runner = runner;
    if (!network) return;
    const { preprocessing } = description;
    const features = featuresOf(network);
    this.#embedder = new Embedder({ network: network.model, features, preprocessing, batch: runner.batch });
  }

  /**
   * Loads a run folder (its best weights), or best or last in one.
   *
   * @throws AnchorkitError if there is no reader, or it is damaged
   */
  static async load(folder: string, options: PredictorOptions = {}): Promise<TextReader> {
    knownOptions("TextReader.load", options, PREDICTOR_OPTIONS);
    const engine = await loadEngine({ engine: options.engine ?? "native" });
    const { network, description } = await readReader(modelFolderOf(folder));
    const { preprocessing } = description;
    const { batch = BATCH } = options;
    const predict = predictStep({ network, preprocessing, batch });
    const runner = await networkRunner(predict, network.model, engine, { ...options, batch });
    await readImages(runner.run, batch, [], preprocessing); // TensorFlow prepares a graph when it first runs
    return new TextReader(description, runner, network);
  }

  /** A reader that was exported, and that something else runs: `openModel` opens its file. */
  static adopt(description: unknown, runner: Runner): TextReader {
    return new TextReader(checked(description, ReaderDescription, "the exported model's description"), runner);
  }

  /** The alphabet: the characters that it can read. */
  get classes(): readonly string[] {
    return this.description.classes;
  }

  /** As other programs can run it, on so many images at once; see `exportModel`. */
  portable(batch: number): PortableModel {
    const network = networkIn(this.#network);
    const { preprocessing } = this.description;
    const { width } = preprocessing.canvas;
    return {
      ...{ kind: this.kind, batch, description: this.description, weights: namedWeights(network.model) },
      preprocessing,
      step: predictStep({ network, preprocessing, batch, input: "uint8" }),
      inputs: {
        images: { ...IMAGES, meaning: "red, green and blue, 0 to 255, of lines of text at the left of the canvas" },
        widths: {
          ...{ meaning: "of each image, in pixels of the canvas", says: "width" },
          draw: (random) => 1 + random.int(width),
        },
      },
      outputs: {
        logProbabilities: `of each character, and of the blank behind them, for every ${FRAME_STRIDE} pixels of the canvas`,
      },
    };
  }

  /** Layers, shapes and weights, as tf.LayersModel.summary prints them. */
  summary(print?: (line: string) => void): void {
    networkIn(this.#network).model.summary(undefined, undefined, print);
  }

  /**
   * Reads image files, each a line of text, in their order; the next images are decoded while some run. A file that cannot
   * be read gives its error and does not end the rest.
   */
  async *predictFiles(files: readonly string[], options: DecodeOptions = {}): AsyncGenerator<FileReading> {
    const { preprocessing } = this.description;
    const read = (images: readonly FittedImage[]): Promise<Reading[]> => this.predictFitted(images, options);
    for await (const one of fittedAnswers(files, this.#runner.batch, preprocessing, read)) {
      yield "error" in one ? one : { file: one.file, size: one.size, ...one.answer };
    }
  }

  /** Reads images that are decoded and have the size that they have on the canvas; as many as run at once at most. */
  async predictFitted(images: readonly FittedImage[], options: DecodeOptions = {}): Promise<Reading[]> {
    const { run, batch } = this.#runner;
    const scores = await readImages(run, batch, images, this.description.preprocessing);
    return scores.map(decoderOf(this.classes, options));
  }

  /**
   * Reads boxes of an image file (x1, y1, x2, y2 in pixels of the image as it is shown), each a line of text, in their
   * order; as much around each as the reader has learnt is read with it. The file is decoded once.
   *
   * @throws AnchorkitError for a file that cannot be read
   */
  async readBoxes(file: string, boxes: readonly Box[], options: DecodeOptions = {}): Promise<Reading[]> {
    const { preprocessing, margin = 0 } = this.description;
    if (boxes.length === 0) return [];
    const size = await readImageHeader(file);
    const regions = boxes.map((box) => withMargin(box, margin, size));
    const crops = await decodeRegions(file, regions, (original) => placeOnCanvas(original, preprocessing));
    const images = crops.map(fittedImage);
    const readings: Reading[] = [];
    for (const chunk of chunksOf(images, this.#runner.batch)) {
      readings.push(...(await this.predictFitted(chunk, options)));
    }
    return readings;
  }

  /** Image files as vectors in which those that look alike to its convolutions are close, see `Embedder`. */
  embedFiles(files: readonly string[]): AsyncGenerator<FileEmbedding> {
    return networkIn(this.#embedder).files(files);
  }

  /** What it reads in images whose text is known, in their order; see readerData. */
  async readLabelled(images: readonly ImageRecord[], options: DecodeOptions = {}): Promise<LabelledReading[]> {
    const store = new ImageStore(images, this.description.preprocessing, { cache: noCache });
    return readLabelled(this.#runner.run, this.#runner.batch, store, this.description, options);
  }

  /** Frees the weights; the reader cannot run afterwards. */
  dispose(): void {
    this.#runner.dispose();
    this.#embedder?.dispose();
    if (this.#network) disposeWeights(this.#network.model);
  }
}
