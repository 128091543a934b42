import { basename, dirname, join, relative, resolve } from "node:path";
import type { SplitName } from "../../dataset.ts";
import { groupBy, isImageName, kindOf, listFiles, posixPath } from "../../files.ts";
import { mapParallel } from "../../parallel.ts";
import { splitNamed, splitOfPath } from "../../split/splitLists.ts";

/**
 * The file of each name: from the JSON's folder, else one below it whose path ends like the name. A folder without
 * images, such as `annotations`, is searched together with its neighbours.
 */
export async function findImages(json: string, names: readonly string[]): Promise<(string | undefined)[]> {
  const here = dirname(resolve(json));
  const direct = await mapParallel(names, 16, async (name) => {
    const file = resolve(here, name);
    return (await kindOf(file)) === "file" ? file : undefined;
  });
  if (!direct.includes(undefined)) return direct;
  const inside = (await listFiles(here, 3)).filter(isImageName);
  const root = inside.length > 0 ? here : join(here, "..");
  const around = inside.length > 0 ? inside : (await listFiles(root, 3)).filter(isImageName);
  const byFullName = groupBy(around, (file) => basename(file));
  const ownSplit = ownSplitOf(json);
  const inOwnSplit = (file: string) => ownSplit !== undefined && splitOfPath(relative(root, file)) === ownSplit;
  return names.map((name, i) => {
    const parts = name.split(/[\\/]/);
    const alike = byFullName.get(parts.at(-1) ?? "") ?? [];
    const ending = alike.filter((file) => posixPath(file).endsWith(`/${parts.join("/")}`));
    const candidates = ending.length > 0 ? ending : alike.length === 1 ? alike : [];
    return direct[i] ?? candidates.find(inOwnSplit) ?? candidates.sort((a, b) => a.length - b.length)[0];
  });
}

/** The split that a JSON's own name tells: instances_train2017.json, val.json, test_coco.json. */
export function ownSplitOf(json: string): SplitName | undefined {
  return splitNamed(basename(json).replace(/^instances_|^_annotations|[._]?coco|\.json$|\d/g, ""));
}
