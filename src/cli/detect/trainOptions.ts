import { type Command, Option } from "commander";
import { z } from "zod";
import { UsageError } from "../../base/errors.ts";
import { PRESET_NAMES, type Flip } from "../../data/augment/presets.ts";
import { isAugmentationFile } from "../../data/augment/readAugmentation.ts";
import type { CacheKind } from "../../data/images/openImageCache.ts";
import { type ModelFamily, MODELS, modelNamed } from "../../models.ts";
import type { Budget } from "../../training/loop/budget.ts";
import type { TrainOptions } from "../../training/trainOptions.ts";
import { OPTIMIZERS } from "../../training/optimizers/registry.ts";
import { chosenRecipe, completeRecipe } from "../../training/recipe.ts";
import { SCHEDULES } from "../../training/schedules/registry.ts";
import { wasGiven } from "../configFile.ts";
import { addReadingOptions, type DataFlags } from "../dataset.ts";
import { defined } from "../../base/defined.ts";
import { requirePretrained } from "./pretrained.ts";
import { addSeriesOptions, type SeriesFlags } from "../series.ts";
import { addDetectorOptions, addOverwriteOption, choice, flagOf, numberIn, requireThere } from "../options.ts";

export interface TrainFlags
  extends DataFlags, SeriesFlags, Omit<TrainOptions, "out" | "signal" | "epochs" | "minutes" | "batch"> {
  model: string;
  batch?: number | "auto";
  out?: string;
  epochs?: Length;
  minutes?: Length;
  augment: string;
  flip?: Flip;
  findLr?: true;
  json?: true;
}

/** How long, or with a plus sign how much longer. */
export interface Length {
  amount: number;
  more: boolean;
}

const FLIPS: Flip[] = ["none", "horizontal", "vertical", "both"];
const CACHES: CacheKind[] = ["none", "ram", "disk"];

/** What and where, and for how long. */
export function addRunOptions(command: Command): void {
  command
    .option("--data <dataset>", "what label import wrote, or any labels that it can read")
    .option("--out <folder>", "run folder (default: runs/<name of the data>)")
    .addOption(
      new Option(
        "--epochs <n>",
        "passes over the training images (default: 100, more if there are few images)",
      ).argParser(lengthIn({ whole: true, min: 1 })),
    )
    .addOption(
      new Option("--minutes <m>", "be done after this many minutes instead, with set-up, validations and report")
        .argParser(lengthIn({ above: 0 }))
        .conflicts("epochs"),
    )
    .option("--weights <run>", "start from the weights of another run, of any task, as far as they fit")
    .addOption(
      new Option(
        "--find-lr",
        "train some hundred steps at a rising rate, say which learning rate suits, draw the curve, and stop there",
      ).conflicts(["resume", "epochs", "minutes", "lr", "schedule"]),
    )
    .option("--resume", "continue where the run in --out stopped, with its data and options; --minutes +5 extends it");
  addOverwriteOption(command);
}

/** What every model takes. */
export function addTrainingOptions(command: Command): void {
  command
    .addOption(choice("--model <name>", "the model to train", Object.keys(MODELS), USUAL_MODEL))
    .option(
      "--batch <n>",
      `images (clips, windows) per step, or auto: as many as the memory is good for ${defaultsOf(({ batch }) => batch)}`,
      batchIn({ whole: true, min: 1, max: 256 }),
    )
    .option("--augment <how>", `how images are varied: ${PRESET_NAMES.join(", ")}, or a YAML file`, "default")
    .addOption(choice("--flip <how>", "mirror images at random (default: as --augment says, horizontal)", FLIPS))
    .addOption(choice("--optimizer <name>", "how weights are updated (default: adamw)", Object.keys(OPTIMIZERS)))
    .option("--lr <rate>", "highest learning rate (default: the optimizer's own)", numberIn({ above: 0, max: 10 }))
    .addOption(
      choice("--schedule <name>", "how the learning rate goes (default: cosine, after a rise)", Object.keys(SCHEDULES)),
    )
    .option("--momentum <share>", "of sgd, momentum, nesterov and rmsprop", numberIn({ min: 0, max: 0.9999 }))
    .option("--beta1 <share>", "of the optimizers named ada…m and nadam", numberIn({ min: 0, max: 0.9999 }))
    .option("--beta2 <share>", "of the same", numberIn({ min: 0, max: 0.999999 }))
    .option("--weight-decay <rate>", "decay of kernels, apart from the gradient", numberIn({ min: 0, max: 1 }))
    .option("--clip-norm <norm>", "largest norm of all gradients together (default: 5)", numberIn({ above: 0 }))
    .option(
      "--accumulate <n>",
      "average the gradients of n batches for one update",
      numberIn({ whole: true, min: 1, max: 1024 }),
    )
    .option(
      "--patience <n>",
      "stop after n validations in a row without a better score",
      numberIn({ whole: true, min: 1 }),
    )
    .option(
      "--reduce-on-plateau <n>",
      "multiply the learning rate by 0.3 after n validations without a better score",
      numberIn({ whole: true, min: 1 }),
    )
    .option(
      "--checkpoint-every <n>",
      "keep the weights after every n epochs, too, in <run>/checkpoints",
      numberIn({ whole: true, min: 1 }),
    )
    .option("--keep-checkpoints <k>", "how many of those, the latest (default: 5)", numberIn({ whole: true, min: 1 }))
    .option("--no-tensorboard", "do not write the curves, histograms and pictures that TensorBoard shows")
    .option("--seed <n>", "seed for every random draw", numberIn({ whole: true, min: 0, max: 2 ** 31 - 1 }), 1)
    .addOption(
      choice("--cache <where>", "where to keep resized images: in memory (ram), on disk or nowhere", CACHES, "ram"),
    )
    .option(
      "--cache-limit <GiB>",
      "how much of them to keep (default: 1 in memory, 10 on disk)",
      numberIn({ above: 0 }),
    )
    .option(
      "--workers <n>",
      "how many images are read and decoded at once (default: 16)",
      numberIn({ whole: true, min: 1, max: 256 }),
    );
  addDetectorOptions(command);
  addReadingOptions(command);
  addSeriesOptions(command);
}

