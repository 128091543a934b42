import { AnchorkitError } from "../../../base/errors.ts";
import { BACKGROUND, IGNORED } from "../../../geometry/masks/labelMap.ts";
import type { MaskClasses } from "../../formats/masks/maskClasses.ts";
import type { ReadMasks } from "../../formats/masks/maskRegions.ts";
import { type MeaningOf, meaningOfValues } from "../../formats/masks/maskValues.ts";
import { Warnings } from "../../warnings.ts";

export interface MaskOptions {
  /** The names of the values 1, 2, 3 …; a first one that is called background is that of 0. */
  classes?: readonly string[];
  /** The value of pixels that do not count; 255 unless it is the only one beside 0, or a class by the list. */
  ignoreLabel?: number;
}

/** What the values of masks stand for, and the names that there are. */
export interface Meaning {
  of: MeaningOf;
  names: string[];
  /** Said of a value that is none of them. */
  known: string;
}

/** By a list: what it lacks is no class. */
export function listed(masks: readonly ReadMasks[], list: MaskClasses, options: MaskOptions): Meaning {
  const { meaningOf, names } = meaningOfValues(masks, list, new Warnings());
  const inList = new Set(list.names.values());
  const shown = [...list.names].map(([value, name]) => `${list.colours ? hex(value) : value} ${name}`);
  return {
    of: ignoring(meaningOf, options),
    names: names.filter((name) => inList.has(name)),
    known: `the list of classes has ${shortened(shown)}`,
  };
}

/**
 * Without a list: one class where both have 0 and 1, or 0 and 255, alone, whichever of these; otherwise numbers or colours
 * that mean the same in both.
 */
export function unlisted(
  truth: readonly ReadMasks[],
  found: readonly ReadMasks[],
  options: MaskOptions,
): [Meaning, Meaning] {
  const [mine, other] = [inferred(truth, options), inferred(found, options)];
  if (isOne(mine.names) && isOne(other.names)) return [mine, other];
  if (isOne(mine.names) && mine.names.length > 0) {
    const odd = found.find((mask) => !isOne(inferred([mask], options).names)) ?? found[0];
    throw new AnchorkitError(
      `${odd?.where ?? ""}: the labels have one class, and the predictions ${shortened(other.names)}; ` +
        "write the class of each pixel, by the same numbers in both, or name the classes",
    );
  }
  const both = inferred([...truth, ...found], options);
  return [both, both];
}

/** What values alone tell; names are those of values that occur and count. */
function inferred(masks: readonly ReadMasks[], options: MaskOptions): Meaning {
  const { meaningOf, names } = meaningOfValues(masks, undefined, new Warnings());
  const of = ignoring(meaningOf, options);
  const used = new Set<string>(masks.some(({ kind }) => kind === undefined) ? [ONE_CLASS] : []);
  for (const { regions, kind } of masks) {
    if (kind === undefined) continue;
    for (const { classValue } of regions) {
      const meaning = of(classValue, kind);
      if (typeof meaning !== "string") used.add(meaning.name);
    }
  }
  const sorted = names.filter((name) => used.has(name));
  return { of, names: [...new Set([...sorted, ...used])], known: `the labels have ${shortened(sorted)}` };
}

/** What the only class is called where nothing names it. */
const ONE_CLASS = "object";

function isOne(names: readonly string[]): boolean {
  return names.every((name) => name === ONE_CLASS);
}

function shortened(names: readonly string[]): string {
  const shown = names.slice(0, 6).join(", ");
  return names.length > 6 ? `${shown} and ${names.length - 6} more` : shown;
}

/** Numbers of the classes that there are, from 1; of one class 255 means it, too, where no other number occurs. */
export function numbered(masks: readonly ReadMasks[], classes: readonly string[], options: MaskOptions): Meaning {
  const { meaningOf, names } = meaningOfValues(masks, undefined, new Warnings());
  const [only = ""] = classes;
  const isSingle = classes.length === 1 && isOne(names);
  const list = shortened(classes.map((name, k) => `${k + 1} ${name}`));
  const byNumber: MeaningOf = (value, kind) => {
    const number = kind === "rgb" && isGrey(value) ? value & 255 : value;
    if (number === BACKGROUND) return "background";
    const name = kind === "rgb" && !isGrey(value) ? undefined : classes[number - 1];
    if (name !== undefined) return { name };
    return number === IGNORED ? "ignored" : { name: kind === "rgb" ? hex(value) : `class ${number}` };
  };
  const single: MeaningOf = (value, kind) => {
    const meaning = meaningOf(value, kind);
    return typeof meaning === "string" ? meaning : { name: only };
  };
  return { of: ignoring(isSingle ? single : byNumber, options), names: [...classes], known: `the labels have ${list}` };
}

function ignoring(meaningOf: MeaningOf, { ignoreLabel }: MaskOptions): MeaningOf {
  if (ignoreLabel === undefined) return meaningOf;
  return (value, kind) => {
    const number = kind === "rgb" && isGrey(value) ? value & 255 : value;
    return number === ignoreLabel ? "ignored" : meaningOf(value, kind);
  };
}

/** A value as the one who made the mask knows it. */
export function shownValue(value: number, kind: "index" | "rgb"): string {
  if (kind === "rgb") return isGrey(value) ? String(value & 255) : hex(value);
  return String(value);
}

function isGrey(rgb: number): boolean {
  return rgb % 0x010101 === 0;
}

function hex(rgb: number): string {
  return `#${rgb.toString(16).padStart(6, "0")}`;
}
