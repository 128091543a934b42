import { join } from "node:path";
import type { Command } from "commander";
import type { DetectedFile } from "../../base/detectedImage.ts";
import { UsageError } from "../../base/errors.ts";
import { countOf } from "../../base/words.ts";
import type { OutputFolder } from "../../base/output/outputFolder.ts";
import type { Classifier } from "../../classification/classifier.ts";
import type { Detector, DetectorOptions } from "../../detection/detector.ts";
import { listClips } from "./clips/listClips.ts";
import { predictClips } from "./clips/predictClips.ts";
import type { DecodeOptions, Reading } from "../../sequence/reading/decode.ts";
import type { TextReader } from "../../sequence/reading/textReader.ts";
import { type DecodingFlags, decodingOf } from "./reading/decoding.ts";
import { openReader } from "./reading/openReader.ts";
import { CLASS_PREDICTIONS } from "./classification/predictClasses.ts";
import { INSTANCE_METHODS } from "../../segmentation/instances/instancesOf.ts";
import type { Segmenter } from "../../segmentation/segmenter.ts";
import { wasGiven } from "../configFile.ts";
import { type Fitting, requireFitting } from "./fitting.ts";
import { type ImageFile, listImageFiles } from "./imageFiles.ts";
import {
  addCommonOptions,
  addDetectorOptions,
  addExamples,
  addOverwriteOption,
  choice,
  flagOf,
  listed,
  numberIn,
  printJson,
  requireOptions,
  requireThere,
} from "../options.ts";
import {
  MASK_CLASSES,
  maskNames,
  OVERVIEW,
  PANOPTIC,
  panopticNames,
  pictureNames,
  PREDICTIONS,
} from "./pictureNames.ts";
import { resultFolder } from "./resultFolder.ts";
import { askedThresholds, requireOneThreshold, type Thresholds, thresholdsIn, thresholdsLine } from "./thresholds.ts";
import { type BrokenFile, endWith, predictAll } from "./predictAll.ts";
import { overviewLine, writeOverview } from "./overview.ts";
import { writePictures } from "./writePictures.ts";

interface Flags extends DetectorOptions, DecodingFlags {
  read?: string;
  weights: string;
  out: string;
  score?: number;
  thresholds?: Thresholds;
  images: boolean;
  overwrite?: true;
  names: boolean;
  instances?: true;
  method: (typeof INSTANCE_METHODS)[number];
  things?: string[];
  outlines: "rle" | "polygons";
  json?: true;
}

/** A classifier's thresholds are for those that tell several labels: see askedClassThresholds. */
const FITTING: Fitting = {
  ...{ score: ["detection", "segmentation"], instances: ["segmentation"], method: ["segmentation"] },
  ...{ outlines: ["segmentation"], things: ["segmentation"] },
  ...{ read: ["detection"], beam: ["reading", "detection"], words: ["reading", "detection"] },
  ...{ thresholds: ["detection", "classification", "segmentation"] },
  ...{ names: ["detection", "classification", "segmentation"] },
};

type Found = DetectedFile & { id: number; fileName: string };

/** `detect predict` */
export function addPredict(program: Command): void {
  const command = program
    .command("predict")
    .description(
      "Find objects in images (pictures with boxes, and COCO results), say what each pixel is (pictures, label maps, and " +
        "COCO results), what images or clips show, or the text that they are of (JSON, CSV, an overview), or how a series of " +
        "numbers goes on (CSV, JSON, a plot)",
    )
    .argument("<images...>", 'image files, folders, or patterns such as "shots/**/*.jpg"; or one CSV file of a series')
    .option("--weights <run>", "run folder that detect train wrote")
    .option("--out <folder>", "folder to write to")
    .option("--score <s>", "leave out detections with a lower score", numberIn({ min: 0, max: 1 }))
    .option(
      "--thresholds <which>",
      "val: for each class the score that the model keeps, chosen on its validation images; or a number for all, as --score " +
        "(default: val where the model keeps them, else 0.3)",
      thresholdsIn(["val"]),
    )
    .option("--instances", "of models that segment: tell single objects apart")
    .addOption(
      choice(
        "--method <how>",
        "of --instances: divide regions by watershed, or take connected components as they are",
        INSTANCE_METHODS,
        "watershed",
      ),
    )
    .option(
      "--things <classes>",
      "with --instances: write panoptic.json and panoptic/, too, with a segment for each object of these classes and one for " +
        "each other class",
      listed,
    )
    .addOption(
      choice(
        "--outlines <how>",
        "of models that segment: masks as run lengths or polygons",
        ["rle", "polygons"],
        "rle",
      ),
    )
    .option("--read <run>", "of a detector: the run of a reader that reads the text in each box")
    .option(
      "--beam <n>",
      "of a reader: how many beginnings a beam search follows (default: the best character of each frame)",
      numberIn({ whole: true, min: 1, max: 1000 }),
    )
    .option("--words <file>", "of a reader: the only texts there are, a line each")
    .option("--no-images", "write no pictures, only predictions.json (and predictions.csv)")
    .option("--no-names", "draw pictures without names and scores");
  requireOptions(command, "weights", "out");
  addDetectorOptions(command);
  addOverwriteOption(command);
  addCommonOptions(command).action(predict);
  addExamples(
    command,
    "detect predict photo.jpg --weights runs/cells --out found",
    'detect predict shots "more/*.png" --weights runs/cells --out found --score 0.5',
    "detect predict sales.csv --weights runs/sales --out next",
    "detect predict cars --weights runs/plates --read runs/reader --out found",
  );
}

