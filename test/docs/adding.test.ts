import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";
import { FORMATS } from "../../src/data/formats/registry.ts";
import type { FormatId, LabelFormat } from "../../src/data/formats/format.ts";
import { checkRoundTrip } from "../data/formats/checkRoundTrip.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const folder = await mkdtemp(join(tmpdir(), "anchorkit-adding-"));
afterAll(() => rm(folder, { recursive: true }));

/** Runs the blocks of TypeScript of a page as modules of these names in a folder of src; answers what the last exports. */
async function run(page: string, home: string, names: readonly string[]): Promise<Record<string, unknown>> {
  const text = await readFile(join(root, "docs", page), "utf8");
  const blocks = [...text.matchAll(/^```ts\n([^]*?)^```$/gm)].map(([, code = ""]) => code);
  expect(blocks.length).toBe(names.length);
  for (const [i, code] of blocks.entries()) {
    const placed = code.replace(/from "(\.[^"]+)"/g, (_, path: string) => {
      const own = names.includes(basename(path)) && dirname(path) === ".";
      return `from ${JSON.stringify(own ? join(folder, basename(path)) : resolve(root, home, path))}`;
    });
    await writeFile(join(folder, names[i] ?? ""), placed);
  }
  return (await import(join(folder, names.at(-1) ?? ""))) as Record<string, unknown>;
}

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
