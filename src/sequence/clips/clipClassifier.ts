import { checked } from "../../base/checked.ts";
import { AnchorkitError } from "../../base/errors.ts";
import { disposeWeights, namedWeights } from "../../core/namedWeights.ts";
import type { ImageRecord } from "../../data/dataset.ts";
import { flatFrames } from "../../data/images/clipFrames.ts";
import { noCache } from "../../data/images/imageCache.ts";
import { ImageStore } from "../../data/images/imageStore.ts";
import type { SourceFrames } from "../../data/formats/clips/sourceFrames.ts";
import { clipFrom, readClip } from "../../data/formats/clips/readClip.ts";
import { loadEngine } from "../../engine/load.ts";
import type { Runner } from "../../engine/graph/step.ts";
import { IMAGES, type PortableModel } from "../../export/portableModel.ts";
import { knownOptions } from "../../geometry/knownOptions.ts";
import { PREDICTOR_OPTIONS, type PredictorOptions } from "../../training/predictorOptions.ts";
import { modelFolderOf } from "../../training/run/modelFolder.ts";
import { networkIn, networkRunner } from "../../training/runner.ts";
import { type ClipClassification, classifyClips, type ClassifyOptions, imageReader } from "./classifyClips.ts";
import { classifyLabelled, type LabelledClip } from "./classifyLabelled.ts";
import { ClipDescription } from "./description.ts";
import type { ClipNetwork } from "./network.ts";
import { predictStep } from "./predictStep.ts";
import { readClipClassifier } from "./readClipClassifier.ts";

/** What a clip shows, or why it could not be read. */
export type FileClip =
  (ClipClassification & { file: string; clip: ImageRecord }) | { file: string; error: AnchorkitError };

/** Frames that run at once unless told. */
const FRAMES_AT_ONCE = 128;

/** A trained classifier of clips, ready to run. Its weights live in the engine until `dispose`. */
export class ClipClassifier {
  readonly kind = "clips";
  readonly description: ClipDescription;
  readonly #runner: Runner;
  readonly #network: ClipNetwork | undefined;
  readonly #options: ClassifyOptions;

  private constructor(description: ClipDescription, runner: Runner, network?: ClipNetwork) {
    this.description = description;
    this.#network = network;
    this.#runner = runner;
    const { frames, sampling, architecture } = description;
    this.#options = { batch: runner.batch, frames, sampling, perFrame: architecture.perFrame };
  }

  /**
   * Loads a run folder (its best weights), or best or last in one.
   *
   * @throws AnchorkitError if there is no classifier of clips, or it is damaged
   */
  static async load(folder: string, options: PredictorOptions = {}): Promise<ClipClassifier> {
    knownOptions("ClipClassifier.load", options, PREDICTOR_OPTIONS);
    const engine = await loadEngine({ engine: options.engine ?? "native" });
    const { network, description } = await readClipClassifier(modelFolderOf(folder));
    const { preprocessing, frames } = description;
    const { batch = Math.max(1, Math.floor(FRAMES_AT_ONCE / frames)) } = options;
    const predict = predictStep({ network, preprocessing, batch, frames });
    return new ClipClassifier(
      description,
      await networkRunner(predict, network.model, engine, { ...options, batch }),
      network,
    );
  }

  /** A classifier of clips that was exported, and that something else runs: `openModel` opens its file. */
  static adopt(description: unknown, runner: Runner): ClipClassifier {
    return new ClipClassifier(checked(description, ClipDescription, "the exported model's description"), runner);
  }

  get classes(): readonly string[] {
    return this.description.classes;
  }

  /** As other programs can run it, on so many clips at once; see `exportModel`. */
  portable(batch: number): PortableModel {
    const { preprocessing, frames, architecture } = this.description;
    const network = networkIn(this.#network);
    return {
      ...{ kind: this.kind, batch, description: this.description, weights: namedWeights(network.model) },
      step: predictStep({ network, preprocessing, batch, frames, input: "uint8" }),
      inputs: {
        images: {
          ...IMAGES,
          meaning: `red, green and blue, 0 to 255, of frames on the canvas, ${frames} for each clip`,
        },
        mask: { meaning: "1 for a frame, 0 for what pads a clip", draw: (random) => Number(random.uniform() < 0.7) },
      },
      outputs: {
        probabilities: architecture.perFrame ? "of each class at each frame, 0 to 1" : "of each class, 0 to 1",
      },
    };
  }

  /** Layers, shapes and weights, as tf.LayersModel.summary prints them. */
  summary(print?: (line: string) => void): void {
    networkIn(this.#network).model.summary(undefined, undefined, print);
  }

  /**
   * Classifies clips: folders of frames, animated GIF or WebP files, or patterns of files, in their order; the next ones are
   * decoded while some run. A clip that cannot be read gives its error and does not end the rest.
   */
  async *predictFiles(paths: readonly (string | SourceFrames)[]): AsyncGenerator<FileClip> {
    // so many at once that their frames fill a step several times
    for (let i = 0; i < paths.length; i += CLIPS_AT_ONCE) {
      const part = paths.slice(i, i + CLIPS_AT_ONCE);
      const read = await Promise.all(part.map(readOrError));
      const clips = read.filter((clip) => !(clip instanceof AnchorkitError)) as ImageRecord[];
      const answers = this.#classify(clips);
      for (const [k, clip] of read.entries()) {
        const given = part[k] ?? "";
        const file = typeof given === "string" ? given : given.file;
        if (clip instanceof AnchorkitError) {
          yield { file, error: clip };
          continue;
        }
        const next = await answers.next();
        if (next.done === true) throw new Error("a clip without an answer");
        yield "error" in next.value ? { file, error: next.value.error } : { file, clip, ...next.value };
      }
    }
  }

  /** What it says of labelled clips, or of their labelled frames, in their order; see clipsData for what there must be. */
  async classifyLabelled(clips: readonly ImageRecord[]): Promise<LabelledClip[]> {
    return classifyLabelled(this.#runner.run, clips, this.#reader(clips), this.#options);
  }

  /** Frees the weights; the classifier cannot run afterwards. */
  dispose(): void {
    this.#runner.dispose();
    if (this.#network) disposeWeights(this.#network.model);
  }

  #classify(clips: readonly ImageRecord[]): AsyncGenerator<ClipClassification | { error: AnchorkitError }, undefined> {
    return classifyClips(this.#runner.run, clips, this.#reader(clips), this.#options);
  }

  #reader(clips: readonly ImageRecord[]) {
    const { records, starts } = flatFrames(clips);
    const { preprocessing } = this.description;
    return imageReader(
      new ImageStore(records, preprocessing, { cache: noCache }),
      starts,
      preprocessing,
      this.#options,
    );
  }
}

/** Clips whose frames are listed at once. */
const CLIPS_AT_ONCE = 256;

async function readOrError(path: string | SourceFrames): Promise<ImageRecord | AnchorkitError> {
  try {
    return await (typeof path === "string" ? readClip(path) : clipFrom(path));
  } catch (error) {
    if (error instanceof AnchorkitError) return error;
    throw error;
  }
}
