import { existsSync } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { AnchorkitError } from "../../base/errors.ts";
import { isOnnxPath } from "../../export/onnx/onnxPath.ts";
import { isModel, modelFolderOf } from "../../training/run/modelFolder.ts";

/** A version of a model on disk. */
export interface FoundVersion {
  version: number;
  /** A run folder, a model's folder, or an exported file. */
  path: string;
  /** Is another one when the model's files have changed. */
  mark: string;
}

/**
 * The version of a model that is to be served: the highest of the folders `1`, `2` and so on in a folder, each of which holds
 * a run, a model, or one exported .onnx file; a run, a model or a file by itself is version 1.
 *
 * @throws AnchorkitError if there is none
 */
export async function findVersion(path: string): Promise<FoundVersion> {
  if (!existsSync(path)) throw new AnchorkitError(`${path}: there is no such file or folder`);
  if (isOnnxPath(path)) return marked(1, path);
  if (isModel(path)) return marked(1, path);
  for (const version of await versionsIn(path)) {
    const folder = join(path, String(version));
    if (isModel(folder)) return marked(version, folder);
    const file = await exportIn(folder);
    if (file !== undefined) return marked(version, file);
  }
  throw new AnchorkitError(
    `${path}: holds no trained model (neither a run of detect train, nor folders 1, 2, … with a run or an .onnx file each)`,
  );
}

/** The numbers of its folders, the highest first. */
async function versionsIn(path: string): Promise<number[]> {
  const names = await readdir(path).catch(() => []);
  return names
    .filter((name) => /^[1-9]\d{0,14}$/.test(name))
    .map(Number)
    .sort((a, b) => b - a);
}

async function exportIn(folder: string): Promise<string | undefined> {
  const names = await readdir(folder).catch(() => []);
  const files = names.filter(isOnnxPath);
  return files.length === 1 && files[0] !== undefined ? join(folder, files[0]) : undefined;
}

async function marked(version: number, path: string): Promise<FoundVersion> {
  const folder = isOnnxPath(path) ? undefined : modelFolderOf(path);
  const files = folder === undefined ? [path] : (await readdir(folder)).sort().map((name) => join(folder, name));
  const marks = await Promise.all(files.map(markOf));
  return { version, path, mark: [version, path, ...marks].join("\n") };
}

/** Files that take the place of others have other numbers, and those that are written anew other times. */
async function markOf(file: string): Promise<string> {
  const { ino, size, mtimeMs } = await stat(file);
  return `${file} ${ino} ${size} ${mtimeMs}`;
}
