import { IGNORED, type LabelMap } from "../../src/geometry/masks/labelMap.ts";
import type { Scene } from "./scene.ts";
import { THINGS } from "./things.ts";

/** The classes, in the order of their numbers in masks: the first is 1. */
export const CLASSES = Object.keys(THINGS).sort();

/** The class of each pixel that can be seen: 0 where there is none. */
export function classMap({ width, height, owners, objects }: Scene): LabelMap {
  const classes = [0, ...objects.map(({ name }) => CLASSES.indexOf(name) + 1)];
  return { width, height, data: Uint8Array.from(owners, (owner) => classes[owner] ?? 0) };
}

/** The object of each pixel that can be seen: i for the i-th one, 0 where there is none. */
export function objectMap({ width, height, owners }: Scene): LabelMap {
  return { width, height, data: Uint8Array.from(owners) };
}

/** Makes pixels that do not count of those on both sides of where one object, or the ground, meets another. */
export function ignoreBorders({ data }: LabelMap, { width, owners }: Scene): void {
  for (const [at, owner] of owners.entries()) {
    const right = at % width < width - 1 ? at + 1 : at;
    for (const neighbour of [right, at + width]) {
      if ((owners[neighbour] ?? owner) !== owner) data[at] = data[neighbour] = IGNORED;
    }
  }
}

/** Makes pixels that do not count of those in a rectangle. */
export function ignoreBox(
  { data, width }: LabelMap,
  [x1, y1, x2, y2]: readonly [number, number, number, number],
): void {
  for (let y = y1; y < y2; y++) data.fill(IGNORED, y * width + x1, y * width + x2);
}
