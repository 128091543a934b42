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

/**
 * A text on a ground of the box's colour: above the box, below it, inside at the top or inside at the bottom, the first
 * that covers no other label; empty where no such place is. The place is added to `taken`.
 */
export function boxLabel(
  box: Rect,
  text: string,
  fontSize: number,
  color: string,
  { width, height }: { width: number; height: number },
  taken: Rect[],
): string {
  const at = labelPlace(box, text, fontSize, width, height, taken);
  if (at === undefined) return "";
  taken.push(at);
  return (
    `<rect ${attributes(at)} fill="${color}"/>` +
    svgText(text, at.x + fontSize / 4, at.y + at.height / 2, fontSize, textColorOn(color))
  );
}

function labelPlace(
  box: Rect,
  text: string,
  fontSize: number,
  width: number,
  height: number,
  taken: readonly Rect[],
): Rect | undefined {
  const labelWidth = Math.ceil(textWidth(text, fontSize) + fontSize / 2);
  const labelHeight = Math.ceil(fontSize * 1.25);
  if (text === "" || labelWidth > width || labelHeight > height) return undefined;
  const left = Math.min(box.x, width - labelWidth);
  const right = Math.max(0, box.x + box.width - labelWidth);
  const above = box.y - labelHeight;
  const bottom = box.y + box.height;
  return [
    [left, above],
    [right, above],
    [left, bottom],
    [right, bottom],
    [left, box.y],
    [left, bottom - labelHeight],
  ]
    .map(([x = 0, y = 0]) => ({ x, y, width: labelWidth, height: labelHeight }))
    .find((at) => at.y >= 0 && at.y + labelHeight <= height && taken.every((other) => !overlap(at, other)));
}

function overlap(a: Rect, b: Rect): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

function attributes({ x, y, width, height }: Rect): string {
  return `x="${x}" y="${y}" width="${width}" height="${height}"`;
}
