import { readdir } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { AnchorkitError } from "../../base/errors.ts";
import { byName, isImageName, kindOf, listFiles, readHead, shownPath } from "../files.ts";
import { mapParallel, mapWithWarnings } from "../parallel.ts";
import type { Place } from "../place.ts";
import type { Warnings } from "../warnings.ts";
import type { LabelFormat, Likeness, ReadOptions } from "./format.ts";

/** What tells a format's files from others: how the names end, and how the first 16 kilobytes look. */
export interface FileTraits extends Pick<LabelFormat, "title"> {
  extension: RegExp;
  looksRight: (head: string) => boolean;
}

/** The label files of a format in a folder, and the images that they may name. */
export interface LabelFiles {
  /** The folder that all of them lie in. */
  root: string;
  labels: string[];
  images: string[];
  /** The folder where the images are, if that is said; they are all of those in there. */
  imageFolder?: string;
}

/** `likely` where one of the first files has the traits. */
export async function hasTraits({ files, head }: Place, { extension, looksRight }: FileTraits): Promise<Likeness> {
  for (const file of files.filter((path) => extension.test(path)).slice(0, 20)) {
    if (looksRight(await head(file))) return "likely";
  }
  return "no";
}

/**
 * The label files to read: the one that is given, or those of a folder and the folders below it that look right; and
 * the images around them, those next to the folder where it holds none; or those of the folder that the options name.
 *
 * @throws AnchorkitError when there are none
 */
export async function findLabelFiles(
  path: string,
  traits: FileTraits,
  warnings: Warnings,
  { images: imageFolder }: Pick<ReadOptions, "images"> = {},
): Promise<LabelFiles> {
  const kind = await kindOf(path);
  if (kind === undefined) throw new AnchorkitError(`${shownPath(path)}: no such file or folder`);
  const folder = resolve(kind === "file" ? dirname(path) : path);
  const inside = await listFiles(folder, kind === "file" ? 3 : 20);
  const labels = kind === "file" ? [resolve(path)] : await thoseThatLookRight(inside, traits, warnings);
  if (labels.length === 0) throw new AnchorkitError(`${shownPath(path)}: holds no file of ${traits.title}`);
  return { labels, ...(await imagesAround(folder, inside, imageFolder)) };
}

/** The images that label files of a folder may name, and the folder that all of it lies in. */
export async function imagesAround(
  folder: string,
  inside: readonly string[],
  imageFolder?: string,
): Promise<Pick<LabelFiles, "root" | "images" | "imageFolder">> {
  if (imageFolder !== undefined) {
    return { root: folder, images: await imagesIn(imageFolder), imageFolder: resolve(imageFolder) };
  }
  const images = inside.filter(isImageName);
  if (images.length > 0) return { root: folder, images };
  const root = join(folder, "..");
  return { root, images: (await listAround(root)).filter(isImageName) };
}

/** All images of a folder that people name as that of their images. */
export async function imagesIn(folder: string): Promise<string[]> {
  const kind = await kindOf(folder);
  if (kind !== "folder") throw new AnchorkitError(`${shownPath(folder)}: is no folder of images`);
  const images = (await listFiles(resolve(folder))).filter(isImageName);
  if (images.length === 0) throw new AnchorkitError(`${shownPath(folder)}: holds no images`);
  return images;
}

/** Files in a folder and three levels below, as far as they can be seen: a neighbour that is private is no error. */
export async function listAround(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const folders = entries.filter((entry) => !entry.isFile() && !entry.name.startsWith("."));
  const below = await mapParallel(folders.map(({ name }) => join(folder, name)).sort(byName), 4, (path) =>
    listFiles(path, 2).catch(() => []),
  );
  return [...(await listFiles(folder, 0)), ...below.flat()];
}

/**
 * Reads label files, some at a time, in their order. One that cannot be read is an error; where there is an observer and
 * another file, it is told, and the file left out.
 *
 * @param read notes what it finds with the warnings that it gets, those of the file
 */
export async function readEach<T>(
  files: readonly string[],
  warnings: Warnings,
  read: (file: string, warnings: Warnings) => Promise<T>,
): Promise<T[]> {
  const contents = await mapWithWarnings(files, 4, warnings, async (file, _, own) => {
    if (files.length === 1) return read(file, own); // nothing else is left
    return own.attempt(() => read(file, own), undefined, "unreadable-labels", shownPath(file));
  });
  return contents.filter((content) => content !== undefined);
}

/**
 * What comes of a file up to where it cannot be read any further, which is an error; where there is an observer, it is
 * told, and keeps what came before.
 */
export async function* untilBroken<T>(
  items: AsyncIterable<T>,
  file: string,
  warnings: Warnings,
): AsyncGenerator<T, void> {
  let any = false;
  try {
    for await (const item of items) {
      yield item;
      any = true;
    }
  } catch (error) {
    if (!any) throw error;
    warnings.fail(error, "unreadable-labels", shownPath(file));
  }
}

async function thoseThatLookRight(
  files: readonly string[],
  { extension, looksRight, title }: FileTraits,
  warnings: Warnings,
): Promise<string[]> {
  const candidates = files.filter((file) => extension.test(file));
  const right = await mapParallel(candidates, 8, async (file) => looksRight(await readHead(file, 16_384)));
  return candidates.filter((file, i) => {
    if (!right[i]) warnings.add(`files that do not look like ${title}, passed over`, shownPath(file));
    return right[i];
  });
}
