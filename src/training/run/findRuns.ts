import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { messageOf } from "../../base/errors.ts";
import { systemErrorAt } from "../../base/systemErrors.ts";
import { RunFolder } from "./runFolder.ts";
import { type RunSummary, summarizeRun } from "./runSummary.ts";

/** Folders within folders are looked into so many levels deep. */
const DEPTH = 4;

/**
 * The runs in a folder and the folders below it, in the order of their paths, and a line on each folder that is none or
 * cannot be read.
 *
 * @throws AnchorkitError if the folder itself cannot be read
 */
export async function findRuns(folder: string): Promise<{ runs: RunSummary[]; problems: string[] }> {
  const runs: RunSummary[] = [];
  const problems: string[] = [];
  const look = async (path: string, depth: number): Promise<void> => {
    const run = new RunFolder(path);
    if (existsSync(run.config)) {
      try {
        runs.push(await summarizeRun(run));
      } catch (error) {
        problems.push(messageOf(error));
      }
      return;
    }
    const before = runs.length + problems.length;
    for (const inner of depth < DEPTH ? await foldersIn(path) : []) await look(inner, depth + 1);
    if (runs.length + problems.length === before && depth === 1) problems.push(`${path}: holds no training`);
  };
  await readdir(folder).catch((error: unknown) => {
    throw systemErrorAt(error, folder);
  });
  await look(folder, 0);
  return { runs, problems };
}

async function foldersIn(path: string): Promise<string[]> {
  const entries = await readdir(path, { withFileTypes: true }).catch(() => []);
  const folders = entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith("."));
  return folders.map(({ name }) => join(path, name)).sort();
}
