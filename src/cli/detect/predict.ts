import type { Command } from "commander";
import { UsageError } from "../../base/errors.ts";
import type { OutputFolder } from "../../base/output/outputFolder.ts";
import type { DetectorOptions } from "../../detection/detector.ts";
import type { Predictor } from "../../models.ts";
import { SAMPLE_NAMES, type TaskKind } from "../../training/task.ts";
import { listClips, type NamedSource } from "./clips/listClips.ts";
import { predictObjects } from "./detection/predictObjects.ts";
import type { DecodeOptions } from "../../sequence/reading/decode.ts";
import { type DecodingFlags, decodingOf } from "./reading/decoding.ts";
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
import { requireOneThreshold, type Thresholds, thresholdsIn } from "./thresholds.ts";
import { endWith } from "./predictAll.ts";

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
  ...{ names: ["detection", "classification", "segmentation", "clips"] },
};

/** Models that look at images. */
type Looking = Exclude<Predictor, { kind: "forecasting" }>;

/** `detect predict` */
export function addPredict(program: Command): void {
  const command = program
    .command("predict")
    .description(
      "Find objects in images (pictures with boxes, and COCO results), say what each pixel is (pictures, label maps, and " +
        "COCO results), what images or clips show, or the text that they are of (JSON, CSV, an overview), or how a series of " +
        "numbers goes on (CSV, JSON, a plot)",
    )
    .argument(
      "<images...>",
      'image files, folders, or patterns such as "shots/**/*.jpg"; or a CSV file of clips or of a series',
    )
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
  requireCompany(command, kind, flags);
  const decoding = await decodingOf(flags);
  const clips = kind === "clips" ? await listClips(paths) : [];
  const files = kind === "clips" ? clips : await listImageFiles(paths);
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
  const broken = await predictWith(model, { files, clips, output, names, pictures, masks, panoptic, decoding }, flags);
  model.dispose();
  endWith(broken, files, SAMPLE_NAMES[kind]);
}

/** Some options do nothing without another. */
function requireCompany(command: Command, kind: TaskKind, { read, instances }: Flags): void {
  const given = (...names: string[]): string | undefined => names.find((name) => wasGiven(command, name));
  const reading = kind === "detection" && read === undefined ? given("beam", "words") : undefined;
  if (reading) throw new UsageError(`${flagOf(reading)} is about reading text: it goes with --read`);
  const single = kind === "segmentation" && !instances ? given("score", "method", "things") : undefined;
  if (single) throw new UsageError(`${flagOf(single)} is about single objects: it goes with --instances`);
}

/** What is looked at, and where to write. */
interface Work {
  files: readonly ImageFile[];
  /** The same, of a classifier of clips. */
  clips: readonly NamedSource[];
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

/** What each kind of model does with images; each answers how many it could not look at. */
const PREDICTIONS_OF: {
  [Kind in Looking["kind"]]: (model: Extract<Looking, { kind: Kind }>, work: Work, flags: Flags) => Promise<number>;
} = {
  detection: predictObjects,
  segmentation: predictPixels,
  async classification(model, { files, output, names }, flags) {
    const { predictClasses } = await import("./classification/predictClasses.ts");
    return output.write(async () => (await predictClasses(model, files, flags)).broken, names);
  },
  async clips(model, { clips, output, names }, flags) {
    const { predictClips } = await import("./clips/predictClips.ts");
    return output.write(async () => (await predictClips(model, clips, flags)).broken, names);
  },
  async reading(reader, { files, output, names, decoding }, flags) {
    const { predictTexts } = await import("./reading/predictTexts.ts");
    return output.write(async () => (await predictTexts(reader, files, decoding, flags)).broken, names);
  },
};

function predictWith(model: Predictor, work: Work, flags: Flags): Promise<number> {
  if (model.kind === "forecasting") throw new Error("a forecaster looks at no images");
  return (PREDICTIONS_OF[model.kind] as (model: Looking, work: Work, flags: Flags) => Promise<number>)(
    model,
    work,
    flags,
  );
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
