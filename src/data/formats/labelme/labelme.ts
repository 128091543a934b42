import { dirname } from "node:path";
import { z } from "zod";
import { readText, shownPath, stemOf } from "../../files.ts";
import { checkJson, labelsIn, parseJson } from "../checkedJson.ts";
import { extractImage } from "../extractImage.ts";
import type { LabelFormat, ReadOptions, ReadResult } from "../format.ts";
import { type FindImage, imageFinder } from "../../finding/imageFinder.ts";
import { type FileTraits, findLabelFiles, hasTraits, readEach } from "../labelFiles.ts";
import { labelmeFlags, objectsOf } from "./labelmeShapes.ts";
import { datasetOf, type NamedImage } from "../namedLabels.ts";
import { writeLabelme } from "./writeLabelme.ts";
import { warningsOf, type Warnings } from "../../warnings.ts";

/** Larger files are no annotation of one image, even with the image inside. */
const MAX_BYTES = 200_000_000;

const traits: FileTraits = {
  title: "labelme JSON",
  extension: /\.json$/i,
  looksRight: (head) => /^\s*\{/.test(head) && /"(?:shapes|imageData)"\s*:/.test(head),
};

/** labelme's JSON, a file an image, and that of its relatives (AnyLabeling, X-AnyLabeling). */
export const labelme: LabelFormat = {
  ...{ id: "labelme", title: traits.title },
  holds: [
    ...(["difficult", "truncated", "occluded", "score", "attributes", "segmentation", "mask"] as const),
    ...(["split", "fields"] as const),
  ],
  recognizes: (place) => hasTraits(place, traits),
  ...{ read, write: writeLabelme },
};

const file = z.object({
  ...{
    shapes: z.array(z.unknown()),
    flags: labelmeFlags,
    imagePath: z.string().nullish(),
    imageData: z.string().nullish(),
  },
  ...{ imageWidth: z.number().nullish(), imageHeight: z.number().nullish() },
});

/**
 * Reads a folder of labelme's JSON, or one of them. The image is the one that `imagePath` names (a path of another
 * machine often); where a file of the JSON's own name lies beside it that is another one, labels and image were renamed
 * together and that is taken. Where there is none, `imageData` is taken out into the user's cache. Images without JSON, in
 * folders where others have one, are backgrounds.
 *
 * Rectangles, polygons, circles and masks are read; polygons of one label and `group_id` are parts of one object. Flags
 * of the image are its fields, those of a shape, its description and `group_id` attributes.
 *
 * @throws AnchorkitError naming file and shape
 */
async function read(path: string, options: ReadOptions = {}): Promise<ReadResult> {
  const warnings = warningsOf(options);
  const files = await findLabelFiles(path, traits, warnings, options);
  const find = imageFinder(files.images, files.imageFolder);
  const named = await readEach(files.labels, warnings, async (from, own): Promise<NamedImage> => {
    const where = shownPath(from);
    const content = checkJson(labelsIn(await readText(from, MAX_BYTES), where, "labelme"), file, where);
    const { imageWidth: width, imageHeight: height } = content;
    const labelledSize = width && height ? { width, height } : undefined;
    const fields = Object.entries(content.flags ?? {}).filter(([, value]) => typeof value === "boolean");
    return {
      ...{ names: await namesOf(content.imagePath ?? "", from, find, own), from, where },
      ...(content.imageData && { takeOut: () => imageInside(from) }),
      ...(labelledSize && { labelledSize }),
      ...(fields.length > 0 && { fields: Object.fromEntries(fields) as Record<string, boolean> }),
      objects: await objectsOf(content.shapes, labelledSize, where, own),
    };
  });
  const dataset = await datasetOf(named, files, warnings, { unnamed: "background" });
  return { dataset, warnings: warnings.lines(), source: `labelme JSON in ${shownPath(path)}` };
}

/** The image of `imageData`, put into the cache. The file is read once more, so that no images are kept meanwhile. */
async function imageInside(from: string): Promise<string> {
  const where = shownPath(from);
  const { imagePath, imageData } = parseJson(await readText(from, MAX_BYTES), file, where);
  const name = imagePath ?? stemOf(from);
  const image = await extractImage(Buffer.from(imageData ?? "", "base64"), name, "labelme", `${where}: imageData`);
  return image.file;
}

/** What the image may be called: as imagePath has it, or the image of the JSON's own name. */
async function namesOf(imagePath: string, from: string, find: FindImage, warnings: Warnings): Promise<string[]> {
  const own = await find({ names: [stemOf(from)], from });
  if (own.length === 0) return [imagePath];
  const named = await find({ names: [imagePath], from });
  const both = own.filter((file) => named.includes(file));
  if (both.length > 0) return both.length === 1 ? both : [imagePath];
  if (named.length > 0 && !own.some((file) => dirname(file) === dirname(from))) return [imagePath];
  if (named.length > 0) {
    const what = "JSON files whose imagePath is another image, taken by their own name";
    warnings.add(what, shownPath(from), { rule: "other-filename", detail: ` ("${imagePath}")` });
  }
  return own.length === 1 ? [...own] : [stemOf(from)];
}
