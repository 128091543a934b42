import type { DatasetStats } from "../../data/stats/datasetStats.ts";
import type { AnchorAdvice } from "../../detection/boxes/adviseAnchors.ts";
import { drawFigures, type Figure, type FigureDraft } from "../page/figure.ts";
import { COLORS } from "../page/plot.ts";
import { count, countOf } from "../../base/words.ts";
import { percent, rate, shorten } from "../page/text.ts";
import { type ColorName, seriesColor } from "../page/theme.ts";
import { anchorWords, hasLabelsAlone, inputSizeWords } from "./advice.ts";
import { aspectName, countName, sizeName } from "./binNames.ts";
import {
  anchorFitPlot,
  anchorsPlot,
  classPlot,
  cooccurrencePlot,
  histogramPlot,
  inputSizePlot,
  positionsPlot,
} from "./plots.ts";

/** More classes are not drawn. */
const [MOST_BARS, MOST_CELLS] = [20, 10];

/** All plots of a data set. */
export async function statsFigures(stats: DatasetStats, anchors: AnchorAdvice | undefined): Promise<Figure[]> {
  const drafts = [
    classes(stats),
    sizes(stats),
    aspects(stats),
    hasLabelsAlone(stats) ? undefined : perImage(stats),
    positions(stats),
    together(stats),
  ];
  if (stats.inputSize) drafts.push(inputSizes(stats.inputSize));
  if (anchors) drafts.push(anchorShapes(anchors), anchorFits(anchors));
  return drawFigures(drafts.filter((draft) => draft !== undefined));
}

function classes(stats: DatasetStats): FigureDraft | undefined {
  const { classes: all, parts } = stats;
  const [by, bySplit, what] = hasLabelsAlone(stats)
    ? (["labels", "labelsBySplit", "images"] as const)
    : (["objects", "bySplit", "objects"] as const);
  const shown = mostFrequent(all, by).slice(0, MOST_BARS);
  if (shown.length === 0) return undefined;
  const splits = parts.map(({ part }) => part).filter((part) => part !== "all");
  const colorOf = (i: number): ColorName => (splits.length > 1 ? seriesColor(i) : "series0");
  const bars = shown.map((one) => ({
    name: one.name,
    counts: splits.map((split, i) => ({ color: COLORS[colorOf(i)], count: one[bySplit][split] })),
  }));
  const whole = what === "images" ? "Images" : "Objects";
  return {
    title: "Classes",
    note: `${whole} of each class.${shown.length < all.length ? ` The ${shown.length} most frequent of ${all.length}.` : ""}`,
    legend:
      splits.length > 1
        ? splits.map((split, i) => ({ name: split === "none" ? "no split" : split, color: colorOf(i) }))
        : [],
    label: `${whole} by class: ${shown.map((one) => `${shorten(one.name, 30)} ${count(one[by])}`).join(", ")}.`,
    specs: [classPlot(bars, what)],
  };
}

function sizes({ sizes: bins, parts }: DatasetStats): FigureDraft | undefined {
  if (bins.length === 0) return undefined;
  return {
    title: "Size of objects",
    note: `Square root of the area, in pixels of the images; the median is ${rate(parts.at(-1)?.medianSize ?? NaN, 0)}.`,
    legend: [],
    label: `Objects by size: ${bins.map((bin) => `${sizeName(bin)} pixels ${count(bin.count)}`).join(", ")}.`,
    specs: [histogramPlot(bins, sizeName, "pixels", "objects")],
  };
}

function aspects({ aspects: bins }: DatasetStats): FigureDraft | undefined {
  if (bins.length === 0) return undefined;
  const total = bins.reduce((sum, bin) => sum + bin.count, 0);
  const square = bins.find(({ from, to }) => from < 1 && to > 1)?.count ?? 0;
  return {
    title: "Shape of objects",
    note: `Width : height. ${percent(square / total)} are about square: at most a quarter longer than wide, or wider than long.`,
    legend: [],
    label: `Objects by shape: ${bins.map((bin) => `${aspectName(bin)} ${count(bin.count)}`).join(", ")}.`,
    specs: [histogramPlot(bins, aspectName, "width : height", "objects")],
  };
}

