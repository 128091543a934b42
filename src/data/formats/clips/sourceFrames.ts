import { basename, dirname, extname, join, resolve } from "node:path";
import { glob } from "tinyglobby";
import { AnchorkitError } from "../../../base/errors.ts";
import { countOf } from "../../../base/words.ts";
import type { Frame } from "../../dataset.ts";
import { isImageName, kindOf, listFiles, shownPath } from "../../files.ts";
import { readPages } from "../../images/animation.ts";
import { byNameAndNumber } from "../../placing/classNames.ts";

/** Frames of a clip, at most: an hour and more of a film. */
const MOST_FRAMES = 100_000;

const VIDEO = /\.(?:mp4|m4v|mov|avi|mkv|webm|wmv|mpe?g|flv|3gp|ogv|ts)$/i;
/** printf's way of saying a number: frame_%04d.png. */
const NUMBER = /%0?\d*d/;

/** Frames in their order, and the numbers by which a person knows them. */
export interface SourceFrames {
  /** The folder or animated file; of a pattern, the folder that it looks into. */
  file: string;
  frames: Frame[];
  /** Those in the names of the files where each has one of its own; else, and in an animation, they are counted from 0. */
  numbers: number[];
}

/** Whether a file is one that frames must be taken out of first. */
export function isVideo(file: string): boolean {
  return VIDEO.test(file);
}

/** What to do with a film. */
export function videoAdvice(file: string): string {
  const stem = basename(file, extname(file));
  return `is a film, which is not read; take its frames out first: ffmpeg -i ${basename(file)} ${stem}/%05d.jpg`;
}

/**
 * The frames that a name stands for: the images of a folder, the pictures of an animated file, or the files that fit a
 * pattern ("walk/*.jpg", "walk/frame_%04d.png"). Files are in the order of the numbers in their names.
 *
 * @param base the folder that the name is seen from
 * @throws AnchorkitError, without a place, where there are none, or too many
 */
export async function sourceFrames(name: string, base: string): Promise<SourceFrames> {
  const path = resolve(base, name.replaceAll("\\", "/"));
  const kind = await kindOf(path);
  if (kind === "file" && isVideo(path)) throw new AnchorkitError(`"${name}" ${videoAdvice(path)}`);
  if (kind === "file") return animationFrames(path);
  const files = kind === "folder" ? (await listFiles(path, 0)).filter(isImageName) : await filesLike(name, base);
  if (files.length === 0) throw new AnchorkitError(noFrames(name, kind));
  return fileFrames(kind === "folder" ? path : dirname(files[0] ?? path), files);
}

function noFrames(name: string, kind: "folder" | undefined): string {
  if (kind === "folder") return `"${name}" is a folder without images`;
  return isPattern(name)
    ? `no file fits the pattern "${name}"`
    : `"${name}" is neither a folder, a file nor a pattern of files`;
}

/** Image files as frames, in the order of the numbers in their names. */
export function fileFrames(folder: string, files: readonly string[]): SourceFrames {
  requireFew(folder, files.length);
  const ordered = files.toSorted((a, b) => byNameAndNumber(basename(a), basename(b)));
  const named = ordered.map((file) => Number(/(\d+)\D*$/.exec(basename(file, extname(file)))?.[1] ?? NaN));
  const distinct = new Set(named).size === named.length && named.every((number) => Number.isSafeInteger(number));
  const rising = named.every((number, i) => i === 0 || number > (named[i - 1] ?? NaN));
  const numbers = distinct && rising ? named : ordered.map((_, i) => i);
  return { file: folder, frames: ordered.map((file) => ({ file })), numbers };
}

/** The pictures of an animated file; of another image, the one that it is. */
export async function animationFrames(file: string): Promise<SourceFrames> {
  const { pages } = await readPages(file);
  requireFew(file, pages);
  const numbers = Array.from({ length: pages }, (_, page) => page);
  return { file, frames: numbers.map((page) => ({ file, page })), numbers };
}

function requireFew(file: string, frames: number): void {
  if (frames <= MOST_FRAMES) return;
  throw new AnchorkitError(
    `${shownPath(file)}: has ${countOf(frames, "frame")}, more than the limit of ${MOST_FRAMES}`,
  );
}

function isPattern(name: string): boolean {
  return NUMBER.test(name) || /[*?[{]/.test(name);
}

async function filesLike(name: string, base: string): Promise<string[]> {
  if (!isPattern(name)) return [];
  const pattern = name.replaceAll("\\", "/");
  if (!NUMBER.test(pattern))
    return (await glob(pattern, { cwd: base, absolute: true, expandDirectories: false })).filter(isImageName);
  const folder = resolve(base, dirname(pattern));
  if ((await kindOf(folder)) !== "folder") return [];
  const [before = "", after = ""] = basename(pattern).split(NUMBER);
  return (await listFiles(folder, 0)).filter((file) => {
    const own = basename(file);
    const fits = own.startsWith(before) && own.endsWith(after) && own.length > before.length + after.length;
    return fits && /^\d+$/.test(own.slice(before.length, own.length - after.length)) && isImageName(join(folder, own));
  });
}
