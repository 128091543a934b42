import { basename, dirname, extname, isAbsolute, join, resolve, sep } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { AnchorkitError, messageOf } from "../../base/errors.ts";
import type { SplitName } from "../dataset.ts";
import { isImageName, kindOf, listFiles, readText, shownPath } from "../files.ts";
import { mapParallel } from "../parallel.ts";
import type { Place } from "../place.ts";
import { placeLabels } from "../placeLabels.ts";
import { Warnings } from "../warnings.ts";
import type { FoundImage, FoundObject, LabelFormat, Likeness, ReadResult } from "./format.ts";
import { writeYolo } from "./writeYolo.ts";

/** Ultralytics' data.yaml with images and text files of labels. */
export const yolo: LabelFormat = {
  id: "yolo",
  title: "YOLO",
  holds: ["split"],
  recognizes,
  read,
  write: writeYolo,
};

async function recognizes({ kind, files, head }: Place): Promise<Likeness> {
  const yamls = files.filter(isYaml);
  if (kind === "file") return yamls.length > 0 ? "likely" : "no";
  if (yamls.some(isDataYaml)) return "sure";
  const heads = await Promise.all(yamls.slice(0, 20).map(head));
  return heads.some((text) => /^names\s*:/m.test(text) && /^(?:train|val|test)\s*:/m.test(text)) ? "likely" : "no";
}

function isYaml(path: string): boolean {
  return /\.ya?ml$/i.test(path);
}

function isDataYaml(path: string): boolean {
  return /^data\.ya?ml$/i.test(basename(path));
}

const MAX_YAML_BYTES = 1_000_000;
const MAX_LABEL_BYTES = 16_000_000;

const paths = z.union([z.string(), z.array(z.string())]).nullish();
const className = z.union([z.string(), z.number()]).transform(String);
const yoloSchema = z.object({
  path: z.string().nullish(),
  train: paths,
  val: paths,
  test: paths,
  names: z.union([z.array(className), z.record(z.string().regex(/^\d+$/, "must be a class number"), className)]),
});

/** A number that a label file may hold as a fraction: rounding may leave the image by this much. */
const MAX_OVERHANG = 0.01;

/**
 * Reads an Ultralytics `data.yaml`: `names`, and for train, val and test a folder of images, a text file that lists
 * images, or several of these, below `path`. The labels of `images/a.jpg` are in `labels/a.txt`, or beside it. A line is
 * `class cx cy width height` in fractions of the image; of a polygon, the box around it is taken. An image without
 * labels, or with an empty file, is a background.
 *
 * @throws AnchorkitError naming file and line
 */
export async function read(source: string): Promise<ReadResult> {
  const path = await fileOf(source);
  const name = shownPath(path);
  const yaml = parseYaml(await readText(path, MAX_YAML_BYTES), name);
  const classes = classesOf(yaml.names, name);
  const warnings = new Warnings();
  const splitOf = new Map<string, SplitName>();
  for (const split of ["train", "val", "test"] as const) {
    for (const entry of [yaml[split] ?? []].flat()) {
      for (const file of await imagesOf(entry, yaml.path ?? "", path, warnings)) {
        const known = splitOf.get(file) ?? split;
        if (known !== split) throw new AnchorkitError(`${name}: ${shownPath(file)} is in ${known} and in ${split}`);
        splitOf.set(file, split);
      }
    }
  }
  if (splitOf.size === 0) throw new AnchorkitError(`${name}: names no images under train, val or test`);
  const found = await mapParallel([...splitOf], 16, async ([file, split], i): Promise<FoundImage> => {
    const labels = await labelFileOf(file);
    const where = shownPath(labels ?? file);
    if (labels === undefined) warnings.add("images without a label file, taken as backgrounds without objects", where);
    const objects = labels === undefined ? [] : await readLabels(labels, classes.length, warnings);
    return { id: i + 1, file, where, split, frame: "fraction", objects };
  });
  const dataset = await placeLabels(found, { classes }, warnings);
  return { dataset, warnings: warnings.lines(), source: `YOLO ${name}` };
}

/** The file to read: a folder's data.yaml, or its only YAML. */
async function fileOf(path: string): Promise<string> {
  if ((await kindOf(path)) !== "folder") return path;
  const yamls = (await listFiles(path)).filter(isYaml);
  const yaml = yamls.find(isDataYaml) ?? (yamls.length === 1 ? yamls[0] : undefined);
  if (yaml === undefined) throw new AnchorkitError(`${shownPath(path)}: holds no data.yaml`);
  return yaml;
}

