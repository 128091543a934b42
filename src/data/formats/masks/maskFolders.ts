import { basename, resolve, sep } from "node:path";
import { AnchorkitError } from "../../../base/errors.ts";
import { maskBox } from "../../../geometry/masks/maskExtent.ts";
import { maskUnion } from "../../../geometry/masks/mergeMasks.ts";
import type { Rle } from "../../../geometry/masks/rle.ts";
import type { SplitName } from "../../dataset.ts";
import { isImageName, kindOf, listFiles, readText, shownPath, stemOf } from "../../files.ts";
import { folded, imageStem } from "../../finding/imageName.ts";
import { mapWithWarnings } from "../../parallel.ts";
import type { Place } from "../../place.ts";
import { placeLabels } from "../../placing/placeLabels.ts";
import { splitNamed } from "../../split/splitLists.ts";
import { isCityscapesGroup, isCityscapesMask, isCityscapesOutline } from "./cityscapes.ts";
import type { LabelFormat, Likeness, ReadOptions, ReadResult } from "../format.ts";
import type { FoundImage, FoundObject } from "../../placing/found.ts";
import { readMaskClasses } from "./maskClasses.ts";
import { pairMasks } from "./maskFiles.ts";
import { takenAsMeant } from "./maskKinds.ts";
import { maskName, readRegions } from "./maskRegions.ts";
import { type MeaningOf, meaningOfValues, type RegionsOfImage } from "./maskValues.ts";
import { writeMaskFolders } from "./writeMaskFolders.ts";
import { warningsOf, type Warnings } from "../../warnings.ts";

/** Images with masks as images: pixels are classes, objects, or both in two images. */
export const maskFolders: LabelFormat = {
  id: "masks",
  title: "images with mask images",
  holds: ["segmentation", "mask", "split", "ignored"],
  ...{ recognizes, read, write: writeMaskFolders },
};

/** Masks beside XML or JSON are an addition to these, as in the VOC devkit; those of few images may be images. */
function recognizes({ path, kind, files }: Place): Promise<Likeness> {
  let found: ReturnType<typeof pairMasks> = { pairs: [], alone: [], orphans: [] };
  try {
    if (kind === "folder") found = pairMasks(path, files);
  } catch (error) {
    if (!(error instanceof AnchorkitError)) throw error;
  }
  const { pairs, alone, orphans } = found;
  if (pairs.length === 0) {
    // The error of reading says more than that there are no labels.
    const couldBe = orphans.length > 0 && alone.some((file) => IMAGES.test(file)) && files.every(isImageName);
    return Promise.resolve(couldBe ? "maybe" : "no");
  }
  const areLabels =
    pairs.length > alone.length && !files.some((file) => LABELS.test(file) && !isCityscapesOutline(file));
  return Promise.resolve(areLabels ? "likely" : "maybe");
}

const IMAGES = /[\\/]images[\\/]/i;
const LABELS = /\.(?:xml|json)$/i;

/**
 * Reads a folder of images and masks (see `pairMasks` for where they may lie). A pixel of a mask is the number of a
 * class, by grey value or place in a palette, or a colour; of a mask of objects the number of an object. Where both are
 * there, as in the VOC devkit, each object has the class of its pixels. Where there are classes alone, all pixels of a
 * class in an image are one object. Objects alone, in one mask or each in its own, are of one class. Each object's mask
 * is kept, its box is the one around it. Pixels that the masks leave open (255, void, …) are `ignored`. Black and white with grey between, and numbers of objects where classes are
 * expected, are seen (see `takenAsMeant`).
 *
 * Names of classes come from a list (see `readMaskClasses`); splits from folders, or from
 * `ImageSets/Segmentation/train.txt`, `annotations/trainval.txt` and the like.
 *
 * @throws AnchorkitError naming the mask that cannot be read, is of another shape than its image, or is a photo
 */
