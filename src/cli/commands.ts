import type { Command } from "commander";
import { addDoctor } from "./doctor.ts";
import { addEngine } from "./engineInstall.ts";
import { addEval } from "./eval.ts";
import { addExport } from "./exportLabels.ts";
import { addFetch } from "./fetchImages.ts";
import { addImport } from "./importLabels.ts";
import { addLint } from "./lint.ts";
import { addPredict } from "./predict.ts";
import { createProgram } from "./run.ts";
import { addSplit } from "./splitLabels.ts";
import { addStats } from "./statsLabels.ts";
import { addTrain } from "./train.ts";
import { addView } from "./viewLabels.ts";

/** `detect` with all its subcommands. */
export function detectProgram(): Command {
  const program = createProgram("detect", "Train a Faster R-CNN on labelled images, measure it, find objects with it");
  addTrain(program);
  addEval(program);
  addPredict(program);
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
