import { expect, test } from "vitest";
import { Warnings } from "../../src/data/warnings.ts";

test("warnings count what is alike and keep the first place", () => {
  const warnings = new Warnings();
  warnings.add("boxes left out", "a.xml");
  warnings.add("images left out", "b.jpg");
  warnings.add("boxes left out", "c.xml");
  expect(warnings.lines()).toEqual(["boxes left out: 2 (first: a.xml)", "images left out: 1 (b.jpg)"]);
});
