import { join } from "node:path";
import type { DetectedImage } from "../../../base/detectedImage.ts";
import { writeFileAtomic } from "../../../base/files.ts";
import { countOf } from "../../../base/words.ts";
import { writeCocoResults } from "../../../data/formats/coco/writeCocoResults.ts";
import { classListText } from "../../../data/formats/masks/maskClasses.ts";
import { palettePng } from "../../../data/images/palettePng.ts";
import type { DetectionColumns } from "../../../geometry/detections.ts";
import { instanceMap } from "../../../geometry/masks/drawMasks.ts";
import type { LabelMap } from "../../../geometry/masks/labelMap.ts";
import type { SheetImage } from "../../../report/contactSheet.ts";
import { type RgbImage, fromPixels, pixelsOf, shrunk, writePicture } from "../../../report/picture.ts";
import { drawSegmentation } from "../../../report/segmentation/drawSegmentation.ts";
import { type Instance, type InstanceOptions, instancesOf } from "../../../segmentation/instances/instancesOf.ts";
import { classRegions } from "../../../segmentation/instances/classRegions.ts";
import type { Segmenter } from "../../../segmentation/segmenter.ts";
import { printJson } from "../../options.ts";
import type { ImageFile } from "../imageFiles.ts";
import { overviewLine, SHEET_IMAGES, writeOverview } from "../overview.ts";
import { MASK_CLASSES, OVERVIEW, PREDICTIONS } from "../pictureNames.ts";
import { predictAll } from "../predictAll.ts";
import { PanopticFiles } from "./panopticFiles.ts";

export interface MaskFlags {
  out: string;
  json?: true | undefined;
  /** Whether pictures are drawn, and whether classes are named in them. */
  images: boolean;
  names: boolean;
  /** Single objects are told apart, how; those with a lower score than `score` are left out. */
  instances?: InstanceOptions | undefined;
  score?: number | undefined;
  /** Indices of the classes whose objects are counted: panoptic maps are written, too. */
  things?: readonly number[] | undefined;
  /** How masks are written into predictions.json. */
  outlines: "rle" | "polygons";
  /** Of one class, in place of the model's own. */
  threshold?: number | undefined;
}

/** Where what belongs to each image is written. */
export interface MaskPlaces {
  pictures: readonly string[];
  masks: readonly string[];
  /** Panoptic maps, where `things` asks for them. */
  panoptic: readonly string[];
}

/** An image of which the results are written. */
type Found = DetectedImage & { id: number; fileName: string; file: string };

/**
 * Says of each image what its pixels are: a label map for each, predictions.json with the masks of its classes or of its
 * objects (COCO results), pictures, and an overview. One image is in memory at a time.
 */
export async function predictMasks(
  segmenter: Segmenter,
  files: readonly ImageFile[],
  places: MaskPlaces,
  flags: MaskFlags,
): Promise<{ broken: number }> {
  const { out, json, images, outlines } = flags;
  const { classes, categoryIds } = segmenter;
  const started = performance.now();
  const { found, shown, broken, panoptic } = await segmentAll(segmenter, files, places, flags);
  const seconds = (performance.now() - started) / 1000;
  const predictions = join(out, PREDICTIONS);
  await writeCocoResults(predictions, found, categoryIds, classes, outlines);
  await writeFileAtomic(join(out, MASK_CLASSES), classListText(classes));
  const sheet = images && shown.length > 0 ? join(out, OVERVIEW) : undefined;
  if (sheet !== undefined)
    await writeOverview(sheet, shown, classes, { scoreThreshold: 0, names: false, total: found.length });
  const imagesPerSecond = files.length / seconds;
  if (json) {
    const read = found.map(({ id, file, fileName, size }) => ({
      ...{ id, file, file_name: fileName, ...size },
      mask: join(out, places.masks[id - 1] ?? ""),
    }));
    const categories = classes.map((name, k) => ({ id: categoryIds[k], name }));
    printJson({ predictions, panoptic, sheet, classes, categories, images: read, broken, seconds, imagesPerSecond });
  } else {
    const objects = found.reduce((sum, { detections }) => sum + detections.scores.length, 0);
    const what = flags.instances
      ? `${countOf(objects, "object")} in ${countOf(found.length, "image")}`
      : countOf(found.length, "image");
    const lines = [
      `${what}, ${imagesPerSecond.toFixed(1)} images/s (decoding, writing and drawing included)`,
      `label maps: ${join(out, "masks")} (0 is the background, 1 ${classes[0] ?? ""}${classes.length > 1 ? ", …" : ""})`,
      `masks of ${flags.instances ? "objects" : "classes"}: ${predictions}`,
    ];
    if (panoptic !== undefined) lines.push(`panoptic maps: ${panoptic}`);
    if (sheet !== undefined) lines.push(`pictures: ${out}`, overviewLine(sheet, found.length));
    process.stdout.write(`${lines.join("\n")}\n`);
  }
  return { broken: broken.length };
}

async function segmentAll(
  segmenter: Segmenter,
  files: readonly ImageFile[],
  places: MaskPlaces,
  { out, images, names, instances, score = 0, threshold, things }: MaskFlags,
) {
  const { classes } = segmenter;
  const { categoryIds } = segmenter;
  const panoptic = things && new PanopticFiles(out, { classes, categoryIds, things });
  const found: Found[] = [];
  const shown: SheetImage[] = [];
  const predictions = segmenter.predictFiles(
    files.map(({ file }) => file),
    threshold === undefined ? {} : { threshold },
  );
  const broken = await predictAll(predictions, files, {
    doing: "segmenting",
    async each(segmented, { file, name }, id) {
      const objects = instances && instancesOf(segmented, instances).filter((one) => one.score >= score);
      const detections = columnsOf(objects ?? classRegions(segmented, classes.length));
      found.push({ id, file, fileName: name, size: segmented.size, detections });
      await writeFileAtomic(join(out, places.masks[id - 1] ?? ""), palettePng(segmented.labels));
      await panoptic?.add(segmented, objects ?? [], id, name, places.panoptic[id - 1] ?? "");
      if (images) {
        const pixels = await drawnOver(file, segmented.labels, objects, classes, names);
        await writePicture(fromPixels(pixels), join(out, places.pictures[id - 1] ?? ""));
        if (shown.length < SHEET_IMAGES) shown.push({ image: await pixelsOf(shrunk(pixels, SMALL)), title: name });
      }
    },
  });
  return { found, shown, broken, panoptic: await panoptic?.finish() };
}

/** Longest side of a picture in the overview. */
const SMALL = 480;

/** The pixels of the image in the colours of their classes, with borders between objects. */
async function drawnOver(
  file: string,
  labels: LabelMap,
  objects: readonly Instance[] | undefined,
  classes: readonly string[],
  names: boolean,
): Promise<RgbImage> {
  const masks = objects?.map(({ mask }) => mask);
  const options = { ...(!names && { names }), ...(masks && { objects: instanceMap(masks, labels) }) };
  return pixelsOf(await drawSegmentation(file, labels, classes, options));
}

function columnsOf(objects: readonly Instance[]): DetectionColumns {
  return {
    boxes: objects.flatMap(({ box }) => box),
    scores: objects.map(({ score }) => score),
    classes: objects.map((one) => one.class),
    masks: objects.map(({ mask }) => mask),
  };
}
