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

interface Flags extends DetectorOptions {
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
  thresholds: ["detection", "classification", "segmentation"],
};

type Found = DetectedFile & { id: number; fileName: string };

/** `detect predict` */
export function addPredict(program: Command): void {
  const command = program
    .command("predict")
    .description(
      "Find objects in images (pictures with boxes, and COCO results), say what each pixel is (pictures, label maps, and " +
        "COCO results), or what images or clips show (JSON, CSV, an overview)",
    )
    .argument("<images...>", 'image files, folders, or patterns such as "shots/**/*.jpg"')
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
  );
}

async function predict(paths: string[], flags: Flags, command: Command): Promise<void> {
  const { weights } = flags;
  requireOneThreshold(flags);
  requireThere({ weights });
  const { kindOfRun, openPredictor } = await import("./openPredictor.ts");
  const kind = await kindOfRun(weights);
  requireFitting(command, FITTING, kind);
  const clips = kind === "clips" ? await listClips(paths) : [];
  const files = kind === "clips" ? clips : await listImageFiles(paths);
  if (kind === "segmentation" && !flags.instances) {
    const option = ["score", "method", "things"].find((name) => wasGiven(command, name));
    if (option) throw new UsageError(`${flagOf(option)} is about single objects: it goes with --instances`);
  }
  const shown = files.map(({ name }) => name);
  const classifies = kind === "classification" || kind === "clips";
  const pictures = classifies ? [] : pictureNames(shown);
  const masks = kind === "segmentation" ? maskNames(shown) : [];
  const panoptic = flags.things ? panopticNames(shown) : [];
  const lists = [...(kind === "segmentation" ? [MASK_CLASSES] : []), ...(flags.things ? [PANOPTIC] : [])];
  const tables = classifies ? Object.values(CLASS_PREDICTIONS) : [PREDICTIONS];
  const written = [...tables, ...masks, ...panoptic, ...lists];
  const names = flags.images ? [...written, OVERVIEW, ...pictures] : written;
  const output = await resultFolder({ ...flags, command: "detect predict", paths, files }, names);
  const model = await openPredictor(weights, flags);
  const work = { files, output, names, pictures, masks, panoptic };
  const broken =
    model.kind === "detection"
      ? await predictObjects(model, work, flags)
      : model.kind === "segmentation"
        ? await predictPixels(model, work, flags)
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

async function predictObjects(
  detector: Detector,
  { files, output, names, pictures }: Work,
  flags: Flags,
): Promise<number> {
  const { out, json, weights } = flags;
  const thresholds = askedThresholds(detector.description, weights, flags);
  const started = performance.now();
  const { found, broken } = await findObjects(detector, files, thresholds.scores);
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
): Promise<{ found: Found[]; broken: BrokenFile[] }> {
  const found: Found[] = [];
  const predictions = detector.predictFiles(
    files.map(({ file }) => file),
    { scoreThreshold },
  );
  const broken = await predictAll(predictions, files, {
    doing: "detecting",
    each(prediction, { name }, id) {
      found.push({ ...prediction, id, fileName: name });
    },
  });
  return { found, broken };
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
