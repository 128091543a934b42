import { z } from "zod";
import { checked, describeIssue, pathOf } from "../../base/checked.ts";
import { AnchorkitError } from "../../base/errors.ts";
import { shown } from "../../base/shown.ts";
import { describeBadJson, describeOtherFormat } from "../records/notJson.ts";
import type { Warnings } from "../warnings.ts";
import type { FormatId } from "./format.ts";
import { refuseOtherKind } from "./unread/jsonKind.ts";

/** A number of pixels or per cent that a label file may hold; with larger ones sums and products would overflow. */
export const coordinate = z.number().min(-1e6).max(1e6);

/**
 * The content of a JSON file, checked against a schema.
 *
 * @param name the file's name for messages
 * @throws AnchorkitError naming the record: `truth.json: annotations[12].bbox[2]: …`
 */
export function parseJson<T>(text: string, schema: z.ZodType<T>, name: string): T {
  return checkJson(jsonOf(text, name), schema, name);
}

/** A document that is parsed already, checked as `parseJson` does. */
export function checkJson<T>(document: unknown, schema: z.ZodType<T>, name: string): T {
  return checked(document, schema, name);
}

/**
 * The records of a list, or members of an object, that a schema accepts, each with its index or name. The first other
 * one is an error; where there is an observer, it is told of all others, and they are left out (`Warnings.fail`).
 *
 * @param path of the list in the document: [3, "annotations"]
 * @throws AnchorkitError as `checkJson`
 */
export function checkRecords<T>(
  records: readonly unknown[] | Readonly<Record<string, unknown>>,
  schema: z.ZodType<T>,
  { name, path, warnings }: { name: string; path: readonly PropertyKey[]; warnings: Warnings },
): { value: T; key: string | number }[] {
  const entries: Iterable<[string | number, unknown]> = Array.isArray(records)
    ? (records as unknown[]).entries()
    : Object.entries(records);
  const sound: { value: T; key: string | number }[] = [];
  for (const [key, record] of entries) {
    const parsed = schema.safeParse(record, { reportInput: true });
    if (parsed.success) sound.push({ value: parsed.data, key });
    else {
      const [issue] = parsed.error.issues;
      const error = new AnchorkitError(`${name}: ${describeIssue(issue, [...path, key])}`);
      warnings.fail(error, "bad-object", `${name}: ${pathOf([...path, key])}`);
    }
  }
  return sound;
}

/**
 * The content of a JSON file.
 *
 * @throws AnchorkitError when it is not JSON
 */
function jsonOf(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const isOther = !/^\s*[[{"\d]/.test(text);
    const reason = isOther ? describeOtherFormat(Buffer.from(text.slice(0, 2000))) : describeBadJson(text, error);
    throw new AnchorkitError(`${name}: ${reason}`);
  }
}

/**
 * The content of a JSON file of labels in a format.
 *
 * @throws AnchorkitError when it is not JSON, and saying what it is where it looks like another kind of labels
 */
export function labelsIn(text: string, name: string, format: FormatId): unknown {
  const document = jsonOf(text, name);
  refuseOtherKind(document, name, format);
  return document;
}

/**
 * A coordinate in what no schema has checked.
 *
 * @throws AnchorkitError for what is no number, or one beyond ±1,000,000
 */
export function coordinateOf(value: unknown, where: string): number {
  const parsed = coordinate.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new AnchorkitError(
    `${where} must be a number up to a million, got ${value === undefined ? "none" : shown(value)}`,
  );
}
