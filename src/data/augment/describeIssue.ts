import type { z } from "zod";
import { reasonOf as describeReason } from "../../base/checked.ts";
import { nearest } from "../../geometry/nearest.ts";
import { Augmentation, fieldsOf, OPERATION_NAMES } from "./description.ts";

type Issue = z.core.$ZodIssue;

/** Where in the file, what is wrong, what to do: "operation 2 (rotate): degrees: the smaller number comes first". */
export function describeIssue(issue: Issue, document: unknown): string {
  const [first, index, ...rest] = issue.path;
  if (first === undefined && issue.code !== "unrecognized_keys") return `must be ${A_LIST}`;
  if (first === "operations" && index === undefined) return `operations: must be ${A_LIST}`;
  if (first !== "operations" || typeof index !== "number") {
    return [...issue.path.map(String), reasonOf(issue, Object.keys(Augmentation.shape))].join(": ");
  }
  const operation: unknown = (document as { operations: unknown[] }).operations[index];
  const name = typeof operation === "object" && operation !== null && "name" in operation ? operation.name : undefined;
  const place = `operation ${index + 1}`;
  if (issue.code === "invalid_union" || (rest.length === 0 && issue.code !== "unrecognized_keys"))
    return `${place}: ${unknownOperation(operation, name)}`;
  return [`${place} (${String(name)})`, ...rest.map(fieldName), reasonOf(issue, fieldsOf(name))].join(": ");
}

const A_LIST = "a list of operations, such as - { name: flip }";

function unknownOperation(operation: unknown, name: unknown): string {
  const known = `the operations are ${OPERATION_NAMES.join(", ")}`;
  if (typeof name === "string") return `there is no operation "${name}"; ${suggestion(name, OPERATION_NAMES, known)}`;
  // Written as other tools have it: "- flip" or "- flip: ..."
  const [meant] = typeof operation === "string" ? [operation] : Object.keys(Object(operation) as object);
  const example = meant !== undefined && OPERATION_NAMES.includes(meant) ? meant : undefined;
  return `has no name; ${example ? `write { name: ${example}, ... }` : known}`;
}

function reasonOf(issue: Issue, fields: readonly string[]): string {
  if (issue.code !== "unrecognized_keys") return describeReason(issue);
  const [key = ""] = issue.keys;
  return `has no field "${key}"; ${suggestion(key, fields, `the fields are ${fields.join(", ")}`)}`;
}

function suggestion(typed: string, names: readonly string[], otherwise: string): string {
  const meant = nearest(typed, names);
  return meant === undefined ? otherwise : `did you mean "${meant}"?`;
}

function fieldName(field: PropertyKey): string {
  return typeof field === "number" ? `number ${field + 1}` : String(field);
}
