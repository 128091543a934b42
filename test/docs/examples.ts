import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));
/** Where the modules are put. */
export const folder = await mkdtemp(join(tmpdir(), "anchorkit-adding-"));
afterAll(() => rm(folder, { recursive: true }));

/**
 * Runs the blocks of TypeScript of a page as modules of these names in a folder of src; answers what the last exports.
 * Imports of the package and of its entry points are those of the sources.
 *
 * @param edit shortens what takes long
 */
export async function run(
  page: string,
  home: string,
  names: readonly string[],
  edit: (code: string) => string = (code) => code,
): Promise<Record<string, unknown>> {
  const text = await readFile(join(root, "docs", page), "utf8");
  const blocks = [...text.matchAll(/^```ts\n([^]*?)^```$/gm)].map(([, code = ""]) => code);
  expect(blocks.length).toBe(names.length);
  for (const [i, code] of blocks.entries()) {
    const placed = code.replace(/from "(\.[^"]+)"/g, (_, path: string) => {
      const own = names.includes(basename(path)) && dirname(path) === ".";
      return `from ${JSON.stringify(own ? join(folder, basename(path)) : resolve(root, home, path))}`;
    });
    const own = placed.replace(/from "anchorkit(\/\w+)?"/g, (_, entry = "") => {
      return `from ${JSON.stringify(join(root, "src", entry as string, "index.ts"))}`;
    });
    await writeFile(join(folder, names[i] ?? ""), edit(own));
  }
  return (await import(join(folder, names.at(-1) ?? ""))) as Record<string, unknown>;
}
