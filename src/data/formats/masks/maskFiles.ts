import { dirname, relative, sep } from "node:path";
import { AnchorkitError } from "../../../base/errors.ts";
import type { SplitName } from "../../dataset.ts";
import { isImageName, shownPath, stemOf } from "../../files.ts";
import { folded, imageStem } from "../../finding/imageName.ts";
import { splitNamed } from "../../split/splitLists.ts";
import type { Warnings } from "../../warnings.ts";

/** An image, and the label images of it. */
export interface MaskedImage {
  file: string;
  /** That its folders name. */
  split?: SplitName;
  /** Pixels are classes. */
  classes?: string;
  /** Pixels are objects, numbered within the image. */
  objects?: string;
  /** Label images of one object each; there are no others then. */
  parts?: string[];
}

const IMAGE_FOLDER = /^(?:images?|jpegimages|imgs?|photos?|leftimg8bit)$/i;
const CLASS_FOLDER =
  /^(?:masks?|segmentationclass(?:png|raw)?|labels?|annotations?|trimaps?|ground_?truth|gt|gtfine|gtcoarse)$/i;
const OBJECT_FOLDER = /^(?:instances?|segmentationobject(?:png)?)$/i;

/** A folder such as `train_labels` beside `train`. */
const OF_SPLIT = /^(.+?)[_-]?(?:(images?|imgs?)|labels?|masks?|annot(?:ations?)?|gt)$/i;

/** Masks painted over images, for people. */
const PICTURE_FOLDER = /visuali[sz]ation|overlay/i;

/** What names of masks end with, in folders of masks; and in any. */
const MASK_ENDING = /[_-](?:masks?|labels?|l|seg|segmentation|gt|ground_?truth)$/i;
const PLAIN_ENDING = /[_-](?:masks?|segmentation|seg)$/i;
const IMAGE_ENDING = /[_-](?:leftimg8bit|image|img|sat)$/i;

/** Cityscapes has several label images of an image. */
const CITYSCAPES = /^(.+)_gt(?:fine|coarse)_(\w+)$/i;

/** Formats without loss of pixels' values, and JPEG, which is warned of. */
const MASK_NAME = /\.(?:png|bmp|tiff?|gif|webp|jpe?g)$/i;

/**
 * Pairs images with masks, which lie in folders that are alike otherwise: `images/a.jpg` with `masks/a.png` (or
 * SegmentationClass, labels, annotations, trimaps, …) and `instances/a.png` (or SegmentationObject); `train/a.png` with
 * `train_labels/a.png` or `a_L.png`; `leftImg8bit/train/x/a_leftImg8bit.png` with `gtFine/train/x/a_gtFine_labelIds.png`
 * and `a_gtFine_instanceIds.png`; and `a.jpg` with `a_mask.png` beside it. Where there is a mask for each object, they
 * are `masks/a/….png`, or lie beside the folder of a single image, `a/images/a.png` and `a/masks/….png`.
 *
 * Images without masks are left out.
 *
 * @param files all files below `root`
 * @returns the images with masks, those without, and masks without an image
 * @throws AnchorkitError when two masks, or two images with masks, are of the same name
 */
