import { join } from "node:path";
import type { Command } from "commander";
import { requireReplaceable } from "../../base/output/requireReplaceable.ts";
import { writeFileAtomic } from "../../base/files.ts";
import type { GraphModelFiles } from "../../export/graphModel/graphModelFiles.ts";
import type { RunStep } from "../../engine/graph/step.ts";
import type { PortableModel } from "../../export/portableModel.ts";
import type { Trained } from "../../export/manifest.ts";
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
  to: keyof typeof FORMS;
  out: string;
  batch: number;
  overwrite?: true;
  json?: true;
}

/** What has been written, and how it can be run here. */
interface Written {
  bytes: number;
  /** What runs it here, or why nothing does. */
  runner: string;
  open?: () => Promise<{ run: RunStep; close(): void | Promise<void> }>;
}

/** Makes sure that a model may be written to a place, and gives what writes it there. */
type Form = (out: string, options: Place) => Promise<Write>;
type Write = (model: PortableModel, trained: Trained | undefined) => Promise<Written>;

interface Place {
  inputs: string[];
  overwrite?: true | undefined;
}

const FORMS = { onnx: toOnnxFile, tfjs: toGraphModel, web: toWebPage } satisfies Record<string, Form>;

/** `detect export` */
export function addExportModel(program: Command): void {
  const command = program
    .command("export")
    .description("Write a trained model in a form that other programs run, with the same answers")
    .argument("<run>", "run folder that detect train wrote")
    .addOption(choice("--to <form>", "ONNX, a GraphModel for TensorFlow.js, or a web page that runs it", Object.keys(FORMS), "onnx"))
    .option("--out <path>", "the file to write, or for tfjs and web the folder")
    .option(
      "--batch <n>",
      "images (clips, windows) that it looks at at once",
      numberIn({ whole: true, min: 1, max: 1024 }),
      1,
    );
  requireOptions(command, "out");
  addOverwriteOption(command);
  addCommonOptions(command).action(exportModel);
  addExamples(
    command,
    "detect export runs/cells --to onnx --out cells.onnx",
    "detect export runs/cells --to tfjs --out site/model",
    "detect export runs/cells --to web --out site",
  );
}

async function exportModel(run: string, { to, out, batch, overwrite, json }: Flags): Promise<void> {
  requireThere({ run });
  const { modelFolderOf } = await import("../../training/run/modelFolder.ts");
  const write = await FORMS[to](out, { inputs: [modelFolderOf(run)], overwrite });
  const { openModel } = await import("../../models.ts");
  const { trainedWith } = await import("./openPredictor.ts");
  const model = await openModel(run, { batch: 1, precision: "float32" });
  const portable = model.portable(batch);
  const written = await write(portable, await trainedWith(run));
  const differences = await check(portable, written);
  model.dispose();
  const { bytes, runner } = written;
  if (json) printJson({ run, to, out, bytes, batch, ...(differences ? { differences } : { unchecked: runner }) });
  else process.stdout.write(`${to}: ${out}, ${(bytes / 1e6).toFixed(1)} MB\n${checkLine(runner, differences)}\n`);
}

async function toOnnxFile(out: string, place: Place): Promise<Write> {
  const { isOnnxExport } = await import("../../export/onnx/onnxMetadata.ts");
  await requireReplaceable(out, { ...place, isOwn: isOnnxExport, what: "no export of anchorkit" });
  return async (model, trained) => {
    const { onnxFile } = await import("../../export/onnx/onnxFile.ts");
    const { isOnnxruntimeHere, openOnnx } = await import("../../export/onnx/onnxSession.ts");
    const file = await onnxFile(model, trained);
    await writeFileAtomic(out, file);
    if (await isOnnxruntimeHere()) return { bytes: file.length, runner: "onnxruntime", open: () => openOnnx(out) };
    return { bytes: file.length, runner: "onnxruntime-node is not installed, which would run it" };
  };
}

async function toGraphModel(out: string, place: Place): Promise<Write> {
  return toFolder(out, place, MODEL_FILES, (files) => ({ ...files }));
}

async function toWebPage(out: string, place: Place): Promise<Write> {
  const { pageFiles } = await import("../../export/web/pageFiles.ts");
  const page = await pageFiles();
  const inModel = (name: string): string => `model/${name}`;
  return toFolder(out, place, [...Object.keys(page), ...MODEL_FILES.map(inModel)], (files) => ({
    ...page,
    ...Object.fromEntries(Object.entries(files).map(([name, bytes]) => [inModel(name), bytes])),
  }));
}

/** The latter names the former, and comes last. */
const MODEL_FILES = ["weights.bin", "model.json"] as const;

/**
 * Writes a GraphModel's files, and what belongs to them, into a folder.
 *
 * @param names of all files, in the order in which they are written @param around what is written, made of the GraphModel's
 */
async function toFolder(
  out: string,
  place: Place,
  names: readonly string[],
  around: (files: GraphModelFiles) => Readonly<Record<string, Uint8Array>>,
): Promise<Write> {
  const { OutputFolder } = await import("../../base/output/outputFolder.ts");
  const folder = await OutputFolder.open(out, { command: "detect export", ...place, results: true });
  await folder.requireFree(names);
  return async (model, trained) => {
    const { graphModelFiles } = await import("../../export/graphModel/graphModelFiles.ts");
    const { openGraphModel } = await import("../../export/graphModel/openGraphModel.ts");
    const files = await graphModelFiles(model, trained);
    const all = around({ ...files });
    await folder.write(async () => {
      for (const name of names) await writeFileAtomic(join(out, name), all[name] as Uint8Array);
    }, names);
    const bytes = Object.values(all).reduce((sum, one) => sum + one.length, 0);
    return { bytes, runner: "tfjs's executor", open: () => openGraphModel(files) };
  };
}

/** The largest differences between what was written and the model, where it can be run here. */
async function check(model: PortableModel, { open }: Written): Promise<Record<string, number> | undefined> {
  if (!open) return undefined;
  const { verify } = await import("../../export/verify.ts");
  const opened = await open();
  try {
    return await verify(model, opened.run);
  } finally {
    await opened.close();
  }
}

function checkLine(runner: string, differences: Record<string, number> | undefined): string {
  if (!differences) return `not checked: ${runner}`;
  const shown = Object.entries(differences).map(([name, value]) => {
    return `${name} ${Number.isInteger(value) ? value : value.toExponential(1)}`;
  });
  return `checked on noise in ${runner}, beside the run; largest differences: ${shown.join(", ")}`;
}
