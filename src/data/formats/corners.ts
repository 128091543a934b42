import { AnchorkitError } from "../../base/errors.ts";
import type { Size } from "../../base/preprocessing.ts";
import type { LabelledObject } from "../dataset.ts";
import { shownBox } from "../placing/placement.ts";
import type { Warnings } from "../warnings.ts";
import type { Coordinates } from "./format.ts";

type Box = LabelledObject["box"];

/** What is known where corners are read. */
export interface CornersContext {
  convention: Coordinates;
  /** The image's size as the label file states it. */
  size: Size | undefined;
  where: string;
  warnings: Warnings;
}

/**
 * The box of the corners that LabelImg, the VOC devkit, or a tool that copies theirs wrote: xmin, ymin, xmax, ymax.
 *
 * @returns corners 0-based, x2 and y2 exclusive
 * @throws AnchorkitError where corners are swapped, unless an observer is told (`Warnings.fail`)
 */
export function boxOfCorners(written: Box, { convention, size, where, warnings }: CornersContext): Box {
  const [xmin, ymin, xmax, ymax] = written;
  if (!written.every(Number.isInteger))
    warnings.note("float-coordinates", where, { detail: ` (${shownBox(written)})` });
  const [x1, y1] = [minimumOf(xmin, convention), minimumOf(ymin, convention)];
  if (xmax >= x1 && ymax >= y1) {
    warnings.observer?.corners(written, size);
    return [x1, y1, xmax, ymax];
  }
  const wrong = xmax < x1 ? `xmax (${xmax}) must exceed xmin (${xmin})` : `ymax (${ymax}) must exceed ymin (${ymin})`;
  const error = new AnchorkitError(`${where}: ${wrong}`);
  // Both in the wrong order: drawn from the bottom right, or xmin and ymax exchanged. Where both could be, nobody knows.
  if (xmax < x1 && ymax < y1 && ymax < xmax && ymin < xmin && xmin <= (size?.height ?? Infinity)) throw error;
  const [left, right, top, bottom] = [...inOrder(xmin, xmax), ...inOrder(ymin, ymax)];
  const change = { before: shownBox(written), after: shownBox([left, top, right, bottom]) };
  warnings.fail(error, "swapped-corners", where, change);
  return [minimumOf(left, convention), minimumOf(top, convention), right, bottom];
}

/** The box in whole pixels, for formats that hold no fractions: rounded, its corners at least one pixel apart. */
export function wholeBox([x1, y1, x2, y2]: Box, { width, height }: Size): Box {
  const [left, right] = wholeSide(x1, x2, width);
  const [top, bottom] = wholeSide(y1, y2, height);
  return [left, top, right, bottom];
}

/** Both ends as whole numbers, one apart at least. */
function wholeSide(from: number, to: number, limit: number): [number, number] {
  const start = Math.min(Math.round(from), limit - 1);
  return [start, Math.max(start + 1, Math.round(to))];
}

function inOrder(a: number, b: number): [number, number] {
  return a <= b ? [a, b] : [b, a];
}

function minimumOf(written: number, convention: Coordinates): number {
  if (convention === "voc") return written - 1;
  return convention === "labelimg" && written === 1 ? 0 : written;
}
