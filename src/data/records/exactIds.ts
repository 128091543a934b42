const ID_FIELDS = ["id", "image_id", "category_id"] as const;

/** An id as JSON has it: the name of its member, and 16 digits or more. No quote within a string can begin it. */
const LONG_ID = /(?<!\\)("(?:id|image_id|category_id)"\s*:\s*)(-?\d{16,})(?=\s*[,}])/g;

/**
 * What JSON.parse gives, but ids beyond 2^53, which would be rounded, as the text of their digits. Numbers elsewhere
 * are left as they are.
 *
 * @param text a list of records, or one
 * @throws SyntaxError as JSON.parse
 */
export function parseWithExactIds(text: string): unknown {
  const value: unknown = JSON.parse(text);
  const isRounded = Array.isArray(value) ? value.some(hasRoundedId) : hasRoundedId(value);
  return isRounded ? JSON.parse(text.replace(LONG_ID, '$1"$2"')) : value;
}

function hasRoundedId(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const record: { [Field in (typeof ID_FIELDS)[number]]?: unknown } = value;
  for (const field of ID_FIELDS) {
    const id = record[field];
    if (typeof id === "number" && !Number.isSafeInteger(id) && Number.isInteger(id)) return true;
  }
  return false;
}