async function predict(paths: string[], flags: Flags, command: Command): Promise<void> {
  const { weights } = flags;
  requireOneThreshold(flags);
  requireThere({ weights, read: flags.read, words: flags.words });
  const { kindOfRun, openPredictor } = await import("./openPredictor.ts");
  const kind = await kindOfRun(weights);
  requireFitting(command, FITTING, kind);
  if (kind === "forecasting") {
    const { predictNext } = await import("./forecasting/predictNext.ts");
    return predictNext(paths, flags);
  }
  if (kind === "detection" && flags.read === undefined) {
    const option = ["beam", "words"].find((name) => wasGiven(command, name));
    if (option) throw new UsageError(`${flagOf(option)} is about reading text: it goes with --read`);
  }
  const decoding = await decodingOf(flags);
  const clips = kind === "clips" ? await listClips(paths) : [];
  const files = kind === "clips" ? clips : await listImageFiles(paths);
  if (kind === "segmentation" && !flags.instances) {
    const option = ["score", "method", "things"].find((name) => wasGiven(command, name));
    if (option) throw new UsageError(`${flagOf(option)} is about single objects: it goes with --instances`);
  }
  const shown = files.map(({ name }) => name);
  const isWhole = kind === "classification" || kind === "clips" || kind === "reading"; // said of images as wholes
  const pictures = isWhole ? [] : pictureNames(shown);
  const masks = kind === "segmentation" ? maskNames(shown) : [];
  const panoptic = flags.things ? panopticNames(shown) : [];
  const lists = [...(kind === "segmentation" ? [MASK_CLASSES] : []), ...(flags.things ? [PANOPTIC] : [])];
  const tables = isWhole ? Object.values(CLASS_PREDICTIONS) : [PREDICTIONS];
  const written = [...tables, ...masks, ...panoptic, ...lists];
  const names = flags.images ? [...written, OVERVIEW, ...pictures] : written;
  const output = await resultFolder({ ...flags, command: "detect predict", paths, files }, names);
  const model = await openPredictor(weights, flags);
  if (model.kind === "forecasting") throw new Error("a forecaster looks at no images");
  const work = { files, output, names, pictures, masks, panoptic, decoding };
  const broken =
    model.kind === "detection"
      ? await predictObjects(model, work, flags)
      : model.kind === "segmentation"
        ? await predictPixels(model, work, flags)
        : model.kind === "reading"
          ? await predictTexts(model, work, flags)
          : model.kind === "clips"
            ? await output.write(async () => (await predictClips(model, clips, flags)).broken, names)
            : await predictImages(model, work, flags);
  model.dispose();
  endWith(broken, files);
}

/** What is looked at, and where to write. */
interface Work {
  files: readonly ImageFile[];
  output: OutputFolder;
  names: readonly string[];
  /** The pictures of the images, and their label maps. */
  pictures: readonly string[];
  masks: readonly string[];
  /** Their panoptic maps, where these are asked for. */
  panoptic: readonly string[];
  /** How a reader decodes. */
  decoding: DecodeOptions;
}

async function predictPixels(segmenter: Segmenter, { files, output, names, ...places }: Work, flags: Flags) {
  const { predictMasks } = await import("./segmentation/predictMasks.ts");
  const { askedForegroundThreshold } = await import("./segmentation/foregroundThreshold.ts");
  const { thingsOf } = await import("./segmentation/things.ts");
  const { instances, method, weights, thresholds } = flags;
  const asked = {
    ...flags,
    instances: instances && { method },
    things: flags.things && thingsOf(flags.things, segmenter.classes),
    threshold: askedForegroundThreshold(segmenter.description, weights, thresholds),
  };
  return output.write(async () => (await predictMasks(segmenter, files, places, asked)).broken, names);
}

