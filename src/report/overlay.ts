import { AnchorkitError } from "../base/errors.ts";
import type { LabelledObject } from "../data/dataset.ts";
import type { Detections } from "../geometry/detections.ts";
import { classColor, textColorOn } from "./colors.ts";
import { fitText, svgText, textWidth } from "./svgText.ts";

export interface OverlayOptions {
  /** Detections below this score are not drawn; 0.3 by default. */
  scoreThreshold?: number;
  /** What is really there, drawn with dashed lines. */
  truth?: readonly LabelledObject[];
  /** Pixels of the drawing for one of the boxes' pixels; 1 by default. */
  scale?: number;
  /** Size of the labels' letters in pixels; by default it follows from the size of the picture. */
  fontSize?: number;
}

/**
 * The boxes of one image as a transparent SVG of width x height pixels: detections with solid lines and a label
 * ("mug 0.93"), the truth with dashed lines, both in the colour of their class. Lines lie inside their box, so
 * everything outside of it stays as it is; a box without area after clipping is drawn as one pixel. Better scores are
 * drawn over worse ones. A label goes where it covers no other label, and is left out where no such place is.
 *
 * @throws AnchorkitError when the arrays do not have the same length, a box has NaN or infinity in it, or a class is
 * not in the list.
 */
export function detectionsOverlay(
  width: number,
  height: number,
  detections: Detections | undefined,
  classes: readonly string[],
  options: OverlayOptions = {},
): string {
  const { scoreThreshold = 0.3, truth = [], scale = 1 } = options;
  const fontSize = options.fontSize ?? Math.max(10, Math.round(Math.sqrt(width * height) / 38));
  const line = Math.max(1, Math.min(Math.round(Math.sqrt(width * height) / 220), Math.min(width, height) / 20));
  const place = (box: ArrayLike<number>, name: string): Rect => placeBox(box, scale, width, height, name);

  const truthLines = truth.map((object, i) =>
    boxLines(place(object.box, `truth ${i}`), line, classColor(checkedClass(object.class, classes)), true),
  );
  const found = detections === undefined ? [] : shownDetections(detections, scoreThreshold);
  const lines: string[] = [];
  const labels: string[] = [];
  const taken: Rect[] = [];
  for (const { index, box, score, class: classIndex } of found) {
    const color = classColor(checkedClass(classIndex, classes));
    const rect = place(box, `detection ${index}`);
    lines.push(boxLines(rect, line, color, false));
    const text = fitText(`${classes[classIndex] ?? ""} ${score.toFixed(2)}`, fontSize, width - fontSize / 2);
    const at = labelPlace(rect, text, fontSize, width, height, taken);
    if (at === undefined) continue;
    taken.push(at);
    labels.push(
      `<rect ${attributes(at)} fill="${color}"/>` +
        svgText(text, at.x + fontSize / 4, at.y + at.height / 2, fontSize, textColorOn(color)),
    );
  }
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">` +
    [...lines.reverse(), ...truthLines, ...labels.reverse()].join("") +
    "</svg>"
  );
}

interface Rect {
  x: number;
  y: number;
  width: number;
  height: number;
}

interface Shown {
  index: number;
  box: Float32Array;
  score: number;
  class: number;
}

/** The detections at or above the threshold, best first. */
function shownDetections({ boxes, scores, classes }: Detections, scoreThreshold: number): Shown[] {
  if (boxes.length !== 4 * scores.length || classes.length !== scores.length) {
    throw new AnchorkitError(
      `detections: ${boxes.length} box numbers, ${scores.length} scores and ${classes.length} classes do not belong ` +
        `together: n detections have n * 4, n and n`,
    );
  }
  return Array.from(scores, (score, i) => ({
    index: i,
    box: boxes.subarray(4 * i, 4 * i + 4),
    score,
    class: classes[i] ?? 0,
  }))
    .filter(({ score }) => score >= scoreThreshold)
    .sort((a, b) => b.score - a.score);
}

/** Whole pixels inside the picture, at least one each way. */
function placeBox(box: ArrayLike<number>, scale: number, width: number, height: number, name: string): Rect {
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

function checkedClass(classIndex: number, classes: readonly string[]): number {
  if (classes[classIndex] !== undefined) return classIndex;
  throw new AnchorkitError(`class ${classIndex} is not one of the ${classes.length} classes`);
}

/** A frame of the given line width inside the box; a box too small for it is filled. */
function boxLines(rect: Rect, line: number, color: string, dashed: boolean): string {
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

/** Above the box, below it, inside at the top or inside at the bottom: the first that covers no other label. */
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
