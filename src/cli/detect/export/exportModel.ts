import type { Command } from "commander";
import { defined } from "../../../base/defined.ts";
import { UsageError } from "../../../base/errors.ts";
import { countOf } from "../../../base/words.ts";
import type { NamedTensors } from "../../../engine/graph/step.ts";
import type { PortableModel } from "../../../export/portableModel.ts";
import { type QuantizationForm, QUANTIZATIONS } from "../../../export/quantize/forms.ts";
import { addReadingOptions, type DataFlags } from "../../dataset.ts";
import type { TaskKind } from "../../../training/task.ts";
import type { ExportData, Loss } from "./exportData.ts";
import { CALIBRATION_IMAGES, type Form, type Written } from "./form.ts";
import { toGraphModel } from "./graphModelForm.ts";
import { toOnnxFile } from "./onnxForm.ts";
import { toSavedModel } from "./savedModelForm.ts";
import { toWebPage } from "./webForm.ts";
import {
  addCommonOptions,
  addExamples,
  addOverwriteOption,
  choice,
  numberIn,
  printJson,
  requireOptions,
  requireThere,
} from "../../options.ts";

interface Flags extends Partial<DataFlags> {
  to: keyof typeof FORMS;
  out: string;
  batch: number;
  quantize?: QuantizationForm;
  calibrationImages: number;
  anySize?: true;
  overwrite?: true;
  json?: true;
}

/** Images of the data that what was written is checked on. */
const CHECKED = 8;

const FORMS = {
  onnx: toOnnxFile,
  "saved-model": toSavedModel,
  tfjs: toGraphModel,
  web: toWebPage,
} satisfies Record<string, Form>;

/** `detect export` */
export function addExportModel(program: Command): void {
  const command = program
    .command("export")
    .description("Write a trained model in a form that other programs run, with the same answers")
    .argument("<run>", "run folder that detect train wrote")
    .addOption(
      choice(
        "--to <form>",
        "ONNX, a SavedModel for TensorFlow (Serving), a GraphModel for TensorFlow.js, or a web page that runs it",
        Object.keys(FORMS),
        "onnx",
      ),
    )
    .option("--out <path>", "the file to write, or the folder")
    .option(
      "--batch <n>",
      "images (clips, windows) that it looks at at once",
      numberIn({ whole: true, min: 1, max: 1024 }),
      1,
    )
    .addOption(
      choice(
        "--quantize <form>",
        "smaller numbers: weights of 16 bits, weights of 8 bits, or all of 8 bits, which is faster, too, and needs --data",
        [...QUANTIZATIONS],
      ),
    )
    .option("--any-size", "take images of any size, for ONNX, and bring them to the canvas within the model")
    .option(
      "--data <dataset>",
      "labelled images: what is written is checked with some of them, and if quantized measured on the validation split, before and after",
    )
    .option(
      "--calibration-images <n>",
      "of the training split, which ranges of int8 are taken from",
      numberIn({ whole: true, min: 1, max: 10_000 }),
      CALIBRATION_IMAGES,
    );
  addReadingOptions(command);
  requireOptions(command, "out");
  addOverwriteOption(command);
  addCommonOptions(command).action(exportModel);
  addExamples(
    command,
    "detect export runs/cells --to onnx --out cells.onnx",
    "detect export runs/cells --to saved-model --out models/cells",
    "detect export runs/cells --to onnx --quantize int8 --data dataset --out cells.onnx",
    "detect export runs/cells --to tfjs --out site/model",
    "detect export runs/cells --to web --out site",
  );
}

