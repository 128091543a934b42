import { shown } from "../../base/shown.ts";

export { shown };

/** A record's fields, or undefined where the value is no object. */
export function fieldsOf(value: unknown): Record<string, unknown> | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined;
}

/** Whether a field is left out: missing, null or an empty list. */
export function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || (Array.isArray(value) && value.length === 0);
}

/** Whether the value is a box of four finite numbers whose corners and area are finite too. */
export function isBox(value: unknown): value is [number, number, number, number] {
  if (!Array.isArray(value) || value.length !== 4) return false;
  const [x, y, width, height] = value as unknown[];
  return (
    typeof x === "number" &&
    typeof y === "number" &&
    typeof width === "number" &&
    typeof height === "number" &&
    Number.isFinite(x + width) &&
    Number.isFinite(y + height) &&
    Number.isFinite(width * height)
  );
}

/** Why `bbox` is not a box of x, y, width and height. */
export function describeBox(box: unknown): string {
  if (isEmpty(box)) return "bbox is missing";
  if (!Array.isArray(box) || box.length !== 4) return `bbox must be [x, y, width, height], got ${shown(box)}`;
  const numbers = box as unknown[];
  if (numbers.includes(null)) return `bbox ${shown(box)} holds null: was it not a number (NaN)?`;
  if (!isBox(numbers)) return `bbox must be four finite numbers, got ${shown(box)}`;
  const side = numbers[2] < 0 ? "width" : "height";
  return `bbox ${shown(box)} has a negative ${side}; it must be [x, y, width, height]: are two corners swapped?`;
}

/** A flag as files write it: true, false, 0, 1, or left out; undefined for anything else. */
export function flagOf(value: unknown): 0 | 1 | undefined {
  if (value === undefined || value === null || value === 0 || value === false) return 0;
  return value === 1 || value === true ? 1 : undefined;
}
