import { shown } from "../../base/shown.ts";

/** A record's fields, or undefined where the value is no object. */
export function fieldsOf(value: unknown): Record<string, unknown> | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined;
}

/** What names an image or a category: a whole number, or text that is none. */
export type RecordId = number | string;

/** Numbers that need no more than 53 bits, as they are written. */
const WHOLE = /^(?:0|-?[1-9]\d{0,15})$/;
const NUMBER = /^[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?$/;

/** The id that a file means: 12 and "12" are the same one; undefined for what is none, as fractions and blank text. */
export function idOf(value: unknown): RecordId | undefined {
  if (typeof value === "number") return Number.isSafeInteger(value) ? value : undefined;
  if (typeof value !== "string" || value.trim() === "") return undefined;
  const number = WHOLE.test(value) ? Number(value) : NaN;
  return Number.isSafeInteger(number) ? number : value;
}

/** Whether a `category_id` may be one: where the truth has numbers, text is none, but perhaps a name. */
export function canBeCategory(categoryIds: readonly RecordId[], id: RecordId | undefined): id is RecordId {
  return typeof id === "number" || (id !== undefined && categoryIds.some((known) => typeof known === "string"));
}

/** Orders ids: numbers as such, then text, of which longer runs of digits come later. */
export function byId(a: RecordId, b: RecordId): number {
  if (typeof a === "number" && typeof b === "number") return a - b;
  if (typeof a === "number" || typeof b === "number") return typeof a === "number" ? -1 : 1;
  const digits = /^\d+$/.test(a) && /^\d+$/.test(b);
  return (digits && a.length - b.length) || (a < b ? -1 : a > b ? 1 : 0);
}

/** A finite number, which may be written as text; undefined for anything else. */
export function numberOf(value: unknown): number | undefined {
  const number = typeof value === "string" && NUMBER.test(value.trim()) ? Number(value) : value;
  return typeof number === "number" && Number.isFinite(number) ? number : undefined;
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
  if (Array.isArray(box) && box.length === 5) {
    return `bbox must be [x, y, width, height], got ${shown(box)}: boxes that are turned are not read`;
  }
  if (!Array.isArray(box) || box.length !== 4) return `bbox must be [x, y, width, height], got ${shown(box)}`;
  const numbers = box as unknown[];
  if (numbers.includes(null)) return `bbox ${shown(box)} holds null: was it not a number (NaN)?`;
  if (!isBox(numbers)) return `bbox must be four finite numbers, got ${shown(box)}`;
  const side = numbers[2] < 0 ? "width" : "height";
  return `bbox ${shown(box)} has a negative ${side}; it must be [x, y, width, height]: are two corners swapped?`;
}

/** A flag as files write it: true, false, 0, 1, the digits as text, or left out; undefined for anything else. */
export function flagOf(value: unknown): 0 | 1 | undefined {
  if (value === undefined || value === null || value === 0 || value === false || value === "0") return 0;
  return value === 1 || value === true || value === "1" ? 1 : undefined;
}