async function predictImages(model: Classifier, { files, output, names }: Work, flags: Flags): Promise<number> {
  const { predictClasses } = await import("./classification/predictClasses.ts");
  return output.write(async () => (await predictClasses(model, files, flags)).broken, names);
}

async function predictTexts(
  reader: TextReader,
  { files, output, names, decoding }: Work,
  flags: Flags,
): Promise<number> {
  const { predictTexts: readAll } = await import("./reading/predictTexts.ts");
  return output.write(async () => (await readAll(reader, files, decoding, flags)).broken, names);
}

async function predictObjects(
  detector: Detector,
  { files, output, names, pictures, decoding }: Work,
  flags: Flags,
): Promise<number> {
  const { out, json, weights } = flags;
  const thresholds = askedThresholds(detector.description, weights, flags);
  const reader = flags.read === undefined ? undefined : await openReader(flags.read, flags);
  const started = performance.now();
  const read = reader && ((file: string, boxes: Float32Array) => reader.readBoxes(file, boxesOf(boxes), decoding));
  const { found, broken } = await findObjects(detector, files, thresholds.scores, read);
  reader?.dispose();
  const seconds = (performance.now() - started) / 1000;

  const { writeCocoResults } = await import("../../data/formats/coco/writeCocoResults.ts");
  const predictions = join(out, PREDICTIONS);
  const { classes, categoryIds } = detector;
  const sheet = await output.write(async () => {
    await writeCocoResults(predictions, found, categoryIds, classes);
    return flags.images ? drawAll(found, classes, pictures, flags) : undefined;
  }, names);

  const objects = found.reduce((sum, { detections }) => sum + detections.scores.length, 0);
  const imagesPerSecond = files.length / seconds;
  if (json) {
    const images = found.map(({ id, file, fileName, size }) => ({ id, file, file_name: fileName, ...size }));
    const categories = classes.map((name, k) => ({ id: categoryIds[k], name }));
    const used = { chosen: thresholds.words, scores: thresholds.scores };
    const summary = { objects, broken, seconds, imagesPerSecond };
    printJson({ predictions, sheet, classes, categories, thresholds: used, images, ...summary });
  } else {
    const rate = `${imagesPerSecond.toFixed(1)} images/s (decoding included, drawing not)`;
    const what = `${countOf(objects, "object")} in ${countOf(found.length, "image")}`;
    const lines = [`${what}, ${rate}`, thresholdsLine(thresholds, classes), `detections: ${predictions}`];
    if (sheet !== undefined) {
      lines.push(`pictures: ${out}`, overviewLine(sheet, found.length));
    }
    process.stdout.write(`${lines.join("\n")}\n`);
  }
  return broken.length;
}

async function findObjects(
  detector: Detector,
  files: readonly ImageFile[],
  scoreThreshold: readonly number[],
  read?: (file: string, boxes: Float32Array) => Promise<Reading[]>,
): Promise<{ found: Found[]; broken: BrokenFile[] }> {
  const found: Found[] = [];
  const predictions = detector.predictFiles(
    files.map(({ file }) => file),
    { scoreThreshold },
  );
  const broken = await predictAll(predictions, files, {
    doing: read ? "detecting and reading" : "detecting",
    async each({ detections, ...prediction }, { name }, id) {
      const readings = await read?.(prediction.file, detections.boxes);
      found.push({ ...prediction, detections: { ...detections, ...(readings && { readings }) }, id, fileName: name });
    },
  });
  return { found, broken };
}

/** Four numbers each. */
function boxesOf(boxes: Float32Array): [number, number, number, number][] {
  return Array.from({ length: boxes.length / 4 }, (_, i) => {
    const [x1 = 0, y1 = 0, x2 = 0, y2 = 0] = boxes.subarray(4 * i, 4 * i + 4);
    return [x1, y1, x2, y2];
  });
}

/** Draws each image, and an overview of the first ones; answers the overview's path. */
async function drawAll(
  found: readonly Found[],
  classes: readonly string[],
  pictures: readonly string[],
  { out, names }: Flags,
): Promise<string | undefined> {
  if (found.length === 0) return undefined;
  const { drawDetections } = await import("../../report/drawDetections.ts");
  const drawings = found.map(({ id, file, fileName, detections }) => ({
    ...{ name: fileName, picture: pictures[id - 1] ?? fileName },
    draw: () => drawDetections(file, detections, classes, { scoreThreshold: 0, names }),
  }));
  await writePictures(out, drawings);
  const images = found.map(({ file, fileName, detections }) => ({ image: file, title: fileName, detections }));
  const sheet = join(out, OVERVIEW);
  await writeOverview(sheet, images, classes, { scoreThreshold: 0, names });
  return sheet;
}
