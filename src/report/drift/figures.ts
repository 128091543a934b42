import { quantile } from "../../base/statistics.ts";
import { principalPlane, scaledVectors } from "../../metrics/drift/index.ts";
import type { MeasureDrift } from "../../monitoring/measureDrift.ts";
import { measureWords, VERDICTS } from "../../monitoring/driftWords.ts";
import type { Profile } from "../../monitoring/profile.ts";
import { drawFigures, type Figure, type FigureDraft } from "../page/figure.ts";
import { asGiven, COLORS, PLOT_WIDTH, type PlotSpec } from "../page/plot.ts";
import { shorten } from "../page/text.ts";
import type { DriftReportInput } from "./input.ts";

const LEGEND: FigureDraft["legend"] = [
  { name: "reference", color: "series0" },
  { name: "current", color: "series1" },
];
const [BINS, MOST_CLASSES, MOST_DOTS] = [24, 14, 600];

/** A plot for each measure that was tested, those that have drifted first. */
export async function driftFigures({ drift, reference, current, classes }: DriftReportInput): Promise<Figure[]> {
  const heldOut = reference.filter(({ trained }) => trained !== true);
  const ofModel = drift.trainedReference ? reference : heldOut;
  const tested = drift.measures.filter(({ p }) => !Number.isNaN(p));
  const ordered = [...tested.filter(hasDrifted), ...tested.filter((one) => !hasDrifted(one))];
  const drafts = ordered.map((one) => {
    const before = one.measure.ofModel ? ofModel : reference;
    const note = hasDrifted(one) ? `Drift: ${measureWords(one, classes)}.` : `${capital(VERDICTS[one.verdict])}: ${measureWords(one, classes)}.`; // prettier-ignore
    const words = { title: one.measure.title, note, legend: LEGEND, label: `${one.measure.title}, ${note}` };
    if (one.shares) return { ...words, specs: [sharePlot(one.shares, classes)] };
    if (one.measure.name === "embeddings") return embeddings(words, before, current);
    return { ...words, specs: [distributionPlot(one, before, current)] };
  });
  return drawFigures(drafts);
}

function hasDrifted({ verdict }: MeasureDrift): boolean {
  return verdict === "drift";
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Two histograms as steps over the same bins, in shares of their own sums; the outermost hundredths lie in the last bins. */
function distributionPlot(
  { measure: { values = () => [], unit } }: MeasureDrift,
  before: readonly Profile[],
  now: readonly Profile[],
): PlotSpec {
  const [a, b] = [before.flatMap(values), now.flatMap(values)];
  const sorted = Float64Array.from([...a, ...b]).sort();
  const [least, most] = [quantile(sorted, 0.005), quantile(sorted, 0.995)];
  const whole = sorted.every(Number.isInteger) && most - least < BINS;
  const [low, high] = whole ? [Math.floor(least), Math.ceil(most)] : [least, most];
  const step = whole ? 1 : (high - low || 1) / BINS;
  const start = whole ? low - 0.5 : low;
  const bins = whole ? high - low + 1 : BINS;
  const histogram = (numbers: readonly number[], color: string): object[] => {
    const counts = new Array<number>(bins).fill(0);
    for (const value of numbers) {
      const bin = Math.min(bins - 1, Math.max(0, Math.floor((value - start) / step)));
      counts[bin] = (counts[bin] as number) + 1;
    }
    return [...counts, counts.at(-1) ?? 0].map((count, i) => ({
      ...{ x: Number((start + i * step).toPrecision(6)), share: count / numbers.length, color },
    }));
  };
  const encoding = {
    x: { field: "x", type: "quantitative", title: unit, scale: { zero: false, nice: false }, axis: { grid: false } },
    y: { field: "share", type: "quantitative", title: "share", stack: null, axis: { format: ".0%", tickCount: 4 } },
    color: asGiven("color"),
  };
  return {
    data: { values: [...histogram(a, COLORS.series0), ...histogram(b, COLORS.series1)] },
    layer: [
      { mark: { type: "area", interpolate: "step-after", opacity: 0.15, line: false }, encoding },
      { mark: { type: "line", interpolate: "step-after", strokeWidth: 1.8 }, encoding },
    ],
  };
}

/** Two bars a class, those that are most frequent on either side. */
function sharePlot({ before, now }: { before: number[]; now: number[] }, classes: readonly string[]): PlotSpec {
  const most = (k: number): number => Math.max(before[k] ?? 0, now[k] ?? 0);
  const shown = [...classes.keys()].sort((a, b) => most(b) - most(a)).slice(0, MOST_CLASSES);
  const labels = shown.map((k) => shorten(classes[k] ?? "", 18));
  const values = shown.flatMap((k, at) => [
    { at, side: 0, share: before[k], color: COLORS.series0 },
    { at, side: 1, share: now[k], color: COLORS.series1 },
  ]);
  return {
    height: 60 + 34 * shown.length,
    data: { values },
    mark: { type: "bar" },
    encoding: {
      y: {
        ...{ field: "at", type: "ordinal", title: null },
        axis: { grid: false, labelExpr: `${JSON.stringify(labels)}[datum.value]`, labelColor: COLORS.ink },
      },
      yOffset: { field: "side", type: "ordinal" },
      x: { field: "share", type: "quantitative", title: "share", axis: { format: ".0%", tickCount: 4 } },
      color: asGiven("color"),
    },
  };
}

/** Each image a dot, along the two directions in which all of them differ most. */
function embeddings(
  words: Omit<FigureDraft, "specs">,
  before: readonly Profile[],
  now: readonly Profile[],
): FigureDraft {
  const of = (profiles: readonly Profile[]): Float32Array[] =>
    profiles.flatMap(({ embedding }) => embedding ?? []).slice(0, MOST_DOTS);
  const [a, b] = [of(before), of(now)];
  const all = [...a, ...b];
  const plane = principalPlane(scaledVectors(all, [all])[0] ?? []);
  const values = plane.map((place, i) => ({ ...place, color: i < a.length ? COLORS.series0 : COLORS.series1 }));
  const axis = (field: string, title: string): object => ({
    ...{ field, type: "quantitative", title, scale: { zero: false }, axis: { grid: false, labels: false } },
  });
  const spec = {
    height: PLOT_WIDTH,
    data: { values },
    mark: { type: "circle", size: 22, opacity: 0.55 },
    encoding: {
      x: axis("x", "first principal axis"),
      y: axis("y", "second principal axis"),
      color: asGiven("color"),
    },
  };
  return { ...words, note: `${words.note} Each dot is an image.`, specs: [spec] };
}
