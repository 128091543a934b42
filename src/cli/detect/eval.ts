import { type Command, InvalidArgumentError } from "commander";
import { AnchorkitError } from "../../base/errors.ts";
import { kindOf } from "../../data/files.ts";
import { addReadingOptions } from "../dataset.ts";
import { CLASSIFIER_METRICS } from "./classification/evalClassifier.ts";
import { type InputFlags, readEvaluation } from "./evalInput.ts";
import { checkMeasureFlags, measure, measureNotes, type MeasureFlags, METRICS } from "./evalMeasure.ts";
import { type Bar, barsIn, fallsShort, requireMeasured } from "./failUnder.ts";
import { type Fitting, requireFitting, type Subject } from "./fitting.ts";
import {
  addCommonOptions,
  addDetectorOptions,
  addExamples,
  addOverwriteOption,
  choice,
  listed,
  numberIn,
  printJson,
  requireThere,
} from "../options.ts";
import { evaluateSegmentation, type SegmentationEvalFlags } from "./segmentation/evaluateSegmentation.ts";
import { SEGMENTER_METRICS } from "./segmentation/measureSegmentation.ts";
import type { InstanceMethod } from "./segmentation/evalSegmenter.ts";
import { TRAIN_LONGER, tooFewSteps, tooFewStepsText } from "../../report/evaluation/tooFewSteps.ts";
import { RunFolder } from "../../training/run/runFolder.ts";
import { historyOf } from "./trainingReport.ts";
import { thresholdsIn } from "./thresholds.ts";
import { renderTables, TABLE_FORMATS, type TableFormat } from "../tables.ts";

interface Flags extends InputFlags, MeasureFlags, SegmentationEvalFlags {
  map?: true;
  format: TableFormat | "json";
  failUnder?: Bar[];
  overwrite?: true;
  json?: true;
}

/** `detect eval` */
export function addEval(program: Command): void {
  const command = program
    .command("eval")
    .description("Measure a trained model on labelled images, or any tool's detections against labels, read from files")
    .option("--map", "mean average precision and recall by COCO's rules (this is the default)");
  addInputOptions(command);
  addMeasureOptions(command);
  addOutputOptions(command);
  addOverwriteOption(command);
  addCommonOptions(command).action(evaluate);
  addExamples(
    command,
    "detect eval --map --data dataset --split test --weights runs/cells --report report.html",
    "detect eval --data photos --split test --weights runs/photos",
    "detect eval --map --truth truth.json --predictions predictions.json",
    "detect eval --truth masks --predictions found",
    "detect eval --map --truth truth.json --predictions new.json --against old.json",
    "detect eval --map --truth truth.json --predictions new.json --fail-under AP50=.8,AP:cat=.5",
  );
}

function addInputOptions(command: Command): void {
  command
    .option("--weights <run>", "run folder that detect train wrote")
    .option("--data <dataset>", "labelled images")
    .addOption(choice("--split <name>", "which of these images", ["train", "val", "test", "all"], "test"))
    .option(
      "--truth <file>",
      "labels as COCO JSON, or, for masks, a folder of them or any labelled images; with --predictions, no model is needed",
    )
    .option(
      "--predictions <file>",
      "detections as COCO results: JSON, or JSON Lines of any length; or a folder of mask images, a class for each pixel",
    )
    .option("--classes <names>", "what the values 1, 2, … of masks are called, if no list beside them says it", listed)
    .option(
      "--ignore-label <n>",
      "the value of pixels in masks that do not count",
      numberIn({ whole: true, min: 0, max: 65_535 }),
      255,
    )
    .option("--against <file>", "another model's detections: is the difference more than chance?")
    .addOption(choice("--boxes <layout>", "what the numbers of a box in --predictions are (default: xywh)", LAYOUTS))
    .addOption(
      choice("--match <how>", "find the image of a result by its id or by its file name (default: id)", MATCHES),
    )
    .addOption(
      choice(
        "--difficult <how>",
        "what to do with difficult objects (default: count with --truth under COCO's rules, otherwise ignore)",
        DIFFICULT,
      ),
    );
  addReadingOptions(command, "the folder of the images, if they do not lie as --data or --truth says");
  addDetectorOptions(command);
}

