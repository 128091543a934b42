import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** Where the page lies in the published package, beside its compiled sources. */
const BUILT = new URL("../../page/site/", import.meta.url);
/** What makes it, where anchorkit runs from its sources. */
const BUNDLER = new URL("../../../scripts/bundlePage.mjs", import.meta.url);

/** The files of the page that runs a model in a browser, by name; the model itself belongs into `model/` beside them. */
export async function pageFiles(): Promise<Record<string, Uint8Array>> {
  if (import.meta.filename.endsWith(".ts")) {
    const bundler = (await import(BUNDLER.href)) as { bundlePage: () => Promise<Record<string, Uint8Array>> };
    return bundler.bundlePage();
  }
  const folder = fileURLToPath(BUILT);
  const names = await readdir(folder);
  const files = names.map(async (name) => [name, await readFile(join(folder, name))] as const);
  return Object.fromEntries(await Promise.all(files));
}
