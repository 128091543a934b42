import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { z } from "zod";
import { AnchorkitError } from "../../src/base/errors.ts";
import { checked, describeIssue } from "../../src/base/checked.ts";

const id = z.union([z.int(), z.string().regex(/^\d{1,15}$/)]);
const schema = z.object({
  annotations: z.array(z.strictObject({ category_id: id, bbox: z.tuple([z.number(), z.number()]).optional() })),
  kind: z.enum(["a", "b"]).optional(),
  size: z.int().min(64).max(2048).optional(),
  rate: z.number().positive().optional(),
  name: z.string().min(1).optional(),
  flags: z.record(z.string(), z.boolean()).optional(),
  shape: z.array(z.number()).length(2).optional(),
  operation: z.discriminatedUnion("name", [z.object({ name: z.literal("flip") }), z.object({ name: z.literal("turn") })]).optional(), // prettier-ignore
  low: z.number().refine((value) => value < 5, "is too high to be low").optional(), // prettier-ignore
  list: z.union([z.string(), z.array(z.object({ a: z.number() }))]).optional(),
});

test.each([
  [{ annotations: [{ category_id: "cat" }] }, 'annotations[0].category_id: must be a whole number, got "cat"'], // prettier-ignore
  [{}, "annotations: must be a list, but is missing"],
  [{ annotations: [{}] }, "annotations[0].category_id: must be a number or text, but is missing"],
  [{ annotations: {} }, "annotations: must be a list, got an object"],
  [{ annotations: [{ category_id: 1, bbox: [1, 2, 3] }] }, "annotations[0].bbox: must have at most 2 entries, got a list of 3"], // prettier-ignore
  [{ annotations: [{ category_id: 1, box: 3 }] }, 'annotations[0]: has no field "box"'],
  [{ annotations: [{ category_id: 1.5 }] }, "annotations[0].category_id: must be a whole number or text, got 1.5"],
  [{ annotations: [], kind: "c" }, 'kind: must be one of a, b, got "c"'],
  [{ annotations: [], size: 10 }, "size: must be at least 64, got 10"],
  [{ annotations: [], size: 7306418092853330000 }, "size: must be a whole number up to 9007199254740991, got 7306418092853330000"], // prettier-ignore
  [{ annotations: [], rate: 0 }, "rate: must be more than 0, got 0"],
  [{ annotations: [], rate: NaN }, "rate: must be a number, got NaN"],
  [{ annotations: [], rate: null }, "rate: must be a number, got null"],
  [{ annotations: [], name: "" }, "name: must not be empty"],
  [{ annotations: [], flags: { on: "yes" } }, 'flags.on: must be true or false, got "yes"'],
  [{ annotations: [], flags: [1] }, "flags: must be an object, got [1]"],
  [{ annotations: [], shape: [1] }, "shape: must have exactly 2 entries, got a list of 1"],
  [{ annotations: [], operation: { name: "crop" } }, "operation.name: must be one of flip, turn, got an object"],
  [{ annotations: [], low: 7 }, "low: is too high to be low"],
  [{ annotations: [], list: [{ a: "x" }] }, 'list[0].a: must be a number, got "x"'],
  [[], "must be an object, got []"],
  ["text", 'must be an object, got "text"'],
])("%j: %s", (value, message) => {
  expect(() => checked(value, schema, "f.json")).toThrow(`f.json: ${message}`);
  expect(() => checked(value, schema, "")).toThrow(new AnchorkitError(message));
});

test("what is right comes back as the schema has it", () => {
  expect(checked("12", id.transform(Number), "f")).toBe(12);
});

test("no word of zod's, whatever is wrong", () => {
  fc.assert(
    fc.property(fc.record({ annotations: fc.anything() }), fc.anything(), (record, other) => {
      for (const value of [
        record,
        other,
        { annotations: [other] },
        { annotations: [], operation: other, list: other },
      ]) {
        const { error } = schema.safeParse(value, { reportInput: true });
        if (error)
          expect(describeIssue(error.issues[0])).not.toMatch(/expected|received|Invalid|Too (?:big|small)|Unrec/);
      }
    }),
  );
});

test("nothing in the sources shows a message of zod's as it is", () => {
  const root = join(import.meta.dirname, "../../src");
  const files = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"));
  const showing = files.filter((file) =>
    /issue\??\.message|prettifyError/.test(readFileSync(join(root, file), "utf8")),
  );
  expect(showing).toEqual([join("base", "checked.ts")]);
});
