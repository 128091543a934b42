import { basename, dirname, extname, join, relative } from "node:path";
import { AnchorkitError } from "../../../base/errors.ts";
import type { Rle } from "../../../geometry/masks/rle.ts";
import { isImageName, kindOf, listFiles, readText, shownPath, stemOf } from "../../files.ts";
import { type FindImage, imageFinder } from "../../finding/imageFinder.ts";
import { imagesOfSize } from "../../finding/imagesOfSize.ts";
import { severalFit } from "../../finding/severalFit.ts";
import { imagesIn } from "../labelFiles.ts";
import { mapParallel, mapWithWarnings } from "../../parallel.ts";
import type { Place } from "../../place.ts";
import { sortedClassNames } from "../../placing/classNames.ts";
import { placeLabels } from "../../placing/placeLabels.ts";
import { readSplitLists, splitOfPath } from "../../split/splitLists.ts";
import type { LabelFormat, Likeness, ReadOptions, ReadResult } from "../format.ts";
import type { FoundImage } from "../../placing/found.ts";
import { isDevkitMask, objectMaskOf, withMasks } from "./vocMasks.ts";
import { type VocAnnotation, type VocObject, parseVocXml } from "./vocXml.ts";
import { writeVoc } from "./writeVoc.ts";
import { NothingLeftError, warningsOf, type Warnings } from "../../warnings.ts";

/** Larger files are no annotation of one image. */
const MAX_XML_BYTES = 16_000_000;

/** LabelImg's XML, and that of the Pascal VOC devkit: a file an image. */
export const voc: LabelFormat = {
  id: "voc",
  title: "LabelImg / Pascal VOC XML",
  holds: ["difficult", "truncated", "occluded", "pose", "split", "verified"],
  recognizes,
  read,
  write: writeVoc,
};

async function recognizes({ files, head }: Place): Promise<Likeness> {
  const xmls = files.filter(isXml);
  const heads = await Promise.all(xmls.slice(0, 20).map(head));
  if (heads.some((text) => /<annotation[\s/>]/i.test(text))) return "likely";
  return heads.some((text) => !/<[a-z]/i.test(text)) ? "maybe" : "no";
}

interface XmlFile extends VocAnnotation {
  path: string;
}

/**
 * Reads a folder of LabelImg or Pascal VOC XML. The XML may lie beside the images, or in folders of their own anywhere
 * below; a folder of XML alone is read with the images that lie next to it.
 *
 * An XML belongs to the image of the same name, else to the one that its `filename` names (the last part: folders and
 * absolute paths there are often another machine's), by the rule of `imageFinder`. Images without XML, in folders where
 * others have one, are backgrounds. Masks of objects in `SegmentationObject` are joined to the XML (see `withMasks`). Splits come from `ImageSets/Main/*.txt`, from
 * `train_labels.csv` and the like, or from folders called train, val and test.
 *
 * @throws AnchorkitError naming the file and object for XML that cannot be read, and when no XML has an image.
 */
export async function read(folder: string, options: ReadOptions = {}): Promise<ReadResult> {
  if ((await kindOf(folder)) === "file") {
    throw new AnchorkitError(`${shownPath(folder)}: is one image's labels; give the folder it lies in`);
  }
  const warnings = warningsOf(options);
  const { root, files, images: all, xmlPaths } = await filesOf(folder, options.images);
  if (xmlPaths.length === 0) throw new AnchorkitError(`${shownPath(folder)}: holds no XML file`);
  const parsed = await mapWithWarnings(xmlPaths, 16, warnings, (path, _, own) => readXml(path, options, own));
  const annotations = parsed.filter((xml) => xml !== undefined);
  const unread = new Set(xmlPaths.filter((_, i) => parsed[i] === undefined).map(stemOf));
  const images = all.filter((path) => {
    if (isDevkitMask(path)) return false;
    return !unread.has(stemOf(path)); // its labels are not known: it is no background
  });
  const { matched, unclear } = await matchImages(annotations, imageFinder(images, options.images), warnings);
  if (annotations.length === 0) {
    const count = xmlPaths.length > 1 ? `none of ${xmlPaths.length} XML files can` : "its only XML file cannot";
    throw new NothingLeftError(`${shownPath(folder)}: ${count} be read`);
  }
  if (matched.size === 0) {
    const first = xmlPaths[0] ?? folder;
    const why = unclear.size > 0 ? "an image that is clear" : `its image in ${shownPath(options.images ?? "here")}`;
    throw new NothingLeftError(
      `${shownPath(folder)}: none of ${xmlPaths.length} XML files has ${why} (first: ${shownPath(first)}); ` +
        "put the images beside the XML or into a folder next to it, or give their folder with --images",
    );
  }
  const splitOf = await readSplitLists(root, files, images, warnings);
  const classes = sortedClassNames(annotations.flatMap(({ objects }) => objects.map(({ name }) => name)));
  const classIds = new Map(classes.map((name, id) => [name, id]));
  const used = withBackgrounds(matched, unclear, images, warnings);
  const around = new Set(files);
  const found = await mapWithWarnings(used, 3, warnings, async (file, i, own): Promise<FoundImage> => {
    const xml = matched.get(file);
    const mask = xml && objectMaskOf(file, around, own);
    const { objects, ignored } = await outlinedObjects(xml?.objects ?? [], file, mask, own);
    const split =
      splitOf(file) ??
      splitOfPath(relative(options.images ?? root, file)) ??
      (xml && splitOfPath(relative(root, xml.path)));
    const where = shownPath(xml?.path ?? file);
    return {
      ...{ id: i + 1, file, where },
      ...(split && { split }),
      ...(xml?.size && { labelledSize: xml.size }),
      ...(xml?.verified && { verified: true }),
      ...(ignored && { ignored }),
      objects: objects.map(({ name, number: _, ...object }) => ({ ...object, class: classIds.get(name) ?? 0 })),
    };
  });
  const dataset = await placeLabels(found, { classes }, warnings);
  return { dataset, warnings: warnings.lines(), source: `LabelImg / Pascal VOC XML in ${shownPath(folder)}` };
}

