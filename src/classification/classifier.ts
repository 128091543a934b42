import type * as tf from "@tensorflow/tfjs";
import { checked } from "../base/checked.ts";
import type { AnchorkitError } from "../base/errors.ts";
import type { Size } from "../base/preprocessing.ts";
import { lastMap, mapLayers } from "../core/gradCam.ts";
import { disposeWeights, namedWeights } from "../core/namedWeights.ts";
import type { ImageRecord } from "../data/dataset.ts";
import { fittedAnswers } from "../data/images/canvasImages.ts";
import type { FittedImage } from "../data/images/fittedFiles.ts";
import { noCache } from "../data/images/imageCache.ts";
import { ImageStore } from "../data/images/imageStore.ts";
import { loadEngine } from "../engine/load.ts";
import type { Runner } from "../engine/graph/step.ts";
import { IMAGES, type PortableModel, SIZES } from "../export/portableModel.ts";
import { knownOptions } from "../geometry/knownOptions.ts";
import { modelFolderOf } from "../training/run/modelFolder.ts";
import { networkIn, networkRunner } from "../training/runner.ts";
import { PREDICTOR_OPTIONS, type PredictorOptions } from "../training/predictorOptions.ts";
import {
  classNamed,
  explainedFiles,
  Explainers,
  type Explanation,
  type ExplainOptions,
  type FileExplanation,
} from "../training/explaining.ts";
import { Embedder, type FileEmbedding } from "../training/embedding.ts";
import { type Classification, classifyImages, namedClasses } from "./classifyImages.ts";
import { classifyLabelled, type LabelledClassification } from "./classifyLabelled.ts";
import { ClassifierDescription } from "./description.ts";
import { explainImage } from "./explainImage.ts";
import { explainStep } from "./explainStep.ts";
import { onImages } from "./onImages.ts";
import type { ClassifierNetwork } from "./network.ts";
import { predictStep } from "./predictStep.ts";
import { readClassifier } from "./readClassifier.ts";

/** What an image file shows, or why it could not be read. */
export type FileClassification =
  (Classification & { file: string; size: Size }) | { file: string; error: AnchorkitError };

/** Images that run at once unless told. */
const BATCH = 32;

/** A trained classifier, ready to run. Its weights live in the engine until `dispose`. */
export class Classifier {
  readonly kind = "classification";
  readonly description: ClassifierDescription;
  readonly #runner: Runner;
  readonly #network: ClassifierNetwork | undefined;
  readonly #explainers: Explainers | undefined;
  readonly #embedder: Embedder | undefined;

