import { basename, dirname, extname, join, relative } from "node:path";
import { AnchorkitError } from "../../../base/errors.ts";
import { byName, groupBy, isImageName, kindOf, listFiles, readText, shownPath, stemOf } from "../../files.ts";
import { mapWithWarnings } from "../../parallel.ts";
import type { Place } from "../../place.ts";
import { placeLabels } from "../../placing/placeLabels.ts";
import { readSplitLists, splitOfPath } from "../../split/splitLists.ts";
import type { LabelFormat, Likeness, ReadOptions, ReadResult } from "../format.ts";
import type { FoundImage } from "../../placing/found.ts";
import { type VocAnnotation, parseVocXml } from "./vocXml.ts";
import { writeVoc } from "./writeVoc.ts";
import { NothingLeftError, warningsOf, type Warnings } from "../../warnings.ts";

/** Larger files are no annotation of one image. */
const MAX_XML_BYTES = 16_000_000;

/** Folders of the VOC devkit whose pictures are masks, named as the photos are. */
const MASK_FOLDER = /^Segmentation(Class|Object)/;

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
 * absolute paths there are often another machine's), and among several to the one that lies nearest. Images without
 * XML, in folders where others have one, are backgrounds. Splits come from `ImageSets/Main/*.txt`, from
 * `train_labels.csv` and the like, or from folders called train, val and test.
 *
 * @throws AnchorkitError naming the file and object for XML that cannot be read, and when no XML has an image.
 */
