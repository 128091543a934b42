import { UsageError } from "../../base/errors.ts";
import { Random } from "../../base/random.ts";
import { COCO_KEYS, detectionsFor } from "../../metrics/detection/coco/cocoSummary.ts";
import type {
  CocoComparison,
  CocoMetrics,
  DetectionAnalysis,
  DetectionMatches,
  MatchOptions,
} from "../../metrics/index.ts";
import type { AtThresholds } from "../../report/evaluation/input.ts";
import { cocoTables, comparisonTable, intervalTable, vocTable, wideCocoTable } from "./cocoTables.ts";
import type { EvaluationInput } from "./evalInput.ts";
import { explanationTables, operatingPointTable, sliceTable } from "./explanationTables.ts";
import type { EvalThresholds, ScoreThresholds } from "./thresholds.ts";
import type { Bar, Measured } from "./failUnder.ts";
import type { DataTable } from "../tables.ts";

/** What is asked for. */
export interface MeasureFlags {
  rules: "coco" | "voc";
  masks?: true;
  iou?: number[];
  iouPixels: "exclusive" | "inclusive";
  maxDetections: number;
  explain?: true;
  intervals?: true;
  slice?: string[];
  resamples: number;
  seed: number;
  thresholds?: EvalThresholds;
  report?: string;
  against?: string;
  failUnder?: readonly Bar[];
}

/** What was measured, in every form that is printed. */
export interface Evaluation {
  document: object;
  tables: DataTable[];
  /** With a line for each class that has all numbers: for CSV. */
  wideTables: DataTable[];
  /** What `--fail-under` can ask for. */
  numbers: Measured;
  /** For the report. */
  analysis?: DetectionAnalysis;
  comparison?: CocoComparison;
  chosen?: AtThresholds;
}

/** The numbers that `--fail-under` knows, under either rules. */
export const METRICS = { coco: [...COCO_KEYS], voc: ["AP", "AP11"] };

export async function measure(input: EvaluationInput, flags: MeasureFlags): Promise<Evaluation> {
  return flags.rules === "voc" ? measureVoc(input, flags) : measureCoco(input, flags);
}

/** Throws UsageError for options that do not go together. */
export function checkMeasureFlags(flags: MeasureFlags): void {
  const { rules, iou = [], iouPixels, ...asked } = flags;
  const cocoOnly = ["masks", "explain", "intervals", "slice", "report", "against"] as const;
  const option = cocoOnly.find((name) => asked[name] !== undefined);
  if (rules === "voc" && asked.thresholds !== undefined) {
    throw new UsageError("--thresholds goes with --rules coco, not with voc");
  }
  if (asked.thresholds !== undefined && iou.length > 0) {
    throw new UsageError("--thresholds is at IoU 0.5, without --iou");
  }
  if (rules === "voc" && option !== undefined) {
    throw new UsageError(`--${option} goes with --rules coco, not with voc`);
  }
  if (rules === "voc" && iou.length > 1) throw new UsageError("--rules voc takes one IoU threshold");
  if ((asked.explain || asked.report !== undefined) && iou.length > 0) {
    throw new UsageError("--explain and --report are at COCO's IoU thresholds, without --iou");
  }
  const unmeasured = rules === "coco" ? (asked.failUnder ?? []).find(({ metric }) => lacks(flags, metric)) : undefined;
  if (unmeasured) {
    const { metric } = unmeasured;
    throw new UsageError(`--fail-under ${metric} needs --max-detections ${detectionsFor(metric)} or more`);
  }
  if (asked.masks && iouPixels === "inclusive") {
    throw new UsageError("--iou-pixels inclusive is for boxes, without --masks");
  }
}

/** What a reader should know of the numbers, a line each. */
export function measureNotes(flags: MeasureFlags): string[] {
  const missing = flags.rules === "coco" ? COCO_KEYS.filter((key) => lacks(flags, key)) : [];
  if (missing.length === 0) return [];
  return [
    `${missing.join(" and ")} ${missing.length === 1 ? "is" : "are"} not measured with --max-detections ${flags.maxDetections}`,
  ];
}

function lacks({ maxDetections }: MeasureFlags, metric: string): boolean {
  return detectionsFor(metric) > maxDetections;
}

async function measureVoc({ classes, images }: EvaluationInput, flags: MeasureFlags): Promise<Evaluation> {
  const [iouThreshold = 0.5] = flags.iou ?? [];
  const { evaluateVoc } = await import("../../metrics/index.ts");
  const metrics = evaluateVoc(images, classes, { iouThreshold, overlap: boxOverlapOf(flags) });
  const { AP, AP11, perClass } = metrics;
  const numbers = {
    overall: { AP, AP11 },
    perClass: perClass.map((one) => ({ name: one.name, metrics: { AP: one.AP, AP11: one.AP11 } })),
  };
  const tables = [vocTable(metrics)];
  return { document: metrics, tables, wideTables: tables, numbers };
}