  private constructor(description: ClassifierDescription, runner: Runner, network?: ClassifierNetwork) {
    this.description = description;
    this.#network = network;
    this.#runner = runner;
    if (!network) return;
    const { preprocessing, classes } = description;
    this.#explainers = new Explainers(network.model, mapLayers(network.model), (layer) =>
      explainStep({ network, preprocessing, classes: classes.length, layer }),
    );
    const features = (images: tf.Tensor4D) => network.backbone.model.apply(images, { training: false }) as tf.Tensor4D;
    this.#embedder = new Embedder({ network: network.model, features, preprocessing, batch: runner.batch });
  }

  /**
   * Loads a run folder (its best weights), or best or last in one.
   *
   * @throws AnchorkitError if there is no classifier, or it is damaged
   */
  static async load(folder: string, options: PredictorOptions = {}): Promise<Classifier> {
    knownOptions("Classifier.load", options, PREDICTOR_OPTIONS);
    const engine = await loadEngine({ engine: options.engine ?? "native" });
    const { network, description } = await readClassifier(modelFolderOf(folder));
    const { preprocessing, multiLabel } = description;
    const { batch = BATCH } = options;
    const predict = predictStep({ network, preprocessing, multiLabel, batch });
    const runner = await networkRunner(predict, network.model, engine, { ...options, batch });
    await classifyImages(runner.run, batch, [], preprocessing); // TensorFlow prepares a graph when it first runs
    return new Classifier(description, runner, network);
  }

  /** A classifier that was exported, and that something else runs: `openModel` opens its file. */
  static adopt(description: unknown, runner: Runner): Classifier {
    return new Classifier(checked(description, ClassifierDescription, "the exported model's description"), runner);
  }

  get classes(): readonly string[] {
    return this.description.classes;
  }

  /** As other programs can run it, on so many images at once; see `exportModel`. */
  portable(batch: number): PortableModel {
    const { preprocessing, multiLabel, architecture } = this.description;
    const network = networkIn(this.#network);
    const onCanvas = predictStep({ network, preprocessing, multiLabel, batch, input: "uint8" });
    return {
      ...{ kind: this.kind, batch, description: this.description, weights: namedWeights(network.model) },
      preprocessing,
      step: architecture.box ? onImages(onCanvas, preprocessing, batch) : onCanvas,
      inputs: { images: IMAGES, ...(architecture.box && { sizes: SIZES }) },
      outputs: {
        probabilities: "of each class, 0 to 1",
        ...(architecture.box && { boxes: "x1, y1, x2, y2 of the one object, in pixels of the image" }),
      },
    };
  }

  /** The layer whose map `explainFiles` looks at unless told. */
  get lastMap(): string {
    return lastMap(networkIn(this.#network).backbone);
  }

  /** Layers, shapes and weights, as tf.LayersModel.summary prints them. */
  summary(print?: (line: string) => void): void {
    networkIn(this.#network).model.summary(undefined, undefined, print);
  }

  /**
   * Classifies image files, in their order; the next images are decoded while some run. A file that cannot be read gives
   * its error and does not end the rest.
   */
  async *predictFiles(files: readonly string[]): AsyncGenerator<FileClassification> {
    const { preprocessing } = this.description;
    const classify = (images: readonly FittedImage[]): Promise<Classification[]> => this.predictFitted(images);
    for await (const one of fittedAnswers(files, this.#runner.batch, preprocessing, classify)) {
      yield "error" in one ? one : { file: one.file, size: one.size, ...one.answer };
    }
  }

  /** Classifies images that are decoded and have the size that they have on the canvas; as many as run at once at most. */
  predictFitted(images: readonly FittedImage[]): Promise<Classification[]> {
    return classifyImages(this.#runner.run, this.#runner.batch, images, this.description.preprocessing);
  }

  /**
   * Which parts of image files speak for what it says of them (Grad-CAM): for the named class, else for the most probable
   * one, or for each of those that it names, 3 at most unless told. See `predictFiles` for the rest.
   *
   * @throws AnchorkitError for a class or layer that it does not have
   */
  async *explainFiles(files: readonly string[], options: ExplainOptions = {}): AsyncGenerator<FileExplanation> {
    knownOptions("explainFiles", options, { class: true, layer: true, most: true });
    const { layer = this.lastMap, most = 3, class: name } = options;
    const { preprocessing } = this.description;
    const asked = name === undefined ? undefined : [classNamed(name, this.classes)];
    const explainer = await networkIn(this.#explainers).of(layer);
    const answer = async (images: readonly FittedImage[]): Promise<Explanation[][]> => {
      const found = await this.predictFitted(images);
      return images.map((image, i) => {
        const said = found[i] as Classification;
        const classes = asked ?? namedClasses(said, this.description).slice(0, most);
        return explainImage(explainer, image, said, classes, preprocessing);
      });
    };
    yield* explainedFiles(files, this.#runner.batch, preprocessing, answer);
  }

  /** Image files as vectors in which those that look alike to its backbone are close, see `Embedder`. */
  embedFiles(files: readonly string[]): AsyncGenerator<FileEmbedding> {
    return networkIn(this.#embedder).files(files);
  }

  /** What it says of labelled images, in their order; see classifierData for what their labels must be. */
  async classifyLabelled(images: readonly ImageRecord[]): Promise<LabelledClassification[]> {
    const { preprocessing } = this.description;
    const store = new ImageStore(images, preprocessing, { cache: noCache });
    return classifyLabelled(this.#runner.run, this.#runner.batch, store, preprocessing);
  }

  /** Frees the weights; the classifier cannot run afterwards. */
  dispose(): void {
    this.#runner.dispose();
    this.#explainers?.dispose();
    this.#embedder?.dispose();
    if (this.#network) disposeWeights(this.#network.model);
  }
}
