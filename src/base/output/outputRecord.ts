import { lstat, readdir, readFile } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { z } from "zod";

/** What a command says of its output in a folder: a hidden file, which no reader takes for labels. */
export const RECORD_FILE = ".anchorkit.json";

/** Size and date of a file as it was left; null while it is being written. */
const Stamp = z.tuple([z.number(), z.number()]).nullable();
export type Stamp = z.infer<typeof Stamp>;

const OutputRecord = z.object({
  command: z.string(),
  /** Readers that come to this folder from above pass it by. */
  passBy: z.boolean(),
  /** By their names within the folder, with forward slashes. */
  files: z.record(z.string(), Stamp),
});
export type OutputRecord = z.infer<typeof OutputRecord>;

/** The record in a folder; undefined where there is none, or none that can be read: all files are foreign then. */
export async function readRecord(folder: string): Promise<OutputRecord | undefined> {
  try {
    return OutputRecord.parse(JSON.parse(await readFile(join(folder, RECORD_FILE), "utf8")));
  } catch {
    return undefined;
  }
}

/** Whether a folder with these entries holds output that is to be passed by when the data around it is read. */
export async function isPassedBy(folder: string, entries: readonly string[]): Promise<boolean> {
  return entries.includes(RECORD_FILE) && (await readRecord(folder))?.passBy === true;
}

/** Of what is there, a link itself and not what it leads to; undefined where there is nothing. */
export async function stampOf(file: string): Promise<Exclude<Stamp, null> | undefined> {
  const status = await lstat(file).catch(() => undefined);
  return status && [status.size, status.mtimeMs];
}

/** Whether both are there and the same. */
export function sameStamp(a: Stamp | undefined, b: Stamp | undefined): boolean {
  return a != null && b != null && a[0] === b[0] && a[1] === b[1];
}

/** The names of all files in a folder and below it, but for the record; none where there is no folder. */
export async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = entries.filter((entry) => !entry.isDirectory());
  const names = files.map(({ parentPath, name }) => relative(folder, join(parentPath, name)).split(sep).join("/"));
  return names.filter((name) => name !== RECORD_FILE);
}
