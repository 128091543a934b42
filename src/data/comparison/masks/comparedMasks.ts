import { AnchorkitError } from "../../../base/errors.ts";
import type { Size } from "../../../base/preprocessing.ts";
import { paintMask } from "../../../geometry/masks/drawMasks.ts";
import { BACKGROUND, IGNORED, type LabelMap, MOST_CLASSES } from "../../../geometry/masks/labelMap.ts";
import { shownPath } from "../../files.ts";
import { type MaskClasses, readMaskClasses } from "../../formats/masks/maskClasses.ts";
import { takenAsMeant } from "../../formats/masks/maskKinds.ts";
import { readRegions, type ReadMasks } from "../../formats/masks/maskRegions.ts";
import { mapWithWarnings } from "../../parallel.ts";
import { Warnings } from "../../warnings.ts";
import { listed, type MaskOptions, type Meaning, numbered, shownValue, unlisted } from "./maskMeanings.ts";
import { type MaskFiles, pairByName } from "./pairByName.ts";

/** Masks of the same images, from two hands, as label maps. */
export interface ComparedMasks {
  classes: string[];
  /** In the order of the labels. */
  pairs: { file: string; truth: () => LabelMap; prediction: () => LabelMap }[];
  warnings: string[];
}

/**
 * Reads two folders of masks: grey values or places in a palette that are numbers of classes, or colours. What they are
 * called says a list beside the masks of either (see `readMaskClasses`); masks without one are understood as label
 * import does (see `takenAsMeant` and `meaningOfValues`).
 *
 * @throws AnchorkitError naming the file: what cannot be read or paired, sizes that differ, values that are no class
 */
export async function compareMaskFolders(
  truth: MaskFiles,
  predictions: MaskFiles,
  options: MaskOptions = {},
): Promise<ComparedMasks> {
  const warnings = new Warnings();
  const predicted = pairByName(truth.masks, predictions);
  const own = listOf(options) ?? (await readMaskClasses(truth.files));
  const theirs = listOf(options) ?? (await readMaskClasses(predictions.files));
  const list = own ?? theirs;
  const trueMasks = meant(await readMasks(truth.masks, list, warnings), list, true, warnings);
  const areObjects = trueMasks.every(({ kind }) => kind === undefined);
  const foundMasks = meant(await readMasks(predicted, theirs ?? list, warnings), theirs ?? list, areObjects, warnings);
  const meanings = list
    ? [listed(trueMasks, list, options), listed(foundMasks, theirs ?? list, options)]
    : unlisted(trueMasks, foundMasks, options);
  const [mine, other] = meanings as [Meaning, Meaning];
  const classes = mine.names.length > 0 ? mine.names : other.names;
  requireClasses(classes, truth.folder);
  return {
    classes,
    pairs: trueMasks.map((mask, i) => {
      const prediction = foundMasks[i] as ReadMasks;
      requireSize(prediction, mask.size, mask.where);
      return {
        file: mask.pair.file,
        truth: drawer(mask, mine, classes),
        prediction: drawer(prediction, other, classes),
      };
    }),
    warnings: warnings.lines(),
  };
}

/**
 * Reads masks that were predicted for labelled images: their values are the numbers of the labels' classes, from 1, unless
 * a list beside the masks, or `classes`, names them otherwise.
 *
 * @param images those that are compared, in order
 * @param all the images of the data set, also those that are not compared
 * @throws AnchorkitError as compareMaskFolders does
 */
export async function readPredictedMasks(
  images: readonly ({ file: string } & Size)[],
  classes: readonly string[],
  predictions: MaskFiles,
  options: MaskOptions = {},
  all: readonly { file: string }[] = images,
): Promise<{ maps: (() => LabelMap)[]; warnings: string[] }> {
  const warnings = new Warnings();
  const paths = (of: readonly { file: string }[]): string[] => of.map(({ file }) => file);
  const files = pairByName(paths(images), predictions, paths(all));
  const list = listOf(options) ?? (await readMaskClasses(predictions.files));
  const masks = meant(await readMasks(files, list, warnings), list, classes.length === 1, warnings);
  const meaning = list ? listed(masks, list, options) : numbered(masks, classes, options);
  return {
    maps: masks.map((mask, i) => {
      const { file, width, height } = images[i] as (typeof images)[number];
      requireSize(mask, { width, height }, shownPath(file));
      return drawer(mask, meaning, classes);
    }),
    warnings: warnings.lines(),
  };
}

function readMasks(files: readonly string[], list: MaskClasses | undefined, warnings: Warnings): Promise<ReadMasks[]> {
  return mapWithWarnings(files, 3, warnings, (file, _, own) =>
    readRegions({ file, classes: file }, list?.colours ?? false, own),
  );
}

/**
 * See takenAsMeant.
 *
 * @param mayNumber whether the values may be numbers of objects
 */
function meant(masks: ReadMasks[], list: MaskClasses | undefined, mayNumber: boolean, warnings: Warnings): ReadMasks[] {
  const own = warnings.apart();
  const taken = takenAsMeant(masks, list !== undefined, own);
  if (!mayNumber && taken.some(({ kind }) => kind === undefined)) return masks;
  warnings.join(own);
  return taken;
}

function listOf({ classes }: MaskOptions): MaskClasses | undefined {
  if (classes === undefined) return undefined;
  const first = /^[\W_]*(?:background|bg)[\W_]*$/i.test(classes[0] ?? "") ? 0 : 1;
  return { colours: false, names: new Map(classes.map((name, i) => [i + first, name])) };
}

/** Checks the values of a mask at once, and draws it when it is asked for. */
function drawer(
  { regions, kind, size, where }: ReadMasks,
  meaning: Meaning,
  classes: readonly string[],
): () => LabelMap {
  const drawn = regions.map(({ classValue, objectValue, mask }) => {
    if (kind === undefined) return { mask, label: objectValue === 0 ? BACKGROUND : 1 };
    const meant = meaning.of(classValue, kind);
    if (meant === "background") return { mask, label: BACKGROUND };
    if (meant === "ignored") return { mask, label: IGNORED };
    const at = classes.indexOf(meant.name);
    if (at >= 0) return { mask, label: at + 1 };
    throw new AnchorkitError(
      `${where}: holds the value ${shownValue(classValue, kind)}, which is no class; ${meaning.known}`,
    );
  });
  return () => {
    const data = new Uint8Array(size.width * size.height);
    for (const { mask, label } of drawn) if (label !== BACKGROUND) paintMask(data, mask, label);
    return { ...size, data };
  };
}

function requireClasses(classes: readonly string[], folder: string): void {
  if (classes.length === 0) throw new AnchorkitError(`${shownPath(folder)}: no mask has a pixel of a class`);
  if (classes.length > MOST_CLASSES) {
    throw new AnchorkitError(
      `${shownPath(folder)}: the masks have ${classes.length} values, and at most ${MOST_CLASSES} can be classes; ` +
        "save the class of each pixel, not its probability or the number of its object",
    );
  }
}

function requireSize({ size, where }: ReadMasks, { width, height }: Size, labels: string): void {
  if (size.width === width && size.height === height) return;
  throw new AnchorkitError(
    `${where}: has ${size.width} x ${size.height} pixels, its labels in ${labels} ${width} x ${height}; ` +
      "resize it to these (nearest neighbour)",
  );
}
