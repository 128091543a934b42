import type * as tf from "@tensorflow/tfjs";
import { IMAGES, type PortableModel, SIZES } from "../export/portableModel.ts";
import { knownOptions } from "../geometry/knownOptions.ts";
import { checked } from "../base/checked.ts";
import type { DetectedFile } from "../base/detectedImage.ts";
import type { AnchorkitError } from "../base/errors.ts";
import { categoryIdsOf } from "../data/categoryIds.ts";
import type { ImageRecord } from "../data/dataset.ts";
import { fittedAnswers } from "../data/images/canvasImages.ts";
import type { FittedImage } from "../data/images/fittedFiles.ts";
import { noCache } from "../data/images/imageCache.ts";
import { ImageStore } from "../data/images/imageStore.ts";
import { loadEngine } from "../engine/load.ts";
import type { Runner } from "../engine/graph/step.ts";
import { mapLayers } from "../core/gradCam.ts";
import { sizesSpec } from "../core/ops/placement.ts";
import type { BatchedNmsResult } from "../core/ops/nonMaxSuppression.ts";
import { disposeWeights, namedWeights } from "../core/namedWeights.ts";
import { first, scoredFrom, type Detections } from "../geometry/detections.ts";
import { evaluateCoco, type CocoMetrics, type EvaluationImage } from "../metrics/detection/coco/coco.ts";
import {
  classNamed,
  explainedFiles,
  Explainers,
  type Explanation,
  type ExplainOptions,
  type FileExplanation,
} from "../training/explaining.ts";
import { Embedder, type FileEmbedding } from "../training/embedding.ts";
import { PREDICTOR_OPTIONS, type PredictorOptions } from "../training/predictorOptions.ts";
import { modelFolderOf } from "../training/run/modelFolder.ts";
import { networkIn, networkRunner } from "../training/runner.ts";
import { levelAnchors } from "./boxes/anchors.ts";
import { compareDetections } from "./compareDetections.ts";
import { detectImages } from "./detectImages.ts";
import { detectLabelled } from "./detectLabelled.ts";
import { explainDetections, type MapExplainer } from "./explainDetections.ts";
import { onImages } from "./onImages.ts";
import { explainStep, featureModel } from "./fasterRcnn/explainStep.ts";
import { DEFAULT_SCORE, thresholdsOf } from "./thresholds.ts";
import { readNetwork } from "./fasterRcnn/readNetwork.ts";
import { type FasterRcnn } from "./fasterRcnn/network.ts";
import { predictStep } from "./fasterRcnn/predictStep.ts";
import { DetectorDescription } from "./fasterRcnn/description.ts";

/** How a detector is opened; it runs on 8 images at once unless told. */
export type DetectorOptions = PredictorOptions;

/** The lowest score that is given: of all classes, or of each; with "val", for each that of `thresholds`. */
export type ScoreThreshold = number | readonly number[] | "val";

/** What was found in a file, or why it could not be read. */
export type FilePrediction = DetectedFile | { file: string; error: AnchorkitError };

/** A trained detector, ready to run. Its weights live in the engine until `dispose`. */
export class Detector {
  readonly kind = "detection";
  readonly description: DetectorDescription;
  readonly #runner: Runner;
  readonly #network: FasterRcnn | undefined;
  readonly #explainers: Explainers | undefined;
  readonly #embedder: Embedder | undefined;

