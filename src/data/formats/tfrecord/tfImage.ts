import { AnchorkitError } from "../../../base/errors.ts";
import type { Size } from "../../../base/preprocessing.ts";
import type { Warnings } from "../../warnings.ts";
import { extractImage } from "../extractImage.ts";
import { decodeMaskPng } from "../masks/maskPng.ts";
import type { NamedImage, NamedObject } from "../namedLabels.ts";
import type { ExampleReader } from "./tfExample.ts";

/** The classes of a label map: names as people know them, by number and by the name that records use. */
export interface LabelMapNames {
  byId: ReadonlyMap<number, string>;
  byName: ReadonlyMap<string, string>;
  /** Is told of a class that records call otherwise than the map does, and of its number there. */
  noteUnknown: (text: string, id: number | undefined, where: string) => void;
}

/** No image has more objects; a list of more is damaged. */
const MAX_OBJECTS = 100_000;

const OBJECT = "image/object/";
const CORNERS = ["xmin", "ymin", "xmax", "ymax"].map((corner) => `${OBJECT}bbox/${corner}`);
const MARKS = ["difficult", "truncated", "occluded", "is_crowd", "group_of"].map((mark) => `${OBJECT}${mark}`);

/** What is read, and what follows from the image itself. */
const KNOWN = new Set([
  ...["image/encoded", "image/filename", "image/source_id", "image/format", "image/height", "image/width"],
  ...["image/key/sha256", "image/channels", "image/colorspace", "image/class/text", "image/class/label"],
  ...[...CORNERS, ...MARKS, `${OBJECT}class/text`, `${OBJECT}class/label`, `${OBJECT}view`, `${OBJECT}mask`],
  ...[`${OBJECT}area`, `${OBJECT}segment/area`],
]);

/**
 * The image of an example, put into the cache, and its labels; of one without image, its names, to be found by.
 *
 * @throws AnchorkitError naming the record and the feature that is missing, of the wrong length, or has wrong values
 */
export async function imageOfExample(
  example: ExampleReader,
  classes: LabelMapNames,
  warnings: Warnings,
): Promise<Omit<NamedImage, "from" | "where">> {
  const { where } = example;
  for (const name of example.names()) {
    if (!KNOWN.has(name)) warnings.add("features of records that are not known, left out", `${where}: "${name}"`);
  }
  const labels = classNames(example, "image/class/", undefined, classes);
  const [encoded] = example.bytes("image/encoded");
  if (!encoded || encoded.length === 0) {
    const names = namesIn(example);
    if (names.length === 0) throw new AnchorkitError(`${where}: has neither "image/encoded" nor "image/filename"`);
    return {
      ...{ names, ...sizeOf(example), objects: await objectsOf(example, sizeIn(example) ?? UNIT, classes) },
      ...(labels.length > 0 && { labels }),
      ifMissing: 'is not there, and the records hold no images ("image/encoded"); put it beside them',
    };
  }
  const { file, header } = await extractImage(
    encoded,
    namesIn(example)[0] ?? "",
    "tfrecord",
    `${where}: "image/encoded"`,
  );
  const what = "images taken out of records into the cache (label import --copy takes them from there)";
  warnings.add(what, file, { rule: "images-in-records" });
  return {
    ...{ names: [file], frame: "shown", labelledSize: header },
    objects: await objectsOf(example, header, classes),
    ...(labels.length > 0 && { labels }),
  };
}

function namesIn(example: ExampleReader): string[] {
  const names = [...example.texts("image/filename"), ...example.texts("image/source_id")];
  return names.filter((name) => name.trim() !== "");
}

/** Corners of an image whose size is not known stay fractions. */
const UNIT: Size = { width: 1, height: 1 };

function sizeIn(example: ExampleReader): Size | undefined {
  const [[width = 0], [height = 0]] = [example.integers("image/width"), example.integers("image/height")];
  return width > 0 && height > 0 ? { width, height } : undefined;
}

function sizeOf(example: ExampleReader): Pick<NamedImage, "labelledSize" | "frame"> {
  const size = sizeIn(example);
  return size ? { labelledSize: size } : { frame: "fraction" };
}

