import { basename, join, parse, relative, resolve } from "node:path";
import { glob, isDynamicPattern } from "tinyglobby";
import { AnchorkitError } from "../../base/errors.ts";
import { byName, isImageName, kindOf, listFiles } from "../../data/files.ts";

/** An image to work on. */
export interface ImageFile {
  /** Its path. */
  file: string;
  /** A name for it that no other image has: its path within the folder that was given. Results are named for it. */
  name: string;
}

/**
 * The image files that the arguments of a command name: files as they are, all images of folders (and the folders in
 * them), and patterns such as "shots/*.jpg"; each once, in the order given, a folder's sorted by name.
 *
 * @throws AnchorkitError for an argument that names no image
 */
export async function listImageFiles(paths: readonly string[]): Promise<ImageFile[]> {
  const files = new Map<string, string>();
  for (const path of paths) {
    const found = await expand(path);
    if (found.length === 0) throw new AnchorkitError(`${path}: there are no images here`);
    for (const [file, name] of found) if (!files.has(file)) files.set(file, name);
  }
  const taken = new Set<string>();
  return [...files].map(([file, name]) => ({ file, name: freeName(name, taken) }));
}

/** A path and the name that its results get. */
type Named = [file: string, name: string];

async function expand(path: string): Promise<Named[]> {
  const kind = await kindOf(path);
  if (kind === "folder") return imagesIn(path);
  return kind === "file" ? [[path, basename(path)]] : match(path);
}

async function imagesIn(folder: string): Promise<Named[]> {
  const files = (await listFiles(resolve(folder))).filter(isImageName);
  return files.map((file) => {
    const name = relative(resolve(folder), file);
    return [join(folder, name), name];
  });
}

async function match(pattern: string): Promise<Named[]> {
  if (!isDynamicPattern(pattern)) throw new AnchorkitError(`${pattern}: there is no such file or folder`);
  const files = await glob(pattern.replaceAll("\\", "/"));
  return files.sort(byName).map((file) => [file, basename(file)]);
}

/** The name itself, or with a number when another image has it. */
export function freeName(name: string, taken: Set<string>): string {
  const { dir, name: stem, ext } = parse(name);
  let free = name;
  for (let n = 2; taken.has(free); n++) free = join(dir, `${stem}-${n}${ext}`);
  taken.add(free);
  return free;
}
