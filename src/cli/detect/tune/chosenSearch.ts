import { existsSync } from "node:fs";
import { basename, extname, join, resolve } from "node:path";
import { defined } from "../../../base/defined.ts";
import type { OutputFolder } from "../../../base/output/outputFolder.ts";
import { UsageError } from "../../../base/errors.ts";
import { Random } from "../../../base/random.ts";
import { loadAugmentation } from "../../../data/augment/readAugmentation.ts";
import { modelNamed } from "../../../models.ts";
import type { TaskKind } from "../../../training/task.ts";
import { drawSamples, type Sample } from "../../../training/tune/sample.ts";
import { searchedOptions, type Space, spaceOf } from "../../../training/tune/space.ts";
import { TuneFolder, type TuneState } from "../../../training/tune/tuneFolder.ts";
import { readMapping } from "../../configFile.ts";
import type { DataFlags } from "../../dataset.ts";
import { requireThere } from "../../options.ts";
import { checkSpace, type SampleTraining, taskOf, trainingOf } from "./spaceOptions.ts";

export interface TuneFlags extends DataFlags {
  space: string;
  minutes: number;
  out?: string;
  model?: string;
  seed: number;
  shortest?: number;
  resume?: true;
  overwrite?: true;
  json?: true;
}

/** What is searched, all of it checked before any data is read. */
export interface ChosenSearch {
  folder: TuneFolder;
  /** Of a new search: the folder, into which nothing is written yet. */
  output?: OutputFolder;
  /** Of a search that goes on: where it stands. */
  begun?: TuneState;
  /** What tune.json and best.yaml say of the data, and of the model where it was given. */
  base: { data: string; reading: Record<string, string>; model?: string };
  space: Space;
  samples: Sample[];
  /** The names of the options that differ between samples. */
  names: string[];
  task: TaskKind;
  /** The model of the first sample. */
  model: string;
  training: (sample: Sample, seed: number) => Promise<SampleTraining>;
  /** Of the first sample: the data of a series is read as it says. */
  first: SampleTraining;
}

/** Samples that are drawn at most; more time makes longer trainings of these. */
const MOST_SAMPLES = 100;

/** @throws UsageError for a space that `detect train` does not understand; others for places that cannot be written */
export async function chosenSearch(flags: TuneFlags): Promise<ChosenSearch> {
  const { data, seed, model, images, coordinates, orphans } = flags;
  const folder = new TuneFolder(flags.out ?? freeFolder(data));
  const begun = flags.resume ? await folder.read() : undefined;
  const where = begun ? folder.state : `--space ${flags.space}`;
  const space = begun?.space ?? spaceOf(readMapping("--space", flags.space), where);
  checkSpace(space, where);
  if (model !== undefined && "model" in space) {
    throw new UsageError(`${where}: model: is given by --model, too; leave one out`);
  }
  const given = defined({ coordinates, images, orphans });
  const training = (sample: Sample, own: number): Promise<SampleTraining> =>
    trainingOf(sample, { data, seed: own, ...defined({ model }), ...given }, where);
  const samples = drawSamples(space, new Random(seed).fork("samples"), MOST_SAMPLES);
  const trainings: SampleTraining[] = [];
  for (const sample of samples) trainings.push(await training(sample, seed));
  const [first] = trainings;
  if (!first) throw new Error("a space has at least one sample");
  const task = taskOf(trainings, where);
  for (const { augment, presets } of augmentationsOf(trainings)) {
    await loadAugmentation(augment, presets);
  }
  requireThere({ data, images });
  const inputs = [data, ...(begun ? [] : [flags.space]), ...(images === undefined ? [] : [images])];
  const output = begun ? undefined : await folder.requireFree(inputs, flags.overwrite);
  const reading = { ...given, ...(images !== undefined && { images: resolve(images) }) };
  return {
    ...{ folder, base: { data: resolve(data), reading, ...defined({ model }) }, space, samples },
    ...{ names: searchedOptions(space), task, model: first.flags.model, training, first },
    ...(output && { output }),
    ...(begun && { begun }),
  };
}

/** Each once. */
function augmentationsOf(trainings: readonly SampleTraining[]) {
  const all = trainings.map(({ flags: { augment, model } }) => ({ augment, presets: modelNamed(model).presets }));
  return new Map(all.map((one) => [one.augment, one])).values();
}

/** runs/tune-name, runs/tune-name-2 …: the first that is not there. */
function freeFolder(data: string): string {
  const name = `tune-${basename(resolve(data), extname(data))}`;
  let folder = join("runs", name);
  for (let n = 2; existsSync(folder); n++) folder = join("runs", `${name}-${n}`);
  return folder;
}