/** The objects, with their pixels where there is a mask of them. */
async function outlinedObjects(
  objects: VocObject[],
  image: string,
  mask: string | undefined,
  warnings: Warnings,
): Promise<{ objects: VocObject[]; ignored?: Rle }> {
  const withoutMask = { objects };
  if (mask === undefined) return withoutMask;
  const read = () => withMasks(objects, { image, mask }, warnings);
  return warnings.attempt(read, withoutMask, "unreadable-labels", shownPath(mask));
}

/** One file; undefined where it cannot be read and an observer has been told. */
async function readXml(path: string, options: ReadOptions, warnings: Warnings): Promise<XmlFile | undefined> {
  const name = shownPath(path);
  try {
    const text = await readText(path, MAX_XML_BYTES, { warnings });
    return { path, ...parseVocXml(text, name, options.coordinates, warnings) };
  } catch (error) {
    warnings.fail(error, "unreadable-labels", name);
    return undefined;
  }
}

/** The files to read: those of the folder, or, when it holds XML alone, also those next to it. */
async function filesOf(
  folder: string,
  imageFolder: string | undefined,
): Promise<{ root: string; files: string[]; images: string[]; xmlPaths: string[] }> {
  const inside = await listFiles(folder);
  const xmlPaths = inside.filter(isXml);
  const images = imageFolder === undefined ? inside.filter(isImageName) : await imagesIn(imageFolder);
  if (images.length > 0) return { root: folder, files: inside, images, xmlPaths };
  const root = join(folder, "..");
  const around = await listFiles(root, 2);
  return { root, files: around, images: around.filter(isImageName), xmlPaths };
}

function isXml(path: string): boolean {
  return extname(path).toLowerCase() === ".xml";
}

/** The annotation of each image that has one. Of those that fit an XML as others do, it is not known what they show. */
async function matchImages(
  annotations: readonly XmlFile[],
  find: FindImage,
  warnings: Warnings,
): Promise<{ matched: Map<string, XmlFile>; unclear: Set<string> }> {
  const matched = new Map<string, XmlFile>();
  const unclear = new Set<string>();
  const named = await mapParallel(annotations, 16, (xml) => imagesOf(xml, find));
  for (const [i, xml] of annotations.entries()) {
    const { candidates, isOther } = named[i] ?? { candidates: [], isOther: false };
    const [file, ...others] = candidates;
    const where = shownPath(xml.path);
    if (file === undefined) {
      const detail = { rule: "labels-without-image", detail: ` ("${xml.filename.trim()}")` } as const;
      warnings.add("XML files without an image, left out", where, detail);
    } else if (others.length > 0) {
      warnings.fail(severalFit(where, basename(xml.path), candidates), "several-images", where);
      for (const one of candidates) unclear.add(one);
    } else if (matched.has(file)) {
      const other = shownPath(matched.get(file)?.path ?? "");
      const error = new AnchorkitError(`${where}: belongs to ${shownPath(file)}, as ${other} does; keep one of them`);
      warnings.fail(error, "two-label-files", where);
    } else {
      if (isOther) {
        const what = 'XML files whose "filename" is another image, taken by their own name';
        const change = { before: xml.filename, after: basename(file) };
        warnings.add(what, where, { rule: "other-filename", change });
      }
      noteFilename(xml, file, warnings);
      matched.set(file, xml);
    }
  }
  return { matched, unclear };
}

/** The images of an XML's own name, else those that its `filename` names; whether these are others. */
async function imagesOf(
  { path, filename, size }: XmlFile,
  find: FindImage,
): Promise<{ candidates: readonly string[]; isOther: boolean }> {
  const own = await find({ names: [stemOf(path)], from: path });
  const named = await find({ names: [filename], from: path });
  // Of photo.jpg and photo.png beside photo.xml, `filename` tells which one.
  const both = own.filter((file) => named.includes(file));
  const candidates = both.length > 0 ? both : own.length > 0 ? own : named;
  const isOther = both.length === 0 && own.length > 0 && named.length > 0;
  return { candidates: await imagesOfSize(candidates, size), isOther };
}

/** Takes note of how `filename` and `path` differ from where the image lies; other tools go by them. */
function noteFilename({ path, filename }: XmlFile, image: string, warnings: Warnings): void {
  const detail = { detail: ` ("${filename}")`, change: { before: filename, after: basename(image) } };
  if (/[\\/]/.test(filename.trim())) {
    if (filename.trim() !== image) warnings.note("foreign-path", shownPath(path), detail);
  } else if (!isImageName(filename.trim())) warnings.note("filename-without-extension", shownPath(path), detail);
}

/** All images to use, in order: those with an annotation, and those beside them without. */
function withBackgrounds(
  matched: ReadonlyMap<string, unknown>,
  unclear: ReadonlySet<string>,
  images: readonly string[],
  warnings: Warnings,
): string[] {
  const folders = new Set([...matched.keys()].map((path) => dirname(path)));
  return images.filter((path) => {
    if (matched.has(path)) return true;
    if (!folders.has(dirname(path)) || unclear.has(path)) return false;
    const what = "images without XML, taken as backgrounds without objects";
    warnings.add(what, shownPath(path), { rule: "image-without-labels" });
    return true;
  });
}
