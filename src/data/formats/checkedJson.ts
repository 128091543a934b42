import { z } from "zod";
import { AnchorkitError, messageOf } from "../../base/errors.ts";

/** A number of pixels or per cent that a label file may hold; with larger ones sums and products would overflow. */
export const coordinate = z.number().min(-1e6).max(1e6);

/**
 * The content of a JSON file, checked against a schema.
 *
 * @param name the file's name for messages
 * @throws AnchorkitError naming the record: `truth.json: annotations[12].bbox[2]: …`
 */
export function parseJson<T>(text: string, schema: z.ZodType<T>, name: string): T {
  const parsed = schema.safeParse(jsonOf(text, name));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new AnchorkitError(`${name}: ${pathOf(issue?.path ?? [])}: ${issue?.message ?? "is not valid"}`);
}

function jsonOf(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new AnchorkitError(`${name}: is not valid JSON: ${messageOf(error)}`);
  }
}

/** ["annotations", 12, "bbox", 2] as annotations[12].bbox[2]. */
function pathOf(path: readonly PropertyKey[]): string {
  const text = path.map((part) => (typeof part === "number" ? `[${part}]` : `.${String(part)}`)).join("");
  return text === "" ? "the document" : text.replace(/^\./, "");
}
