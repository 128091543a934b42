import { AnchorkitError } from "../base/errors.ts";
import type { Size } from "../base/preprocessing.ts";
import { disposeWeights, weightsOf } from "../core/namedWeights.ts";
import type { ImageRecord } from "../data/dataset.ts";
import { fittedFiles } from "../data/images/canvasImages.ts";
import { noCache } from "../data/images/imageCache.ts";
import { ImageStore } from "../data/images/imageStore.ts";
import { compileProgram, type Program } from "../engine/graph/program.ts";
import { loadEngine } from "../engine/load.ts";
import { chooseFastPrecision } from "../engine/precision.ts";
import { knownOptions } from "../geometry/knownOptions.ts";
import { modelFolderOf } from "../training/run/modelFolder.ts";
import { PREDICTOR_OPTIONS, type PredictorOptions } from "../training/predictorOptions.ts";
import { type Classification, classifyImages, type RunClassifier } from "./classifyImages.ts";
import { classifyLabelled, type LabelledClassification } from "./classifyLabelled.ts";
import type { ClassifierDescription } from "./description.ts";
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
  readonly #program: Program;
  readonly #batch: number;
  readonly #network: ClassifierNetwork;

  private constructor(description: ClassifierDescription, network: ClassifierNetwork, program: Program, batch: number) {
    this.description = description;
    this.#network = network;
    this.#program = program;
    this.#batch = batch;
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
    const { batch = BATCH, precision = "auto" } = options;
    const program = await compileProgram(
      { predict: predictStep({ network, preprocessing, multiLabel, batch }) },
      {
        variables: weightsOf(network.model, false),
        frozen: true,
        precision: precision === "auto" ? chooseFastPrecision(engine) : precision,
      },
    );
    const classifier = new Classifier(description, network, program, batch);
    classifyImages(classifier.#run, batch, [], preprocessing); // TensorFlow prepares a graph when it first runs
    return classifier;
  }

  get classes(): readonly string[] {
    return this.description.classes;
  }

  /** Layers, shapes and weights, as tf.LayersModel.summary prints them. */
  summary(print?: (line: string) => void): void {
    this.#network.model.summary(undefined, undefined, print);
  }

  /**
   * Classifies image files, in their order; the next images are decoded while some run. A file that cannot be read gives
   * its error and does not end the rest.
   */
  async *predictFiles(files: readonly string[]): AsyncGenerator<FileClassification> {
    const { preprocessing } = this.description;
    for await (const chunk of fittedFiles(files, this.#batch, preprocessing)) {
      const readable = chunk.flatMap(({ image }) => (image instanceof AnchorkitError ? [] : [image]));
      const found = classifyImages(this.#run, this.#batch, readable, preprocessing);
      for (const { file, image } of chunk) {
        if (image instanceof AnchorkitError) yield { file, error: image };
        else yield { file, size: image.original, ...(found.shift() as Classification) };
      }
    }
  }

  /** What it says of labelled images, in their order; see classifierData for what their labels must be. */
  async classifyLabelled(images: readonly ImageRecord[]): Promise<LabelledClassification[]> {
    const { preprocessing } = this.description;
    const store = new ImageStore(images, preprocessing, { cache: noCache });
    return classifyLabelled(this.#run, this.#batch, store, preprocessing);
  }

  /** Frees the weights; the classifier cannot run afterwards. */
  dispose(): void {
    this.#program.dispose();
    disposeWeights(this.#network.model);
  }

  readonly #run: RunClassifier = (inputs) => this.#program.run("predict", inputs);
}
