import { closeSync, existsSync, openSync, readdirSync, readSync, statSync } from "node:fs";
import { join } from "node:path";

export type ExportedForm = "onnx" | "saved-model" | "tfjs";

/** An exported model on disk. */
export interface Exported {
  form: ExportedForm;
  /** The file, or the folder that the files are in. */
  place: string;
}

/**
 * Whether a path is that of an exported model: a file named .onnx, the folder of a SavedModel or of its versions, of which the
 * newest is taken, or the folder of a GraphModel. Undefined for all else.
 */
export function exportedAt(path: string): Exported | undefined {
  if (path.toLowerCase().endsWith(".onnx")) return { form: "onnx", place: path };
  if (isSavedModel(path)) return { form: "saved-model", place: path };
  const newest = join(path, String(versionsIn(path).at(-1)));
  if (isSavedModel(newest)) return { form: "saved-model", place: newest };
  return isGraphModel(join(path, "model.json")) ? { form: "tfjs", place: path } : undefined;
}

/** The versions of a model that a folder holds, as TensorFlow Serving has them: folders whose names are numbers. */
export function versionsIn(folder: string): number[] {
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return [];
  const names = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);
  return names.filter((name) => /^[1-9]\d{0,14}$/.test(name)).map(Number).sort((a, b) => a - b); // prettier-ignore
}

function isSavedModel(folder: string): boolean {
  return existsSync(join(folder, "saved_model.pb"));
}

/** Layers models of tfjs are in files of the same name. */
function isGraphModel(file: string): boolean {
  if (!existsSync(file)) return false;
  const [handle, begin] = [openSync(file, "r"), Buffer.alloc(200)];
  try {
    return /^\s*\{\s*"format"\s*:\s*"graph-model"/.test(begin.toString("utf8", 0, readSync(handle, begin)));
  } finally {
    closeSync(handle);
  }
}
