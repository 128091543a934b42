import { z } from "zod";
import { describeIssue } from "../../base/checked.ts";
import { nearest } from "../../geometry/nearest.ts";
import type { Choice } from "../answers/chosenPart.ts";
import type { Answer, Wanted } from "../inference/messages.ts";
import { Refusal } from "../refusal.ts";
import type { RequestContext } from "./requestContext.ts";

const number = z.string().regex(/^\d+(\.\d+)?$/, "must be a number");

/** What can be asked for behind the `?` of an address. */
export const Query = z.strictObject({
  score: number.transform(Number).pipe(z.number().max(1)).optional().describe("lowest score that counts, 0 to 1"),
  max: number
    .transform(Number)
    .pipe(z.int().min(1).max(1_000_000))
    .optional()
    .describe("how many objects or classes at most, the best ones"),
  instances: z.enum(["true", "false"]).optional().describe("of segmenters: single objects are told apart"),
});

/**
 * What a request asks for.
 *
 * @throws Refusal for what there is not
 */
export function readChoice(c: RequestContext, kind: Answer["kind"]): { choice: Choice; wanted: Wanted } {
  const query = c.req.query();
  const parsed = Query.safeParse(query, { reportInput: true });
  if (!parsed.success) {
    const unknown = Object.keys(query).find((name) => !Object.hasOwn(Query.shape, name));
    const similar = unknown === undefined ? undefined : nearest(unknown, Object.keys(Query.shape));
    const hint = similar === undefined ? "" : ` (did you mean "${similar}"?)`;
    throw new Refusal(400, `the address's query: ${describeIssue(parsed.error.issues[0])}${hint}`);
  }
  const { score, max, instances } = parsed.data;
  if (instances !== undefined && kind !== "segmentation") {
    throw new Refusal(400, "the address's query: instances: is for segmenters; this model has none to tell apart");
  }
  return { choice: { score, max }, wanted: { instances: instances === "true" } };
}
