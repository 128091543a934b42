import { existsSync } from "node:fs";
import { type Command, InvalidArgumentError } from "commander";
import { AnchorkitError, UsageError } from "../../base/errors.ts";
import { exportedAt } from "../../export/exportedForm.ts";
import { nearest } from "../../geometry/nearest.ts";
import { type MeasureName, MEASURE_NAMES } from "../../monitoring/measures.ts";
import type { WatchedKind } from "../../monitoring/said.ts";
import type { PredictorOptions } from "../../training/predictorOptions.ts";
import type { TaskKind } from "../../training/task.ts";
import {
  addCommonOptions,
  addDetectorOptions,
  addExamples,
  addOverwriteOption,
  choice,
  listed,
  numberIn,
  printJson,
  requireOptions,
  requireThere,
} from "../options.ts";
import { type NextFlags, nextFolder, writeNext } from "./drift/next.ts";
import type { OutputFlags } from "./drift/outputs.ts";
import type { SideFlags } from "./drift/sides.ts";
import { endWith } from "./predictAll.ts";

/** What `--fail-on` takes: any drift, or that of a measure. */
type FailOn = "drift" | MeasureName;

interface Flags extends PredictorOptions, SideFlags, OutputFlags, NextFlags {
  alpha: number;
  group?: string;
  failOn?: FailOn[];
  overwrite?: true;
  json?: true;
}

/** `detect drift` */
export function addDrift(program: Command): void {
  const command = program
    .command("drift")
    .description(
      "Tell whether images have changed since a model was trained: their looks, and what the model makes of them",
    )
    .argument("<run>", "run folder that detect train wrote")
    .option(
      "--against <images>",
      "the current images: a folder, a pattern, a data set, or what detect serve --monitor keeps",
    )
    .option(
      "--reference <data>",
      "what they are compared with: a data set, a folder of images, or a file that --save-reference wrote (default: what the run was trained on)",
    )
    .option(
      "--save-reference <file>",
      "keep the numbers of the reference, so that its images are not needed again; as reference.json in the run it is found there",
    )
    .addOption(
      choice("--split <name>", "take --against as a data set, and these images of it", ["train", "val", "test", "all"]),
    )
    .option(
      "--alpha <p>",
      "probability of any alarm where nothing has changed, at most",
      numberIn({ above: 0, max: 0.5 }),
      0.01,
    )
    .option(
      "--group <pattern>",
      "images are no independent ones where this regular expression finds the same in their names (frames of one video)",
      patternIn,
    )
    .option(
      "--most <n>",
      "look at so many images of each side at most, drawn at random",
      numberIn({ whole: true, min: 2, max: 100_000 }),
      1000,
    )
    .option(
      "--fail-on <what>",
      "exit with code 1 on drift, or on drift in some measures, such as brightness,classes",
      failOnIn,
    )
    .option("--out <path>", "write a report with plots and pictures: report.html, or a folder for it and drift.json")
    .option(
      "--next <n>",
      "choose so many images that are worth labelling",
      numberIn({ whole: true, min: 1, max: 10_000 }),
    )
    .option(
      "--next-out <folder>",
      "copy them here, with what the model proposes as labels, as a data set that label import takes",
    )
    .option("--seed <n>", "seed of all random draws", numberIn({ whole: true, min: 0, max: 2 ** 31 - 1 }), 1);
  requireOptions(command, "against");
  addDetectorOptions(command);
  addOverwriteOption(command);
  addCommonOptions(command).action(drift);
  addExamples(
    command,
    "detect drift runs/cells --against new-photos",
    "detect drift runs/cells --against monitored --out drift.html --fail-on drift",
    "detect drift runs/cells --against new-photos --next 50 --next-out to-label",
  );
}

function patternIn(text: string): string {
  try {
    new RegExp(text, "u");
    return text;
  } catch {
    throw new InvalidArgumentError("It must be a regular expression.");
  }
}

function failOnIn(text: string): FailOn[] {
  const known = ["drift", ...MEASURE_NAMES] as const;
  return listed(text).map((name) => {
    const found = known.find((one) => one === name);
    if (found) return found;
    const meant = nearest(name, known);
    const advice = meant === undefined ? `; there are ${known.join(", ")}` : ` (Did you mean ${meant}?)`;
    throw new InvalidArgumentError(`No measure is called "${name}"${advice}.`);
  });
}

/** Why models of some kinds are not looked at. */
const UNWATCHED: Readonly<Record<Exclude<TaskKind, WatchedKind>, string>> = {
  clips: "it looks at clips; detect drift is for models of single images",
  forecasting: "it looks at numbers, and at no images",
};

async function drift(run: string, flags: Flags): Promise<void> {
  const { against, reference, group, alpha, seed, json, failOn = [] } = flags;
  requireThere({ reference });
  if (!existsSync(run)) throw new UsageError(`${run}: there is no such run`);
  if (exportedAt(run)) throw new UsageError(`${run}: is an exported file; give the run that it was exported from`);
  const { kindOfRun, openPredictor } = await import("./openPredictor.ts");
  const task = await kindOfRun(run);
  if (task === "clips" || task === "forecasting") throw new UsageError(`${run}: ${UNWATCHED[task]}`);
  const { findSides, lookAtSides } = await import("./drift/sides.ts");
  const { findOutputs } = await import("./drift/outputs.ts");
  const nextTo = await nextFolder(flags, against);
  const sides = await findSides(run, flags, task);
  const writeReport = await findOutputs(run, sides, flags);

  const model = await openPredictor(run, flags);
  if (model.kind === "clips" || model.kind === "forecasting") throw new Error(`${model.kind} is not watched`);
  const { before, now, broken, warnings } = await lookAtSides(model, sides, flags);
  const { classes, kind } = model;
  const { compareProfiles, driftedIn } = await import("../../monitoring/compareProfiles.ts");
  const { groupsOf } = await import("./drift/groups.ts");
  const groupOf = group === undefined ? undefined : groupsOf([before.profiles, now], group);
  const found = compareProfiles(before.profiles, now, { kind, classes, alpha, seed, ...(groupOf && { groupOf }) });
  const next = nextTo && (await writeNext(nextTo, model, now, before.profiles, flags.next ?? 0));
  model.dispose();

  if (flags.saveReference !== undefined) {
    const { writeReference } = await import("../../monitoring/referenceFile.ts");
    await writeReference(flags.saveReference, before);
  }
  const { documentOf, nextDocument } = await import("./drift/document.ts");
  const document = {
    ...documentOf(found, { run, against, source: before.source, classes, now }),
    ...(next && { next: nextDocument(next, flags.nextOut ?? "") }),
  };
  const title = `${run} against ${against}`;
  const sidesShown = { reference: before.profiles, current: now, next };
  const report = await writeReport?.({ title, classes, drift: found, ...sidesShown, warnings }, document);
  if (json) printJson({ ...document, report, saved: flags.saveReference, broken });
  else {
    const { driftText, nextText } = await import("./drift/driftText.ts");
    const lines = [driftText(found, classes, before.source, against)];
    if (next) lines.push(nextText(next, flags.nextOut ?? ""));
    if (flags.saveReference !== undefined) lines.push(`reference kept: ${flags.saveReference}`);
    if (report !== undefined) lines.push(`report: ${report}`);
    process.stdout.write(`${lines.join("\n")}\n`);
  }
  endWith(broken.length, sides.images);
  const drifted = driftedIn(found);
  const failing = failOn.includes("drift") ? drifted : drifted.filter((name) => failOn.includes(name));
  if (failing.length > 0) throw new AnchorkitError(`drift in ${failing.join(", ")}`);
}
