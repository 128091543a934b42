import { AnchorkitError } from "../base/errors.ts";
import type { Preprocessing } from "../base/preprocessing.ts";
import { MANIFEST_KEY } from "../export/manifestKey.ts";

/** What an exported model says of itself, as far as it is needed to run it; see `Manifest`. */
export interface BrowserManifest {
  /** Which kind of task. */
  task: string;
  /** What the run folder says of the model. */
  description: BrowserDescription;
}

/** What the run folder says of a model that looks at images, whatever its task. */
export interface BrowserDescription {
  /** The name that `--model` knows it by. */
  model: string;
  /** In the order of its answers; of readers of text, the characters. */
  classes: readonly string[];
  /** How images come to its canvas. */
  preprocessing: Preprocessing;
  /** What else its task writes down. */
  [key: string]: unknown;
}

/**
 * Looks into the metadata of a model.json. They are checked by hand: a library for that would be larger than all of
 * `anchorkit/browser`.
 *
 * @param where the file, for messages
 * @throws AnchorkitError if anchorkit has not written the file, or it is damaged, or batches are larger than 1
 */
export function readManifest(metadata: unknown, where: string): BrowserManifest {
  const manifest = fieldsOf(fieldsOf(metadata)[MANIFEST_KEY]);
  if (manifest["format"] !== "anchorkit-export") {
    throw new AnchorkitError(`${where}: is no export of anchorkit; write one with detect export --to tfjs`);
  }
  if (manifest["version"] !== 1) {
    throw new AnchorkitError(`${where}: was written by a newer anchorkit; update this one`);
  }
  const wrong = (what: string) => new AnchorkitError(`${where}: ${what}; export the model again`);
  if (manifest["batch"] !== 1) throw wrong("looks at several images at once, and here it is one (--batch 1)");
  const description = fieldsOf(manifest["description"]);
  const { classes, model } = description;
  if (typeof manifest["task"] !== "string" || typeof model !== "string" || !isListOf(classes, "string")) {
    throw wrong("its metadata are damaged");
  }
  if (!isPreprocessing(description["preprocessing"])) throw wrong("its metadata name no way to prepare images");
  return {
    task: manifest["task"],
    description: { ...description, model, classes, preprocessing: description["preprocessing"] },
  };
}

const RULES = ["fit", "stretch", "crop", "tiles", "line"];
const MOST_PIXELS = 8192;

function isPreprocessing(value: unknown): value is Preprocessing {
  const { canvas, resize, fill } = fieldsOf(value);
  const { width, height } = fieldsOf(canvas);
  const isSide = (side: unknown): boolean => Number.isInteger(side) && Number(side) >= 1 && Number(side) <= MOST_PIXELS;
  return isSide(width) && isSide(height) && RULES.includes(resize as string) && typeof fill === "number";
}

/** The fields of an object; none of anything else. */
function fieldsOf(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

/** Whether a value is a list of strings or numbers. */
export function isListOf(value: unknown, kind: "string"): value is string[];
export function isListOf(value: unknown, kind: "number"): value is number[];
export function isListOf(value: unknown, kind: string): boolean {
  return Array.isArray(value) && value.every((one) => typeof one === kind);
}
