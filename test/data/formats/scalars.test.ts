import { expect, test } from "vitest";
import { scalarOf } from "../../../src/data/formats/scalars.ts";

test("numbers and flags are such only where their text stays the same", () => {
  expect(["2.5", "-3", "0", "1e+21", "true", "false"].map(scalarOf)).toEqual([2.5, -3, 0, 1e21, true, false]);
  for (const text of ["007", "2.50", "", " 1", "-0", "NaN", "Infinity", "0x10", "True", "1e3"]) {
    expect(scalarOf(text)).toBe(text);
  }
});
