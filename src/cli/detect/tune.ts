import type { Command } from "commander";
import { defined } from "../../base/defined.ts";
import { UsageError } from "../../base/errors.ts";
import { MODELS } from "../../models.ts";
import { SAMPLE_NAMES, type TaskKind } from "../../training/task.ts";
import type { Sample } from "../../training/tune/sample.ts";
import { planSearch, runSearch, type SearchEvents, type Trainer } from "../../training/tune/search.ts";
import { type Space, spaceOf } from "../../training/tune/space.ts";
import { TuneFolder, type TuneState } from "../../training/tune/tuneFolder.ts";
import { readMapping } from "../configFile.ts";
import { addReadingOptions } from "../dataset.ts";
import { abortOnInterrupt, INTERRUPTED } from "../interrupt.ts";
import {
  addCommonOptions,
  addExamples,
  addOverwriteOption,
  choice,
  flagOf,
  numberIn,
  printJson,
  quoted,
  requireOptions,
} from "../options.ts";
import { duration, Progress } from "../progress.ts";
import { fetchPretrained } from "./pretrained.ts";
import { openTrainingData } from "./trainData.ts";
import { requireTask } from "./trainInto.ts";
import { chosenSearch, type ChosenSearch, type TuneFlags } from "./tune/chosenSearch.ts";
import { conclude } from "./tune/conclude.ts";
import { describeSample } from "./tune/spaceOptions.ts";
import { trialTrainer } from "./tune/trainTrials.ts";
import { describePlan, numberOf } from "./tune/tuneText.ts";

/** Seconds of the shortest trainings whose scores say something, unless told; see docs/training.md. */
const SHORTEST: Readonly<Record<TaskKind, number>> = {
  detection: 60,
  classification: 20,
  segmentation: 60,
  clips: 30,
  reading: 60,
  forecasting: 10,
};

/** `detect tune` */
export function addTune(program: Command): void {
  const command = program
    .command("tune")
    .description("Search for the options that train best: many short trainings, and longer ones of the better half")
    .option("--space <file>", "a YAML file: options of detect train, each with a value, a list or a range")
    .option("--data <dataset>", "what label import wrote, or any labels that it can read")
    .option("--minutes <m>", "be done after this many minutes", numberIn({ above: 0 }))
    .option("--out <folder>", "folder of the search (default: runs/tune-<name of the data>)")
    .addOption(choice("--model <name>", "the model to train (default: faster-rcnn)", Object.keys(MODELS)))
    .option("--seed <n>", "seed for every random draw", numberIn({ whole: true, min: 0, max: 2 ** 31 - 1 }), 1)
    .option(
      "--shortest <m>",
      "minutes of the shortest trainings (default: 1; for classification a third, for clips a half, for forecasting a sixth; " +
        "more if they begin slowly)",
      numberIn({ above: 0 }),
    )
    .option("--resume", "continue where the search in --out stopped, with its data, space and options");
  addOverwriteOption(command);
  addReadingOptions(command);
  command.hook("preAction", async () => {
    const { out, resume } = command.opts<TuneFlags>();
    if (!resume) return;
    if (out === undefined) throw new UsageError("--resume needs --out, the folder of the search to continue");
    const folder = new TuneFolder(out);
    if (!folder.holdsSearch()) throw new UsageError(`--resume: ${out} holds no search to continue`);
    applyBegun(command, await folder.read(), folder);
  });
  requireOptions(command, "space", "data", "minutes");
  addCommonOptions(command).action(tune);
  addExamples(
    command,
    "detect tune --space space.yaml --data photos --minutes 60",
    "detect tune --space space.yaml --data folders --model small-cnn --minutes 10 --out runs/search",
    "detect tune --out runs/search --resume",
  );
}

async function tune(flags: TuneFlags): Promise<void> {
  const began = performance.now();
  const search = await chosenSearch(flags);
  const { folder, begun, output, samples } = search;
  const before = begun?.spent ?? 0; // the state goes on to change
  const spent = (): number => before + (performance.now() - began) / 1000;
  const { dataset, warnings } = await openTrainingData(search.first.flags, search.first);
  requireTask(search.model, dataset.images, flags.data);
  await fetchPretrained(search.first.own);

  const progress = new Progress("tuning");
  const signal = abortOnInterrupt(() => {
    progress.log("stopping after this step; press Ctrl-C again to stop at once");
  });
  const release = await folder.lock();
  try {
    const trial = progressOf(progress, search.task, flags.minutes, spent);
    const events = { start: { message: (text: string) => { progress.log(text); } }, trial }; // prettier-ignore
    const { seed } = flags;
    const trainer = trialTrainer({ ...search, dataset, seed, signal, events });
    const state = begun ?? (await planned(search, flags, trainer, spent));
    if (state && output) await folder.begin(output);
    if (state) {
      await folder.write(state);
      progress.log(`${describePlan(state.plan)}; a training takes ${state.startUp.toFixed(1)} s to begin`);
    }
    const write = (now: TuneState): Promise<void> => folder.write(now);
    const told = eventsTo(progress, search);
    const finished = state && (await runSearch(state, samples, trainer, { write, spent, signal, events: told }));
    progress.stop();
    if (finished) await conclude(search, state, { json: flags.json === true, warnings });
    else stopped(state && folder, spent(), flags.json === true);
  } finally {
    progress.stop();
    await release();
  }
}

