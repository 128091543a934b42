import { AnchorkitError } from "../../../base/errors.ts";
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
 * @param keypoints how many numbers of keypoints follow each box
 * @param where file and line, for messages
 * @throws AnchorkitError for a class or number that is none, and for a count of numbers that means nothing
 */
export function parseYoloLine(line: string, classCount: number, keypoints: number, where: string): YoloLine {
  const [classId = NaN, ...numbers] = line.trim().split(/\s+/).map(Number);
  if (!Number.isInteger(classId) || classId < 0 || classId >= classCount) {
    throw new AnchorkitError(`${where}: the class must be a whole number from 0 to ${classCount - 1}, got ${classId}`);
  }
  const isPolygon = keypoints === 0 && numbers.length >= 6 && numbers.length % 2 === 0;
  if (![4, 5, 4 + keypoints].includes(numbers.length) && !isPolygon) {
    throw new AnchorkitError(`${where}: expected class cx cy width height, got ${numbers.length + 1} numbers`);
  }
  const fractions = isPolygon ? numbers : numbers.slice(0, 5);
  const wrong = fractions.find((n) => !(n >= -MAX_OVERHANG && n <= 1 + MAX_OVERHANG));
  if (wrong !== undefined) {
    throw new AnchorkitError(`${where}: numbers must be fractions of the image from 0 to 1, got ${wrong}`);
  }
  return { where, class: classId, numbers };
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
