import type * as tf from "@tensorflow/tfjs";
import { checked } from "../base/checked.ts";
import { AnchorkitError } from "../base/errors.ts";
import { disposeWeights, namedWeights } from "../core/namedWeights.ts";
import { categoryIdsOf } from "../data/categoryIds.ts";
import type { ImageRecord } from "../data/dataset.ts";
import type { FittedImage } from "../data/images/fittedFiles.ts";
import { noCache } from "../data/images/imageCache.ts";
import { ImageStore } from "../data/images/imageStore.ts";
import { loadEngine } from "../engine/load.ts";
import type { Runner } from "../engine/graph/step.ts";
import { IMAGES, type PortableModel } from "../export/portableModel.ts";
import { knownOptions } from "../geometry/knownOptions.ts";
import { Embedder, type FileEmbedding } from "../training/embedding.ts";
import { PREDICTOR_OPTIONS, type PredictorOptions } from "../training/predictorOptions.ts";
import { modelFolderOf } from "../training/run/modelFolder.ts";
import { networkIn, networkRunner } from "../training/runner.ts";
import { SegmenterDescription } from "./description.ts";
import type { InstanceOptions } from "./instances/instancesOf.ts";
import { addForeground, bestForegroundThreshold, foregroundHistogram } from "./measuring/foregroundThreshold.ts";
import type { MeasuredImage } from "./measuring/measure.ts";
import { alignmentOf } from "./networks/architecture.ts";
import type { SegmenterNetwork } from "./networks/buildSegmenter.ts";
import { featuresOf } from "./networks/features.ts";
import { labelsOf, predictStep } from "./running/predictStep.ts";
import { readSegmenter } from "./readSegmenter.ts";
import { foregroundOf, segmentImages, type SegmentedImage, type SegmentOptions } from "./running/segmentImages.ts";
import { segmentLabelled } from "./running/segmentLabelled.ts";
import { type FileSegmentation, segmentFiles } from "./running/segmentStored.ts";
import { rowsOfImage } from "./tiles/rowSources.ts";
import { segmentTiles } from "./tiles/segmentTiles.ts";

/** Images that run at once unless told. */
const BATCH = 4;

/** A trained segmenter, ready to run. Its weights live in the engine until `dispose`. */
export class Segmenter {
  readonly kind = "segmentation";
  readonly description: SegmenterDescription;
  readonly #runner: Runner;
  readonly #network: SegmenterNetwork | undefined;
  readonly #embedder: Embedder | undefined;

