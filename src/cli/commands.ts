import type { Command } from "commander";
import { addBenchmark } from "./detect/benchmark/benchmark.ts";
import { addDrift } from "./detect/drift.ts";
import { addDoctor } from "./detect/doctor.ts";
import { addEngine } from "./detect/engineInstall.ts";
import { addEval } from "./detect/eval.ts";
import { addExplain } from "./detect/explain.ts";
import { addExportModel } from "./detect/export/exportModel.ts";
import { addExport } from "./label/exportLabels.ts";
import { addFetch } from "./label/fetchImages.ts";
import { addImport } from "./label/importLabels.ts";
import { addLint } from "./label/lint.ts";
import { addPredict } from "./detect/predict.ts";
import { createProgram } from "./run.ts";
import { addRuns } from "./detect/runs.ts";
import { addServe } from "./detect/serve.ts";
import { addSplit } from "./label/splitLabels.ts";
import { addStats } from "./label/statsLabels.ts";
import { addTrain } from "./detect/train.ts";
import { addTune } from "./detect/tune.ts";
import { addView } from "./label/viewLabels.ts";
import { addWeights } from "./detect/weights.ts";

/** `detect` with all its subcommands. */
export function detectProgram(): Command {
  const program = createProgram("detect", "Train a Faster R-CNN on labelled images, measure it, find objects with it");
  addTrain(program);
  addTune(program);
  addEval(program);
  addPredict(program);
  addExplain(program);
  addDrift(program);
  addExportModel(program);
  addBenchmark(program);
  addServe(program);
  addRuns(program);
  addWeights(program);
  addDoctor(program);
  addEngine(program);
  return program;
}

/** `label` with all its subcommands. */
export function labelProgram(): Command {
  const program = createProgram("label", "Labelled images: read and write them in any form people have");
  addImport(program);
  addExport(program);
  addFetch(program);
  addLint(program);
  addStats(program);
  addSplit(program);
  addView(program);
  return program;
}

/** `anchorkit detect …` and `anchorkit label …`: the two under the package's own name, which npx cannot mistake. */
export function anchorkitProgram(): Command {
  const program = createProgram("anchorkit", "Object detection from labelled images to a measured model");
  program.addCommand(detectProgram());
  program.addCommand(labelProgram());
  return program;
}