export async function read(folder: string, options: ReadOptions = {}): Promise<ReadResult> {
  if ((await kindOf(folder)) === "file") {
    throw new AnchorkitError(`${shownPath(folder)}: is one image's labels; give the folder it lies in`);
  }
  const warnings = warningsOf(options);
  const { root, files, xmlPaths } = await filesOf(folder);
  if (xmlPaths.length === 0) throw new AnchorkitError(`${shownPath(folder)}: holds no XML file`);
  const parsed = await mapWithWarnings(xmlPaths, 16, warnings, (path, _, own) => readXml(path, options, own));
  const annotations = parsed.filter((xml) => xml !== undefined);
  const unread = new Set(xmlPaths.filter((_, i) => parsed[i] === undefined).map(stemOf));
  const images = files.filter((path) => {
    if (!isImageName(path) || MASK_FOLDER.test(basename(dirname(path)))) return false;
    return !unread.has(stemOf(path)); // its labels are not known: it is no background
  });
  const matched = matchImages(annotations, images, warnings);
  if (annotations.length === 0) {
    const count = xmlPaths.length > 1 ? `none of ${xmlPaths.length} XML files can` : "its only XML file cannot";
    throw new NothingLeftError(`${shownPath(folder)}: ${count} be read`);
  }
  if (matched.size === 0) {
    const first = xmlPaths[0] ?? folder;
    throw new NothingLeftError(
      `${shownPath(folder)}: none of ${xmlPaths.length} XML files has its image in here (first: ${shownPath(first)}); ` +
        "put the images beside the XML or into a folder next to it",
    );
  }
  const splitOf = await readSplitLists(root, files, images, warnings);
  const classes = [...new Set(annotations.flatMap(({ objects }) => objects.map(({ name }) => name)))].sort(byName);
  const classIds = new Map(classes.map((name, id) => [name, id]));
  const found: FoundImage[] = withBackgrounds(matched, images, warnings).map((file, i) => {
    const xml = matched.get(file);
    const split = splitOf(file) ?? splitOfPath(relative(root, file)) ?? (xml && splitOfPath(relative(root, xml.path)));
    const where = shownPath(xml?.path ?? file);
    return {
      ...{ id: i + 1, file, where },
      ...(split && { split }),
      ...(xml?.size && { labelledSize: xml.size }),
      ...(xml?.verified && { verified: true }),
      objects: (xml?.objects ?? []).map(({ name, ...object }) => ({ ...object, class: classIds.get(name) ?? 0 })),
    };
  });
  const dataset = await placeLabels(found, { classes }, warnings);
  return { dataset, warnings: warnings.lines(), source: `LabelImg / Pascal VOC XML in ${shownPath(folder)}` };
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
async function filesOf(folder: string): Promise<{ root: string; files: string[]; xmlPaths: string[] }> {
  const inside = await listFiles(folder);
  const xmlPaths = inside.filter(isXml);
  if (inside.some(isImageName)) return { root: folder, files: inside, xmlPaths };
  const root = join(folder, "..");
  const around = await listFiles(root, 2);
  return { root, files: around, xmlPaths };
}

function isXml(path: string): boolean {
  return extname(path).toLowerCase() === ".xml";
}

/** The annotation of each image that has one. */
function matchImages(
  annotations: readonly XmlFile[],
  images: readonly string[],
  warnings: Warnings,
): Map<string, XmlFile> {
  const byStem = groupBy(images, (path) => stemOf(path));
  const byFullName = groupBy(images, (path) => basename(path));
  const matched = new Map<string, XmlFile>();
  for (const xml of annotations) {
    const named = xml.filename.split(/[\\/]/).at(-1)?.trim() ?? "";
    const sameStem = byStem.get(stemOf(xml.path)) ?? [];
    const sameName = byFullName.get(named) ?? byStem.get(named) ?? [];
    // Of photo.jpg and photo.png beside photo.xml, `filename` tells which one.
    const both = sameStem.filter((path) => sameName.includes(path));
    const candidates = both.length > 0 ? both : sameStem.length > 0 ? sameStem : sameName;
    const file = nearest(xml.path, candidates);
    const where = shownPath(xml.path);
    if (file === undefined) {
      const detail = { rule: "labels-without-image", detail: ` ("${named}")` } as const;
      warnings.add("XML files without an image, left out", where, detail);
    } else if (matched.has(file)) {
      const other = shownPath(matched.get(file)?.path ?? "");
      const error = new AnchorkitError(`${where}: belongs to ${shownPath(file)}, as ${other} does; keep one of them`);
      warnings.fail(error, "two-label-files", where);
    } else {
      if (both.length === 0 && sameStem.length > 0 && sameName.length > 0) {
        const what = 'XML files whose "filename" is another image, taken by their own name';
        warnings.add(what, where, { rule: "other-filename", change: { before: named, after: basename(file) } });
      }
      noteFilename(xml, file, warnings);
      matched.set(file, xml);
    }
  }
  return matched;
}

/** Takes note of how `filename` and `path` differ from where the image lies; other tools go by them. */
function noteFilename({ path, filename }: XmlFile, image: string, warnings: Warnings): void {
  const detail = { detail: ` ("${filename}")`, change: { before: filename, after: basename(image) } };
  if (/[\\/]/.test(filename.trim())) {
    if (filename.trim() !== image) warnings.note("foreign-path", shownPath(path), detail);
  } else if (!isImageName(filename.trim())) warnings.note("filename-without-extension", shownPath(path), detail);
}

/** The candidate whose folder is the XML's, or shares most folder names with it; the first in order among equals. */
function nearest(xmlPath: string, candidates: readonly string[]): string | undefined {
  const folder = dirname(xmlPath);
  const names = new Set(folder.split(/[\\/]/));
  const shared = (path: string) =>
    dirname(path) === folder
      ? Infinity
      : dirname(path)
          .split(/[\\/]/)
          .filter((name) => names.has(name)).length;
  let best: string | undefined;
  for (const path of candidates) if (best === undefined || shared(path) > shared(best)) best = path;
  return best;
}

/** All images to use, in order: those with an annotation, and those beside them without. */
function withBackgrounds(
  matched: ReadonlyMap<string, unknown>,
  images: readonly string[],
  warnings: Warnings,
): string[] {
  const folders = new Set([...matched.keys()].map((path) => dirname(path)));
  return images.filter((path) => {
    if (matched.has(path)) return true;
    if (!folders.has(dirname(path))) return false;
    const what = "images without XML, taken as backgrounds without objects";
    warnings.add(what, shownPath(path), { rule: "image-without-labels" });
    return true;
  });
}
