import { Command } from "commander";
import { UsageError } from "../../../base/errors.ts";
import { checkChoice, modelNamed } from "../../../models.ts";
import type { Sample } from "../../../training/tune/sample.ts";
import { type Space, typicalValues } from "../../../training/tune/space.ts";
import { applyConfig, findOption } from "../../configFile.ts";
import {
  addModelOptions,
  addRunOptions,
  addTrainingOptions,
  ownOptions,
  requireFiles,
  sharedOptions,
  takeModelOfWeights,
  type TrainFlags,
} from "../trainOptions.ts";

/** What `detect train` would do with a sample. */
export interface SampleTraining {
  flags: TrainFlags;
  /** See `ownOptions`. */
  own: Record<string, unknown>;
}

/** Options of `detect train` that a search has for itself: they are the same for all of its trainings. */
const OF_THE_SEARCH = [
  ...["data", "out", "epochs", "minutes", "seed", "findLr", "images", "coordinates", "orphans"],
  ...["checkpointEvery", "keepCheckpoints"],
];

/**
 * Makes sure that `detect train` takes every option of a space, and every value of each.
 *
 * @param where stands before messages
 * @throws UsageError for a name that it does not know, with the one that was probably meant, or a value that it refuses
 */
export function checkSpace(space: Space, where: string): void {
  const names = new Map<string, string>();
  for (const [name, setting] of Object.entries(space)) {
    const attribute = findOption(trainCommand(), where, name).attributeName();
    if (OF_THE_SEARCH.includes(attribute)) {
      throw new UsageError(`${where}: ${name}: is the search's own, the same for all of its trainings; leave it out`);
    }
    const other = names.get(attribute);
    if (other !== undefined) throw new UsageError(`${where}: ${other} and ${name} are one option; leave one out`);
    names.set(attribute, name);
    const command = trainCommand();
    for (const [i, value] of typicalValues(setting).entries()) {
      try {
        applyConfig(command, { [name]: value }, where);
      } catch (error) {
        const isBetween = i === 2 && typeof setting === "object" && !Array.isArray(setting);
        if (!(error instanceof UsageError) || !isBetween) throw error;
        throw new UsageError(`${error.message} A range of whole numbers needs "step: 1" (or more)`);
      }
    }
  }
}

/**
 * The training of a sample, as `detect train --config` would understand a file with these options. One at a time: all
 * samples have the same command.
 *
 * @param base further options, which the sample does not have
 * @throws UsageError for options that do not go together
 */
export async function trainingOf(
  sample: Sample,
  base: Readonly<Record<string, unknown>>,
  where: string,
): Promise<SampleTraining> {
  const command = trainCommand();
  applyConfig(command, { ...base, ...sample }, where);
  try {
    await takeModelOfWeights(command);
    const flags = { ...command.opts<TrainFlags>() };
    sharedOptions(flags);
    const own = ownOptions(flags.model, command);
    checkChoice(flags.model, own, flags.weights);
    requireFiles(flags, own);
    return { flags, own };
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    throw new UsageError(`${where}: options that do not go together (${describeSample(sample)}): ${error.message}`);
  }
}

/** What all samples train: detection or something else. Scores of different tasks cannot be compared. */
export function taskOf(trainings: readonly SampleTraining[], where: string) {
  const tasks = [...new Set(trainings.map(({ flags }) => modelNamed(flags.model).task))];
  const [task = "detection", other] = tasks;
  if (other === undefined) return task;
  throw new UsageError(`${where}: model: scores of ${task} and ${other} cannot be compared; search one of them`);
}

/** "lr 0.0031, optimizer sgd" */
export function describeSample(sample: Sample, names: readonly string[] = Object.keys(sample)): string {
  return names.map((name) => `${name} ${String(sample[name])}`).join(", ");
}

/** The options of `detect train` at their defaults. One command serves all: to make its options takes long. */
function trainCommand(): Command {
  made ??= makeCommand();
  for (const [name, value] of made.defaults) made.command.setOptionValueWithSource(name, value, "default");
  return made.command;
}

let made: { command: Command; defaults: [string, unknown][] } | undefined;

function makeCommand(): NonNullable<typeof made> {
  const command = new Command("train");
  addRunOptions(command);
  addTrainingOptions(command);
  addModelOptions(command);
  const names = command.options.map((option) => option.attributeName());
  return { command, defaults: names.map((name) => [name, command.getOptionValue(name) as unknown]) };
}
