import type { z } from "zod";
import { AnchorkitError } from "./errors.ts";
import { shown } from "./shown.ts";

type Issue = z.core.$ZodIssue;

/**
 * A value that a schema accepts, as the schema gives it back.
 *
 * @param name what stands before the message, the file most often; "" for nothing
 * @throws AnchorkitError in plain words: `truth.json: annotations[12].bbox[2]: must be a number, got "7 px"`
 */
export function checked<T>(value: unknown, schema: z.ZodType<T>, name: string): T {
  const parsed = schema.safeParse(value, { reportInput: true });
  if (parsed.success) return parsed.data;
  const issue = describeIssue(parsed.error.issues[0]);
  throw new AnchorkitError(name === "" ? issue : `${name}: ${issue}`);
}

/**
 * What is wrong and where, in plain words: `annotations[12].bbox[2]: must be a number, got "7 px"`. What stands there is
 * quoted where the schema was asked to report its input.
 *
 * @param place of the value that was checked
 */
export function describeIssue(issue: Issue | undefined, place: readonly PropertyKey[] = []): string {
  const deepest = issue && deepestOf(issue);
  const path = pathOf([...place, ...(deepest?.path ?? [])]);
  const reason = deepest ? reasonOf(deepest) : "is not as it must be";
  return path === "" ? reason : `${path}: ${reason}`;
}

/** What a value must be, and what stands there instead: "must be a whole number, got 1.5". */
export function reasonOf(issue: Issue): string {
  if (!isOfZod(issue.message)) return issue.message;
  const expected = expectedBy(issue);
  if (isMissing(issue)) return `${expected}, but is missing`;
  if ("received" in issue && issue.input === null) return `${expected}, got ${String(issue.received)}`; // NaN, Infinity
  const { input } = issue;
  if (input === undefined || input === "" || issue.code === "unrecognized_keys") return expected;
  const got = Array.isArray(input) && isOfLength(issue) ? `a list of ${input.length}` : shown(input);
  return `${expected}, got ${got}`;
}

/** ["annotations", 12, "bbox", 2] as annotations[12].bbox[2]; "" for the value itself. */
export function pathOf(path: readonly PropertyKey[]): string {
  const text = path.map((part) => (typeof part === "number" ? `[${part}]` : `.${String(part)}`)).join("");
  return text.replace(/^\./, "");
}

/** Whether a message is zod's own, and not one that a schema gives. */
function isOfZod(message: string): boolean {
  return /^(?:Invalid|Too (?:big|small)|Unrecognized)\b/.test(message);
}

function isMissing(issue: Issue): boolean {
  if (issue.code === "invalid_union") return issue.errors.some(([first]) => first && isMissing(first));
  return /received undefined$/.test(issue.message);
}

function isOfLength({ code }: Issue): boolean {
  return code === "too_big" || code === "too_small";
}

/** Of what may be one of several things, the issue within the one that it is most like. */
function deepestOf(issue: Issue): Issue {
  if (issue.code === "invalid_key" || issue.code === "invalid_element") {
    const [inside] = issue.issues;
    return inside ? { ...inside, path: [...issue.path, ...inside.path] } : issue;
  }
  if (issue.code !== "invalid_union") return issue;
  const inside = issue.errors.flatMap(([first]) => (first && first.path.length > 0 ? [deepestOf(first)] : []));
  const [deepest] = inside.sort((a, b) => b.path.length - a.path.length);
  return deepest ? { ...deepest, path: [...issue.path, ...deepest.path] } : issue;
}

const TYPES: Readonly<Record<string, string>> = {
  ...{ string: "text", number: "a number", int: "a whole number", boolean: "true or false", null: "null" },
  ...{ array: "a list", tuple: "a list", set: "a list", object: "an object", record: "an object", map: "an object" },
};

function expectedBy(issue: Issue): string {
  switch (issue.code) {
    case "invalid_type":
      return `must be ${TYPES[issue.expected] ?? `a ${issue.expected}`}`;
    case "too_small":
    case "too_big":
      return rangeOf(issue);
    case "invalid_value":
      return `must be ${issue.values.length > 1 ? "one of " : ""}${issue.values.map(String).join(", ")}`;
    case "invalid_format":
      return `must be ${formOf(issue)}`;
    case "not_multiple_of":
      return `must be a multiple of ${issue.divisor}`;
    case "unrecognized_keys":
      return `has no field ${issue.keys.map((key) => `"${key}"`).join(", ")}`;
    case "invalid_union":
      return alternativesOf(issue);
    default:
      return "is not as it must be";
  }
}

function formOf({ pattern, format }: z.core.$ZodIssueInvalidStringFormat): string {
  if (pattern === undefined) return `text that is ${format}`;
  return /^\/\^\\d[^a-z]*\/$/.test(pattern) ? "a whole number" : `text of the form ${pattern}`;
}

function rangeOf(issue: z.core.$ZodIssueTooSmall | z.core.$ZodIssueTooBig): string {
  const [limit, bound] =
    issue.code === "too_small"
      ? [issue.minimum, issue.inclusive === false ? "more than" : "at least"]
      : [issue.maximum, issue.inclusive === false ? "less than" : "at most"];
  const much = `${issue.exact ? "exactly" : bound} ${limit}`;
  const isNumber = ["number", "int", "bigint"].includes(issue.origin);
  if (isNumber) return limit === Number.MAX_SAFE_INTEGER ? `must be a whole number up to ${limit}` : `must be ${much}`;
  if (issue.code === "too_small" && Number(limit) === 1) return "must not be empty";
  return `must have ${much} ${issue.origin === "string" ? "characters" : "entries"}`;
}

function alternativesOf(issue: z.core.$ZodIssueInvalidUnion): string {
  if ("options" in issue && Array.isArray(issue.options))
    return `must be one of ${issue.options.map(String).join(", ")}`;
  const said = issue.errors.flatMap(([first]) => (first ? [expectedBy(first)] : []));
  const [first = "is not as it must be", ...others] = [...new Set(said)];
  return [first, ...others.map((other) => other.replace(/^must be /, ""))].join(" or ");
}