function perImage({ objectsPerImage: bins, parts }: DatasetStats): FigureDraft {
  const all = parts.at(-1);
  return {
    title: "Objects per image",
    note: `${rate(all?.mean ?? NaN, 1)} on average, ${count(all?.most ?? 0)} at most; ${countOf(all?.background ?? 0, "image")} without any.`,
    legend: [],
    label: `Images by their objects: ${bins.map((bin) => `${countName(bin)} objects ${count(bin.count)}`).join(", ")}.`,
    specs: [histogramPlot(bins, countName, "objects", "images")],
  };
}

function positions({ positions: map }: DatasetStats): FigureDraft | undefined {
  const most = Math.max(...map.flat());
  if (most === 0) return undefined;
  return {
    title: "Where objects are",
    note: `The centres of all objects, each in its own image stretched to this shape; the strongest cell has ${count(most)}.`,
    legend: [],
    label: "Heat map of the objects' centres.",
    specs: [positionsPlot(map)],
  };
}

function together(stats: DatasetStats): FigureDraft | undefined {
  const { classes: all, cooccurrences } = stats;
  if (hasLabelsAlone(stats) && cooccurrences.length === 0) return undefined; // one label an image
  const shown = mostFrequent(all, "images").slice(0, MOST_CELLS);
  if (shown.length < 2) return undefined;
  const places = shown.map((one) => all.indexOf(one)).sort((a, b) => a - b);
  const pairs = new Map(cooccurrences.map(({ a, b, images }) => [`${a} ${b}`, images]));
  const images = places.map((p) =>
    places.map((q) => (p === q ? (all[p]?.images ?? 0) : (pairs.get(`${Math.min(p, q)} ${Math.max(p, q)}`) ?? 0))),
  );
  return {
    title: "Which classes occur together",
    note: `Images in which both classes are; on the diagonal, all images of the class.${shown.length < all.length ? ` The ${shown.length} most frequent of ${all.length}.` : ""}`,
    legend: [],
    label: `Matrix of images with two classes: ${places.map((k) => shorten(all[k]?.name ?? "", 30)).join(", ")}.`,
    specs: [
      cooccurrencePlot(
        places.map((k) => all[k]?.name ?? ""),
        images,
      ),
    ],
  };
}

function inputSizes(advice: NonNullable<DatasetStats["inputSize"]>): FigureDraft {
  return {
    title: "What becomes of small objects",
    note: "An object with few pixels on its shorter side is hard to find. A larger input keeps more of it, but costs time.",
    legend: [
      { name: "under 8 pixels", color: "series0" },
      { name: "under 16 pixels", color: "series1" },
    ],
    label: inputSizeWords(advice),
    specs: [inputSizePlot(advice)],
  };
}

function anchorShapes(advice: AnchorAdvice): FigureDraft {
  return {
    title: "Objects and anchors",
    note: `At input size ${advice.size}: each dot is an object, each cross an anchor that k-means found for them.`,
    legend: [
      { name: "objects", color: "series0" },
      { name: "anchors", color: "series1" },
    ],
    label: anchorWords(advice),
    specs: [anchorsPlot(advice)],
  };
}

function anchorFits({ fits, fit, usual }: AnchorAdvice): FigureDraft {
  const choice =
    fit === fits.at(-1)
      ? `${countOf(fit.count, "shape")} (dashed) fit${fit.count === 1 ? "s" : ""} best of what was tried.`
      : `With ${countOf(fit.count, "shape")} (dashed), a further one would gain less than 0.01.`;
  return {
    title: "How many anchors",
    note: `${choice} The 9 of the Faster R-CNN paper reach ${rate(usual.meanIou, 2)} here.`,
    legend: [],
    label: `Mean best IoU by the number of anchor shapes: ${fits.map(({ count: n, meanIou }) => `${n} shapes ${rate(meanIou, 2)}`).join(", ")}.`,
    specs: [anchorFitPlot({ fits, fit })],
  };
}

/** Those that occur, the most frequent first. */
function mostFrequent(all: DatasetStats["classes"], by: "images" | "objects" | "labels"): DatasetStats["classes"] {
  return all.filter((one) => one[by] > 0).sort((a, b) => b[by] - a[by]);
}