function addMeasureOptions(command: Command): void {
  command
    .addOption(choice("--rules <whose>", "whose rules average precision follows", ["coco", "voc"], "coco"))
    .option("--masks", "compare masks (segmentations) instead of boxes")
    .option(
      "--iou <thresholds>",
      "IoUs from which an object counts as found, separated by commas (default: those of the rules)",
      thresholds,
    )
    .addOption(
      choice(
        "--iou-pixels <how>",
        "inclusive: x2 and y2 are the last pixels of a box, as in the VOC devkit",
        ["exclusive", "inclusive"],
        "exclusive",
      ),
    )
    .option(
      "--max-detections <n>",
      "how many detections of each class count in an image, the best ones first",
      numberIn({ whole: true, min: 1, max: 100_000 }),
      100,
    )
    .option(
      "--thresholds <which>",
      "precision, recall and mix-ups at scores of one's own: val (for each class the one that the model keeps), a number for " +
        "all, or choose (on these images, with --split val, and keep them in the model)",
      thresholdsIn(["val", "choose"]),
    )
    .option(
      "--instances [how]",
      "of a model that segments, also measure single objects: AP of their masks, panoptic quality; told apart as " +
        "connected components, or by watershed (default: as suits the model)",
      instanceMethod,
    )
    .option("--things <classes>", "with --instances, the classes whose objects are counted (default: all)", listed)
    .option("--explain", "say where it fails: errors and what they cost, best thresholds, mix-ups, calibration, counts")
    .option(
      "--slice <by>",
      "also measure parts of the data: by size, aspect, crowding, objects, or a field of the images; can be given more than once",
      (by: string, before: string[] | undefined) => [...(before ?? []), by],
    )
    .option("--intervals", "add confidence intervals to all numbers")
    .option(
      "--resamples <n>",
      "how many resamples --intervals and --against draw",
      numberIn({ whole: true, min: 10, max: 100_000 }),
      1000,
    )
    .option("--seed <n>", "seed for the resampling", numberIn({ whole: true, min: 0, max: 2 ** 31 - 1 }), 1);
}

function addOutputOptions(command: Command): void {
  command
    .option("--report <file>", "write everything, with plots and pictures, as one HTML file")
    .addOption(choice("--format <how>", "what is printed", [...TABLE_FORMATS, "json"], "table"))
    .option(
      "--fail-under <bars>",
      "exit with code 1 if a number is lower, such as AP50=.8, or AP50:cat=.8 for a class",
      barsIn([
        ...new Set([
          ...METRICS.coco,
          ...METRICS.voc,
          ...CLASSIFIER_METRICS,
          ...Object.values(SEGMENTER_METRICS).flat(),
        ]),
      ]),
    );
}

const OF_DETECTIONS: readonly Subject[] = ["detection", "files"];
const OF_FILES: readonly Subject[] = ["files"];
const OF_MODELS: readonly Subject[] = ["detection", "classification", "segmentation", "clips"];
const OF_SEGMENTERS: readonly Subject[] = ["segmentation"];
const OF_MASKS: readonly Subject[] = ["masks"];
/** Options that not everything which can be measured has use for. */
const FITTING: Fitting = {
  ...{ map: OF_DETECTIONS, rules: OF_DETECTIONS, masks: OF_DETECTIONS, iou: OF_DETECTIONS, iouPixels: OF_DETECTIONS },
  ...{ maxDetections: [...OF_DETECTIONS, "segmentation"], thresholds: [...OF_DETECTIONS, "classification"] },
  ...{ instances: OF_SEGMENTERS, things: OF_SEGMENTERS },
  ...{ explain: OF_DETECTIONS, slice: OF_DETECTIONS, intervals: OF_DETECTIONS },
  ...{ resamples: OF_DETECTIONS, seed: OF_DETECTIONS, difficult: OF_DETECTIONS },
  ...{ boxes: OF_FILES, match: OF_FILES, against: OF_FILES },
  ...{ split: [...OF_MODELS, "masks"], coordinates: [...OF_MODELS, "masks"], engine: OF_MODELS, precision: OF_MODELS },
  ...{ classes: OF_MASKS, ignoreLabel: OF_MASKS },
};

const LAYOUTS = [
  ...["xywh", "xyxy", "cxcywh", "yxyx"],
  ...["xywh-normalized", "xyxy-normalized", "cxcywh-normalized", "yxyx-normalized"],
];
const MATCHES = ["id", "file-name"];
const DIFFICULT = ["ignore", "count"];

function instanceMethod(text: string): InstanceMethod {
  if (text === "components" || text === "watershed") return text;
  throw new InvalidArgumentError("Allowed choices are components, watershed.");
}

