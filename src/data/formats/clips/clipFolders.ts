import { dirname, extname, resolve } from "node:path";
import { AnchorkitError } from "../../../base/errors.ts";
import { countOf } from "../../../base/words.ts";
import { groupBy, isImageName, shownPath } from "../../files.ts";
import { mapParallel } from "../../parallel.ts";
import { byNameAndNumber } from "../../placing/classNames.ts";
import type { FoundImage } from "../../placing/found.ts";
import type { Warnings } from "../../warnings.ts";
import { classified } from "../classFolders/classFolders.ts";
import { animationFrames, fileFrames, isVideo, type SourceFrames, videoAdvice } from "./sourceFrames.ts";

/** A clip whose classes are given by name. */
export interface NamedClip extends Pick<FoundImage, "file" | "split" | "where" | "fields"> {
  frames: NonNullable<FoundImage["frames"]>;
  /** The class of the whole clip, alone; or one for each frame, undefined for one that is not labelled. */
  classes: (string | undefined)[];
}

/** What a place must look like. */
const LAYOUT =
  "clips lie in a folder for each class: a folder of frames, or an animated GIF or WebP file, for each clip";

/**
 * The clips of a folder with a folder for each class, or one each for train, val and test with such folders: each folder of
 * images is a clip of frames, in the order of the numbers in their names ("2" before "10"), and each animated GIF or WebP
 * file is a clip by itself. What lies deeper belongs to the class above it.
 *
 * @param files all files of the folder
 * @throws AnchorkitError where there are none
 */
export async function clipsInFolders(path: string, files: readonly string[], warnings: Warnings): Promise<NamedClip[]> {
  const root = resolve(path);
  const units = await clipUnits(files.filter(isImageName));
  const inside = units.map(({ file }) => file).filter((file) => file !== root);
  const found = classified(root, inside);
  const placeOf = new Map(found.map((one) => [one.file, one]));
  const clips: NamedClip[] = [];
  for (const { file, frames } of units) {
    const place = placeOf.get(file);
    const where = shownPath(file);
    if (!place) warnings.add("frames outside the folders of classes, left out", where);
    else clips.push({ file, frames, where, classes: [place.name], ...(place.split && { split: place.split }) });
  }
  for (const file of files.filter(isVideo)) {
    warnings.add("films, which are not read: take their frames out first (ffmpeg), left out", shownPath(file));
  }
  if (clips.length > 0) return clips;
  const film = files.find(isVideo);
  if (film !== undefined) throw new AnchorkitError(`${shownPath(film)}: ${videoAdvice(film)}`);
  const there = files.some(isImageName)
    ? `${countOf(files.filter(isImageName).length, "image")} and no clip`
    : "no images";
  throw new AnchorkitError(`${shownPath(path)}: holds ${there}; ${LAYOUT}`);
}

/**
 * Animated files, and folders of other images. A GIF or WebP file that cannot be read is a frame where others of its folder
 * are frames of that kind, and else a clip by itself; either is told when it is looked at.
 */
export async function clipUnits(images: readonly string[]): Promise<SourceFrames[]> {
  const kindIn = (file: string): string => `${dirname(file)}\n${extname(file).toLowerCase()}`;
  const mayMove = images.filter((file) => [".gif", ".webp"].includes(extname(file).toLowerCase()));
  const looked = await mapParallel(mayMove, 8, async (file): Promise<SourceFrames> => {
    try {
      return await animationFrames(file);
    } catch (error) {
      if (error instanceof AnchorkitError) return { file, frames: [], numbers: [] };
      throw error;
    }
  });
  const frameKinds = new Set(looked.filter(({ frames }) => frames.length === 1).map(({ file }) => kindIn(file)));
  const animated = looked.flatMap((one) => {
    if (one.frames.length > 1) return [one];
    const isBroken = one.frames.length === 0 && !frameKinds.has(kindIn(one.file));
    return isBroken ? [{ file: one.file, frames: [{ file: one.file }], numbers: [0] }] : [];
  });
  const moving = new Set(animated.map(({ file }) => file));
  const still = groupBy(
    images.filter((file) => !moving.has(file)),
    dirname,
  );
  const folders = [...still].map(([folder, own]) => fileFrames(folder, own));
  return [...animated, ...folders].sort((a, b) => byNameAndNumber(a.file, b.file));
}