async function objectsOf(
  example: ExampleReader,
  { width, height }: Size,
  classes: LabelMapNames,
): Promise<NamedObject[]> {
  const { where } = example;
  const [x1 = [], y1 = [], x2 = [], y2 = []] = CORNERS.map((name) => example.floats(name));
  const count = x1.length;
  if (count > MAX_OBJECTS)
    throw new AnchorkitError(`${where}: has ${count} boxes, more than the limit of ${MAX_OBJECTS}`);
  const checked = <T>(name: string, values: T[]): T[] => {
    if (values.length === count) return values;
    throw new AnchorkitError(`${where}: "${name}" has ${values.length} entries for ${count} boxes`);
  };
  const optional = <T>(name: string, values: T[]): T[] => (values.length === 0 ? values : checked(name, values));
  for (const [i, values] of [x1, y1, x2, y2].entries()) checked(CORNERS[i] ?? "", values);
  const names = classNames(example, `${OBJECT}class/`, count, classes);
  const [difficult, truncated, occluded, crowds, groups] = MARKS.map((name) => optional(name, example.integers(name)));
  const views = optional(`${OBJECT}view`, example.texts(`${OBJECT}view`));
  const masks = optional(`${OBJECT}mask`, example.bytes(`${OBJECT}mask`));
  const objects: NamedObject[] = [];
  for (let i = 0; i < count; i++) {
    const at = `${where}: object ${i + 1}`;
    const fractions: NamedObject["box"] = [x1[i] ?? NaN, y1[i] ?? NaN, x2[i] ?? NaN, y2[i] ?? NaN];
    const pose = views[i] ?? "";
    const mask = masks[i];
    objects.push({
      ...{ name: names[i] ?? "", where: at, box: inPixels(fractions, width, height, at) },
      ...(difficult?.[i] === 1 && { difficult: true }),
      ...(truncated?.[i] === 1 && { truncated: true }),
      ...(occluded?.[i] === 1 && { occluded: true }),
      ...((crowds?.[i] === 1 || groups?.[i] === 1) && { crowd: true }),
      ...(pose !== "" && pose !== "Unspecified" && { pose }),
      ...(mask && mask.length > 0 && { segmentation: await maskIn(mask, at) }),
    });
  }
  return objects;
}

function inPixels(fractions: NamedObject["box"], width: number, height: number, where: string): NamedObject["box"] {
  const wrong = fractions.find((value) => !(value >= -0.01 && value <= 1.01));
  if (wrong !== undefined) {
    throw new AnchorkitError(`${where}: corners must be fractions of the image from 0 to 1, got ${wrong}`);
  }
  const [x1, y1, x2, y2] = fractions;
  if (x1 > x2) throw new AnchorkitError(`${where}: xmax (${x2}) must exceed xmin (${x1})`);
  if (y1 > y2) throw new AnchorkitError(`${where}: ymax (${y2}) must exceed ymin (${y1})`);
  return [x1 * width, y1 * height, x2 * width, y2 * height];
}

async function maskIn(bytes: Uint8Array, where: string): Promise<NamedObject["segmentation"] & object> {
  try {
    return await decodeMaskPng(bytes);
  } catch (error) {
    if (!(error instanceof AnchorkitError)) throw error;
    throw new AnchorkitError(`${where}: the mask: ${error.message.replace(/^image: /, "")}`);
  }
}

/** Names of classes: the text, else the number's name in the label map. Without `count`, as many as there are. */
function classNames(
  example: ExampleReader,
  prefix: string,
  count: number | undefined,
  { byId, byName, noteUnknown }: LabelMapNames,
): string[] {
  const { where } = example;
  const texts = example.texts(`${prefix}text`);
  if (texts.length === (count ?? texts.length) && texts.length > 0) {
    const empty = texts.findIndex((text) => text.trim() === "");
    if (empty >= 0) throw new AnchorkitError(`${where}: "${prefix}text": entry ${empty + 1} is empty`);
    const numbers = example.integers(`${prefix}label`);
    for (const [i, text] of texts.entries()) if (!byName.has(text)) noteUnknown(text, numbers[i], where);
    return texts.map((text) => byName.get(text) ?? text);
  }
  const ids = example.integers(`${prefix}label`);
  if (ids.length !== (count ?? ids.length)) {
    throw new AnchorkitError(`${where}: "${prefix}text" and "${prefix}label" have not an entry for each of ${count ?? 0} boxes`); // prettier-ignore
  }
  return ids.map((id) => {
    const name = byId.get(id);
    if (name !== undefined) return name;
    throw new AnchorkitError(`${where}: class ${id} has no name; put the label_map.pbtxt beside the records`);
  });
}
