import { z } from "zod";
import { AnchorkitError } from "../../base/errors.ts";
import { readText, shownPath } from "../files.ts";
import { Warnings } from "../warnings.ts";
import { coordinate, parseJson } from "./checkedJson.ts";
import type { LabelFormat, ReadOptions, ReadResult } from "./format.ts";
import { type FileTraits, findLabelFiles, hasTraits, readEach } from "./labelFiles.ts";
import { datasetOf, type NamedImage, type NamedObject } from "./namedLabels.ts";
import { writeCreateMl } from "./writeCreateml.ts";

const traits: FileTraits = { title: "CreateML JSON", extension: /\.json$/i, looksRight };

/** Apple's CreateML: a JSON that lists images and their boxes, one for a folder or one for each image. */
export const createml: LabelFormat = {
  ...{ id: "createml", title: traits.title, holds: ["split", "verified"] },
  recognizes: (place) => hasTraits(place, traits),
  ...{ read, write: writeCreateMl },
};

function looksRight(head: string): boolean {
  if (!/^\s*\[\s*\{/.test(head) || !/"(?:image|imagefilename)"\s*:\s*"/.test(head)) return false;
  if (/"coordinates"\s*:\s*\{/.test(head)) return true;
  return /"annotations?"\s*:\s*\[\s*\]/.test(head) && !/"data"\s*:\s*\{/.test(head); // Label Studio's has data
}

const box = z.object({ x: coordinate, y: coordinate, width: coordinate.min(0), height: coordinate.min(0) });
const annotations = z.array(z.object({ label: z.string().min(1), coordinates: box }));
const name = z.string().min(1);
// Turi Create's names, which Apple's first examples had, are "imagefilename" and "annotation".
const record = z
  .object({
    ...{ image: name.optional(), imagefilename: name.optional(), verified: z.boolean().nullish() },
    ...{ annotations: annotations.optional(), annotation: annotations.optional() },
  })
  .refine(({ image, imagefilename }) => (image ?? imagefilename) !== undefined, 'has no "image"');
type Record = z.infer<typeof record>;

/**
 * Reads CreateML's JSON, or all of a folder. A box is the x and y of its centre, width and height, in pixels of the
 * image; a file whose numbers are all from 0 to 1 is taken to hold fractions of the image, as MLObjectDetector can be
 * told to read them.
 *
 * @throws AnchorkitError naming file and record
 */
async function read(path: string, options: ReadOptions = {}): Promise<ReadResult> {
  const warnings = new Warnings(options.observer);
  const files = await findLabelFiles(path, traits, warnings);
  const lists = await readEach(files.labels, warnings, async (from, own) => {
    const records = parseJson(await readText(from), z.array(record), shownPath(from));
    return imagesOf(records, from, own);
  });
  const named = lists.flat();
  if (named.length === 0) throw new AnchorkitError(`${shownPath(path)}: lists no images`);
  const dataset = await datasetOf(named, files, warnings);
  return { dataset, warnings: warnings.lines(), source: `CreateML JSON in ${shownPath(path)}` };
}

function imagesOf(records: readonly Record[], from: string, warnings: Warnings): NamedImage[] {
  const boxes = records.flatMap(labelled).map(({ coordinates }) => Object.values(coordinates));
  const fractions = boxes.length > 0 && boxes.every((numbers) => numbers.every((value) => value <= 1));
  if (fractions) warnings.add("files with no number above 1, read as fractions of the image", shownPath(from));
  return records.map((entry, i): NamedImage => {
    const where = `${shownPath(from)}: [${i}]`;
    return {
      ...{ names: [entry.image ?? entry.imagefilename ?? ""], from, where },
      ...(fractions && { frame: "fraction" }),
      ...(entry.verified && { verified: true }),
      objects: labelled(entry).map(({ label, coordinates: { x, y, width, height } }, at): NamedObject => ({
        ...{ where: `${where}.annotations[${at}]`, name: label },
        box: [x - width / 2, y - height / 2, x + width / 2, y + height / 2],
      })),
    };
  });
}

function labelled({ annotations, annotation }: Record): NonNullable<Record["annotations"]> {
  return annotations ?? annotation ?? [];
}
