import { basename, dirname, extname, relative, sep } from "node:path";
import { AnchorkitError } from "../../base/errors.ts";
import { isImageName, shownPath } from "../files.ts";
import type { Warnings } from "../warnings.ts";

/** An image, and the label images of it. */
export interface MaskedImage {
  file: string;
  /** Pixels are classes. */
  classes?: string;
  /** Pixels are objects, numbered within the image. */
  objects?: string;
}

const IMAGE_FOLDER = /^(?:images?|jpegimages|imgs?|photos?)$/i;
const CLASS_FOLDER = /^(?:masks?|segmentationclass|labels?|annotations?|ground_?truth|gt)$/i;
const OBJECT_FOLDER = /^(?:instances?|segmentationobject)$/i;

/** Formats without loss of pixels' values, and JPEG, which is warned of. */
const MASK_NAME = /\.(?:png|bmp|tiff?|gif|webp|jpe?g)$/i;

/**
 * Pairs images with masks: `images/a.jpg` with `masks/a.png` (or SegmentationClass, labels, …) and `instances/a.png` (or
 * SegmentationObject), in folders that are alike otherwise (`train/images` and `train/masks`, `images/train` and
 * `masks/train`); and `a.jpg` with `a_mask.png` beside it. Images without masks are left out.
 *
 * @param files all files below `root`
 * @throws AnchorkitError when two masks, or two images with masks, are of the same name
 */
export function pairMasks(root: string, files: readonly string[], warnings?: Warnings): MaskedImage[] {
  const images = new Map<string, string[]>();
  const masks = { classes: new Map<string, string>(), objects: new Map<string, string>() };
  for (const file of files.filter(isImageName)) {
    const { key, role } = roleOf(root, file);
    if (role === "image") images.set(key, [...(images.get(key) ?? []), file]);
    else if (masks[role].has(key)) {
      throw new AnchorkitError(
        `${shownPath(file)}: is a mask of the same image as ${shownPath(masks[role].get(key) ?? "")}`,
      );
    } else if (MASK_NAME.test(file)) masks[role].set(key, file);
  }
  const pairs: MaskedImage[] = [];
  for (const [key, [file = "", other]] of images) {
    const [classes, objects] = [masks.classes.get(key), masks.objects.get(key)];
    if (classes === undefined && objects === undefined) {
      warnings?.add("images without a mask, left out", shownPath(file));
      continue;
    }
    if (other !== undefined) {
      throw new AnchorkitError(`${shownPath(other)}: has the same mask as ${shownPath(file)}; rename one of them`);
    }
    pairs.push({ file, ...(classes !== undefined && { classes }), ...(objects !== undefined && { objects }) });
  }
  for (const [key, file] of [...masks.classes, ...masks.objects]) {
    if (!images.has(key))
      warnings?.add("masks without an image, left out", shownPath(file), { rule: "labels-without-image" });
  }
  return pairs;
}

/** What a file is, and a key that an image and its masks have in common. */
function roleOf(root: string, file: string): { key: string; role: "image" | "classes" | "objects" } {
  const folders = relative(root, dirname(file)).split(sep);
  const stem = basename(file, extname(file)).normalize();
  const own = /^(.+)[_-]mask$/i.exec(stem)?.[1];
  const isOf = (pattern: RegExp) => folders.some((folder) => pattern.test(folder));
  const role = isOf(OBJECT_FOLDER) ? "objects" : isOf(CLASS_FOLDER) || own !== undefined ? "classes" : "image";
  const others = folders.filter(
    (folder) => ![IMAGE_FOLDER, CLASS_FOLDER, OBJECT_FOLDER].some((kind) => kind.test(folder)),
  );
  return { key: [...others, role === "image" ? stem : (own ?? stem)].join("/"), role };
}