export function pairMasks(
  root: string,
  files: readonly string[],
  warnings?: Warnings,
): { pairs: MaskedImage[]; alone: string[]; orphans: string[] } {
  const roles = files.filter(isImageName).map((file) => roleOf(root, file));
  const images = { called: new Map<string, MaskedImage[]>(), like: new Map<string, MaskedImage[]>() };
  const all: MaskedImage[] = [];
  for (const { file, role, keys, scene } of roles) {
    if (role !== "image") continue;
    const split = scene.map(splitNamed).findLast((name) => name !== undefined);
    const image: MaskedImage = { file, ...(split && { split }) };
    all.push(image);
    for (const [i, key] of keys.entries()) {
      const group = i === 0 ? images.called : images.like;
      group.set(key, [...(group.get(key) ?? []), image]);
    }
  }
  const find = (keys: readonly string[]): MaskedImage[] =>
    keys.map((key) => images.called.get(key) ?? images.like.get(key)).find((found) => found !== undefined) ?? [];
  const parts = new Map<string, MaskedImage>();
  const orphans: string[] = [];
  for (const { file, role, keys, scene } of roles) {
    if (role === "image" || role === "picture" || !MASK_NAME.test(file)) continue;
    const image = theOne(file, find(keys));
    const whole = image ? undefined : theOne(file, find([scene.join("/"), [...scene, scene.at(-1)].join("/")]));
    if (image?.[role] !== undefined) {
      throw new AnchorkitError(`${shownPath(file)}: is a mask of the same image as ${shownPath(image[role])}`);
    }
    if (image) image[role] = file;
    else if (whole && scene.length > 0) parts.set(file, whole);
    else {
      orphans.push(file);
      warnings?.add("masks without an image, left out", shownPath(file), { rule: "labels-without-image" });
    }
  }
  for (const [file, image] of parts) {
    if (image.classes === undefined && image.objects === undefined) (image.parts ??= []).push(file);
    else warnings?.add("masks of single objects of an image that has another mask, left out", shownPath(file));
  }
  const pairs = all.filter((image) => {
    const isMasked = image.classes !== undefined || image.objects !== undefined || image.parts !== undefined;
    if (!isMasked) warnings?.add("images without a mask, left out", shownPath(image.file));
    return isMasked;
  });
  const masked = new Set(pairs);
  return { pairs, alone: all.filter((image) => !masked.has(image)).map(({ file }) => file), orphans };
}

/** The image of a mask, of those that may be it. */
function theOne(mask: string, [image, other]: readonly MaskedImage[]): MaskedImage | undefined {
  if (!image || !other) return image;
  const both = `${shownPath(image.file)} and ${shownPath(other.file)}`;
  throw new AnchorkitError(`${shownPath(mask)}: is the mask of ${both}; rename one of them`);
}

interface Role {
  file: string;
  role: "image" | "classes" | "objects" | "picture";
  /** What an image and its masks have in common, the likeliest first. */
  keys: string[];
  /** The folders that say neither image nor mask. */
  scene: string[];
}

function roleOf(root: string, file: string): Role {
  let role: Role["role"] | undefined;
  const scene: string[] = [];
  const folders = relative(root, dirname(file)).split(sep).filter(Boolean);
  for (const folder of folders) {
    const [, split, ofImages] = OF_SPLIT.exec(folder) ?? [];
    const isOfSplit = split !== undefined && splitNamed(split) !== undefined;
    if (PICTURE_FOLDER.test(folder)) role = "picture";
    else if (OBJECT_FOLDER.test(folder)) role = "objects";
    else if (CLASS_FOLDER.test(folder) || (isOfSplit && !ofImages)) role ??= "classes";
    else if (!IMAGE_FOLDER.test(folder) && !isOfSplit) scene.push(folder);
    if (isOfSplit) scene.push(split);
  }
  const stem = stemOf(file).normalize();
  const stems = [stem, imageStem(stem)]; // a mask may be called a.jpg.png
  const [, image, kind = ""] = CITYSCAPES.exec(stem) ?? [];
  if (image !== undefined && role === "classes") {
    stems.unshift(image);
    role =
      ({ labelids: "classes", instanceids: "objects" }[kind.toLowerCase()] as Role["role"] | undefined) ?? "picture";
  } else if (role === "classes" || role === "objects") stems.push(withoutMaskEnding(stem));
  else if (role === undefined && PLAIN_ENDING.test(stem)) {
    stems.push(stem.replace(PLAIN_ENDING, ""));
    role = "classes";
  } else stems.push(stem.replace(IMAGE_ENDING, ""));
  const names = [...new Set([...stems, ...stems.map(folded)])];
  const keys = names.map((name) => [...scene, name].join("/"));
  return { file, role: role ?? "image", keys, scene };
}

/** What the image of a mask may be called that is in a folder of masks: "a" for "a_mask", "a_L", "a_seg" and the like. */
export function withoutMaskEnding(stem: string): string {
  return stem.replace(MASK_ENDING, "");
}
