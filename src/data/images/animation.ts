import { AnchorkitError } from "../../base/errors.ts";
import type { Size } from "../../base/preprocessing.ts";
import { shownPath } from "../files.ts";
import { withImage } from "./images.ts";
import type { Raster } from "./resample.ts";

/** Size of the pictures of an image file, and how many there are: 1 but in an animation or a stack. */
export interface Pages extends Size {
  pages: number;
}

/**
 * What the header of an image file says of its pictures; none is decoded.
 *
 * @throws AnchorkitError as `readImageHeader`
 */
export function readPages(file: string): Promise<Pages> {
  return withImage(file, {}, async (image, { width, height }) => {
    const { pages = 1 } = await image.metadata();
    return { width, height, pages };
  });
}

/** Animations of which all pictures are kept at a time: frames of a clip are asked for one after the other. */
const KEPT = 4;
const decoded = new Map<string, Promise<Raster[]>>();

/**
 * One picture of an animated GIF or WebP file as 8-bit sRGB, in its own size. As each picture is drawn over the one
 * before it, a file is decoded as a whole; its other pictures are at hand then.
 *
 * @param page from 0
 * @throws AnchorkitError as `decodeImage`, for a file whose pictures together have more pixels than the limit, and for a
 * page that it does not have
 */
export async function decodePage(file: string, page: number): Promise<Raster> {
  const known = decoded.get(file);
  const pages = known ?? decodePages(file);
  if (!known) {
    decoded.set(file, pages);
    for (const other of [...decoded.keys()].slice(0, -KEPT)) decoded.delete(other);
    // what is wrong now may be right when it is asked for again
    pages.catch(() => decoded.delete(file));
  }
  const all = await pages;
  const found = all[page];
  if (!found)
    throw new AnchorkitError(`${shownPath(file)}: has no picture ${page}: they are numbered 0 to ${all.length - 1}`);
  return found;
}

function decodePages(file: string): Promise<Raster[]> {
  return withImage(file, { animated: true }, async (image) => {
    const { data, info } = await image
      .flatten({ background: "white" })
      .toColourspace("srgb")
      .raw({ depth: "uchar" })
      .toBuffer({ resolveWithObject: true });
    const { width, channels, pages = 1, pageHeight: height = info.height } = info;
    if (channels !== 3) throw new AnchorkitError(`has ${channels} channels after conversion to sRGB, not 3`);
    const length = width * height * channels;
    return Array.from({ length: pages }, (_, page) => {
      return { data: data.subarray(page * length, (page + 1) * length), width, height, channels };
    });
  });
}