async function measureCoco(input: EvaluationInput, flags: MeasureFlags): Promise<Evaluation> {
  const { classes, images, against } = input;
  const { maxDetections, resamples, seed, explain, intervals: asksIntervals, slice: slices = [], report } = flags;
  const metrics = await import("../../metrics/index.ts");
  const overlap = overlapOf(flags);
  const options = { overlap, maxDetections, ...(flags.iou && { iouThresholds: flags.iou }) };
  const explained = explain !== undefined || report !== undefined;
  const random = (): Random => new Random(seed).fork("bootstrap");
  const bootstrap = report !== undefined || asksIntervals ? { resamples, random: random() } : { resamples: 0 };
  const sliceBy = [...new Set([...slices, ...metrics.ANALYSIS_SLICES])]; // what was asked for comes first in the report

  const analysis = explained
    ? metrics.analyzeDetections(images, classes, { overlap, maxDetections, sliceBy, ...bootstrap })
    : undefined;
  const matches = analysis?.matches ?? metrics.matchCoco(images, classes, options);
  const coco = analysis?.coco ?? metrics.summarizeCoco(matches);
  const intervals = asksIntervals
    ? (analysis?.intervals ?? metrics.bootstrapCoco(matches, { resamples, random: random() }))
    : undefined;
  const comparison =
    against &&
    metrics.compareCoco(matches, metrics.matchCoco(against.images, classes, options), { resamples, random: random() });
  const sliced =
    analysis?.slices.filter(({ by }) => slices.includes(by)) ??
    slices.map((by) => ({ by, slices: metrics.evaluateSlices(images, classes, by, options) }));

  const chosen = input.thresholds && atThresholds(input, input.thresholds, metrics, matches, overlap);
  const further = [
    ...(chosen ? [operatingPointTable(chosen)] : []),
    ...(intervals ? [intervalTable(intervals)] : []),
    ...(against && comparison ? [comparisonTable(comparison, against.name)] : []),
    ...sliced.map((one) => sliceTable(one.by, one.slices)),
    ...(explain && analysis ? explanationTables(analysis, chosen) : []),
  ];
  return {
    document: {
      ...coco,
      ...(intervals && { intervals }),
      ...(against && comparison && { comparison: { against: against.name, ...comparison } }),
      ...(sliced.length > 0 && { slices: Object.fromEntries(sliced.map((one) => [one.by, one.slices])) }),
      ...(chosen && { thresholds: { chosen: chosen.words, ...chosen.points, confusion: chosen.confusion.matrix } }),
      ...(explain && analysis && { explanation: explanationOf(analysis) }),
    },
    tables: [...cocoTables(coco), ...further],
    wideTables: [wideCocoTable(coco), ...further],
    numbers: numbersOf(coco),
    ...(analysis && { analysis }),
    ...(comparison && { comparison }),
    ...(chosen && { chosen }),
  };
}

function atThresholds(
  { images, classes }: EvaluationInput,
  { scores, words }: ScoreThresholds,
  { operatingPoints, detectionConfusion }: typeof import("../../metrics/index.ts"),
  matches: DetectionMatches,
  overlap: NonNullable<MatchOptions["overlap"]>,
): AtThresholds {
  return {
    words,
    points: operatingPoints(matches, { confidence: scores }),
    confusion: detectionConfusion(images, classes, { confidence: scores, overlap }),
  };
}

function overlapOf({ masks, iouPixels }: MeasureFlags): NonNullable<MatchOptions["overlap"]> {
  return masks ? "mask" : boxOverlapOf({ iouPixels });
}

function boxOverlapOf({ iouPixels }: Pick<MeasureFlags, "iouPixels">): "box" | "inclusive-box" {
  return iouPixels === "inclusive" ? "inclusive-box" : "box";
}

/** The analysis as JSON: what stands elsewhere in the document, and every single match, left out. */
function explanationOf({ coco, intervals, matches, ...rest }: DetectionAnalysis): object {
  return rest;
}

function numbersOf(coco: CocoMetrics): Measured {
  const numbers = (from: CocoMetrics | CocoMetrics["perClass"][number]): Record<string, number> =>
    Object.fromEntries(COCO_KEYS.map((key) => [key, from[key]]));
  return { overall: numbers(coco), perClass: coco.perClass.map((one) => ({ name: one.name, metrics: numbers(one) })) };
}
