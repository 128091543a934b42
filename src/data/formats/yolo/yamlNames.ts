import { AnchorkitError } from "../../../base/errors.ts";
import { tidyClassName } from "../../placing/classNames.ts";
import type { Warnings } from "../../warnings.ts";
import { shownValue, type YamlMap } from "./yamlText.ts";

/** More classes are none: a number was mistyped. */
const MAX_CLASSES = 100_000;

/**
 * The classes of a data.yaml, in the order of their numbers: `names` as a list, as a mapping of numbers, or as one
 * text; without it, `nc` classes called class_0, class_1 and so on, as Ultralytics calls them. So are numbers without a
 * name among others. What is filled in, and an `nc` that contradicts the names, is counted in `warnings`.
 *
 * @param misspelt keys that were probably meant otherwise, for the message where names is missing
 * @throws AnchorkitError where there is neither, and for what is no name or number
 */
export function classesOf(yaml: YamlMap, name: string, misspelt: readonly string[], warnings: Warnings): string[] {
  const [names, nc] = [yaml.get("names"), yaml.get("nc")];
  const count = typeof nc === "string" && /^\d{1,6}$/.test(nc.trim()) ? Number(nc) : NaN;
  if (names === undefined) {
    const slips = misspelt.length > 0 ? `; it says ${misspelt.join(", ")}` : "";
    if (nc === undefined) throw new AnchorkitError(`${name}: names is missing; list the classes there${slips}`);
    if (!(count >= 1 && count <= MAX_CLASSES)) {
      throw new AnchorkitError(`${name}: nc must be a whole number from 1 to ${MAX_CLASSES}, got ${shownValue(nc)}`);
    }
    warnings.add("data.yaml files without names, their classes called class_0 and so on", `${name}: nc is ${count}`);
    return Array.from({ length: count }, (_, id) => numbered(id));
  }
  const classes = namesIn(names, count, name, warnings);
  if (classes.length === 0) throw new AnchorkitError(`${name}: names lists no class; write their names there`);
  const empty = classes.findIndex((each) => tidyClassName(each) === "");
  if (empty >= 0) throw new AnchorkitError(`${name}: names: the name of class ${empty} is empty; write it there`);
  if (nc !== undefined && count !== classes.length) {
    const detail = `${name}: nc is ${typeof nc === "string" ? nc : shownValue(nc)}, but there are ${classes.length} names`;
    warnings.add("data.yaml files whose nc and names disagree, the names taken", detail);
  }
  return classes;
}

function namesIn(names: unknown, count: number, name: string, warnings: Warnings): string[] {
  if (typeof names === "string" && /\.(?:names|txt|ya?ml)$/i.test(names)) {
    throw new AnchorkitError(`${name}: names must list the classes, got the name of a file (${names}); copy them here`);
  }
  if (typeof names === "string") return namesInText(names, count, name, warnings);
  if (Array.isArray(names)) return names.map((each: unknown, id) => textOf(each, id, name));
  if (names instanceof Map) return namesInMap(names as Map<unknown, unknown>, name, warnings);
  throw new AnchorkitError(`${name}: names must be a list of classes, got ${shownValue(names)}`);
}

/** "cell" is one class; "cell, rod" and "['cell', 'rod']" are several, unless `nc` says that it is one. */
function namesInText(text: string, count: number, name: string, warnings: Warnings): string[] {
  if (count === 1 || !text.includes(",")) return [text];
  const names = text.replace(/^\s*\[(.*)\]\s*$/s, "$1").split(",");
  warnings.add("names in one text, taken apart at the commas", `${name}: names: ${shownValue(text)}`);
  return names.map((each) => each.trim().replace(/^(["'])(.*)\1$/, "$2"));
}

function namesInMap(names: ReadonlyMap<unknown, unknown>, name: string, warnings: Warnings): string[] {
  const byNumber = new Map<number, string>();
  for (const [key, value] of names) {
    const id = /^\s*\d{1,6}\s*$/.test(String(key)) ? Number(key) : NaN;
    if (!(id < MAX_CLASSES)) {
      const fix = /^\d+$/.test(String(value)) ? `; write "${String(value)}: ${String(key)}"` : "";
      throw new AnchorkitError(`${name}: names: ${shownValue(key)} is no number of a class${fix}`);
    }
    if (byNumber.has(id)) throw new AnchorkitError(`${name}: names: class ${id} is there twice`);
    byNumber.set(id, textOf(value, id, name));
  }
  const length = [...byNumber.keys()].reduce((most, id) => Math.max(most, id + 1), 0);
  return Array.from({ length }, (_, id) => {
    const known = byNumber.get(id);
    if (known === undefined) warnings.add("numbers of classes without a name, called class_0 and so on", `${name}: names: ${id}`); // prettier-ignore
    return known ?? numbered(id);
  });
}

function numbered(id: number): string {
  return `class_${id}`;
}

function textOf(value: unknown, id: number, name: string): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "string") return value;
  const advice = 'write "- name" or "0: name" lines, and put a name with a colon into quotes';
  throw new AnchorkitError(`${name}: names: class ${id} must be a name, got ${shownValue(value)}; ${advice}`);
}