  private constructor(description: SegmenterDescription, runner: Runner, network?: SegmenterNetwork) {
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
   * @throws AnchorkitError if there is no segmenter, or it is damaged
   */
  static async load(folder: string, options: PredictorOptions = {}): Promise<Segmenter> {
    knownOptions("Segmenter.load", options, PREDICTOR_OPTIONS);
    const engine = await loadEngine({ engine: options.engine ?? "native" });
    const { network, description } = await readSegmenter(modelFolderOf(folder));
    const { preprocessing, distance, classes } = description;
    const { batch = BATCH } = options;
    const predict = predictStep({ network, preprocessing, distance, classes: classes.length, batch });
    const runner = await networkRunner(predict, network.model, engine, { ...options, batch });
    const segmenter = new Segmenter(description, runner, network);
    await segmentImages(runner.run, [], segmenter.#options()); // TensorFlow prepares a graph when it first runs
    return segmenter;
  }

  /** A segmenter that was exported, and that something else runs: `openModel` opens its file. */
  static adopt(description: unknown, runner: Runner): Segmenter {
    return new Segmenter(checked(description, SegmenterDescription, "the exported model's description"), runner);
  }

  /** Without the background. */
  get classes(): readonly string[] {
    return this.description.classes;
  }

  /** The category of each class in COCO files. */
  get categoryIds(): readonly number[] {
    return categoryIdsOf(this.description);
  }

  /** As other programs can run it, on so many images at once; see `exportModel`. */
  portable(batch: number): PortableModel {
    const { preprocessing, distance, classes, thresholds } = this.description;
    const network = networkIn(this.#network);
    const seen = predictStep({ network, preprocessing, distance, classes: classes.length, batch, input: "uint8" });
    return {
      ...{ kind: this.kind, batch, description: this.description, weights: namedWeights(network.model) },
      ...(preprocessing.resize !== "tiles" && { preprocessing }),
      step: {
        inputs: seen.inputs,
        run(images) {
          const { outputs } = seen.run(images);
          return { outputs: { labels: labelsOf(outputs.probabilities as tf.Tensor4D, thresholds?.[0]), ...outputs } };
        },
      },
      inputs: { images: IMAGES },
      outputs: {
        labels: "of each pixel of the canvas: 0 for the background, then the classes from 1",
        probabilities: "of the background and of each class, for each pixel of the canvas",
        ...(distance && { distance: "how deep a pixel lies in its object, 0 to 1" }),
      },
    };
  }

  /** Layers, shapes and weights, as tf.LayersModel.summary prints them. */
  summary(print?: (line: string) => void): void {
    networkIn(this.#network).model.summary(undefined, undefined, print);
  }

  /**
   * Segments image files, in their order; the next images are decoded while some run. A file that cannot be read gives
   * its error and does not end the rest.
   */
  predictFiles(files: readonly string[], { threshold }: { threshold?: number } = {}): AsyncGenerator<FileSegmentation> {
    return segmentFiles(this.#runner.run, files, this.#options(threshold));
  }

  /**
   * Segments images that are decoded and have the size that they have on the canvas, or their own where they are seen by
   * tiles; of the others as many as run at once at most.
   */
  async predictFitted(
    images: readonly FittedImage[],
    { threshold }: { threshold?: number } = {},
  ): Promise<SegmentedImage[]> {
    const options = this.#options(threshold);
    if (options.preprocessing.resize !== "tiles") return segmentImages(this.#runner.run, images, options);
    const segmented: SegmentedImage[] = [];
    for (const image of images) segmented.push(await segmentTiles(this.#runner.run, rowsOfImage(image), options));
    return segmented;
  }

  /**
   * Labelled images and what it says of them, in their order; one is in memory at a time.
   *
   * @param options `threshold` in place of the model's own; `instances`: single objects are told apart, too
   */
  segmentLabelled(
    images: readonly ImageRecord[],
    { threshold, instances }: { threshold?: number; instances?: InstanceOptions } = {},
  ): AsyncGenerator<MeasuredImage> {
    const store = new ImageStore(images, this.description.preprocessing, { cache: noCache });
    return segmentLabelled(this.#runner.run, store, { ...this.#options(threshold), instances });
  }

  /** Image files as vectors in which those that look alike to its encoder are close, see `Embedder`. */
  embedFiles(files: readonly string[]): AsyncGenerator<FileEmbedding> {
    return networkIn(this.#embedder).files(files);
  }

  /**
   * The probability from which pixels of labelled images are best called the one class, see `bestForegroundThreshold`.
   *
   * @throws AnchorkitError for a model of several classes: it takes the most probable one
   */
  async bestThreshold(images: readonly ImageRecord[]): Promise<number> {
    if (this.classes.length !== 1) {
      throw new AnchorkitError("a segmenter of several classes takes the most probable one, and has no threshold");
    }
    const store = new ImageStore(images, this.description.preprocessing, { cache: noCache });
    const histogram = foregroundHistogram();
    const found = segmentLabelled(this.#runner.run, store, {
      ...this.#options(),
      look(segmented, truth) {
        addForeground(histogram, foregroundOf(segmented), truth);
      },
    });
    while ((await found.next()).done !== true);
    return bestForegroundThreshold(histogram);
  }

  /** Frees the weights; the segmenter cannot run afterwards. */
  dispose(): void {
    this.#runner.dispose();
    this.#embedder?.dispose();
    if (this.#network) disposeWeights(this.#network.model);
  }

  #options(threshold = this.description.thresholds?.[0]): SegmentOptions {
    const { preprocessing, architecture } = this.description;
    return { batch: this.#runner.batch, preprocessing, alignment: alignmentOf(architecture), threshold };
  }
}
