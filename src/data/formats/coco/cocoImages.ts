import { basename, dirname, resolve } from "node:path";
import type { SplitName } from "../../dataset.ts";
import { kindOf, listFiles } from "../../files.ts";
import { imageFinder, type WantedImage } from "../../finding/imageFinder.ts";
import { imagesAround } from "../labelFiles.ts";
import { mapParallel } from "../../parallel.ts";
import { splitNamed } from "../../split/splitLists.ts";

/** What a COCO file says of the file of an image. */
export interface NamedFile extends Pick<WantedImage, "part"> {
  file_name: string;
  width?: number | null | undefined;
  height?: number | null | undefined;
  /** A clip lies where its name leads to; it may be a folder. */
  isClip?: boolean;
}

/**
 * The files of images: where their names lead from the JSON's folder, else found below it (see `imageFinder`); a folder
 * without images, such as `annotations`, is searched together with its neighbours. None for a file that is not there,
 * several where they fit equally well.
 *
 * @param imageFolder where the images are, if that is said
 */
export async function findImages(
  json: string,
  images: readonly NamedFile[],
  imageFolder?: string,
): Promise<(readonly string[])[]> {
  const here = dirname(resolve(json));
  const direct = await mapParallel(images, 16, async ({ file_name: name, isClip = false }) => {
    const file = resolve(here, name);
    if (isClip) return [file];
    return imageFolder === undefined && (await kindOf(file)) === "file" ? [file] : [];
  });
  if (direct.every(({ length }) => length > 0)) return direct;
  const around = await imagesAround(here, await listFiles(here, 3), imageFolder);
  const find = imageFinder(around.images, around.imageFolder);
  return mapParallel(images, 16, async ({ file_name: name, width, height, part }, i) => {
    const known = direct[i] ?? [];
    const size = width && height ? { width, height } : undefined;
    return known.length > 0 ? known : find({ names: [name], from: json, part: ownSplitOf(json) ?? part, size });
  });
}

/** The split that a JSON's own name tells: instances_train2017.json, val.json, test_coco.json. */
export function ownSplitOf(json: string): SplitName | undefined {
  return splitNamed(basename(json).replace(/^instances_|^_annotations|[._]?coco|\.json$|\d/g, ""));
}
