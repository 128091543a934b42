import { AnchorkitError } from "../../base/errors.ts";
import { shown } from "../../base/shown.ts";
import type { LabelledObject } from "../dataset.ts";

/** Names of attributes that say what is written in an object, the likeliest first. */
export const TEXT_ATTRIBUTES = [
  ...["text", "transcription", "transcript", "utf8_string", "plate", "plate_number", "license_plate", "licence_plate"],
  ...["plate_text", "number_plate", "registration", "ocr", "ocr_text", "word", "string", "reading"],
] as const;

/** What data sets write in place of a text that nobody can read. */
const UNREADABLE: ReadonlySet<string> = new Set(["###", "", "*"]);

/** Longer texts are none that stands in one line of an image. */
const MOST_CHARACTERS = 1000;

/** A text as it is learnt and compared: composed characters (Unicode's NFC), without white space around it. */
export function tidyText(text: string): string {
  return text.normalize("NFC").trim();
}

/** The characters of a text: its code points, which are what a reader tells apart. */
export function charactersOf(text: string): string[] {
  return Array.from(text);
}

/**
 * What is written in an object, as the first attribute says that has one of the names of texts (case, spaces and hyphens
 * do not matter); undefined where none does, or nobody could read it ("###").
 */
export function textOf({ attributes }: Pick<LabelledObject, "attributes">): string | undefined {
  if (!attributes) return undefined;
  const byName = new Map(Object.entries(attributes).map(([name, value]) => [foldedName(name), value]));
  for (const name of TEXT_ATTRIBUTES) {
    const value = byName.get(name);
    if (typeof value !== "string" && typeof value !== "number") continue;
    const text = tidyText(String(value));
    return UNREADABLE.has(text) ? undefined : text;
  }
  return undefined;
}

/**
 * The text of an image as a label file says it, tidied.
 *
 * @throws AnchorkitError for one that is empty, of several lines, or longer than a line can be
 */
export function textIn(given: string, where: string): string {
  const text = tidyText(given);
  if (text === "") throw new AnchorkitError(`${where}: the text is empty; leave out images without one`);
  if (/[\r\n\u2028\u2029]/.test(text)) {
    throw new AnchorkitError(`${where}: the text ${shown(text)} has several lines; cut the image into one for each`);
  }
  const { length } = charactersOf(text);
  if (length > MOST_CHARACTERS) {
    throw new AnchorkitError(`${where}: the text has ${length} characters; no more than ${MOST_CHARACTERS} are read`);
  }
  return text;
}

function foldedName(name: string): string {
  return name
    .trim()
    .toLowerCase()
    .replace(/[\s-]+/g, "_");
}
