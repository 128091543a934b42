import { createHash } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { writeFileAtomic } from "../../../base/files.ts";
import type { Dataset, ImageRecord } from "../../dataset.ts";
import { type ExportedImage, nameImages } from "../exportImages.ts";
import { groupBy, shownPath, stemOf } from "../../files.ts";
import { readImageHeader, withImage } from "../../images/images.ts";
import { mapParallel, mapWithWarnings } from "../../parallel.ts";
import { Warnings } from "../../warnings.ts";
import type { WriteOptions, WriteResult } from "../format.ts";
import { labelMapText } from "./labelMap.ts";
import { encodeMaskPng, maskOf } from "../masks/maskPng.ts";
import { encodeExample, type Feature, type Features } from "./tfExample.ts";
import { encodeTfRecord } from "./tfRecordFile.ts";

/** A file of records is divided into shards of about so many bytes, as TensorFlow advises. */
const SHARD_BYTES = 100_000_000;

/**
 * Writes a data set as the TensorFlow Object Detection API has it: `train.record` and the like (`data.record` for images
 * without a split), in shards `train.record-00000-of-00003` where they are large, and `label_map.pbtxt`. JPEG and PNG
 * images are kept byte for byte; those of other formats, and those that EXIF turns, which TensorFlow does not see, are
 * encoded anew. Polygons become masks of pixels; in an image where one object has a mask, others get their box as one.
 */
export async function writeTfrecord(
  dataset: Dataset,
  folder: string,
  { shardBytes = SHARD_BYTES }: WriteOptions & { shardBytes?: number } = {},
): Promise<WriteResult> {
  const warnings = new Warnings();
  const { images, classes } = dataset;
  const exported = nameImages(images, warnings);
  for (const [split, members] of groupBy(exported, ({ image }) => image.split ?? "data")) {
    const shards = await shardsOf(members, shardBytes);
    for (const [i, shard] of shards.entries()) {
      const records = await mapWithWarnings(shard, 4, warnings, async ({ image, name }, _, own) => {
        const features = await featuresOf(image, name, classes, own);
        return encodeTfRecord(encodeExample(features));
      });
      const suffix = shards.length > 1 ? `-${digits(i)}-of-${digits(shards.length)}` : "";
      await writeFileAtomic(join(folder, `${split}.record${suffix}`), Buffer.concat(records));
    }
  }
  await writeFileAtomic(join(folder, "label_map.pbtxt"), labelMapText(classes));
  return { path: folder, images: "copied", warnings: warnings.lines() };
}

/** The images in as many groups as files are to be written, in their order. */
async function shardsOf(images: readonly ExportedImage[], shardBytes: number): Promise<ExportedImage[][]> {
  const shards: ExportedImage[][] = [[]];
  let bytes = 0;
  for (const exported of images) {
    const { size } = await stat(exported.image.file);
    if (bytes > 0 && bytes + size > shardBytes) {
      shards.push([]);
      bytes = 0;
    }
    shards.at(-1)?.push(exported);
    bytes += size;
  }
  return shards;
}

function digits(value: number): string {
  return String(value).padStart(5, "0");
}

async function featuresOf(
  image: ImageRecord,
  name: string,
  classes: readonly string[],
  warnings: Warnings,
): Promise<Features> {
  const { objects, width, height, labels } = image;
  const { encoded, format } = await encodedImage(image.file, warnings);
  const filename = format === "png" ? `${stemOf(name)}.png` : name;
  const has = (mark: "crowd" | "occluded") => objects.some((object) => object[mark]);
  const flags = (mark: "difficult" | "truncated" | "crowd" | "occluded") =>
    integers(objects.map((object) => (object[mark] ? 1 : 0)));
  return {
    "image/height": integers([height]),
    "image/width": integers([width]),
    "image/filename": texts([filename]),
    "image/source_id": texts([filename]),
    "image/key/sha256": texts([createHash("sha256").update(encoded).digest("hex")]),
    "image/encoded": { bytesList: { value: [encoded] } },
    "image/format": texts([format]),
    "image/object/bbox/xmin": floats(objects.map(({ box }) => box[0] / width)),
    "image/object/bbox/xmax": floats(objects.map(({ box }) => box[2] / width)),
    "image/object/bbox/ymin": floats(objects.map(({ box }) => box[1] / height)),
    "image/object/bbox/ymax": floats(objects.map(({ box }) => box[3] / height)),
    "image/object/class/text": texts(objects.map((object) => classes[object.class] ?? "")),
    "image/object/class/label": integers(objects.map((object) => object.class + 1)),
    "image/object/difficult": flags("difficult"),
    "image/object/truncated": flags("truncated"),
    "image/object/view": texts(objects.map(({ pose }) => pose ?? "Unspecified")),
    ...(has("occluded") && { "image/object/occluded": flags("occluded") }),
    ...(has("crowd") && { "image/object/is_crowd": flags("crowd") }),
    ...(objects.some(({ segmentation }) => segmentation) && { "image/object/mask": await masksOf(image, warnings) }),
    ...(labels && {
      "image/class/text": texts(labels.map((label) => classes[label] ?? "")),
      "image/class/label": integers(labels.map((label) => label + 1)),
    }),
  };
}

/** The bytes to write: those of the file, unless TensorFlow could not read them or would read them unturned. */
async function encodedImage(file: string, warnings: Warnings): Promise<{ encoded: Buffer; format: "jpeg" | "png" }> {
  const { format, orientation } = await readImageHeader(file);
  if (orientation === 1 && (format === "jpeg" || format === "png")) return { encoded: await readFile(file), format };
  if (format === "jpeg") {
    warnings.add("photos that EXIF turns, encoded anew as they are shown", shownPath(file));
    return { encoded: await withImage(file, {}, (image) => image.jpeg({ quality: 95 }).toBuffer()), format };
  }
  warnings.add("images that TensorFlow does not read, or that EXIF turns, written as PNG", shownPath(file));
  return { encoded: await withImage(file, {}, (image) => image.png().toBuffer()), format: "png" };
}

async function masksOf(image: ImageRecord, warnings: Warnings): Promise<Feature> {
  const value = await mapParallel(image.objects, 4, (object, i) => {
    if (!object.segmentation) {
      const what = "objects without an outline beside others that have one, whose box is their mask";
      warnings.add(what, `${shownPath(image.file)}: object ${i + 1}`);
    }
    return encodeMaskPng(maskOf(object, image));
  });
  return { bytesList: { value } };
}

function texts(values: readonly string[]): Feature {
  return { bytesList: { value: values.map((value) => Buffer.from(value)) } };
}

function floats(value: number[]): Feature {
  return { floatList: { value } };
}

function integers(value: number[]): Feature {
  return { int64List: { value } };
}
