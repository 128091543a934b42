import { isMap, isScalar } from "yaml";
import { AnchorkitError } from "../../../base/errors.ts";
import { yamlDocument, yamlValue } from "../../../base/yaml.ts";
import type { Warnings } from "../../warnings.ts";

/** A mapping of YAML, with its keys trimmed and in small letters; members that are empty or null are not in it. */
export type YamlMap = ReadonlyMap<string, unknown>;

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
  const document = yamlDocument(text, name, { schema: "failsafe", lastCounts: true });
  for (const key of keysTwice(document.contents)) warnings.add("keys that stand twice in data.yaml, the last one taken", `${name}: ${key}`); // prettier-ignore
  return yamlValue(document, name, { maps: true });
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
