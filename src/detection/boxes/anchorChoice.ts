import type { AnchorShape } from "./anchors.ts";

/** How many shapes a map may have at each cell, and how long their sides may be. */
const MOST_SHAPES = 32;
const LONGEST = 4096;

/** What {@link readAnchorChoice} takes, for messages and help. */
export const ANCHOR_CHOICE = `a number of shapes up to ${MOST_SHAPES}, or shapes such as 24x24,48x32`;

/**
 * The anchors that a person asks for: "7" for so many shapes found by k-means, or the shapes themselves, "24x24,48x32"
 * (width x height in pixels of the network's input). Undefined for anything else.
 */
export function readAnchorChoice(text: string): number | AnchorShape[] | undefined {
  if (/^\s*\d+\s*$/.test(text)) return isWithin(Number(text), MOST_SHAPES) ? Number(text) : undefined;
  const shapes = text.split(",").map(shapeOf);
  const known = shapes.filter((shape) => shape !== undefined);
  return known.length === shapes.length && isWithin(known.length, MOST_SHAPES) ? known : undefined;
}

function shapeOf(text: string): AnchorShape | undefined {
  const sides = /^\s*(\d+(?:\.\d+)?)\s*[x×]\s*(\d+(?:\.\d+)?)\s*$/i.exec(text)?.slice(1).map(Number) ?? [];
  const [width = 0, height = 0] = sides;
  return isWithin(width, LONGEST) && isWithin(height, LONGEST) ? [width, height] : undefined;
}

function isWithin(value: number, most: number): boolean {
  return value > 0 && value <= most;
}
