import { countOf } from "../../base/words.ts";
import type { Bin } from "../../data/stats/histogram.ts";
import type { DatasetStats } from "../../data/stats/datasetStats.ts";
import type { AnchorAdvice } from "../../detection/boxes/adviseAnchors.ts";
import { hasLabelsAlone } from "../../report/stats/advice.ts";
import { aspectName, countName, sizeName } from "../../report/stats/binNames.ts";
import type { Column, DataTable } from "../tables.ts";

/** All numbers of `label stats` as tables; with `bars`, shares are drawn beside them, for the terminal. */
export function statsTables(stats: DatasetStats, anchors: AnchorAdvice | undefined, bars: boolean): DataTable[] {
  return [
    partsTable(stats),
    classesTable(stats),
    imageSizesTable(stats),
    ...(hasLabelsAlone(stats) ? [] : objectTables(stats, bars)),
    ...(stats.cooccurrences.length > 0 ? [cooccurrenceTable(stats)] : []),
    ...(stats.inputSize ? [inputSizesTable(stats.inputSize)] : []),
    ...(anchors ? [anchorsTable(anchors), fitsTable(anchors)] : []),
  ];
}

function objectTables(stats: DatasetStats, bars: boolean): DataTable[] {
  return [
    histogramTable("size of objects: square root of the area", "pixels", stats.sizes, sizeName, bars),
    histogramTable("shape of objects", "width : height", stats.aspects, aspectName, bars),
    histogramTable("objects per image", "objects", stats.objectsPerImage, countName, bars),
    ...(bars ? [] : [positionsTable(stats)]),
  ];
}

/** Where objects are, as blocks: a cell of the grid is two characters, darker for more. */
export function positionsText({ positions }: DatasetStats): string {
  const most = Math.max(1, ...positions.flat());
  const shade = (value: number): string =>
    value === 0 ? " " : (SHADES[Math.ceil((value / most) * SHADES.length) - 1] ?? "");
  const width = 2 * (positions[0]?.length ?? 0);
  const lines = positions.map((row) => `│${row.map((value) => shade(value).repeat(2)).join("")}│`);
  const [top, bottom] = [`┌${"─".repeat(width)}┐`, `└${"─".repeat(width)}┘`];
  return [`positions of objects in the image (█ up to ${most} in a cell)`, top, ...lines, bottom].join("\n");
}

const SHADES = ["░", "▒", "▓", "█"];

function partsTable(stats: DatasetStats): DataTable {
  const { parts } = stats;
  if (hasLabelsAlone(stats)) return labelPartsTable(parts);
  const hasFlags = parts.some(({ difficult, crowd }) => difficult + crowd > 0);
  return {
    title: "images",
    columns: [
      ...["split", "images", "without objects", "objects"].map((name) => ({ name })),
      ...(hasFlags ? [{ name: "difficult" }, { name: "crowds" }] : []),
      { name: "objects per image", digits: 1 },
      ...[{ name: "most per image" }, { name: "median size", digits: 1 }],
    ],
    rows: parts.map((one) => [
      ...[one.part === "none" ? "(none)" : one.part, one.images, one.background, one.objects],
      ...(hasFlags ? [one.difficult, one.crowd] : []),
      ...[one.mean, one.most, one.medianSize],
    ]),
  };
}

function labelPartsTable(parts: DatasetStats["parts"]): DataTable {
  return {
    title: "images",
    columns: [
      ...["split", "images", "without a label", "labels"].map((name) => ({ name })),
      { name: "labels per image", digits: 2 },
    ],
    rows: parts.map(({ part, images, labelled, labels }) => {
      return [part === "none" ? "(none)" : part, images, images - labelled, labels, labels / images];
    }),
  };
}

function classesTable(stats: DatasetStats): DataTable {
  const { classes, parts } = stats;
  const splits = parts.map(({ part }) => part).filter((part) => part !== "all");
  const shown = splits.length > 1 ? splits : [];
  const splitColumns = shown.map((split): Column => ({ name: split === "none" ? "(no split)" : split }));
  const all = parts.at(-1);
  if (all && hasLabelsAlone(stats)) {
    return {
      title: "classes",
      columns: [{ name: "class" }, { name: "images" }, { name: "% of images", digits: 1 }, ...splitColumns],
      rows: classes.map(({ name, labels, labelsBySplit }) => {
        return [name, labels, (100 * labels) / all.images, ...shown.map((split) => labelsBySplit[split])];
      }),
    };
  }
  const total = all?.objects ?? 0;
  const labelled = all !== undefined && all.labels > 0;
  return {
    title: "classes",
    columns: [
      ...[{ name: "class" }, { name: "images" }, ...(labelled ? [{ name: "labels of images" }] : [])],
      ...[{ name: "objects" }, { name: "% of objects", digits: 1 }, ...splitColumns],
      ...[
        { name: "median size", digits: 1 },
        { name: "median width/height", digits: 2 },
      ],
    ],
    rows: classes.map((one) => [
      ...[one.name, one.images, ...(labelled ? [one.labels] : []), one.objects, (100 * one.objects) / total],
      ...shown.map((split) => one.bySplit[split]),
      ...[one.medianSize, one.medianAspect],
    ]),
  };
}

