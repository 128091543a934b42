import { AnchorkitError } from "../../base/errors.ts";

/** A Python package and the versions of it that will do: `nvidia-nccl-cu12<3.0,>=2.27.7` (PEP 508, without markers). */
export interface Requirement {
  /** Normalised name (PEP 503): lower case, runs of `-`, `_` and `.` as one `-`. */
  name: string;
  clauses: { operator: string; version: string }[];
}

/** Reads a requirement; only `==`, `!=`, `<`, `<=`, `>` and `>=` with plain versions are known. */
export function parseRequirement(text: string): Requirement {
  const match = /^\s*([A-Za-z0-9._-]+)\s*\(?([^()]*)\)?\s*$/.exec(text);
  const clauses = (match?.[2] ?? "").split(",").filter((clause) => clause.trim() !== "");
  return {
    name: normalizeName(match?.[1] ?? fail(text)),
    clauses: clauses.map((clause) => {
      const parts = /^\s*(==|!=|<=|>=|<|>)\s*(\d+(?:\.\d+)*)\s*$/.exec(clause);
      return { operator: parts?.[1] ?? fail(text), version: parts?.[2] ?? fail(text) };
    }),
  };
}

/** A Python package's name in the one form that all its spellings share (PEP 503). */
export function normalizeName(name: string): string {
  return name.toLowerCase().replace(/[-_.]+/g, "-");
}

/** True if a plain version (numbers and dots) meets all clauses; pre-releases and the like never do. */
export function satisfies(version: string, requirement: Requirement): boolean {
  if (!/^\d+(\.\d+)*$/.test(version)) return false;
  return requirement.clauses.every(({ operator, version: bound }) => {
    const order = compareVersions(version, bound);
    switch (operator) {
      case "==":
        return order === 0;
      case "!=":
        return order !== 0;
      case "<":
        return order < 0;
      case "<=":
        return order <= 0;
      case ">":
        return order > 0;
      default:
        return order >= 0;
    }
  });
}

/** Negative, 0 or positive: the order of two versions made of numbers and dots; missing parts count as 0. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [a.split(".").map(Number), b.split(".").map(Number)];
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

function fail(text: string): never {
  throw new AnchorkitError(`requirement "${text}": expected a name and versions such as "name>=1.2,<2"`);
}