/** A new search, when it is known how long a training takes to begin; undefined if it was stopped before that. */
async function planned(
  { base, space, samples, task }: ChosenSearch,
  { minutes, seed, shortest }: TuneFlags,
  trainer: Trainer,
  spent: () => number,
): Promise<TuneState | undefined> {
  const plan = await planSearch(samples, trainer, {
    ...{ seconds: 60 * minutes, spent },
    shortest: shortest === undefined ? { usual: SHORTEST[task] } : { wanted: 60 * shortest },
  });
  return plan && { version: 1, ...base, minutes, seed, space, ...defined({ shortest }), spent: spent(), ...plan, trials: [] }; // prettier-ignore
}

function stopped(folder: TuneFolder | undefined, seconds: number, json: boolean): void {
  process.exitCode = INTERRUPTED;
  const resume = folder && `detect tune --out ${quoted(folder.path)} --resume`;
  if (json) {
    printJson({ out: folder?.path ?? null, finished: false, seconds, resume: resume ?? null });
    return;
  }
  const text =
    resume === undefined
      ? "stopped before the first training; nothing was kept"
      : `stopped after ${duration(seconds)}\ncontinue with: ${resume}`;
  process.stdout.write(`${text}\n`);
}

/** Gives the command what the search was begun with, which may not be changed but for where the data is. */
function applyBegun(command: Command, begun: TuneState, folder: TuneFolder): void {
  const { data, reading, minutes, shortest, seed, model, space } = begun;
  const fixed = { minutes, shortest, seed, model, space, coordinates: reading.coordinates, orphans: reading.orphans };
  const isGiven = (name: string): boolean => command.getOptionValueSource(name) === "cli";
  for (const [name, value] of Object.entries(fixed)) {
    const given: unknown = command.getOptionValue(name);
    const isSame = name === "space" ? isGiven(name) && sameSpace(String(given), space) : given === value;
    if (isGiven(name) && !isSame) {
      throw new UsageError(`${flagOf(name)} cannot change when a search continues; leave it out, or begin another one`);
    }
    command.setOptionValueWithSource(name, name === "space" ? folder.state : value, "config");
  }
  for (const [name, value] of Object.entries({ data, images: reading.images })) {
    if (!isGiven(name)) command.setOptionValueWithSource(name, value, "config");
  }
}

function sameSpace(file: string, space: Space): boolean {
  return JSON.stringify(spaceOf(readMapping("--space", file), `--space ${file}`)) === JSON.stringify(space);
}

/** The bar: how much of the search's time is over, and what is trained just now. */
function progressOf(progress: Progress, task: TaskKind, minutes: number, spent: () => number) {
  return {
    progress({ epoch, loss, samplesPerSecond }: { epoch: number; loss: number; samplesPerSecond: number }): void {
      const seconds = 60 * minutes;
      const text = `epoch ${epoch.toFixed(1)} | loss ${loss.toFixed(3)} | ${samplesPerSecond.toFixed(1)} ${SAMPLE_NAMES[task]}s/s`;
      const remaining = Math.max(0, seconds - spent());
      progress.update({ fraction: Math.min(1, spent() / seconds), text, remaining });
    },
  };
}

function eventsTo(progress: Progress, { samples, names }: ChosenSearch): SearchEvents {
  const optionsOf = (sample: number): string => describeSample(samples[sample] as Sample, names);
  return {
    begins({ number, sample, seconds, again, seed }) {
      const other = again ? `, seed ${seed}` : "";
      progress.log(`training ${numberOf(number)}, ${duration(seconds)}: ${optionsOf(sample)}${other}`);
    },
    ended({ number, outcome }) {
      const { score = null, reason = "" } = outcome ?? {};
      progress.log(
        `training ${numberOf(number)}: ${score === null ? `failed: ${reason}` : `score ${score.toFixed(3)}`}`,
      );
    },
  };
}
