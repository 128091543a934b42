import { AnchorkitError } from "../base/errors.ts";
import { textColorOn } from "./colors.ts";
import { svgText, textWidth } from "./svgText.ts";

/** A box on a picture, in its pixels. */
export interface Rect {
  x: number;
  y: number;
  width: number;
  height: number;
}

/**
 * Where a box lies on a picture of width x height: whole pixels inside of it, at least one each way.
 *
 * @param name what the error calls the box
 * @throws AnchorkitError when it has NaN or infinity in it
 */
export function placeBox(box: ArrayLike<number>, scale: number, width: number, height: number, name: string): Rect {
  const [x1 = NaN, y1 = NaN, x2 = NaN, y2 = NaN] = Array.from(box, (value) => Math.round(value * scale));
  if (![x1, y1, x2, y2].every(Number.isFinite)) {
    throw new AnchorkitError(`${name}: its box [${Array.from(box).join(", ")}] must be four finite numbers`);
  }
  const x = Math.min(Math.max(x1, 0), width - 1);
  const y = Math.min(Math.max(y1, 0), height - 1);
  return {
    x,
    y,
    width: Math.max(1, Math.min(x2, width) - x),
    height: Math.max(1, Math.min(y2, height) - y),
  };
}

/** How wide the lines of boxes are in a picture of that size, in pixels. */
export function lineWidth(width: number, height: number): number {
  return Math.max(1, Math.min(Math.round(Math.sqrt(width * height) / 220), Math.min(width, height) / 20));
}

/** A frame of the given line width inside the box; a box too small for it is filled. */
export function boxLines(rect: Rect, line: number, color: string, dashed: boolean): string {
  const stroke = Math.min(line, rect.width / 2, rect.height / 2);
  const inset = {
    x: rect.x + stroke / 2,
    y: rect.y + stroke / 2,
    width: rect.width - stroke,
    height: rect.height - stroke,
  };
  const frame = (lineColor: string, dashes: string): string =>
    `<rect ${attributes(inset)} fill="none" stroke="${lineColor}" stroke-width="${stroke}"${dashes} ` +
    `shape-rendering="crispEdges"/>`;
  if (!dashed) return frame(color, "");
  // Black between the dashes: the frame stays visible on a ground of the same colour.
  return frame("#000000", "") + frame(color, ` stroke-dasharray="${4 * stroke} ${3 * stroke}"`);
}

/** What a label must look out for. */
export interface Surroundings {
  /** Size of the picture. */
  width: number;
  height: number;
  /** All boxes of the picture, the label's own too. */
  boxes: readonly Rect[];
  /** Where labels are already. */
  taken: Rect[];
}

/**
 * A text on a ground of the box's colour, where it covers no other label: above the box, below it, beside it, or inside at
 * the top or at the bottom, the first of these that hides no box; else the one that hides least of any. Empty where there
 * is no such place. The place is added to those that are taken.
 */
export function boxLabel(box: Rect, text: string, fontSize: number, color: string, around: Surroundings): string {
  const at = labelPlace(box, text, fontSize, around);
  if (at === undefined) return "";
  around.taken.push(at);
  return (
    `<rect ${attributes(at)} fill="${color}"/>` +
    svgText(text, at.x + fontSize / 4, at.y + at.height / 2, fontSize, textColorOn(color))
  );
}

/** A box of which no more than this share is covered is still seen. */
const LITTLE = 0.2;

function labelPlace(box: Rect, text: string, fontSize: number, around: Surroundings): Rect | undefined {
  const { width, height, boxes, taken } = around;
  const labelWidth = Math.ceil(textWidth(text, fontSize) + fontSize / 2);
  const labelHeight = Math.ceil(fontSize * 1.25);
  if (text === "" || labelWidth > width || labelHeight > height) return undefined;
  const left = Math.min(box.x, width - labelWidth);
  const right = Math.max(0, box.x + box.width - labelWidth);
  const above = box.y - labelHeight;
  const bottom = box.y + box.height;
  const free = [
    [left, above],
    [right, above],
    [left, bottom],
    [right, bottom],
    [box.x + box.width, box.y],
    [box.x - labelWidth, box.y],
    [left, box.y],
    [left, bottom - labelHeight],
  ]
    .map(([x = 0, y = 0]) => ({ x, y, width: labelWidth, height: labelHeight }))
    .filter((at) => at.x >= 0 && at.x + labelWidth <= width && at.y >= 0 && at.y + labelHeight <= height)
    .filter((at) => taken.every((other) => !overlap(at, other)));
  let best: { at: Rect; hidden: number } | undefined;
  for (const at of free) {
    const hidden = Math.max(0, ...boxes.map((other) => shareCovered(other, at)));
    if (hidden <= LITTLE) return at;
    if (best === undefined || hidden < best.hidden) best = { at, hidden };
  }
  return best?.at;
}

/** The share of a box's area that a label covers. */
function shareCovered(box: Rect, label: Rect): number {
  if (!overlap(box, label)) return 0;
  const across = Math.min(box.x + box.width, label.x + label.width) - Math.max(box.x, label.x);
  const down = Math.min(box.y + box.height, label.y + label.height) - Math.max(box.y, label.y);
  return (across * down) / (box.width * box.height);
}

function overlap(a: Rect, b: Rect): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

function attributes({ x, y, width, height }: Rect): string {
  return `x="${x}" y="${y}" width="${width}" height="${height}"`;
}
