import { existsSync } from "node:fs";
import type { Command } from "commander";
import { requireReplaceable } from "../../base/output/requireReplaceable.ts";
import { checked } from "../../base/checked.ts";
import { writeFileAtomic } from "../../base/files.ts";
import type { PortableModel } from "../../export/portableModel.ts";
import { Trained } from "../../export/manifest.ts";
import { isOnnxExport } from "../../export/onnx/isOnnxExport.ts";
import {
  addCommonOptions,
  addExamples,
  addOverwriteOption,
  choice,
  numberIn,
  printJson,
  requireOptions,
  requireThere,
} from "../options.ts";

interface Flags {
  to: "onnx";
  out: string;
  batch: number;
  overwrite?: true;
  json?: true;
}

/** `detect export` */
export function addExportModel(program: Command): void {
  const command = program
    .command("export")
    .description("Write a trained model in a form that other programs run, with the same answers")
    .argument("<run>", "run folder that detect train wrote")
    .addOption(choice("--to <form>", "the form", ["onnx"], "onnx"))
    .option("--out <file>", "where to write it")
    .option(
      "--batch <n>",
      "images (clips, windows) that it looks at at once",
      numberIn({ whole: true, min: 1, max: 1024 }),
      1,
    );
  requireOptions(command, "out");
  addOverwriteOption(command);
  addCommonOptions(command).action(exportModel);
  addExamples(command, "detect export runs/cells --to onnx --out cells.onnx");
}

async function exportModel(run: string, { to, out, batch, overwrite, json }: Flags): Promise<void> {
  requireThere({ run });
  const { modelFolderOf } = await import("../../training/run/modelFolder.ts");
  const inputs = [modelFolderOf(run)];
  await requireReplaceable(out, { inputs, overwrite, isOwn: isOnnxExport, what: "no export of anchorkit" });
  const { openModel } = await import("../../models.ts");
  const model = await openModel(run, { batch: 1, precision: "float32" });
  const { onnxFile } = await import("../../export/onnx/onnxFile.ts");
  const portable = model.portable(batch);
  const bytes = await onnxFile(portable, await trainedWith(run));
  await writeFileAtomic(out, bytes);
  const checked = await check(portable, out);
  model.dispose();
  if (json) printJson({ run, to, out, bytes: bytes.length, batch, ...checked });
  else process.stdout.write(`${to}: ${out}, ${(bytes.length / 1e6).toFixed(1)} MB\n${checkLine(checked)}\n`);
}

/** What the file says of the training; a model without its run says nothing. */
async function trainedWith(path: string): Promise<Trained | undefined> {
  const { RunFolder } = await import("../../training/run/runFolder.ts");
  const run = RunFolder.of(path);
  if (!existsSync(run.config)) return undefined;
  return checked(await run.readConfig(), Trained, run.config);
}

/** What came of running the file, or why it was not run. */
interface Check {
  differences?: Record<string, number>;
  unchecked?: string;
}

/** Runs the file that was written, beside the model. */
async function check(model: PortableModel, file: string): Promise<Check> {
  const { openOnnx, isOnnxruntimeHere } = await import("../../export/onnx/onnxSession.ts");
  if (!(await isOnnxruntimeHere())) return { unchecked: "onnxruntime-node is not installed, which would run it" };
  const { verify } = await import("../../export/verify.ts");
  const session = await openOnnx(file);
  try {
    return { differences: await verify(model, (inputs) => session.run(inputs)) };
  } finally {
    await session.close();
  }
}

function checkLine({ differences, unchecked }: Check): string {
  if (unchecked !== undefined) return `not checked: ${unchecked}`;
  const shown = Object.entries(differences ?? {}).map(([name, value]) => {
    return `${name} ${Number.isInteger(value) ? value : value.toExponential(1)}`;
  });
  return `checked on noise, against the run itself; largest differences: ${shown.join(", ")}`;
}
