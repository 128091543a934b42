import { count, countOf } from "../../base/words.ts";
import { percent, rate, shorten } from "../page/text.ts";
import type { SegmentationReportInput } from "./input.ts";
import type { Verdict } from "../page/opening.tsx";

/** With fewer images, the numbers may be others on the next ones. */
const ENOUGH_IMAGES = 30;

export function verdictOf(input: SegmentationReportInput): Verdict {
  const { evaluation, classes } = input;
  const { metrics, images } = evaluation;
  const { mean_iou: mean = NaN, iou = NaN, mean_image_iou: perImage = NaN, pixel_accuracy: right = NaN } = metrics;
  if (Number.isNaN(right)) return { headline: "No pixel counts, so nothing was measured.", details: [] };
  const few = images.length < ENOUGH_IMAGES ? "Few images to judge by: " : "";
  const what =
    classes.length === 1
      ? `IoU ${rate(iou)} of “${shorten(classes[0] ?? "", 40)}”, ${rate(perImage)} in an image on average.`
      : `mean IoU ${rate(mean)} over the background and ${countOf(classes.length, "class")}.`;
  const words = few + what;
  return {
    headline: words.charAt(0).toUpperCase() + words.slice(1),
    details: [guessing(input), hardest(input), confused(input)].filter((text) => text !== ""),
  };
}

/** What calling every pixel by the largest class would come to. */
function guessing({ evaluation: { perClass, metrics } }: SegmentationReportInput): string {
  const total = perClass.reduce((sum, { truthPixels }) => sum + truthPixels, 0);
  const largest = perClass.reduce((best, one) => (one.truthPixels > best.truthPixels ? one : best));
  const share = largest.truthPixels / total;
  const known = perClass.filter(({ truthPixels }) => truthPixels > 0).length;
  return (
    `${percent(metrics.pixel_accuracy ?? NaN)} of the pixels are right. Calling all of them “${shorten(largest.name, 40)}” ` +
    `would be right in ${percent(share)}, with a mean IoU of ${rate(share / known)}.`
  );
}

function hardest({ evaluation: { perClass, metrics }, classes }: SegmentationReportInput): string {
  const outlines = `Outlines agree with a boundary F1 of ${rate(metrics.boundary_f1 ?? NaN)}.`;
  const known = perClass.slice(1).filter(({ truthPixels }) => truthPixels > 0);
  const absent = classes.length - known.length;
  const unseen =
    absent === 0
      ? ""
      : ` No image shows ${countOf(absent, "class")}, so nothing is known of ${absent === 1 ? "it" : "them"}.`;
  if (known.length < 2) return outlines + unseen;
  const worst = known.reduce((low, one) => (one.iou < low.iou ? one : low));
  const best = known.reduce((high, one) => (one.iou > high.iou ? one : high));
  return (
    `Hardest is “${shorten(worst.name, 40)}” with an IoU of ${rate(worst.iou)}, easiest “${shorten(best.name, 40)}” with ${rate(best.iou)}. ` +
    outlines +
    unseen
  );
}

function confused({ evaluation: { confusion, perClass } }: SegmentationReportInput): string {
  let worst = { pixels: 0, is: 0, called: 0 };
  confusion.forEach((row, is) => {
    row.forEach((pixels, called) => {
      if (is !== called && pixels > worst.pixels) worst = { pixels, is, called };
    });
  });
  if (worst.pixels === 0) return "No pixel is wrong.";
  const wrong = confusion.reduce((sum, row, k) => sum + row.reduce((all, n) => all + n, 0) - (row[k] ?? 0), 0);
  const name = (k: number): string => `“${shorten(perClass[k]?.name ?? "", 40)}”`;
  return `Most wrong pixels are ${name(worst.is)} taken for ${name(worst.called)}: ${count(worst.pixels)} of ${count(wrong)}.`;
}
