import { existsSync } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { AnchorkitError } from "../../base/errors.ts";
import { exportedAt, versionsIn } from "../../export/exportedForm.ts";
import { isModel, modelFolderOf } from "../../training/run/modelFolder.ts";

/** A version of a model on disk. */
export interface FoundVersion {
  version: number;
  /** A run folder, a model's folder, or an exported file or folder. */
  path: string;
  /** Is another one when the model's files have changed. */
  mark: string;
}

/**
 * The version of a model that is to be served: the highest of the folders `1`, `2` and so on in a folder, each of which holds
 * a run, a model, or an exported one; a run, a model or an export by itself is version 1.
 *
 * @throws AnchorkitError if there is none
 */
export async function findVersion(path: string): Promise<FoundVersion> {
  if (!existsSync(path)) throw new AnchorkitError(`${path}: there is no such file or folder`);
  if (isServable(path)) return marked(1, path);
  for (const version of versionsIn(path).reverse()) {
    const folder = join(path, String(version));
    const servable = isServable(folder) ? folder : await fileIn(folder);
    if (servable !== undefined) return marked(version, servable);
  }
  throw new AnchorkitError(
    `${path}: holds no trained model (neither a run of detect train, nor what detect export made of one, nor folders 1, 2, … with one each)`,
  );
}

/** Whether a path is itself that of a model, and not of versions of one. */
function isServable(path: string): boolean {
  return isModel(path) || exportedAt(path)?.place === path;
}

/** The one ONNX file in a folder. */
async function fileIn(folder: string): Promise<string | undefined> {
  const names = await readdir(folder).catch(() => []);
  const [file, ...others] = names.filter((name) => name.toLowerCase().endsWith(".onnx"));
  return file !== undefined && others.length === 0 ? join(folder, file) : undefined;
}

async function marked(version: number, path: string): Promise<FoundVersion> {
  const folder = exportedAt(path) ? path : modelFolderOf(path);
  const isFile = (await stat(folder)).isFile();
  const files = isFile ? [path] : (await readdir(folder)).sort().map((name) => join(folder, name));
  const marks = await Promise.all(files.map(markOf));
  return { version, path, mark: [version, path, ...marks].join("\n") };
}

/** Files that take the place of others have other numbers, and those that are written anew other times. */
async function markOf(file: string): Promise<string> {
  const { ino, size, mtimeMs } = await stat(file);
  return `${file} ${ino} ${size} ${mtimeMs}`;
}