/** Who types a run's own length beside --resume asks for nothing new. */
export function forgetSameLength(command: Command, budget: Budget | undefined): void {
  for (const [name, amount] of Object.entries(budget ?? {})) {
    const given = command.getOptionValue(name) as Length | undefined;
    if (given && !given.more && given.amount === amount) command.setOptionValueWithSource(name, undefined, "default");
  }
}

/** For how long, for the library: with `--resume`, how much more. */
export function lengthOf({ epochs, minutes, resume }: TrainFlags): { epochs?: number; minutes?: number } {
  for (const [name, length] of Object.entries({ epochs, minutes })) {
    if (length === undefined || length.more === (resume === true)) continue;
    const { amount } = length;
    throw new UsageError(
      resume
        ? `--${name} ${amount}: a run that continues keeps its length; --${name} +${amount} extends it by that much`
        : `--${name} +${amount} extends a run: it needs --resume`,
    );
  }
  return { ...(epochs && { epochs: epochs.amount }), ...(minutes && { minutes: minutes.amount }) };
}

/** What the library's training takes of the flags, beside the model's own options. */
export function sharedOptions(flags: TrainFlags) {
  const { batch: images, seed, engine, precision, patience, weights, resume } = flags;
  const family = modelNamed(flags.model);
  const { cache, cacheLimit, workers, flip } = family.data === "series" ? {} : flags;
  const batch = typeof images === "number" ? images : family.batch;
  const { optimizer, lr, schedule, momentum, beta1, beta2, weightDecay, clipNorm, accumulate } = flags;
  const { reduceOnPlateau, checkpointEvery, keepCheckpoints, tensorboard = true } = flags;
  if (keepCheckpoints !== undefined && checkpointEvery === undefined) {
    throw new UsageError("--keep-checkpoints needs --checkpoint-every <n>: after how many epochs weights are kept");
  }
  const recipe = defined({ optimizer, lr, schedule, momentum, beta1, beta2, weightDecay, clipNorm, accumulate });
  if (optimizer !== undefined) completeRecipe(chosenRecipe(recipe)); // refuses at once what it would refuse later
  return {
    ...{ batch, seed, engine, precision, tensorboard, ...recipe },
    ...defined({ cache, cacheLimit, workers, patience, weights, resume, flip }),
    ...defined({ reduceOnPlateau, checkpointEvery, keepCheckpoints }),
  };
}

/**
 * Makes sure that the files are there that a training reads beside its data.
 *
 * @param own see `ownOptions`
 */
export function requireFiles(
  { weights, augment }: TrainFlags,
  { pretrained }: Readonly<Record<string, unknown>>,
): void {
  requireThere({ weights, ...(isAugmentationFile(augment) && { augment }) });
  if (typeof pretrained === "string") requirePretrained(pretrained);
}

/**
 * What single models take, from the descriptions of their options: see ModelFamily. An option that several models have
 * takes what any of them takes; whether that is for the model which is trained, `checkChoice` says.
 */
export function addModelOptions(command: Command): void {
  const families = Object.values(MODELS).map(propertiesOf);
  for (const name of new Set(families.flatMap((properties) => Object.keys(properties)))) {
    const { default: own, description, ...rest } = widest(families.flatMap(({ [name]: one }) => (one ? [one] : [])));
    const defaults = defaultsOf((family) => propertiesOf(family)[name]?.default ?? own);
    const differ = defaults.includes(";");
    const described = differ ? `${description} ${defaults}` : description;
    command.addOption(optionFor(name, { ...rest, description: described, ...(!differ && { default: own }) }));
  }
}

