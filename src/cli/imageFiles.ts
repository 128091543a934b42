import { stat } from "node:fs/promises";
import { basename, join, parse } from "node:path";
import { glob, isDynamicPattern } from "tinyglobby";
import { AnchorkitError } from "../base/errors.ts";

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
    const kind = await stat(path).catch(() => undefined);
    const found = kind?.isDirectory()
      ? await imagesIn(path)
      : kind
        ? [[path, basename(path)] as const]
        : await match(path);
    if (found.length === 0) throw new AnchorkitError(`${path}: no images here (${EXTENSIONS.join(", ")})`);
    for (const [file, name] of found) if (!files.has(file)) files.set(file, name);
  }
  const taken = new Set<string>();
  return [...files].map(([file, name]) => ({ file, name: freeName(name, taken) }));
}

/** The file types that are looked for in a folder; a file that is named itself may be of any type. */
const EXTENSIONS = ["jpg", "jpeg", "png", "webp", "gif", "avif", "tif", "tiff"];

async function imagesIn(folder: string): Promise<(readonly [string, string])[]> {
  const names = await glob(`**/*.{${EXTENSIONS.join(",")}}`, { cwd: folder, caseSensitiveMatch: false });
  return names.sort().map((name) => [join(folder, name), name] as const);
}

async function match(pattern: string): Promise<(readonly [string, string])[]> {
  if (!isDynamicPattern(pattern)) throw new AnchorkitError(`${pattern}: there is no such file or folder`);
  const files = await glob(pattern.replaceAll("\\", "/"));
  return files.sort().map((file) => [file, basename(file)] as const);
}

/** The name itself, or with a number when another image has it. */
function freeName(name: string, taken: Set<string>): string {
  const { dir, name: stem, ext } = parse(name);
  let free = name;
  for (let n = 2; taken.has(free); n++) free = join(dir, `${stem}-${n}${ext}`);
  taken.add(free);
  return free;
}
