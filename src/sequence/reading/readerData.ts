import { AnchorkitError } from "../../base/errors.ts";
import { countOf } from "../../base/words.ts";
import { cutOutObjects } from "../../data/cutOutObjects.ts";
import type { Dataset, ImageRecord } from "../../data/dataset.ts";
import { byName, shownPath } from "../../data/files.ts";
import { charactersOf, textIn, textOf } from "../../data/text/texts.ts";
import { isTrained } from "../../data/trainedObjects.ts";

/** An image of a line of text. */
export interface TextImage extends ImageRecord {
  text: string;
}

/** A data set as a reader learns it. */
export interface ReaderData {
  images: TextImage[];
  /** Objects were cut out, with so much around them: a share of the box's sides. */
  margin?: number;
  /** What was left out, a line each. */
  notes: string[];
}

/** How much around an object is cut out with it. */
const MARGIN = 0.05;

/**
 * The images that a reader learns from and is measured on: those with a text, or else objects with a text among their
 * attributes (`textOf`), cut out. What has none is left out, which is noted.
 *
 * @param margin what a reader that goes on has learnt @throws AnchorkitError where nothing is left
 */
export function readerData(dataset: Dataset, margin = MARGIN): ReaderData {
  const { images } = dataset;
  if (images.some(({ text }) => text !== undefined)) {
    const read = images.filter((image): image is TextImage => image.text !== undefined);
    return { images: read.map(tidied), notes: leftOut(images.length - read.length, "image") };
  }
  const objects = images.flatMap((image) => image.objects.filter(isTrained));
  const withText = images.map((image) => ({
    ...image,
    objects: image.objects.filter((object) => isTrained(object) && textOf(object) !== undefined),
  }));
  const count = withText.reduce((sum, image) => sum + image.objects.length, 0);
  if (count === 0) {
    throw new AnchorkitError(
      `none of ${countOf(images.length, "image")} has a text, and no object has one among its attributes (text, transcription, plate)`,
    );
  }
  const cut = cutOutObjects({ ...dataset, images: withText }, { margin }).images;
  const read = cut.filter((image): image is TextImage => image.text !== undefined);
  return { images: read.map(tidied), margin, notes: leftOut(objects.length - count, "object") };
}

/** The characters of the texts, in the order of their code points. */
export function alphabetOf(images: readonly TextImage[]): string[] {
  return [...new Set(images.flatMap(({ text }) => charactersOf(text)))].sort(byName);
}

/** What a person should know of characters that a reader cannot read: undefined where there are none. */
export function unknownCharacters(
  images: readonly TextImage[],
  alphabet: readonly string[],
  what: string,
): string | undefined {
  const known = new Set(alphabet);
  const unknown = new Map<string, TextImage>();
  let texts = 0;
  for (const image of images) {
    const others = charactersOf(image.text).filter((character) => !known.has(character));
    if (others.length > 0) texts++;
    for (const one of others) if (!unknown.has(one)) unknown.set(one, image);
  }
  const [first] = unknown;
  if (!first) return undefined;
  const names = [...unknown.keys()].slice(0, SHOWN).map((one) => JSON.stringify(one));
  const more = unknown.size > SHOWN ? ` and ${unknown.size - SHOWN} more` : "";
  return `${countOf(texts, "text")} of ${what} ${texts === 1 ? "has" : "have"} characters that no training text has, and that are not learnt: ${names.join(", ")}${more} (first: ${shownPath(first[1].file)})`;
}

/** Characters that a message names. */
const SHOWN = 10;

/** The characters of a text as indices into the alphabet; those beyond it are left out. */
export function indicesOf(text: string, alphabet: readonly string[]): Int32Array {
  const places = new Map(alphabet.map((character, i) => [character, i]));
  return Int32Array.from(charactersOf(text).flatMap((character) => places.get(character) ?? []));
}

function tidied(image: TextImage): TextImage {
  return { ...image, objects: [], text: textIn(image.text, whereOf(image)) };
}

/** The image for messages: its file, and the object in it where it was cut out. */
export function whereOf({ file, crop }: ImageRecord): string {
  return crop ? `${shownPath(file)}: the object at ${crop.join(", ")}` : shownPath(file);
}

function leftOut(count: number, what: string): string[] {
  return count > 0 ? [`${countOf(count, what)} without a text: left out`] : [];
}
