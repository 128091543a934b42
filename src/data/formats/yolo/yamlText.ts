import { isMap, isScalar, parseDocument, type YAMLError } from "yaml";
import { AnchorkitError, messageOf } from "../../../base/errors.ts";
import type { Warnings } from "../../warnings.ts";

/** A mapping of YAML, with its keys trimmed and in small letters; members that are empty or null are not in it. */
export type YamlMap = ReadonlyMap<string, unknown>;

/** What the parser's codes mean, and what to do; for others its own words are shown. */
const PROBLEMS: Partial<Record<YAMLError["code"], string>> = {
  TAB_AS_INDENT: "a tab stands where YAML wants spaces; indent with spaces",
  BAD_INDENT: "the indentation does not fit the lines above; indent members of a list or mapping alike",
  BAD_DQ_ESCAPE: "a backslash in double quotes means something else; write paths with / or in single quotes",
  MULTIPLE_DOCS: "a second document begins (---); keep one",
  BAD_ALIAS: "an alias (*name) has no anchor (&name); put text that begins with * into quotes",
  BAD_SCALAR_START: "text must not begin with @ or `; put it into quotes",
  MISSING_CHAR: "a quote or bracket is not closed, or a colon or comma is missing",
};

/** What no data.yaml needs, and what the parser takes long for or runs out of stack for. */
const MAX_ALIASES = 10;
const MAX_DEPTH = 100;
const MAX_VALUES = 150_000;

const TOO_DEEP = "is nested too deeply; write names, train, val and test at the left";

/**
 * The mapping that a YAML file holds. All scalars stay text, so that classes called 007, no or null keep their names.
 * Of a key that stands twice the last counts, as for Python, with a warning.
 *
 * @throws AnchorkitError naming the file and line for what is no YAML or no mapping, and for what is too large or deep
 */
export function parseYamlMap(text: string, name: string, warnings: Warnings): YamlMap {
  const content = contentOf(text, name, warnings);
  if (!(content instanceof Map)) {
    throw new AnchorkitError(`${name}: is no YOLO data.yaml: it has no lines such as "train: images/train"`);
  }
  const members = [...(content as Map<unknown, unknown>)].filter(([, value]) => !isNothing(value));
  return new Map(members.map(([key, value]) => [String(key).trim().toLowerCase(), value]));
}

/** Whether a value is empty or null, in YAML or in Python. */
export function isNothing(value: unknown): boolean {
  return value === null || value === undefined || (typeof value === "string" && /^(?:|~|null|none)$/i.test(value.trim())); // prettier-ignore
}

/** A value as messages show it. */
export function shownValue(value: unknown): string {
  if (value instanceof Map) return "a mapping";
  if (Array.isArray(value)) return "a list";
  const text = typeof value === "string" ? value : "";
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}

function contentOf(text: string, name: string, warnings: Warnings): unknown {
  refuseBombs(text, name);
  const document = parseDocument(text, { schema: "failsafe", uniqueKeys: false, logLevel: "error" });
  const [error] = document.errors;
  if (error) throw new AnchorkitError(`${name}: ${problemOf(error)}`);
  for (const key of keysTwice(document.contents)) warnings.add("keys that stand twice in data.yaml, the last one taken", `${name}: ${key}`); // prettier-ignore
  try {
    return document.toJS({ maxAliasCount: MAX_ALIASES, mapAsMap: true });
  } catch (cause) {
    const isUnknown = /^Unresolved alias/.test(messageOf(cause));
    const reason = isUnknown ? PROBLEMS.BAD_ALIAS : "more aliases (*name) than anybody needs; write the values out";
    throw new AnchorkitError(`${name}: is not valid YAML: ${reason ?? ""}`, { cause });
  }
}

function refuseBombs(text: string, name: string): void {
  let [depth, deepest, values] = [0, 0, 0];
  for (const character of text) {
    if (character === "[" || character === "{") depth++;
    else if (character === "]" || character === "}") depth = Math.max(0, depth - 1);
    else if (character === "," || character === "\n") values++;
    deepest = Math.max(deepest, depth);
  }
  const isDeep = deepest > MAX_DEPTH || new RegExp(`(?:[-?:][ \\t]+){${MAX_DEPTH}}`).test(text);
  if (isDeep) throw new AnchorkitError(`${name}: ${TOO_DEEP}`);
  if (values > MAX_VALUES) throw new AnchorkitError(`${name}: holds more than ${MAX_VALUES} lines or values; list images in a text file`); // prettier-ignore
}

function problemOf({ code, message, linePos }: YAMLError): string {
  if (/call stack/.test(message)) return TOO_DEEP;
  const line = linePos ? `line ${linePos[0].line}: ` : "";
  const ours = /^Flow/.test(message) ? PROBLEMS.MISSING_CHAR : PROBLEMS[code];
  return `is not valid YAML: ${line}${ours ?? message.split(/ at line|\n/)[0] ?? ""}`;
}

/** Keys that stand twice in the mapping, or in one that is its value: "names" or "names.0". */
function keysTwice(content: unknown, within = ""): string[] {
  if (!isMap(content)) return [];
  const seen = new Set<string>();
  return content.items.flatMap(({ key, value }) => {
    const shown = within + (isScalar(key) ? String(key.value) : "");
    const isSecond = seen.has(shown);
    seen.add(shown);
    return [...(isSecond ? [shown] : []), ...(within === "" ? keysTwice(value, `${shown}.`) : [])];
  });
}