/** "a, b" as ["a", "b"]. */
function thresholds(text: string): number[] {
  return text.split(",").map((part) => {
    try {
      return numberIn({ above: 0, max: 1 })(part);
    } catch {
      throw new InvalidArgumentError(`"${text}" is not like 0.5 or 0.5,0.75: numbers above 0, up to 1.`);
    }
  });
}

async function evaluate(flags: Flags, command: Command): Promise<void> {
  const subject = await subjectOf(flags);
  if (subject) requireFitting(command, FITTING, subject);
  if (subject === "segmentation" || subject === "masks") {
    await checkReport(flags);
    return evaluateSegmentation(flags, command, subject);
  }
  const classifies = subject === "classification" || subject === "clips";
  requireMeasured(flags.failUnder ?? [], classifies ? CLASSIFIER_METRICS : METRICS[flags.rules]);
  if (classifies) return evaluateClassifier(flags, subject);
  checkMeasureFlags(flags);
  for (const note of measureNotes(flags)) process.stderr.write(`${note}\n`);
  await checkReport(flags);
  const input = await readEvaluation(flags);
  const { document, tables, wideTables, numbers, analysis, comparison, chosen } = await measure(input, flags);
  const { format, report, failUnder = [] } = flags;
  const training = flags.weights === undefined ? [] : await historyOf(RunFolder.of(flags.weights));
  if (flags.json || format === "json") printJson(document);
  else process.stdout.write(`${renderTables(format === "csv" ? wideTables : tables, format)}\n`);
  if (report !== undefined && analysis) {
    const { writeEvaluationReport } = await import("../../report/evaluation/evaluationReport.ts");
    const { title, classes, images, warnings, against } = input;
    const difference = comparison && against && { comparison: { against: against.name, difference: comparison } };
    await writeEvaluationReport(report, {
      title,
      classes,
      images,
      analysis,
      warnings,
      training,
      ...difference,
      ...(chosen && { chosen }),
    });
    process.stderr.write(`report: ${report}\n`);
  }
  const early = tooFewSteps(numbers.overall["AP"] ?? NaN, training);
  if (early) process.stderr.write(`${tooFewStepsText(early)}\n${TRAIN_LONGER}\n`);
  const short = fallsShort(failUnder, numbers);
  if (short.length > 0) throw new AnchorkitError(short.join("; "));
}

/** What is measured; undefined where that is not said, or twice, which `readEvaluation` refuses. */
async function subjectOf({ weights, data, truth, predictions }: Flags): Promise<Subject | undefined> {
  const files = (truth ?? predictions) !== undefined;
  if (files && (weights ?? data) !== undefined) return undefined;
  if (files) return predictions !== undefined && (await kindOf(predictions)) === "folder" ? "masks" : "files";
  if (weights === undefined || data === undefined) return undefined;
  requireThere({ data, weights });
  const { kindOfRun } = await import("./openPredictor.ts");
  return kindOfRun(weights);
}

async function evaluateClassifier(flags: Flags, subject: "classification" | "clips"): Promise<void> {
  const { evalClassifier } = await import("./classification/evalClassifier.ts");
  const { evalClips } = await import("./clips/evalClips.ts");
  await checkReport(flags);
  const { document, tables, numbers, reported } = await (subject === "clips"
    ? evalClips(flags)
    : evalClassifier(flags));
  const { format, report, weights = "", failUnder = [] } = flags;
  if (flags.json || format === "json") printJson(document);
  else process.stdout.write(`${renderTables(tables, format)}\n`);
  if (report !== undefined) {
    const { writeClassifierReport } = await import("../../report/classification/classifierReport.ts");
    await writeClassifierReport(report, { ...reported, training: await historyOf(RunFolder.of(weights)) });
    process.stderr.write(`report: ${report}\n`);
  }
  const short = fallsShort(failUnder, numbers);
  if (short.length > 0) throw new AnchorkitError(short.join("; "));
}

/** Makes sure that the report overwrites nothing that is read, before anything is. */
async function checkReport({ report, overwrite, truth, predictions, against, data, weights }: Flags): Promise<void> {
  if (report === undefined) return;
  const { requireReplaceable } = await import("../../base/output/requireReplaceable.ts");
  const inputs = [truth, predictions, against, data, weights].filter((path) => path !== undefined);
  await requireReplaceable(report, { inputs, overwrite });
}
