import { link, mkdir, rm } from "node:fs/promises";
import { basename, dirname, extname, join } from "node:path";
import { copyFileAtomic } from "../../base/files.ts";
import type { ImageRecord } from "../dataset.ts";
import { shownPath } from "../files.ts";
import type { WriteResult } from "./format.ts";
import { mapParallel } from "../parallel.ts";
import type { Warnings } from "../warnings.ts";

/** An image, and where its file goes below an exported folder of images: `name.jpg` or `folder/name.jpg`. */
export interface ExportedImage {
  image: ImageRecord;
  /** With forward slashes. */
  name: string;
}

/**
 * Names images as `nameImages` does and puts them into a folder, as hard links (no space used; copies where the file
 * system has no links) or as copies.
 */
export async function exportImages(
  images: readonly ImageRecord[],
  folder: string,
  warnings: Warnings,
  { copy = false, folderOf }: { copy?: boolean | undefined; folderOf?: FolderOf },
): Promise<{ exported: ExportedImage[]; placed: WriteResult["images"] }> {
  const exported = nameImages(images, warnings, folderOf);
  return { exported, placed: await placeImages(exported, folder, copy) };
}

/** The folder an image goes to, below the exported one. */
type FolderOf = (image: ImageRecord) => string;

/** A folder for each split; images without one lie beside these. */
export function splitFolder({ split }: ImageRecord): string {
  return split ?? "";
}

/**
 * The name that each image gets in an exported folder: its own, without its folders. No two images of a folder get
 * names that differ in the extension or in case alone, since label files are often named after images, and some file
 * systems know no case: a number is put behind the later ones. Spaces, quotes and letters of all languages stay; line
 * breaks, other control characters, backslashes and a leading dot become "_".
 */
export function nameImages(
  images: readonly ImageRecord[],
  warnings: Warnings,
  folderOf: FolderOf = () => "",
): ExportedImage[] {
  const own = images.map((image) => withoutControls(basename(image.file)));
  const taken = new Set<string>();
  return images.map((image, i) => {
    const folder = folderOf(image);
    const name = own[i] ?? "";
    const extension = extname(name);
    const stem = basename(name, extension);
    const keyOf = (of: string) => `${folder}/${of}`.normalize("NFC").toLowerCase();
    let free = stem;
    for (let number = 2; taken.has(keyOf(free)); number++) free = `${stem}-${number}`;
    taken.add(keyOf(free));
    const chosen = free + extension;
    const change = `${shownPath(image.file)} is ${chosen}`;
    if (free !== stem) warnings.add("images of the same name, renamed with a number", change);
    else if (chosen !== basename(image.file)) {
      warnings.add("image names with characters that label files cannot hold, renamed", change);
    }
    return { image, name: folder === "" ? chosen : `${folder}/${chosen}` };
  });
}

/** Puts named images into a folder, see `exportImages`. */
export async function placeImages(
  images: readonly ExportedImage[],
  folder: string,
  copy: boolean,
): Promise<WriteResult["images"]> {
  const folders = new Set(images.map(({ name }) => dirname(join(folder, name))));
  for (const path of folders) await mkdir(path, { recursive: true });
  let copied = 0;
  await mapParallel(images, 8, async ({ image, name }) => {
    const target = join(folder, name);
    await rm(target, { force: true }); // see OutputFolder: no input, and nothing that is to be kept
    if (!copy && (await linked(image.file, target))) return;
    await copyFileAtomic(image.file, target);
    copied++;
  });
  return copied > 0 ? "copied" : "linked";
}

/** Whether a hard link could be made: not across file systems, and not on all of them. */
async function linked(file: string, target: string): Promise<boolean> {
  try {
    await link(file, target);
    return true;
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (["EXDEV", "EPERM", "ENOTSUP", "EOPNOTSUPP", "EMLINK", "ENOSYS"].includes(String(code))) return false;
    throw error;
  }
}

/** A file name without what label files cannot hold, and that leads to no other folder: each such character is "_". */
export function withoutControls(name: string): string {
  // eslint-disable-next-line no-control-regex -- they are what is replaced
  return name.replace(/[\u0000-\u001f\u007f\u2028\u2029\\]/g, "_").replace(/^\./, "_");
}
