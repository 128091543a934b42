/** What names an image or a category. */
export type RecordId = number | string;

/** The id that a value is; undefined for what is none. */
export function idOf(value: unknown): RecordId | undefined {
  return Number.isSafeInteger(value) ? (value as number) : undefined;
}
