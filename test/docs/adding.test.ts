import { expect, test } from "vitest";
import { FORMATS } from "../../src/data/formats/registry.ts";
import type { FormatId, LabelFormat } from "../../src/data/formats/format.ts";
import { checkRoundTrip } from "../data/formats/checkRoundTrip.ts";
import { run } from "./examples.ts";

test("the example of a format passes the suite that all formats pass, found by its files among them", async () => {
  const { jsonLines } = await run("adding-a-format.md", "src/data/formats/jsonLines", ["jsonLines.ts"]);
  const { id } = jsonLines as { id: FormatId };
  Object.assign(FORMATS, { [id]: jsonLines as LabelFormat }); // as its line in registry.ts does
  await checkRoundTrip(id, { precision: 1e-9 });
});

test("the example of a metric gives the value that was counted by hand", async () => {
  const { measured } = await run("adding-a-metric.md", "src/metrics/detection", ["perfectImages.ts", "example.ts"]);
  expect(measured).toBe(1 / 3);
});