/** The first of them, with the limits and choices of all. */
function widest(options: readonly ModelOption[]): ModelOption {
  return options.reduce((one, other) => ({
    ...one,
    enum: one.enum && other.enum && [...new Set([...one.enum, ...other.enum])],
    minimum: bothOf(Math.min, one.minimum, other.minimum),
    exclusiveMinimum: bothOf(Math.min, one.exclusiveMinimum, other.exclusiveMinimum),
    maximum: bothOf(Math.max, one.maximum, other.maximum),
  }));
}

/** No limit where one of the two has none. */
function bothOf(join: (a: number, b: number) => number, a?: number, b?: number): number | undefined {
  return a === undefined || b === undefined ? undefined : join(a, b);
}

function propertiesOf({ options }: ModelFamily): Record<string, ModelOption> {
  return JsonOptions.parse(z.toJSONSchema(options, { io: "input" })).properties;
}

/** "(default: 4; for classification 32)": what each task has unless told. */
function defaultsOf(valueOf: (family: ModelFamily) => string | number | boolean | undefined): string {
  const families = Object.values(MODELS).reverse();
  const byTask = new Map(families.map((family) => [family.task, valueOf(family)] as const));
  const usual = valueOf(modelNamed(USUAL_MODEL));
  const others = [...byTask]
    .filter(([, value]) => value !== usual)
    .map(([task, value]) => `; for ${task} ${String(value)}`);
  return `(default: ${String(usual)}${others.join("")})`;
}

const USUAL_MODEL = "faster-rcnn";

/**
 * Where no model is chosen and a training begins with a run's weights, the model of that run is the one that goes on.
 *
 * @throws UsageError if the weights are not there
 */
export async function takeModelOfWeights(command: Command): Promise<void> {
  const { weights, resume } = command.opts<TrainFlags>();
  if (resume || weights === undefined || command.getOptionValueSource("model") !== "default") return;
  requireThere({ weights });
  const { kindOfModel, modelFolderOf, readModelName } = await import("../../training/run/modelFolder.ts");
  if (kindOfModel(modelFolderOf(weights)) === "detection") return;
  command.setOptionValueWithSource("model", await readModelName(modelFolderOf(weights)), "implied");
}

/** The model's own of the options that were given; those of other models may not be. */
export function ownOptions(model: string, command: Command): Record<string, unknown> {
  const own = Object.keys(modelNamed(model).options.shape);
  const given = (name: string): boolean => wasGiven(command, name);
  for (const { options } of Object.values(MODELS)) {
    for (const name of Object.keys(options.shape)) {
      if (own.includes(name) || !given(name)) continue;
      throw new UsageError(`${flagOf(name)} is not for --model ${model}`);
    }
  }
  return Object.fromEntries(own.filter(given).map((name) => [name, command.getOptionValue(name)]));
}

/** How JSON Schema tells of an option; `placeholder` stands behind its name under --help. */
const JsonOption = z.object({
  type: z.enum(["integer", "number", "string", "boolean"]),
  description: z.string(),
  placeholder: z.string().optional(),
  default: z.union([z.string(), z.number(), z.boolean()]).optional(),
  enum: z.array(z.string()).optional(),
  minimum: z.number().optional(),
  exclusiveMinimum: z.number().optional(),
  maximum: z.number().optional(),
});
type ModelOption = z.infer<typeof JsonOption>;
const JsonOptions = z.object({ properties: z.record(z.string(), JsonOption) });

function optionFor(name: string, option: ModelOption): Option {
  const { type, description, placeholder = type === "string" ? "name" : "n", enum: values } = option;
  if (type === "boolean") return new Option(flagOf(name), description);
  const made = new Option(`${flagOf(name)} <${placeholder}>`, description);
  if (values) made.choices(values);
  if (type === "integer" || type === "number") made.argParser(numberIn(rangeOf(option)));
  return option.default === undefined ? made : made.default(option.default);
}

function rangeOf({ type, minimum, exclusiveMinimum, maximum }: z.infer<typeof JsonOption>) {
  return {
    whole: type === "integer",
    ...(minimum !== undefined && { min: minimum }),
    ...(exclusiveMinimum !== undefined && { above: exclusiveMinimum }),
    ...(maximum !== undefined && { max: maximum }),
  };
}

function batchIn(range: Parameters<typeof numberIn>[0]): (text: string) => number | "auto" {
  const parse = numberIn(range);
  return (text) => (text.trim() === "auto" ? "auto" : parse(text));
}

function lengthIn(range: Parameters<typeof numberIn>[0]): (text: string) => Length {
  const parse = numberIn(range);
  return (text) => {
    const more = text.trim().startsWith("+");
    return { amount: parse(more ? text.trim().slice(1) : text), more };
  };
}