async function read(path: string, options: ReadOptions = {}): Promise<ReadResult> {
  const warnings = warningsOf(options);
  if ((await kindOf(path)) !== "folder") throw new AnchorkitError(`${shownPath(path)}: no such folder`);
  const root = resolve(path);
  const files = await listFiles(root);
  const { pairs, alone, orphans } = pairMasks(root, files, warnings);
  if (pairs.length === 0) {
    const [image = "", mask] = [alone[0], orphans[0]];
    const advice =
      mask === undefined
        ? "put them into images/ and masks/"
        : `give ${shownPath(mask)} the name of its image, as ${shownPath(image)} has one`;
    throw new AnchorkitError(`${shownPath(path)}: holds no masks for its ${alone.length} images; ${advice}`);
  }
  const list = await readMaskClasses(files);
  const results = await mapWithWarnings(pairs, 3, warnings, async (pair, _, own) => {
    try {
      return await readRegions(pair, list?.colours ?? false, own);
    } catch (error) {
      own.fail(error, "unreadable-labels", maskName(pair));
      return undefined;
    }
  });
  const all = takenAsMeant(
    results.filter((result) => result !== undefined),
    list !== undefined,
    warnings,
  );
  const { meaningOf, names } = meaningOfValues(all, list, warnings);
  const nameAlone = names.length === 1 ? (names[0] ?? "") : "object"; // of masks of objects alone
  const classes = all.some(({ kind }) => kind === undefined) ? [...new Set([...names, nameAlone])] : names;
  const splitOf = await splitLists(files);
  const found = all.map(({ pair, size, ...regions }, i): FoundImage => {
    const split = pair.split ?? splitOf(pair.file);
    const objects = objectsOf(regions, meaningOf, nameAlone, warnings);
    const ignored = ignoredOf(regions, meaningOf);
    return {
      ...{ id: i + 1, file: pair.file, where: regions.where, labelledSize: size },
      ...{ ...(split && { split }), ...(ignored && { ignored }) },
      objects: objects.map(({ name, ...object }) => ({ ...object, class: classes.indexOf(name) })),
    };
  });
  const dataset = await placeLabels(found, { classes }, warnings);
  return { dataset, warnings: warnings.lines(), source: `images and masks in ${shownPath(path)}` };
}

function objectsOf(
  { regions, kind, where }: RegionsOfImage,
  meaningOf: MeaningOf,
  alone: string,
  warnings: Warnings,
): (Omit<FoundObject, "class"> & { name: string })[] {
  const objects: (Omit<FoundObject, "class"> & { name: string })[] = [];
  const numbered = kind === undefined || regions.some(({ objectValue }) => objectValue !== 0);
  for (const { classValue, objectValue, mask } of regions) {
    const at = `${where}: ${objectValue === 0 ? `value ${classValue}` : `object ${objectValue}`}`;
    const meaning = kind === undefined ? { name: alone } : meaningOf(classValue, kind);
    if (meaning === "ignored") continue;
    if (meaning === "background" && objectValue !== 0) {
      warnings.add("objects that the mask of classes calls background, left out", at);
    } else if (meaning !== "background" && (kind !== undefined || objectValue !== 0)) {
      const crowd = isCityscapesMask(where) && isCityscapesGroup(classValue, objectValue);
      objects.push({ name: meaning.name, where: at, box: maskBox(mask), segmentation: mask, ...(crowd && { crowd }) });
    }
  }
  if (!numbered && objects.length > 0) {
    warnings.add("masks of classes without objects, where all pixels of a class are read as one object", where);
  }
  return objects;
}

/** The pixels that nobody labelled. */
function ignoredOf({ regions, kind }: RegionsOfImage, meaningOf: MeaningOf): Rle | undefined {
  const ignored = regions.filter(({ classValue }) => kind !== undefined && meaningOf(classValue, kind) === "ignored");
  return ignored.length > 0 ? maskUnion(ignored.map(({ mask }) => mask)) : undefined;
}

/** The splits that `ImageSets/Segmentation` lists, or files beside the masks of Oxford's pets, by the names of images. */
async function splitLists(files: readonly string[]): Promise<(file: string) => SplitName | undefined> {
  const splits = new Map<string, SplitName>();
  const keyOf = (name: string) => folded(imageStem(name));
  const lists = new Set(files.filter((file) => LIST.test(file)));
  for (const file of lists) {
    const isWhole = /trainval\.txt$/.test(file) && !lists.has(file.replace(/trainval\.txt$/, "train.txt"));
    const split = isWhole ? "train" : splitNamed(stemOf(file));
    if (!split) continue;
    const isTable = !file.split(sep).includes("ImageSets"); // name, class and species
    for (const line of (await readText(file, undefined, { allowEmpty: true })).split(/\r?\n/)) {
      const name = (isTable ? line.split(" ")[0] : line)?.trim() ?? "";
      if (name !== "") splits.set(keyOf(name), split);
    }
  }
  return (file) => splits.get(keyOf(basename(file)));
}

const LIST = /[\\/](?:ImageSets[\\/]Segmentation|annotations)[\\/]\w+\.txt$/;
