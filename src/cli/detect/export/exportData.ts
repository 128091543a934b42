import * as tf from "@tensorflow/tfjs";
import { UsageError } from "../../../base/errors.ts";
import { Random } from "../../../base/random.ts";
import type { Dataset, SplitName } from "../../../data/dataset.ts";
import type { NamedTensors, RunStep } from "../../../engine/graph/step.ts";
import { compilePortable } from "../../../export/compilePortable.ts";
import type { OpenedModel } from "../../../export/openedModel.ts";
import type { PortableModel } from "../../../export/portableModel.ts";
import { portableRunner } from "../../../export/portableRunner.ts";
import { modelNamed } from "../../../models.ts";
import { RunFolder } from "../../../training/run/runFolder.ts";
import { type DataFlags, imagesIn, openDataset } from "../../dataset.ts";
import { type Score, scoreModel } from "../scoreModel.ts";
import type { TaskKind } from "../../../training/task.ts";

/** What a model is worth before and after its numbers were made smaller; more is better. */
export interface Loss {
  /** What is measured; see `scoreModel`. */
  metric: string;
  /** Images that it is measured on. */
  images: number;
  before: number;
  /** Undefined where nothing runs what was written. */
  after?: number;
}

/** Labelled images beside an export: what it is calibrated, checked and measured with. */
export class ExportData {
  readonly #dataset: Dataset;
  readonly #name: string;
  #samples: NamedTensors[] = [];

  /** @param dataset all of it, split as the run's training split it @param name what it is called in messages */
  constructor(dataset: Dataset, name: string) {
    this.#dataset = dataset;
    this.#name = name;
  }

  /** Reads the labelled images, split as the run's training split them. */
  static async open(run: string, flags: DataFlags, task: TaskKind, seed = 1): Promise<ExportData> {
    if (task === "forecasting") {
      throw new UsageError(
        "--data is for models of images; a forecaster can be exported without, as half or int8-weights",
      );
    }
    const { dataset } = await openDataset(flags, { seed, run: RunFolder.of(run), task });
    return new ExportData(dataset, flags.data);
  }

  /**
   * What a model's step is fed for images of the training split, in an order that is always the same: for so many images, or
   * windows of images. It is there until `dispose`.
   */
  async samples(model: PortableModel, count: number): Promise<NamedTensors[]> {
    const { images, ...others } = this.#of("train");
    const heard = this.#samples;
    const program = await compilePortable(model);
    try {
      await score(model, { ...others, images: new Random("samples").shuffle([...images]) }, (inputs) => {
        if (heard.length * model.batch >= count) throw new Enough();
        heard.push(Object.fromEntries(Object.entries(inputs).map(([name, tensor]) => [name, tensor.clone()])));
        return program.run("step", inputs);
      });
    } catch (error) {
      if (!(error instanceof Enough)) throw error;
    } finally {
      program.dispose();
    }
    return heard;
  }

  /**
   * What a model is worth on the validation split: itself, in float32, and as it was written.
   *
   * @param open opens what was written, if something runs it here
   */
  async measure(model: PortableModel, open?: () => Promise<Opened>): Promise<Loss> {
    const dataset = this.#of("val");
    const program = await compilePortable(model);
    const { metric, value: before } = await score(model, dataset, (inputs) => program.run("step", inputs));
    program.dispose();
    const measured = { metric, images: dataset.images.length, before };
    if (!open) return measured;
    const { run, close } = await open();
    const { value: after } = await score(model, dataset, run);
    await close();
    return { ...measured, after };
  }

  /** Frees the samples. */
  dispose(): void {
    tf.dispose(this.#samples);
    this.#samples = [];
  }

  #of(split: SplitName): Dataset {
    return { ...this.#dataset, images: imagesIn(this.#dataset, split, this.#name) };
  }
}

/** An exported model that something runs. */
export type Opened = Pick<OpenedModel, "run" | "close">;

/** Thrown to a model that has been asked often enough. */
class Enough extends Error {}

async function score(model: PortableModel, dataset: Dataset, run: RunStep): Promise<Score> {
  const { description } = model;
  const asked = await modelNamed(description.model).adopt(description, portableRunner(model, run));
  return scoreModel(asked, dataset);
}
