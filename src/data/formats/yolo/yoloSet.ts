import { basename, dirname, isAbsolute, join, resolve } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { checked } from "../../../base/checked.ts";
import { AnchorkitError, messageOf } from "../../../base/errors.ts";
import type { SplitName } from "../../dataset.ts";
import { isImageName, kindOf, listFiles, readText, shownPath } from "../../files.ts";
import type { Warnings } from "../../warnings.ts";
import { type FindImage, imageFinder } from "../imageFinder.ts";
import { isClassList, readClassList, type YoloSet } from "./yoloClassList.ts";

const MAX_TEXT_BYTES = 1_000_000;

export function isYaml(path: string): boolean {
  return /\.ya?ml$/i.test(path);
}

export function isDataYaml(path: string): boolean {
  return /^data\.ya?ml$/i.test(basename(path));
}

/**
 * Reads a data.yaml or classes.txt, or finds the one of a folder.
 *
 * @throws AnchorkitError naming the file for what is missing or wrong in it
 */
export async function readYoloSet(path: string, warnings: Warnings): Promise<YoloSet> {
  const isFolder = (await kindOf(path)) === "folder";
  if (!isFolder) return isYaml(path) ? readYaml(path, warnings) : readClassList([path], dirname(path), warnings);
  const files = await listFiles(path);
  const yamls = files.filter(isYaml);
  const yaml = yamls.find(isDataYaml) ?? (yamls.length === 1 ? yamls[0] : undefined);
  if (yaml !== undefined) return readYaml(yaml, warnings);
  const lists = files.filter(isClassList);
  if (lists.length > 0) return readClassList(lists, path, warnings);
  const missing = "holds no data.yaml and no classes.txt that names the classes";
  throw new AnchorkitError(`${shownPath(path)}: ${missing}; put a classes.txt, a name a line, beside the labels`);
}

const paths = z.union([z.string(), z.array(z.string())]).optional();
const yamlSchema = z.object({
  path: z.string().optional(),
  train: paths,
  val: paths,
  test: paths,
  names: z.union([z.array(z.string()), z.record(z.string().regex(/^\d+$/, "must be a class number"), z.string())]),
  task: z.string().optional(),
  kpt_shape: z.array(z.coerce.number().int().min(1)).optional(),
});

/**
 * Ultralytics' data.yaml: `names`, and for train, val and test a folder of images, a text file that lists images, or
 * several of these, below `path`.
 */
async function readYaml(path: string, warnings: Warnings): Promise<YoloSet> {
  const name = shownPath(path);
  const yaml = parseYaml(await readText(path, MAX_TEXT_BYTES), name);
  const splitOf = new Map<string, SplitName>();
  for (const split of ["train", "val", "test"] as const) {
    for (const entry of [yaml[split] ?? []].flat()) {
      const twin = (["train", "val"] as const).find((other) => other !== split && [yaml[other]].flat().includes(entry));
      if (twin && split !== "train") {
        warnings.add("splits with the same images as another one, left out", `${name}: ${split} is ${twin}, ${entry}`);
        continue;
      }
      const read = () => imagesOf(entry, yaml.path ?? "", path, warnings);
      for (const file of await warnings.attempt(read, [], "unreadable-labels", name)) {
        const known = splitOf.get(file) ?? split;
        if (known === split) splitOf.set(file, split);
        else {
          const error = new AnchorkitError(`${name}: ${shownPath(file)} is in ${known} and in ${split}`);
          warnings.fail(error, "two-splits", shownPath(file));
        }
      }
    }
  }
  if (splitOf.size === 0) throw new AnchorkitError(`${name}: names no images under train, val or test`);
  return {
    name,
    classes: classesOf(yaml.names, name),
    images: [...splitOf].map(([file, split]) => ({ file, split })),
    keypoints: (yaml.kpt_shape ?? [0]).reduce((product, side) => product * side, 1),
    ...(yaml.task !== undefined && { task: yaml.task }),
  };
}

function parseYaml(text: string, name: string): z.infer<typeof yamlSchema> {
  let document: unknown;
  try {
    // Failsafe: all scalars stay text, so that classes called 007, no or null keep their names.
    document = parse(text, { schema: "failsafe", logLevel: "error", maxAliasCount: 10 });
  } catch (error) {
    throw new AnchorkitError(`${name}: is not valid YAML: ${messageOf(error).split("\n")[0] ?? ""}`);
  }
  return checked(withoutNulls(document), yamlSchema, `${name}: is no YOLO data.yaml`);
}

/** The document without the members that are empty or null. */
function withoutNulls(document: unknown): unknown {
  if (typeof document !== "object" || document === null || Array.isArray(document)) return document;
  const nulls: unknown[] = ["", "null", "~", null];
  return Object.fromEntries(Object.entries(document).filter(([, value]: [string, unknown]) => !nulls.includes(value)));
}

/** The names in the order of their numbers, which must run from 0 without a gap. */
function classesOf(names: z.infer<typeof yamlSchema>["names"], name: string): string[] {
  if (Array.isArray(names)) return names;
  const count = Object.keys(names).length;
  return Array.from({ length: count }, (_, id) => {
    const className = names[String(id)];
    if (className === undefined) throw new AnchorkitError(`${name}: names: class ${id} of ${count} is missing`);
    return className;
  });
}

/** The images of one entry: those in a folder, or those listed in a text file. */
async function imagesOf(entry: string, base: string, yamlPath: string, warnings: Warnings): Promise<string[]> {
  const here = dirname(resolve(yamlPath));
  // Roboflow writes ../train/images for what lies in train/images beside the YAML.
  const places = [resolve(here, base, entry), resolve(here, entry), resolve(here, entry.replace(/^(\.\.\/)+/, ""))];
  for (const place of places) {
    const kind = await kindOf(place);
    if (kind === "folder") return (await listFiles(place)).filter(isImageName);
    if (kind === "file") {
      const images: string[] = [];
      let find: FindImage | undefined;
      for (const line of (await readText(place)).split(/\r?\n/).filter((text) => text.trim() !== "")) {
        const file = isAbsolute(line) ? line : join(dirname(place), line.trim());
        const isThere = (await kindOf(file)) === "file";
        find ??= isThere ? undefined : imageFinder((await listFiles(here)).filter(isImageName));
        const [found, ...others] = isThere ? [file] : ((await find?.([line, line.trim()], place)) ?? []);
        if (found !== undefined && others.length === 0) images.push(found);
        else warnings.add("images that are listed but not there, left out", `"${line}" in ${shownPath(place)}`);
      }
      return images;
    }
  }
  throw new AnchorkitError(`${shownPath(yamlPath)}: there is no ${shownPath(places[0] ?? entry)}`);
}
