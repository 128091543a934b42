import { basename, dirname, resolve } from "node:path";
import { AnchorkitError } from "../../../base/errors.ts";
import type { SplitName } from "../../dataset.ts";
import { isImageName, kindOf, listFiles, readHead, readText, shownPath } from "../../files.ts";
import type { Warnings } from "../../warnings.ts";
import { type DataYaml, parseDataYaml } from "./dataYaml.ts";
import { type EntryPlace, entryPlace } from "./yamlPlaces.ts";
import { isClassList, readClassList, type YoloSet } from "./yoloClassList.ts";
import { imagesOfEntry, listedImages } from "./yoloImages.ts";

const MAX_TEXT_BYTES = 1_000_000;

export function isYaml(path: string): boolean {
  return /\.ya?ml$/i.test(path);
}

export function isDataYaml(path: string): boolean {
  return /^data\.ya?ml$/i.test(basename(path));
}

/** Whether a text names classes and the images of a split, as data.yaml does under any name. */
export function looksLikeDataYaml(head: string): boolean {
  return /^(?:names|nc)\s*:/m.test(head) && /^(?:train|val|valid|validation|test)\s*:/m.test(head);
}

/**
 * Reads a data.yaml or classes.txt, or finds the one of a folder.
 *
 * @param imageFolder where the images are, if that is said
 * @throws AnchorkitError naming the file for what is missing or wrong in it
 */
export async function readYoloSet(path: string, imageFolder: string | undefined, warnings: Warnings): Promise<YoloSet> {
  const isFolder = (await kindOf(path)) === "folder";
  if (!isFolder && isYaml(path)) return readYaml(path, imageFolder, warnings);
  if (!isFolder) return readClassList([path], dirname(path), imageFolder, warnings);
  const files = await listFiles(path);
  const yamls = files.filter(isYaml);
  const heads = await Promise.all(yamls.slice(0, 20).map((yaml) => readHead(yaml, 16_384)));
  const likely = yamls.filter((_, i) => looksLikeDataYaml(heads[i] ?? ""));
  const yaml = yamls.find(isDataYaml) ?? [likely, yamls].find(({ length }) => length === 1)?.[0];
  if (yaml !== undefined) return readYaml(yaml, imageFolder, warnings);
  const lists = files.filter(isClassList);
  if (lists.length > 0) return readClassList(lists, path, imageFolder, warnings);
  const missing = "holds no data.yaml and no classes.txt that names the classes";
  throw new AnchorkitError(`${shownPath(path)}: ${missing}; put a classes.txt, a name a line, beside the labels`);
}

/**
 * Ultralytics' data.yaml: `names`, and for train, val and test a folder of images, a text file that lists images, or
 * several of these, below `path`. What is not there is left out and counted, as long as something is.
 */
async function readYaml(path: string, imageFolder: string | undefined, warnings: Warnings): Promise<YoloSet> {
  const name = shownPath(path);
  const here = dirname(resolve(path));
  const { base, entries, misspelt, ...yaml } = parseDataYaml(await readText(path, MAX_TEXT_BYTES), name, warnings);
  const splitOf = new Map<string, SplitName>();
  const splitOfPlace = new Map<string, SplitName>();
  const missing: string[] = [];
  for (const { split, key, entry } of entries) {
    const said = `${key}: ${entry}`;
    const place = await entryPlace(entry, base, here);
    const at = place?.path ?? resolve(here, base, entry);
    const twin = splitOfPlace.get(at) ?? split;
    if (twin !== split) {
      warnings.add("splits with the same images as another one, left out", `${name}: ${split} is ${twin}, ${entry}`);
      continue;
    }
    splitOfPlace.set(at, split);
    const read = () => imagesAt(entry, place ?? { path: at }, { here, imageFolder }, warnings);
    const images = await warnings.attempt(read, [], "unreadable-labels", shownPath(at));
    if (images === undefined) missing.push(said);
    else if (images.length === 0) warnings.add("folders and lists of data.yaml without images", `${name}: ${said}`);
    for (const file of images ?? []) {
      const known = splitOf.get(file) ?? split;
      if (known === split) splitOf.set(file, split);
      else {
        const error = new AnchorkitError(`${name}: ${shownPath(file)} is in ${known} and in ${split}`);
        warnings.fail(error, "two-splits", shownPath(file));
      }
    }
  }
  if (splitOf.size === 0) throw nothingLeft(name, entries, missing, misspelt);
  for (const said of missing) {
    const what = "folders and lists that data.yaml names and that are not there, left out";
    warnings.add(what, name, { rule: "missing-folder", detail: `: ${said}` });
  }
  return {
    name,
    ...yaml,
    images: [...splitOf].map(([file, split]) => ({ file, split })),
    ...(imageFolder !== undefined && { labels: (await listFiles(here)).filter((file) => /\.txt$/i.test(file)) }),
  };
}

function nothingLeft(
  name: string,
  entries: DataYaml["entries"],
  missing: readonly string[],
  misspelt: readonly string[],
): AnchorkitError {
  const slips = misspelt.length > 0 ? `; it says ${misspelt.join(", ")}` : "";
  if (entries.length === 0) return new AnchorkitError(`${name}: names no images under train, val or test${slips}`);
  const isMissing = missing.length === entries.length;
  const said = isMissing ? missing : entries.map(({ key, entry }) => `${key}: ${entry}`);
  const shown = said.slice(0, 6).join(", ") + (said.length > 6 ? ` and ${said.length - 6} more` : "");
  const reason = isMissing ? "none of what it names is there" : "no image is in what it names";
  return new AnchorkitError(`${name}: ${reason} (${shown})${slips}; correct the paths, or put the file beside the images`); // prettier-ignore
}

/** The images in a folder, or those that a text file lists; undefined where there is neither. */
async function imagesAt(
  entry: string,
  { path, kind }: Partial<EntryPlace> & Pick<EntryPlace, "path">,
  { here, imageFolder }: { here: string; imageFolder: string | undefined },
  warnings: Warnings,
): Promise<string[] | undefined> {
  if (kind === "file") return listedImages(path, here, imageFolder, warnings);
  if (imageFolder !== undefined) return imagesOfEntry(entry, path, imageFolder, warnings);
  return kind === "folder" ? (await listFiles(path)).filter(isImageName) : undefined;
}
