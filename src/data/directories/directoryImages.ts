import { readdir, realpath } from "node:fs/promises";
import { join } from "node:path";
import { isImageName, kindOf } from "../files.ts";

/**
 * The images in a folder and the folders below it, in Keras's order: folder by folder, by their paths, and by name in
 * each. Hidden ones are left out. Links to files are followed; links to folders if asked for, each folder once.
 */
export async function directoryImages(folder: string, followLinks: boolean): Promise<string[]> {
  const visited = new Set<string>();
  const found: { folder: string; names: string[] }[] = [];
  const visit = async (path: string): Promise<void> => {
    const real = await realpath(path);
    if (visited.has(real)) return;
    visited.add(real);
    const names: string[] = [];
    for (const entry of await readdir(path, { withFileTypes: true })) {
      if (entry.name.startsWith(".")) continue;
      const below = join(path, entry.name);
      const link = entry.isSymbolicLink();
      const isFolder = link ? (await kindOf(below)) === "folder" : entry.isDirectory();
      if (!isFolder) names.push(entry.name);
      else if (followLinks || !link) await visit(below);
    }
    found.push({ folder: path, names });
  };
  await visit(folder);
  found.sort((a, b) => byCodePoint(a.folder, b.folder));
  return found.flatMap(({ folder: path, names }) =>
    names
      .filter(isImageName)
      .sort(byCodePoint)
      .map((name) => join(path, name)),
  );
}

/** Orders as Python does; `byName` puts emoji before some other letters. */
export function byCodePoint(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
