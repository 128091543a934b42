import type { Scalar } from "../dataset.ts";

/**
 * The value of an attribute in formats that hold text alone: true, false and numbers as such where their text would be
 * written the same again, any other text as it stands ("007", "2.50").
 */
export function scalarOf(text: string): Scalar {
  if (text === "true" || text === "false") return text === "true";
  const number = Number(text);
  return text !== "" && Number.isFinite(number) && String(number) === text ? number : text;
}

/** The members that are text, numbers or flags; undefined where there are none. */
export function scalarsOf(record: Record<string, unknown>): Record<string, Scalar> | undefined {
  const scalars = Object.entries(record).filter((entry): entry is [string, Scalar] =>
    ["string", "number", "boolean"].includes(typeof entry[1]),
  );
  return scalars.length > 0 ? Object.fromEntries(scalars) : undefined;
}
