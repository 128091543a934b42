import type { SegmenterEvaluation } from "../../../segmentation/measuring/measure.ts";
import type { InstanceEvaluation } from "../../../segmentation/measuring/measureInstances.ts";
import { cocoTables, wideCocoTable } from "../cocoTables.ts";
import type { DataTable } from "../../tables.ts";

/** Classes in a confusion matrix that is printed, at most; the report shows larger ones. */
const MOST_CLASSES = 20;

/** A line for each class, the mix-ups between them, and the numbers over all. */
export function segmenterTables({ metrics, perClass, confusion }: SegmenterEvaluation): DataTable[] {
  return [
    classTable(perClass),
    ...(perClass.length <= MOST_CLASSES ? [confusionTable(confusion, perClass)] : []),
    { columns: [{ name: "over all" }, { name: "", digits: 4 }], rows: Object.entries(metrics) },
  ];
}

/** Mask AP by COCO's rules and panoptic quality. */
export function instanceTables({ coco, panoptic }: InstanceEvaluation, wide: boolean): DataTable[] {
  const [first, ...rest] = wide ? [wideCocoTable(coco)] : cocoTables(coco);
  return [
    ...(first ? [{ ...first, title: "single objects, by COCO's rules for masks" }] : []),
    ...rest,
    panopticTable(panoptic),
  ];
}

function classTable(perClass: SegmenterEvaluation["perClass"]): DataTable {
  const total = perClass.reduce((sum, { truthPixels }) => sum + truthPixels, 0);
  const ratios = ["of the pixels", "IoU", "Dice", "accuracy", "precision", "boundary F1"];
  return {
    columns: [{ name: "class" }, ...ratios.map((name) => ({ name, digits: 3 }))],
    rows: perClass.map((one) => [
      ...[one.name, one.truthPixels / total, one.iou, one.dice],
      ...[one.accuracy, one.precision, one.boundaryF1],
    ]),
  };
}

function confusionTable(
  confusion: SegmenterEvaluation["confusion"],
  perClass: SegmenterEvaluation["perClass"],
): DataTable {
  return {
    title: "what pixels are (rows) and what they were taken for (columns), as shares of their row",
    columns: [{ name: "" }, ...perClass.map(({ name }) => ({ name, digits: 3 }))],
    rows: confusion.map((row, k) => [
      perClass[k]?.name ?? "",
      ...row.map((pixels) => pixels / (perClass[k]?.truthPixels ?? NaN)),
    ]),
  };
}

function panopticTable({ perClass, all, things, stuff }: InstanceEvaluation["panoptic"]): DataTable {
  const mixed = things.classes > 0 && stuff.classes > 0;
  const summaries = mixed
    ? ([
        ["things", things],
        ["stuff", stuff],
        ["all", all],
      ] as const)
    : ([["all", all]] as const);
  return {
    title: "panoptic quality",
    columns: [
      ...[{ name: "class" }, { name: "kind" }, ...["PQ", "SQ", "RQ"].map((name) => ({ name, digits: 3 }))],
      ...[{ name: "found" }, { name: "wrong" }, { name: "missed" }],
    ],
    rows: [
      ...perClass.map(({ name, isThing, pq, sq, rq, ...counts }) => [
        ...[name, isThing ? "thing" : "stuff", pq, sq, rq],
        ...[counts.truePositives, counts.falsePositives, counts.falseNegatives],
      ]),
      ...summaries.map(([name, { pq, sq, rq }]) => [name, "", pq, sq, rq, NaN, NaN, NaN]),
    ],
  };
}
