import type { Command } from "commander";
import { UsageError } from "../../base/errors.ts";
import type { TaskKind } from "../../training/task.ts";
import { wasGiven } from "../configFile.ts";
import { flagOf } from "../options.ts";

/** What a command looks at: a trained model of a kind, or the files of any tool, detections or masks. */
export type Subject = TaskKind | "files" | "masks";

/** The options of a command that not every subject has use for, and whose they are. */
export type Fitting = Readonly<Record<string, readonly Subject[]>>;

const OWNERS: Readonly<Record<Subject, string>> = {
  detection: "detectors",
  classification: "classifiers",
  segmentation: "models that segment",
  clips: "classifiers of clips",
  reading: "models that read text",
  forecasting: "models that forecast",
  files: "--truth and --predictions",
  masks: "folders of masks at --truth and --predictions",
};
const GIVEN: Readonly<Record<Subject, string>> = {
  detection: "these are the weights of a detector",
  classification: "these are the weights of a classifier",
  segmentation: "these are the weights of a model that segments",
  clips: "these are the weights of a classifier of clips",
  reading: "these are the weights of a model that reads text",
  forecasting: "these are the weights of a model that forecasts",
  files: "these are files",
  masks: "--predictions is a folder of masks",
};

/**
 * Makes sure that every option which was given does something: one that has no meaning for what the command looks at is
 * refused, rather than passed by.
 *
 * @throws UsageError that names the option, whose it is, and what is there
 */
export function requireFitting(command: Command, fitting: Fitting, subject: Subject): void {
  for (const [name, owners] of Object.entries(fitting)) {
    if (owners.includes(subject) || !wasGiven(command, name)) continue;
    const models = owners.filter((owner) => owner !== "files" && owner !== "masks");
    const whose = (models.length > 0 ? models : owners).map((owner) => OWNERS[owner]);
    const flag = command.options.find((option) => option.attributeName() === name)?.long ?? flagOf(name); // --no-names
    throw new UsageError(`${flag} is for ${listed(whose)}, and ${GIVEN[subject]}: leave it out`);
  }
}

/** "a", "a and b", "a, b and c" */
function listed(names: readonly string[]): string {
  const last = names.at(-1) ?? "";
  return names.length < 2 ? last : `${names.slice(0, -1).join(", ")} and ${last}`;
}