function imageSizesTable({ imageSizes }: DatasetStats): DataTable {
  const rows = imageSizes.slice(0, MOST_ROWS).map(({ width, height, images }) => [`${width} x ${height}`, images]);
  const rest = imageSizes.slice(MOST_ROWS);
  if (rest.length > 0) {
    rows.push([countOf(rest.length, "other size"), rest.reduce((sum, { images }) => sum + images, 0)]);
  }
  return { title: "sizes of images", columns: [{ name: "width x height" }, { name: "images" }], rows };
}

/** More sizes of images, or classes in a matrix, are not listed one by one. */
const MOST_ROWS = 8;

function histogramTable(
  title: string,
  unit: string,
  bins: readonly Bin[],
  name: (bin: Bin) => string,
  bars: boolean,
): DataTable {
  const most = Math.max(...bins.map(({ count }) => count));
  return {
    title,
    columns: [{ name: unit }, { name: "count" }, ...(bars ? [{ name: "" }] : [])],
    rows: bins.map((bin) => [name(bin), bin.count, ...(bars ? [bar(bin.count / most)] : [])]),
  };
}

/** A bar of up to 30 characters, to an eighth of one. */
function bar(share: number): string {
  const eighths = Math.round(share * 30 * 8);
  return "█".repeat(Math.floor(eighths / 8)) + (PARTS[eighths % 8] ?? "");
}

const PARTS = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

function positionsTable({ positions }: DatasetStats): DataTable {
  return {
    title: "positions of objects (row of the image)",
    columns: [{ name: "row" }, ...(positions[0] ?? []).map((_, i) => ({ name: String(i + 1) }))],
    rows: positions.map((row, i) => [String(i + 1), ...row]),
  };
}

function cooccurrenceTable({ classes, cooccurrences }: DatasetStats): DataTable {
  const shown = [...classes.keys()]
    .sort((a, b) => (classes[b]?.images ?? 0) - (classes[a]?.images ?? 0))
    .slice(0, MOST_ROWS)
    .sort((a, b) => a - b);
  const nameOf = (k: number): string => classes[k]?.name ?? "";
  const together = (p: number, q: number): number =>
    p === q
      ? (classes[p]?.images ?? 0)
      : (cooccurrences.find(({ a, b }) => a === Math.min(p, q) && b === Math.max(p, q))?.images ?? 0);
  return {
    title: `images with both classes${shown.length < classes.length ? ` (the ${shown.length} most frequent)` : ""}`,
    columns: [{ name: "class" }, ...shown.map((k) => ({ name: nameOf(k) }))],
    rows: shown.map((row) => [nameOf(row), ...shown.map((column) => together(row, column))]),
  };
}

function inputSizesTable({ sizes, recommended }: NonNullable<DatasetStats["inputSize"]>): DataTable {
  return {
    title: "input sizes",
    columns: [
      { name: "longer side" },
      { name: "% of objects under 8 pixels", digits: 1 },
      { name: "% under 16", digits: 1 },
      { name: "" },
    ],
    rows: sizes.map(({ size, under8, under16 }) => {
      return [String(size), 100 * under8, 100 * under16, size === recommended.size ? "recommended" : ""];
    }),
  };
}

function anchorsTable({ shapes, size }: AnchorAdvice): DataTable {
  return {
    title: `anchors at input size ${size}`,
    columns: [
      ...[{ name: "anchor" }, { name: "width", digits: 1 }, { name: "height", digits: 1 }],
      ...[
        { name: "size", digits: 1 },
        { name: "height/width", digits: 2 },
      ],
    ],
    rows: shapes.map(([width, height], i) => [String(i + 1), width, height, Math.sqrt(width * height), height / width]),
  };
}

function fitsTable({ fits, usual, fit }: AnchorAdvice): DataTable {
  return {
    title: "how well anchors fit",
    columns: [
      { name: "anchors" },
      { name: "mean best IoU", digits: 3 },
      { name: "% of objects at 0.5 or more", digits: 1 },
      { name: "" },
    ],
    rows: [
      ...fits.map((one) => [
        `${one.count} by k-means`,
        one.meanIou,
        100 * one.over50,
        one === fit ? "recommended" : "",
      ]),
      ["3 scales x 3 ratios of Faster R-CNN", usual.meanIou, 100 * usual.over50, ""],
    ],
  };
}
