import { expect, test } from "vitest";
import { FORMAT_NAMES } from "../../src/cli/formatNames.ts";
import { FORMATS } from "../../src/data/formats/registry.ts";

test("formats are called in --help as their modules call them", () => {
  expect(FORMAT_NAMES).toEqual(Object.fromEntries(Object.values(FORMATS).map(({ id, title }) => [id, title])));
});
