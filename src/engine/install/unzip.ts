import { createWriteStream } from "node:fs";
import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { buffer } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { openPromise } from "yauzl";

declare module "yauzl" {
  interface ZipFile {
    eachEntry(): AsyncIterable<Entry>; // not yet in the package's types
  }
}

/**
 * Unpacks the files of a zip archive whose name `wanted` accepts into a folder, under their own names, and returns
 * these names. Names that lead out of the folder ("../x", "/x") are an error; links are written as plain files.
 */
export async function unzip(archive: string, folder: string, wanted: (name: string) => boolean): Promise<string[]> {
  const names: string[] = [];
  const zip = await openPromise(archive, { lazyEntries: true }); // yauzl refuses names that lead out of the folder
  for await (const entry of zip.eachEntry()) {
    const name = entry.fileName;
    if (name.endsWith("/") || !wanted(name)) continue;
    const path = join(folder, name);
    await mkdir(dirname(path), { recursive: true });
    const executable = ((entry.externalFileAttributes >>> 16) & 0o111) !== 0;
    await pipeline(
      await zip.openReadStreamPromise(entry),
      createWriteStream(path, { flags: "wx", mode: executable ? 0o755 : 0o644 }),
    );
    names.push(name);
  }
  return names;
}

/** The text of the first file of a zip archive whose name ends so, or undefined. */
export async function readFromZip(archive: string, ending: string): Promise<string | undefined> {
  const zip = await openPromise(archive, { lazyEntries: true });
  for await (const entry of zip.eachEntry()) {
    if (entry.fileName.endsWith(ending)) return (await buffer(await zip.openReadStreamPromise(entry))).toString("utf8");
  }
  return undefined;
}
