import { mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Command } from "commander";
import { defined } from "../../../base/defined.ts";
import { UsageError } from "../../../base/errors.ts";
import { mean, quantile } from "../../../base/statistics.ts";
import type { Dataset, SplitName } from "../../../data/dataset.ts";
import { addReadingOptions, type DataFlags } from "../../dataset.ts";
import {
  addCommonOptions,
  addExamples,
  choice,
  numberIn,
  printJson,
  requireOptions,
  requireThere,
} from "../../options.ts";
import { renderTables } from "../../tables.ts";
import { FORMS, type FormName } from "./forms.ts";

interface Flags extends DataFlags {
  split: SplitName | "all";
  forms: FormName[];
  timedImages: number;
  rounds: number;
  json?: true;
}

/** What was measured of a form; what is undefined could not be. */
interface Measured {
  form: FormName;
  bytes: number;
  score?: number;
  /** Milliseconds an image. */
  p50?: number;
  p95?: number;
  imagesPerSecond?: number;
  /** Bytes. */
  memory?: number;
  unmeasured?: string;
}

/** `detect benchmark` */
export function addBenchmark(program: Command): void {
  const command = program
    .command("benchmark")
    .description("Measure a trained model in every form that it can be exported as: score, time, size, memory")
    .argument("<run>", "run folder that detect train wrote")
    .option("--data <dataset>", "labelled images")
    .addOption(choice("--split <name>", "which of them are measured on", ["train", "val", "test", "all"], "test"))
    .addOption(choice("--forms <names...>", "which forms are measured; all unless told", [...FORMS]))
    .option("--timed-images <n>", "images that are timed", numberIn({ whole: true, min: 1, max: 10_000 }), 50)
    .option("--rounds <n>", "times that each of them is", numberIn({ whole: true, min: 1, max: 1000 }), 2);
  addReadingOptions(command);
  requireOptions(command, "data");
  addCommonOptions(command).action(benchmark);
  addExamples(
    command,
    "detect benchmark runs/cells --data dataset",
    "detect benchmark runs/cells --data dataset --forms own onnx onnx-int8",
  );
}

async function benchmark(run: string, flags: Flags): Promise<void> {
  requireThere({ run, data: flags.data });
  const { exportedAt } = await import("../../../export/exportedForm.ts");
  if (exportedAt(run)) throw new UsageError(`${run}: is an export; give the run that it was exported from`);
  const { modelFolderOf } = await import("../../../training/run/modelFolder.ts");
  const { kindOfRun } = await import("../openPredictor.ts");
  const kind = await kindOfRun(run);
  if (kind === "clips" || kind === "forecasting") {
    throw new UsageError(`${run}: is a model for ${kind}; only models of single images are measured`);
  }
  const { openModel } = await import("../../../models.ts");
  const { measuredData } = await import("../measuredData.ts");
  const { ExportData } = await import("../export/exportData.ts");
  const { scoreModel } = await import("../scoreModel.ts");
  const { timeForm } = await import("./timeForm.ts");
  const { writeForm } = await import("./forms.ts");
  const { data, images, coordinates, orphans } = flags;
  const reading = { data, ...defined({ images, coordinates, orphans }) };
  const { dataset, whole } = await measuredData({ ...reading, weights: run, split: flags.split }, kind);
  const labelled = new ExportData(whole, data);
  const model = await openModel(run, { batch: 1, precision: "float32" });
  const portable = model.portable(1);
  const folder = await mkdtemp(join(tmpdir(), "anchorkit-benchmark-"));
  const measured: Measured[] = [];
  let metric = "score";
  try {
    const forms = FORMS.filter((form) => (flags.forms as FormName[] | undefined)?.includes(form) ?? true);
    for (const form of forms) {
      process.stderr.write(`${form} …\n`);
      const { path, bytes, unmeasured } =
        form === "own"
          ? { path: run, bytes: await sizeOf(modelFolderOf(run)), unmeasured: undefined }
          : await writeForm(form, portable, { folder, data: labelled });
      if (unmeasured !== undefined) {
        measured.push({ form, bytes, unmeasured });
        continue;
      }
      const opened = await openModel(path);
      const score = await scoreModel(opened, dataset);
      opened.dispose();
      metric = score.metric;
      const timed = await timeForm({ path, files: filesOf(dataset, flags.timedImages), rounds: flags.rounds });
      measured.push({ form, bytes, score: score.value, memory: timed.memory, ...timesOf(timed.milliseconds) });
    }
  } finally {
    labelled.dispose();
    model.dispose();
    await rm(folder, { recursive: true, force: true });
  }
  print(measured, metric, flags.json);
}

function filesOf({ images }: Dataset, count: number): string[] {
  return images.slice(0, count).map(({ file }) => file);
}

function timesOf(milliseconds: readonly number[]): Pick<Measured, "p50" | "p95" | "imagesPerSecond"> {
  const sorted = Float64Array.from(milliseconds).sort();
  return { p50: quantile(sorted, 0.5), p95: quantile(sorted, 0.95), imagesPerSecond: 1000 / mean(milliseconds) };
}

/** Bytes of the weights and what describes them. */
async function sizeOf(folder: string): Promise<number> {
  const names = await readdir(folder);
  const sizes = await Promise.all(names.map(async (name) => (await stat(join(folder, name))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}

function print(measured: readonly Measured[], metric: string, json?: true): void {
  if (json) {
    printJson({ metric, forms: measured });
    return;
  }
  const table = {
    columns: [
      { name: "form" },
      { name: "MB", digits: 1 },
      { name: metric, digits: 4 },
      { name: "ms p50", digits: 1 },
      { name: "ms p95", digits: 1 },
      { name: "images/s", digits: 1 },
      { name: "memory, MB", digits: 0 },
    ],
    rows: measured.map(({ form, bytes, score = NaN, p50 = NaN, p95 = NaN, imagesPerSecond = NaN, memory = NaN }) => [
      ...[form, bytes / 1e6, score, p50, p95, imagesPerSecond, memory / 1e6],
    ]),
  };
  process.stdout.write(`${renderTables([table], "table")}\n`);
  for (const { form, unmeasured } of measured) {
    if (unmeasured !== undefined) process.stderr.write(`warning: ${form} is not measured: ${unmeasured}\n`);
  }
}
