import type { ClassStats } from "../../data/stats/classStats.ts";
import type { DatasetStats, PartStats } from "../../data/stats/datasetStats.ts";
import type { InputSizeAdvice } from "../../data/stats/inputSizes.ts";
import type { AnchorAdvice } from "../../detection/boxes/adviseAnchors.ts";
import { count, countOf } from "../../base/words.ts";
import { percent, rate, shorten } from "../page/text.ts";

/** What the data set is, in a sentence. */
export function headline({ parts, classes }: DatasetStats): string {
  const all = parts.at(-1);
  const labels = all && all.labels > 0 ? countOf(all.labels, "label") : "";
  const objects = all && (all.objects > 0 || labels === "") ? countOf(all.objects, "object") : "";
  const what = [labels, objects].filter((part) => part !== "").join(" and ");
  return `${countOf(all?.images ?? 0, "image")} with ${what} of ${countOf(classes.length, "class")}`;
}

/** Whether images are labelled as wholes, and no object is. */
export function hasLabelsAlone({ parts }: Pick<DatasetStats, "parts">): boolean {
  const all = parts.at(-1);
  return all !== undefined && all.labels > 0 && all.objects === 0;
}

/** The input size to train at, and why. */
export function inputSizeWords({ recommended, smallest, original, sizes }: InputSizeAdvice): string {
  const { size, under8 } = recommended;
  const kept = `${percent(1 - under8)} of the objects have at least 8 pixels on their shorter side`;
  const from = `(their images are ${count(Math.round(original))} pixels on the longer side)`;
  if (smallest > size) {
    return `Input size: ${size}. Even with that, only ${kept} ${from}; ${count(smallest)} would keep 95%.`;
  }
  if (size > smallest) {
    const most = `at ${smallest} 95% already do, so a smaller input is enough when time is short`;
    return `Input size: ${size}, the usual one. With it, ${kept} ${from}; ${most}.`;
  }
  const usual = sizes[0];
  const less = usual && usual.size < size ? `; at ${usual.size} it is ${percent(1 - usual.under8)}` : "";
  const enlarged =
    size > original
      ? " That is larger than the images are, which shows no more of them, but helps to tell neighbours apart."
      : "";
  return `Input size: ${size}, the smallest at which 95% do: ${kept} ${from}${less}.${enlarged}`;
}

/** The anchors to take, and why. */
export function anchorWords({ size, shapes, fit, fits, usual }: AnchorAdvice): string {
  const more = fits.find(({ count: other }) => other > fit.count);
  const list = shapes.map(([width, height]) => `${Math.round(width)}x${Math.round(height)}`).join(",");
  const why = more ? `; ${countOf(more.count, "shape")} would reach ${rate(more.meanIou, 2)}` : "";
  return (
    `Anchors: ${countOf(fit.count, "shape")}, --anchors ${list} (pixels at input size ${size}). The mean best IoU of an object with them is ` +
    `${rate(fit.meanIou, 2)}, and ${percent(fit.over50)} of the objects have one of at least 0.5${why}. With the ` +
    `${usual.count} of the Faster R-CNN paper it is ${rate(usual.meanIou, 2)}. Unless told, detect train finds five squares of its own.`
  );
}

/** What stands out: rare classes, difficult objects, background, places; a sentence each. */
export function observations(stats: DatasetStats): string[] {
  const { parts, classes } = stats;
  const all = parts.at(-1);
  if (all && all.labels > 0 && all.objects === 0) return labelObservations(all, classes);
  if (!all || all.objects === 0) return ["There are no objects."];
  const present = classes.filter(({ objects }) => objects > 0).sort((a, b) => b.objects - a.objects);
  return [
    balance(present, "objects"),
    classes.length > present.length
      ? `${countOf(classes.length - present.length, "class")} ${classes.length - present.length === 1 ? "has" : "have"} no objects.`
      : "",
    ...(all.background > 0
      ? [`${countOf(all.background, "image")} without objects (${percent(all.background / all.images)}).`]
      : []),
    leftOut(all),
    place(stats),
  ].filter((sentence) => sentence !== "");
}

/** What stands out where images are labelled as wholes. */
function labelObservations({ images, labelled, labels }: PartStats, classes: readonly ClassStats[]): string[] {
  const present = classes.filter((one) => one.labels > 0).sort((a, b) => b.labels - a.labels);
  const without = images - labelled;
  const absent = classes.length - present.length;
  return [
    balance(present, "labels"),
    absent > 0 ? `${countOf(absent, "class")} ${absent === 1 ? "has" : "have"} no images.` : "",
    labels > labelled ? `Images have several labels: ${rate(labels / labelled, 1)} on average.` : "",
    without > 0 ? `${countOf(without, "image")} without a label (${percent(without / images)}).` : "",
  ].filter((sentence) => sentence !== "");
}

function leftOut({ difficult, crowd }: PartStats): string {
  const kinds = [
    ...(difficult > 0 ? [countOf(difficult, "difficult object")] : []),
    ...(crowd > 0 ? [countOf(crowd, "crowd")] : []),
  ];
  return kinds.length > 0 ? `${kinds.join(" and ")}: counted, but left out of sizes, positions and advice.` : "";
}

function balance(present: readonly ClassStats[], by: "objects" | "labels"): string {
  const [most, least] = [present[0], present.at(-1)];
  if (!most || !least || present.length < 2) return "";
  const times = most[by] / least[by];
  const much = countOf(most[by], by === "objects" ? "object" : "image");
  const names = `“${shorten(most.name, 40)}” has ${much}, “${shorten(least.name, 40)}” ${count(least[by])}`;
  return times < 3 ? `The classes are balanced: ${names}.` : `${names}: ${Math.round(times)} times fewer.`;
}

/** Where the objects are, if not everywhere alike. */
function place({ positions }: DatasetStats): string {
  const total = positions.flat().reduce((sum, value) => sum + value, 0);
  const rows = positions.slice(positions.length / 4, (positions.length * 3) / 4);
  const middle = rows
    .flatMap((row) => row.slice(row.length / 4, (row.length * 3) / 4))
    .reduce((sum, value) => sum + value, 0);
  const share = middle / total;
  return share > 0.5
    ? `${percent(share)} of the objects are in the middle of their image (a quarter of its area): a detector may learn to look only there; augmentation with shifts and crops helps.`
    : "";
}
