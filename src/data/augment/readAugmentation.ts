import { AnchorkitError, UsageError } from "../../base/errors.ts";
import { yamlOf } from "../../base/yaml.ts";
import { readText, shownPath } from "../files.ts";
import { Augmentation } from "./description.ts";
import { describeIssue } from "./describeIssue.ts";
import { PRESET_NAMES, PRESETS, type PresetName, type Presets } from "./presets.ts";

/**
 * A preset by its name, or the augmentation that a YAML (or JSON) file describes: a list of operations such as
 * `{ name: rotate, probability: 0.5, degrees: [-10, 10] }`, or a mapping with minVisible, minSide and operations.
 *
 * @param presets those of the task; a detector's unless told
 * @throws AnchorkitError naming the file, the operation and the field
 */
export async function loadAugmentation(nameOrFile: string, presets: Presets = PRESETS): Promise<Augmentation> {
  if (isPreset(nameOrFile)) return presets[nameOrFile];
  if (!isAugmentationFile(nameOrFile)) {
    throw new UsageError(
      `augmentation "${nameOrFile}": is neither ${PRESET_NAMES.join(", ")} nor the name of a YAML file`,
    );
  }
  return parseAugmentation(await readText(nameOrFile), shownPath(nameOrFile));
}

/** Whether it is the name of a file, not of a preset. */
export function isAugmentationFile(nameOrFile: string): boolean {
  return /\.(ya?ml|json)$/i.test(nameOrFile);
}

/** What the text of a file describes; see `loadAugmentation`. */
export function parseAugmentation(text: string, file: string): Augmentation {
  const content = yamlOf(text, file);
  const document: unknown = Array.isArray(content) ? { operations: content } : content;
  const parsed = Augmentation.safeParse(document, { reportInput: true });
  if (parsed.success) return parsed.data;
  const { issues } = parsed.error;
  const issue = issues.find(({ code, path }) => code === "unrecognized_keys" && path.length === 0) ?? issues[0];
  throw new AnchorkitError(`${file}: ${issue ? describeIssue(issue, document) : "is no augmentation"}`);
}

function isPreset(name: string): name is PresetName {
  return (PRESET_NAMES as readonly string[]).includes(name);
}
