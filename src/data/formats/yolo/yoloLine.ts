import { AnchorkitError } from "../../../base/errors.ts";
import { tidyClassName } from "../../placing/classNames.ts";
import type { FoundObject } from "../../placing/found.ts";

/** A line of a YOLO label file: its class and the numbers behind it. */
export interface YoloLine {
  where: string;
  class: number;
  numbers: number[];
}

/** A number that a label file may hold as a fraction: rounding may leave the image by this much. */
const MAX_OVERHANG = 0.01;

/**
 * Checks a line.
 *
 * @param classes their names, to tell where one stands in place of its number
 * @param keypoints how many numbers of keypoints follow each box
 * @param where file and line, for messages
 * @throws AnchorkitError for a class or number that is none, and for a count of numbers that means nothing
 */
export function parseYoloLine(line: string, classes: readonly string[], keypoints: number, where: string): YoloLine {
  const parts = line.trim().split(/\s+/);
  const problem = problemOf(line.trim(), parts, classes);
  if (problem !== undefined) throw new AnchorkitError(`${where}: ${problem}`);
  const [first = "", ...others] = parts;
  const [classId, ...numbers] = [Number(first), ...others.map(Number)];
  if (!Number.isInteger(classId) || classId < 0 || classId >= classes.length) {
    throw new AnchorkitError(`${where}: the class must be a whole number from 0 to ${classes.length - 1}, got ${first}`); // prettier-ignore
  }
  const isPolygon = keypoints === 0 && numbers.length >= 6 && numbers.length % 2 === 0;
  const counts = keypoints > 0 ? [4, 4 + keypoints, 5 + keypoints] : [4, 5]; // a score may follow
  if (!counts.includes(numbers.length) && !isPolygon) {
    const more = keypoints > 0 ? ` and ${keypoints} numbers of keypoints, as kpt_shape says` : "";
    throw new AnchorkitError(`${where}: expected class cx cy width height${more}, got ${numbers.length + 1} numbers`);
  }
  const fractions = isPolygon ? numbers : numbers.slice(0, keypoints > 0 ? 4 : 5);
  const wrong = fractions.findIndex((n) => !(n >= -MAX_OVERHANG && n <= 1 + MAX_OVERHANG));
  if (wrong >= 0) {
    throw new AnchorkitError(`${where}: numbers must be fractions of the image from 0 to 1, got ${others[wrong] ?? ""}`); // prettier-ignore
  }
  return { where, class: classId, numbers };
}

const DECIMAL_COMMA = /^[-+]?\d*,\d+$/;
const NUMBER = /^[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?$/i;

/** Says of a line with a part that is no number what is wrong with it, quoting it, and what is probably meant. */
function problemOf(line: string, parts: readonly string[], classes: readonly string[]): string | undefined {
  const odd = parts.find((part) => !NUMBER.test(part));
  if (odd === undefined) return undefined;
  if (odd.startsWith("#")) return `${quoted(line.slice(line.indexOf("#")))} is a comment, which labels cannot have; remove it`; // prettier-ignore
  if (/^[^,;]+[,;][^,;]+[,;][^,;]+[,;]/.test(line) && !DECIMAL_COMMA.test(odd)) {
    return `numbers must be set apart by spaces alone, got ${quoted(line)}`;
  }
  if (DECIMAL_COMMA.test(odd)) return `${quoted(odd)} is no number; write ${odd.replace(",", ".")}`;
  if (odd !== parts[0]) return `${quoted(odd)} is no number; expected class cx cy width height, or class x1 y1 x2 y2 x3 y3 …`; // prettier-ignore
  const start = `${tidyClassName(line).toLowerCase()} `;
  const id = classes.findIndex((name) => start.startsWith(`${tidyClassName(name).toLowerCase()} `));
  if (id >= 0) return `${quoted(classes[id] ?? "")} is the name of a class, where its number must stand; write ${id}`;
  return `the class must be a whole number from 0 to ${classes.length - 1}, got ${quoted(odd)}`;
}

function quoted(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);
}

/** The object of a line, in fractions of the image. */
export function yoloObject({ where, class: id, numbers }: YoloLine, keypoints: number): FoundObject {
  if (numbers.length >= 6 && keypoints === 0) {
    const xs = numbers.filter((_, i) => i % 2 === 0);
    const ys = numbers.filter((_, i) => i % 2 === 1);
    const box: FoundObject["box"] = [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
    return { where, class: id, box, segmentation: [numbers] };
  }
  const [cx = 0, cy = 0, width = 0, height = 0, score] = numbers;
  const box: FoundObject["box"] = [cx - width / 2, cy - height / 2, cx + width / 2, cy + height / 2];
  return { where, class: id, box, ...(score !== undefined && keypoints === 0 && { score }) };
}
