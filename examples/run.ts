import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { drawSigns } from "./pictures.ts";

/** What examples say goes to the terminal. */
export function print(line: string): void {
  console.log(line);
}

/**
 * Runs an example if its file is what was started: on the folder that is named, with a subfolder of images for each
 * class, or else on drawn signs.
 *
 * @param url `import.meta.url` of the example
 */
export async function runIfStarted(url: string, example: (folder: string) => Promise<unknown>): Promise<void> {
  const [, started, given] = process.argv;
  if (started === undefined || pathToFileURL(started).href !== url) return;
  const folder = given ?? (await mkdtemp(join(tmpdir(), "signs-")));
  if (given === undefined) await drawSigns(folder);
  console.log(await example(folder));
}