  private constructor(description: DetectorDescription, runner: Runner, network?: FasterRcnn) {
    this.description = description;
    this.#network = network;
    this.#runner = runner;
    if (!network) return;
    const { preprocessing, classes } = description;
    this.#explainers = new Explainers(network.model, mapLayers(featureModel(network)), (layer) =>
      explainStep({ network, preprocessing, classes: classes.length, layer }),
    );
    const features = (images: tf.Tensor4D) => network.backbone.model.apply(images, { training: false }) as tf.Tensor4D;
    this.#embedder = new Embedder({ network: network.model, features, preprocessing, batch: runner.batch });
  }

  /**
   * Loads a run folder (its best weights), or best or last in one.
   *
   * @throws AnchorkitError if there is no detector, or it is damaged
   */
  static async load(folder: string, options: DetectorOptions = {}): Promise<Detector> {
    knownOptions("Detector.load", options, PREDICTOR_OPTIONS);
    const engine = await loadEngine({ engine: options.engine ?? "native" });
    const { network, description } = await readNetwork(modelFolderOf(folder));
    const { preprocessing, settings, levels } = description;
    const batch = options.batch ?? 8;
    const predict = predictStep({
      network,
      preprocessing,
      settings,
      anchors: levelAnchors(levels, preprocessing.canvas),
      batch,
    });
    const runner = await networkRunner(predict, network.model, engine, { ...options, batch });
    await detectImages(runner.run, batch, [], preprocessing); // TensorFlow prepares a graph when it first runs
    return new Detector(description, runner, network);
  }

  /** A detector that was exported, and that something else runs: `openModel` opens its file. */
  static adopt(description: unknown, runner: Runner): Detector {
    return new Detector(checked(description, DetectorDescription, "the exported model's description"), runner);
  }

  get classes(): readonly string[] {
    return this.description.classes;
  }

  /** The category id of each class in COCO files: the training data's own, else the index + 1. */
  get categoryIds(): readonly number[] {
    return categoryIdsOf(this.description);
  }

  /**
   * The score from which detections of each class count, chosen on the validation images for the best F1 at IoU 0.5; 0.3
   * for classes of which these held none.
   *
   * @throws AnchorkitError if the model's folder holds none
   */
  get thresholds(): readonly number[] {
    return thresholdsOf(this.description);
  }

  /** As other programs can run it, on so many images at once; see `exportModel`. */
  portable(batch: number): PortableModel {
    const { preprocessing, settings, levels } = this.description;
    const anchors = levelAnchors(levels, preprocessing.canvas);
    const network = networkIn(this.#network);
    const onCanvas = predictStep({ network, preprocessing, settings, anchors, batch, input: "uint8" });
    return {
      ...{ kind: this.kind, batch, description: this.description, weights: namedWeights(network.model) },
      step: {
        inputs: { ...onCanvas.inputs, sizes: sizesSpec(batch) },
        run({ sizes, ...images }) {
          const { outputs } = onCanvas.run(images);
          return {
            outputs: { ...onImages(outputs as unknown as BatchedNmsResult, sizes as tf.Tensor2D, preprocessing) },
          };
        },
      },
      compare: compareDetections,
      preprocessing,
      inputs: { images: IMAGES, sizes: SIZES },
      outputs: {
        boxes: "x1, y1, x2, y2 in pixels of the image, the best score first; zeros behind the last",
        scores: "0 to 1",
        classes: "places in the list of classes, from 0",
        valid: "how many boxes of each image are no padding",
      },
    };
  }

  /** Layers, shapes and weights, as tf.LayersModel.summary prints them. */
  summary(print?: (line: string) => void): void {
    networkIn(this.#network).model.summary(undefined, undefined, print);
  }

  /**
   * Finds objects in image files, in their order; the next images are decoded while some run. A file that cannot be
   * read gives its error and does not end the rest.
   */
  async *predictFiles(
    files: readonly string[],
    { scoreThreshold = 0 }: { scoreThreshold?: ScoreThreshold } = {},
  ): AsyncGenerator<FilePrediction> {
    const { preprocessing } = this.description;
    const least = this.#least(scoreThreshold);
    const detect = (images: readonly FittedImage[]): Promise<Detections[]> => this.predictFitted(images);
    for await (const one of fittedAnswers(files, this.#runner.batch, preprocessing, detect)) {
      if ("error" in one) yield one;
      else yield { file: one.file, size: one.size, detections: scoredFrom(least, one.answer) };
    }
  }

  /**
   * What it finds, with whatever score, in images that are decoded and have the size that they have on the canvas; as many
   * as run at once at most.
   */
  predictFitted(images: readonly FittedImage[]): Promise<Detections[]> {
    return detectImages(this.#runner.run, this.#runner.batch, images, this.description.preprocessing);
  }

  /**
   * Which parts of image files speak for its detections, see `explainStep`: for those with at least `scoreThreshold` (0.3
   * unless told), of the named class if there is one, the 9 best of an image at most unless told. The map is the last of
   * the backbone for large boxes, and a finer one for small ones, see `explainDetections`. See `predictFiles` for the rest.
   *
   * @throws AnchorkitError for a class or layer that it does not have
   */
  async *explainFiles(
    files: readonly string[],
    options: ExplainOptions & { scoreThreshold?: ScoreThreshold } = {},
  ): AsyncGenerator<FileExplanation> {
    knownOptions("explainFiles", options, { class: true, layer: true, most: true, scoreThreshold: true });
    const { layer, most = 9, class: name, scoreThreshold = DEFAULT_SCORE } = options;
    const least = this.#least(scoreThreshold);
    const { preprocessing } = this.description;
    const asked = name === undefined ? undefined : classNamed(name, this.classes);
    const explainers = await this.#explainersFor(layer);
    const wanted = this.classes.map((_, k) => {
      if (asked !== undefined && k !== asked) return Infinity;
      return typeof least === "number" ? least : (least[k] ?? 0);
    });
    const answer = async (images: readonly FittedImage[]): Promise<Explanation[][]> => {
      const all = await this.predictFitted(images);
      return all.map((found, i) => {
        const best = first(most, scoredFrom(wanted, found));
        return explainDetections(explainers, images[i] as FittedImage, best, this.description);
      });
    };
    yield* explainedFiles(files, this.#runner.batch, preprocessing, answer);
  }

  /** Image files as vectors in which those that look alike to its backbone are close, see `Embedder`. */
  embedFiles(files: readonly string[]): AsyncGenerator<FileEmbedding> {
    return networkIn(this.#embedder).files(files);
  }

  /** COCO's metrics on labelled images. */
  async evaluate(images: readonly ImageRecord[]): Promise<CocoMetrics> {
    return evaluateCoco(await this.detectLabelled(images), this.classes);
  }

  /** What it finds in labelled images, beside their labels: for `evaluateCoco`, `analyzeDetections` and other metrics. */
  async detectLabelled(images: readonly ImageRecord[]): Promise<(DetectedFile & EvaluationImage)[]> {
    const { preprocessing } = this.description;
    const store = new ImageStore(images, preprocessing, { cache: noCache });
    return detectLabelled(this.#runner.run, this.#runner.batch, store, preprocessing);
  }

  /** Frees the weights; the detector cannot run afterwards. */
  dispose(): void {
    this.#runner.dispose();
    this.#explainers?.dispose();
    this.#embedder?.dispose();
    if (this.#network) disposeWeights(this.#network.model);
  }

  /** On the named map; or on those of the backbone that proposals rest on, from fine to coarse. */
  async #explainersFor(layer: string | undefined): Promise<MapExplainer[]> {
    const all = networkIn(this.#explainers);
    if (layer !== undefined) return [{ stride: 0, ...(await all.of(layer)) }];
    const { backbone, strides } = networkIn(this.#network);
    const explainers: MapExplainer[] = [];
    for (const { stride, output } of backbone.features) {
      if (stride < Math.min(...strides)) continue;
      explainers.push({ stride, ...(await all.of(output.sourceLayer.name)) });
    }
    return explainers;
  }

  #least(threshold: ScoreThreshold): number | readonly number[] {
    return threshold === "val" ? this.thresholds : threshold;
  }
}