function parseYaml(text: string, name: string): z.infer<typeof yoloSchema> {
  let document: unknown;
  try {
    document = parse(text, { logLevel: "error", maxAliasCount: 10 });
  } catch (error) {
    throw new AnchorkitError(`${name}: is not valid YAML: ${messageOf(error).split("\n")[0] ?? ""}`);
  }
  const parsed = yoloSchema.safeParse(document);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const field = issue?.path.join(".") ?? "";
  throw new AnchorkitError(`${name}: is no YOLO data.yaml: ${field === "" ? "" : `${field}: `}${issue?.message ?? ""}`);
}

/** The names in the order of their numbers, which must run from 0 without a gap. */
function classesOf(names: z.infer<typeof yoloSchema>["names"], name: string): string[] {
  if (Array.isArray(names)) return names;
  const count = Object.keys(names).length;
  return Array.from({ length: count }, (_, id) => {
    const className = names[String(id)];
    if (className === undefined) throw new AnchorkitError(`${name}: names: class ${id} of ${count} is missing`);
    return className;
  });
}

/** The images of one entry: those in a folder, or those listed in a text file. */
async function imagesOf(entry: string, base: string, yamlPath: string, warnings: Warnings): Promise<string[]> {
  const here = dirname(resolve(yamlPath));
  // Roboflow writes ../train/images for what lies in train/images beside the YAML.
  const places = [resolve(here, base, entry), resolve(here, entry), resolve(here, entry.replace(/^(\.\.\/)+/, ""))];
  for (const place of places) {
    const kind = await kindOf(place);
    if (kind === "folder") return (await listFiles(place)).filter(isImageName);
    if (kind === "file") {
      const images: string[] = [];
      for (const line of (await readText(place)).split(/\r?\n/).filter((text) => text.trim() !== "")) {
        const file = isAbsolute(line) ? line : join(dirname(place), line.trim());
        if ((await kindOf(file)) === "file") images.push(file);
        else warnings.add("images that are listed but not there, left out", `"${line}" in ${shownPath(place)}`);
      }
      return images;
    }
  }
  throw new AnchorkitError(`${shownPath(yamlPath)}: there is no ${shownPath(places[0] ?? entry)}`);
}

/** The label file of an image: in the folder `labels` in place of the last `images` of its path, else beside it. */
async function labelFileOf(file: string): Promise<string | undefined> {
  const beside = `${file.slice(0, file.length - extname(file).length)}.txt`;
  const parts = beside.split(sep);
  const at = parts.lastIndexOf("images");
  const candidates = at < 0 ? [beside] : [parts.with(at, "labels").join(sep), beside];
  for (const candidate of candidates) if ((await kindOf(candidate)) === "file") return candidate;
  return undefined;
}

async function readLabels(path: string, classCount: number, warnings: Warnings): Promise<FoundObject[]> {
  const objects: FoundObject[] = [];
  const text = await readText(path, MAX_LABEL_BYTES, { allowEmpty: true });
  for (const [i, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === "") continue;
    const where = `${shownPath(path)}: line ${i + 1}`;
    const numbers = line.trim().split(/\s+/).map(Number);
    objects.push({ where, ...parseLine(numbers, classCount, where, warnings) });
  }
  return objects;
}

function parseLine(
  [classId = NaN, ...numbers]: number[],
  classCount: number,
  where: string,
  warnings: Warnings,
): Omit<FoundObject, "where"> {
  if (!Number.isInteger(classId) || classId < 0 || classId >= classCount) {
    throw new AnchorkitError(`${where}: the class must be a whole number from 0 to ${classCount - 1}, got ${classId}`);
  }
  const isPolygon = numbers.length >= 6 && numbers.length % 2 === 0;
  if (numbers.length !== 4 && !isPolygon) {
    throw new AnchorkitError(`${where}: expected class cx cy width height, got ${numbers.length + 1} numbers`);
  }
  const wrong = numbers.find((n) => !(n >= -MAX_OVERHANG && n <= 1 + MAX_OVERHANG));
  if (wrong !== undefined) {
    throw new AnchorkitError(`${where}: numbers must be fractions of the image from 0 to 1, got ${wrong}`);
  }
  if (isPolygon) {
    warnings.add("polygons read as the boxes around them", where);
    const xs = numbers.filter((_, i) => i % 2 === 0);
    const ys = numbers.filter((_, i) => i % 2 === 1);
    return { class: classId, box: [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)] };
  }
  const [cx = 0, cy = 0, width = 0, height = 0] = numbers;
  return { class: classId, box: [cx - width / 2, cy - height / 2, cx + width / 2, cy + height / 2] };
}
