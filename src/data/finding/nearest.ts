import { dirname } from "node:path";

/** Per list of files, those in each folder and below it; made once for lists that are asked again and again. */
const byFolder = new WeakMap<readonly string[], Map<string, string[]>>();

/**
 * Of files, those in the folder; where there are none those anywhere below it, else below the innermost folder around it
 * that holds one.
 */
export function nearestTo(folder: string, files: readonly string[]): readonly string[] {
  if (files.length < 2) return files;
  const below = byFolder.get(files) ?? filesBelow(files);
  byFolder.set(files, below);
  const inside = (below.get(folder) ?? []).filter((file) => dirname(file) === folder);
  if (inside.length > 0) return inside;
  for (let around = folder; ; around = dirname(around)) {
    const found = below.get(around);
    if (found) return found;
    if (around === dirname(around)) return files;
  }
}

function filesBelow(files: readonly string[]): Map<string, string[]> {
  const below = new Map<string, string[]>();
  for (const file of files) {
    for (let folder = dirname(file), last = ""; folder !== last; last = folder, folder = dirname(folder)) {
      const known = below.get(folder);
      if (known) known.push(file);
      else below.set(folder, [file]);
    }
  }
  return below;
}
