import { parse } from "yaml";
import type { z } from "zod";
import { AnchorkitError, messageOf } from "../../base/errors.ts";
import { readText, shownPath } from "../files.ts";
import { Augmentation } from "./description.ts";
import { PRESET_NAMES, PRESETS, type PresetName } from "./presets.ts";

/**
 * A preset by its name, or the augmentation that a YAML (or JSON) file describes: a list of operations such as
 * `{ name: rotate, probability: 0.5, degrees: [-10, 10] }`, or a mapping with minVisible, minSide and operations.
 *
 * @throws AnchorkitError naming the file, the operation and the field
 */
export async function loadAugmentation(nameOrFile: string): Promise<Augmentation> {
  if (isPreset(nameOrFile)) return PRESETS[nameOrFile];
  if (!/\.(ya?ml|json)$/i.test(nameOrFile)) {
    throw new AnchorkitError(
      `augmentation "${nameOrFile}": is neither ${PRESET_NAMES.join(", ")} nor the name of a YAML file`,
    );
  }
  return parseAugmentation(await readText(nameOrFile), shownPath(nameOrFile));
}

/** What the text of a file describes; see `loadAugmentation`. */
export function parseAugmentation(text: string, file: string): Augmentation {
  let content: unknown;
  try {
    content = parse(text, { logLevel: "error", maxAliasCount: 100 });
  } catch (error) {
    throw new AnchorkitError(`${file}: is not valid YAML: ${messageOf(error).split("\n")[0] ?? ""}`);
  }
  const document: unknown = Array.isArray(content) ? { operations: content } : content;
  const parsed = Augmentation.safeParse(document);
  if (parsed.success) return parsed.data;
  throw new AnchorkitError(`${file}: ${describe(parsed.error.issues[0], document)}`);
}

function isPreset(name: string): name is PresetName {
  return (PRESET_NAMES as readonly string[]).includes(name);
}

/** "operation 2 (rotate): degrees: the smaller number comes first" */
function describe(issue: z.core.$ZodIssue | undefined, document: unknown): string {
  if (!issue) return "is no augmentation";
  const [first, index, ...rest] = issue.path;
  if (first === undefined) {
    return issue.code === "unrecognized_keys"
      ? issue.message
      : "must be a list of operations, such as - { name: flip }";
  }
  if (first !== "operations" || typeof index !== "number")
    return `${issue.path.map(String).join(".")}: ${issue.message}`;
  const operation: unknown = (document as { operations: unknown[] }).operations[index];
  const named = typeof operation === "object" && operation !== null && "name" in operation;
  const name = named && typeof operation.name === "string" ? ` (${operation.name})` : "";
  return [`operation ${index + 1}${name}`, ...rest.map(fieldName), issue.message].join(": ");
}

function fieldName(field: PropertyKey): string {
  return typeof field === "number" ? `number ${field + 1}` : String(field);
}