async function exportModel(run: string, flags: Flags): Promise<void> {
  const { to, out, batch, overwrite, json, quantize, anySize = false } = flags;
  requireThere({ run, data: flags.data });
  await requireForm(flags);
  const { modelFolderOf } = await import("../../../training/run/modelFolder.ts");
  const write = await FORMS[to](out, { inputs: [modelFolderOf(run)], overwrite });
  const { openModel } = await import("../../../models.ts");
  const { trainedWith } = await import("../openPredictor.ts");
  const trained = await trainedWith(run);
  const model = await openModel(run, { batch: 1, precision: "float32" });
  const portable = model.portable(batch);
  const data = await openData(run, flags, model.kind, trained?.seed);
  const samples = await data?.samples(portable, quantize === "int8" ? flags.calibrationImages : CHECKED);
  const quantization = quantize && { form: quantize, samples: samples ?? [] };
  const written = await write(portable, trained, { ...defined({ quantization }), anySize });
  const checked = await check(portable, written, { samples: samples?.slice(0, CHECKED), whole: anySize });
  const measured = quantize && (await data?.measure(portable, written.open));
  data?.dispose();
  model.dispose();
  const { bytes, runner, place = out } = written;
  const found = checked ? { differences: checked } : { unchecked: runner };
  if (json) printJson({ run, to, out: place, bytes, batch, quantize, ...found, ...measured });
  else {
    const form = quantize ? `, ${quantize}` : "";
    const lines = [`${to}: ${place}, ${(bytes / 1e6).toFixed(1)} MB${form}`, checkLine(runner, checked, samples)];
    process.stdout.write(`${[...lines, ...(measured ? [lossLine(measured)] : [])].join("\n")}\n`);
  }
}

/** @throws UsageError for a form that cannot be had, or not with these flags */
async function requireForm({ to, quantize, data, anySize, batch }: Flags): Promise<void> {
  if (to === "saved-model" && batch !== 1) {
    throw new UsageError("a SavedModel takes any number of images at once; leave out --batch");
  }
  if (to !== "onnx" && anySize) {
    throw new UsageError(
      to === "saved-model"
        ? "--any-size is for ONNX; a SavedModel takes files of images of any size without it"
        : "--any-size is for ONNX; a GraphModel takes images on the canvas",
    );
  }
  if (quantize === undefined) return;
  if (to === "saved-model") throw new UsageError("--quantize is for ONNX and tfjs; a SavedModel is of float32");
  if (to !== "onnx" && quantize !== "half") {
    throw new UsageError(
      `--quantize ${quantize} is for ONNX; a GraphModel can be had in float32, or with --quantize half`,
    );
  }
  if (quantize !== "int8") return;
  if (data === undefined) {
    throw new UsageError(
      "--quantize int8 needs --data: ranges are taken from images of its training split, and what is lost is measured",
    );
  }
  const { loadOnnxruntime } = await import("../../../export/onnx/onnxSession.ts");
  await loadOnnxruntime();
}

async function openData(
  run: string,
  { data, images, coordinates, orphans }: Flags,
  task: TaskKind,
  seed?: number,
): Promise<ExportData | undefined> {
  if (data === undefined) return undefined;
  const { ExportData } = await import("./exportData.ts");
  return ExportData.open(run, { data, ...defined({ images, coordinates, orphans }) }, task, seed);
}

/** The largest differences between what was written and the model, where it can be run here. */
async function check(
  model: PortableModel,
  { open }: Written,
  inputs: { samples: readonly NamedTensors[] | undefined; whole: boolean },
): Promise<Record<string, number> | undefined> {
  if (!open) return undefined;
  const { verify } = await import("../../../export/verify.ts");
  const opened = await open();
  try {
    return await verify(model, opened.run, inputs);
  } finally {
    await opened.close();
  }
}

function checkLine(
  runner: string,
  differences: Record<string, number> | undefined,
  samples?: readonly unknown[],
): string {
  if (!differences) return `not checked: ${runner}`;
  const shown = Object.entries(differences).map(([name, value]) => {
    return `${name} ${Number.isInteger(value) ? value : value.toExponential(1)}`;
  });
  const inputs = samples ? "images of the data" : "noise";
  return `checked on ${inputs} in ${runner}, beside the run; largest differences: ${shown.join(", ")}`;
}

/** "AP of 72 images (val): 0.6059 before, 0.6021 after, a loss of 0.0038" */
function lossLine({ metric, images, before, after }: Loss): string {
  const where = `${metric} of ${countOf(images, "image")} (val)`;
  if (after === undefined) return `${where}: ${before.toFixed(4)} before; not measured after, as nothing runs it here`;
  return `${where}: ${before.toFixed(4)} before, ${after.toFixed(4)} after: ${before < after ? "a gain" : "a loss"} of ${Math.abs(before - after).toFixed(4)}`;
}
