import { AnchorkitError } from "../../../base/errors.ts";
import { editDistance } from "../../../geometry/nearest.ts";
import type { SplitName } from "../../dataset.ts";
import { splitNamed } from "../../split/splitLists.ts";
import type { Warnings } from "../../warnings.ts";
import { classesOf } from "./yamlNames.ts";
import { isNothing, parseYamlMap, shownValue, type YamlMap } from "./yamlText.ts";

/** What Ultralytics' data.yaml says. */
export interface DataYaml {
  /** `path`, where the entries start from; "" where it is not said. */
  base: string;
  /** What stands under train, val and test: folders, or text files that list images; those of train first. */
  entries: { split: SplitName; key: string; entry: string }[];
  classes: string[];
  task?: string;
  /** How many numbers of keypoints follow each box; 0 for none. */
  keypoints: number;
  /** Keys that mean nothing, with those that were probably meant: `"vaild" for "valid"`. */
  misspelt: string[];
}

/** Keys of Ultralytics and Roboflow that say nothing of splits; `minival` is a part of val. */
const OTHER_KEYS = [
  ...["path", "names", "nc", "task", "kpt_shape", "kpt_names", "flip_idx", "download", "channels", "minival"],
  ...["yaml_file", "roboflow"],
];
const KEYS_OF_PATHS = ["train", "val", "valid", "validation", "test"];
const SPLITS: readonly SplitName[] = ["train", "val", "test"];
const MAX_KEYPOINT_NUMBERS = 10_000;

/**
 * Reads the text of a data.yaml: `valid`, `validation` and the other names of splits count as train, val and test, and
 * other keys are let through, with a warning where one is probably a misspelt one.
 *
 * @param name the file's name for messages
 * @throws AnchorkitError naming file and key
 */
export function parseDataYaml(text: string, name: string, warnings: Warnings): DataYaml {
  const yaml = parseYamlMap(text, name, warnings);
  const entries = [...yaml].flatMap(([key, value]) => {
    const split = OTHER_KEYS.includes(key) ? undefined : splitNamed(key);
    if (!split || (value instanceof Map && !KEYS_OF_PATHS.includes(key))) return [];
    return pathsIn(value, key, name).map((entry) => ({ split, key, entry }));
  });
  const misspelt = misspeltKeys(yaml);
  for (const slip of misspelt) warnings.add("keys of data.yaml that are probably misspelt, passed over", `${name}: ${slip}`); // prettier-ignore
  const task = textAt(yaml, "task", name);
  return {
    base: textAt(yaml, "path", name) ?? "",
    entries: SPLITS.flatMap((split) => entries.filter((entry) => entry.split === split)),
    classes: classesOf(yaml, name, misspelt, warnings),
    keypoints: keypointsOf(yaml.get("kpt_shape"), name),
    ...(task !== undefined && { task: task.toLowerCase() }),
    misspelt,
  };
}

/** A folder or list, or several. */
function pathsIn(value: unknown, key: string, name: string): string[] {
  const list: unknown[] = Array.isArray(value) ? value : [value];
  return list.flatMap((entry) => {
    if (isNothing(entry)) return [];
    if (typeof entry === "string") return [entry.trim()];
    throw new AnchorkitError(`${name}: ${key} must be a folder, a text file, or a list of these, got ${shownValue(entry)}`); // prettier-ignore
  });
}

function textAt(yaml: YamlMap, key: string, name: string): string | undefined {
  const value = yaml.get(key);
  if (value === undefined || typeof value === "string") return value?.trim();
  throw new AnchorkitError(`${name}: ${key} must be text, got ${shownValue(value)}`);
}

/** How many numbers `kpt_shape` means: keypoints times 2 (x, y) or 3 (and whether they are seen). */
function keypointsOf(shape: unknown, name: string): number {
  if (shape === undefined) return 0;
  const sides = Array.isArray(shape) ? shape.map((side) => (/^\d{1,4}$/.test(String(side)) ? Number(side) : 0)) : [];
  const count = sides.reduce((product, side) => product * side, 1);
  if (sides.length > 0 && count > 0 && count <= MAX_KEYPOINT_NUMBERS) return count;
  const got = Array.isArray(shape) ? `[${shape.map(String).join(", ").slice(0, 60)}]` : shownValue(shape);
  throw new AnchorkitError(`${name}: kpt_shape must be two whole numbers such as [17, 3], got ${got}`);
}

/** Keys a letter or an exchange of two away from one that is not there. */
function misspeltKeys(yaml: YamlMap): string[] {
  const present = new Set([...yaml.keys()].map((key) => splitNamed(key) ?? key));
  const absent = [...KEYS_OF_PATHS, "training", "testing", "names", "path", "kpt_shape"].filter(
    (key) => !present.has(splitNamed(key) ?? key),
  );
  const first = [...yaml.keys()].slice(0, 100);
  return first.flatMap((key) => {
    if (key.length < 3 || key.length > 12 || OTHER_KEYS.includes(key) || splitNamed(key)) return [];
    const meant = absent.find((known) => isSlipOf(known, key));
    return meant === undefined ? [] : [`"${key}" for "${meant}"`];
  });
}

function isSlipOf(known: string, key: string): boolean {
  const distance = editDistance(known, key);
  const sorted = (word: string) => Array.from(word).sort().join("");
  return distance === 1 || (distance === 2 && sorted(known) === sorted(key));
}
