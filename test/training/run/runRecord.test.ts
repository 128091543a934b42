import { expect, test } from "vitest";
import { precisionOf } from "../../../src/training/run/runRecord.ts";

test.each([
  // asked for, fast here, computed in before, compiled in
  ["auto", "bfloat16", undefined, "auto"],
  ["auto", "bfloat16", "bfloat16", "bfloat16"],
  ["auto", "bfloat16", "float32", "float32"],
  ["auto", "float32", "float32", "float32"],
  ["auto", "float32", "bfloat16", "auto"], // on another machine, which is slow in it
  ["float32", "bfloat16", "bfloat16", "float32"],
] as const)("%s, where %s is fast and it was %s before, goes on in %s", (asked, fast, computedIn, precision) => {
  expect(precisionOf(asked, fast, computedIn && { computedIn })).toEqual({ precision, fast });
});
