import { readdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { kindOf, withoutExtension } from "../../files.ts";
import { folded } from "../../finding/imageName.ts";
import { splitNamed } from "../../split/splitLists.ts";

/** A folder of images, or a file that lists them. */
export interface EntryPlace {
  path: string;
  kind: "file" | "folder";
}

/**
 * Where an entry of a data.yaml is. As it stands, from `path`; else, since `path` and entries are often of another
 * machine, and Roboflow writes ../train/images for what lies in train/images, the longest trailing part of both that is
 * there below the file's folder. A part that names a split, as train in train/images, is never dropped: the rest would
 * be another split's images as well.
 *
 * @param entry a path of any machine: with slashes of either kind, a drive, or as a file: address
 * @param base the file's `path`
 * @param here the file's folder
 */
export async function entryPlace(entry: string, base: string, here: string): Promise<EntryPlace | undefined> {
  for (const path of [resolve(here, base, entry), resolve(here, plainPath(base), plainPath(entry))]) {
    const kind = await kindOf(path);
    if (kind) return { path, kind };
  }
  const own = partsOf(entry);
  const parts = isAbsoluteAnywhere(entry) ? own : [...partsOf(base), ...own];
  const splitAt = own.findLastIndex((part) => splitNamed(part) ?? splitNamed(withoutExtension(part)));
  const last = parts.length - own.length + (splitAt < 0 ? own.length - 1 : splitAt);
  for (let start = 0; start <= last; start++) {
    const place = await below(here, parts.slice(start));
    if (place) return place;
  }
  return undefined;
}

/** The path with forward slashes, and without what makes it a file: address. */
function plainPath(path: string): string {
  const local = /^file:\/\/(?:localhost)?(.*)$/is.exec(path)?.[1];
  return decoded(local ?? path, local !== undefined).replaceAll("\\", "/");
}

function decoded(path: string, isAddress: boolean): string {
  try {
    return isAddress ? decodeURIComponent(path) : path;
  } catch {
    return path; // a % that is one
  }
}

function isAbsoluteAnywhere(path: string): boolean {
  return /^(?:[a-z]:)?\/|^~/i.test(plainPath(path));
}

function partsOf(path: string): string[] {
  return plainPath(path)
    .split("/")
    .filter((part) => !["", ".", ".."].includes(part));
}

/** What the parts lead to; where a name is not there as it stands, one that differs in letter case or Unicode form. */
async function below(folder: string, parts: readonly string[]): Promise<EntryPlace | undefined> {
  let path = folder;
  for (const part of parts) {
    const exact = join(path, part);
    if (await kindOf(exact)) {
      path = exact;
      continue;
    }
    const names = await readdir(path).catch(() => []);
    const [alike, ...others] = names.filter((name) => folded(name) === folded(part));
    if (alike === undefined || others.length > 0) return undefined;
    path = join(path, alike);
  }
  const kind = parts.length > 0 ? await kindOf(path) : undefined;
  return kind && { path, kind };
}
