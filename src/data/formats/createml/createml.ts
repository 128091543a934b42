import { z } from "zod";
import { readText, shownPath } from "../../files.ts";
import { checkJson, checkRecords, coordinate, labelsIn } from "../checkedJson.ts";
import type { LabelFormat, ReadOptions, ReadResult } from "../format.ts";
import { type FileTraits, findLabelFiles, hasTraits, readEach } from "../labelFiles.ts";
import { datasetOf, type NamedImage, type NamedObject } from "../namedLabels.ts";
import { writeCreateMl } from "./writeCreateml.ts";
import { NothingLeftError, warningsOf, type Warnings } from "../../warnings.ts";

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
const annotation = z.object({ label: z.string().min(1), coordinates: box });
const annotations = z.array(z.unknown());
const name = z.string().min(1);
// Turi Create's names, which Apple's first examples had, are "imagefilename" and "annotation".
const record = z
  .object({
    ...{ image: name.optional(), imagefilename: name.optional(), verified: z.boolean().nullish() },
    ...{ annotations: annotations.optional(), annotation: annotations.optional() },
  })
  .refine(({ image, imagefilename }) => (image ?? imagefilename) !== undefined, 'has no "image"');
type Annotation = z.infer<typeof annotation>;
/** A record with its place in the list, and its annotations with theirs. */
type Checked = Pick<z.infer<typeof record>, "image" | "imagefilename" | "verified"> & {
  at: number | string;
  labelled: { value: Annotation; key: number | string }[];
  list: string;
};

/**
 * Reads CreateML's JSON, or all of a folder. A box is the x and y of its centre, width and height, in pixels of the
 * image; a file whose numbers are all from 0 to 1 is taken to hold fractions of the image, as MLObjectDetector can be
 * told to read them.
 *
 * @throws AnchorkitError naming file and record
 */
async function read(path: string, options: ReadOptions = {}): Promise<ReadResult> {
  const warnings = warningsOf(options);
  const files = await findLabelFiles(path, traits, warnings, options);
  const lists = await readEach(files.labels, warnings, async (from, own) => {
    const name = shownPath(from);
    const list = checkJson(labelsIn(await readText(from), name, "createml"), z.array(z.unknown()), name);
    return imagesOf(checkedRecords(list, name, own), from, own);
  });
  const named = lists.flat();
  if (named.length === 0) throw new NothingLeftError(`${shownPath(path)}: lists no images`);
  const dataset = await datasetOf(named, files, warnings);
  return { dataset, warnings: warnings.lines(), source: `CreateML JSON in ${shownPath(path)}` };
}

function checkedRecords(list: readonly unknown[], name: string, warnings: Warnings): Checked[] {
  return checkRecords(list, record, { name, path: [], warnings }).map(({ value, key }) => {
    const member = value.annotations ? "annotations" : "annotation";
    const path = [key, member];
    const labelled = checkRecords(value[member] ?? [], annotation, { name, path, warnings });
    return { ...value, at: key, labelled, list: member };
  });
}

function imagesOf(records: readonly Checked[], from: string, warnings: Warnings): NamedImage[] {
  const boxes = records.flatMap(({ labelled }) => labelled.map(({ value }) => Object.values(value.coordinates)));
  const fractions = boxes.length > 0 && boxes.every((numbers) => numbers.every((value) => value <= 1));
  if (fractions) warnings.add("files with no number above 1, read as fractions of the image", shownPath(from));
  return records.map(({ image, imagefilename, verified, at, labelled, list }): NamedImage => {
    const where = `${shownPath(from)}: [${at}]`;
    return {
      ...{ names: [image ?? imagefilename ?? ""], from, where },
      ...(fractions && { frame: "fraction" }),
      ...(verified && { verified: true }),
      objects: labelled.map(({ value: { label, coordinates }, key }): NamedObject => {
        const { x, y, width, height } = coordinates;
        const corners: NamedObject["box"] = [x - width / 2, y - height / 2, x + width / 2, y + height / 2];
        return { where: `${where}.${list}[${key}]`, name: label, box: corners };
      }),
    };
  });
}
