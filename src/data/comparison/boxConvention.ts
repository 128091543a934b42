import type { Size } from "../../base/preprocessing.ts";
import { scoreOrder } from "../../geometry/scoreOrder.ts";
import { BOX_LAYOUTS, type BoxReading, describeLayout, type FourNumbers, readBoxAs } from "./boxLayout.ts";
import type { ComparedImage } from "./comparedImage.ts";
import { otherSizes } from "./otherSizes.ts";

/** A prediction's numbers as the file has them, and the labelled boxes of its class in its image. */
interface Sample {
  box: FourNumbers;
  size: Size | undefined;
  truth: FourNumbers[];
}

const SAMPLES = 2000;
const IMAGES = 500;
/** A hit overlaps a labelled box of its class with more than this IoU. */
const HIT = 0.5;
/** A convention is only believed if that many predictions, and that part of them, are hits. */
const ENOUGH_HITS = 5;
const ENOUGH_SHARE = 0.3;

/**
 * Whether results that were read as x, y, width, height seem to mean something else: corners, a centre, y first, parts
 * of the image's size, pixels of a resized image. Each convention is tried on up to 2,000 of the best-scored predictions;
 * one is named that makes at least twice as many of them hits.
 *
 * @param images results as read, in pixels: x1, y1, x2, y2
 * @returns a sentence for a warning, without the file's name; undefined where COCO's convention is as good as any
 */
export function describeConvention(images: readonly ComparedImage[]): string | undefined {
  const samples = sampleOf(images);
  const given = fitOf(samples, ([x, y, width, height]) => [x, y, x + width, y + height]);
  if (2 * given.share > 1) return undefined; // twice as many there cannot be
  let best: { reading: BoxReading; fit: Fit } | undefined;
  for (const reading of [...layouts(), ...otherSizes()]) {
    const fit = fitOf(samples, reading.read);
    if (fit.mean > (best?.fit.mean ?? 0)) best = { reading, fit };
  }
  if (!best) return undefined;
  const { reading, fit } = best;
  const high = fit.hits >= ENOUGH_HITS && fit.share >= ENOUGH_SHARE;
  if (!high || fit.share < 2 * given.share || fit.mean < 1.5 * given.mean) return undefined;
  const means = `mean IoU ${fit.mean.toFixed(2)} read so, ${given.mean.toFixed(2)} as ${describeLayout("xywh")}`;
  return `boxes seem to be ${reading.name} (${means}): ${reading.advice}`;
}

function layouts(): BoxReading[] {
  return BOX_LAYOUTS.filter((layout) => layout !== "xywh").map((layout) => ({
    name: describeLayout(layout),
    advice: `pass --boxes ${layout}`,
    read: (box, size) => {
      const read = readBoxAs(layout, box, size);
      return read && [read.x1, read.y1, read.x2, read.y2];
    },
  }));
}

/** From images spread over the data, the best-scored predictions: no more of an image than it has objects. */
function sampleOf(images: readonly ComparedImage[]): Sample[] {
  const useful = images.filter(({ truth, detections }) => truth.classes.length > 0 && detections.scores.length > 0);
  const step = Math.max(1, useful.length / IMAGES);
  const samples: Sample[] = [];
  for (let i = 0; i < useful.length && samples.length < SAMPLES; i += step) {
    const image = useful[Math.floor(i)];
    if (image) samples.push(...samplesIn(image, Math.ceil((SAMPLES * step) / useful.length)));
  }
  return samples;
}

function samplesIn({ truth, detections, size }: ComparedImage, most: number): Sample[] {
  const { boxes, scores, classes } = detections;
  const order = scoreOrder("describeConvention", scores, scores.length);
  const truthOf = new Map<number, FourNumbers[]>();
  for (const [j, k] of Array.from(truth.classes).entries()) {
    truthOf.set(k, [...(truthOf.get(k) ?? []), fourOf(truth.boxes, j)]);
  }
  return Array.from(order.subarray(0, Math.min(most, truth.classes.length))).flatMap((row) => {
    const [x1, y1, x2, y2] = fourOf(boxes, row);
    const same = truthOf.get(classes[row] ?? -1);
    return same ? [{ box: [x1, y1, x2 - x1, y2 - y1], size, truth: same } satisfies Sample] : [];
  });
}

function fourOf(boxes: ArrayLike<number>, i: number): FourNumbers {
  return [boxes[4 * i] ?? 0, boxes[4 * i + 1] ?? 0, boxes[4 * i + 2] ?? 0, boxes[4 * i + 3] ?? 0];
}

interface Fit {
  /** Of each prediction's best IoU. */
  mean: number;
  hits: number;
  share: number;
}

function fitOf(samples: readonly Sample[], read: BoxReading["read"]): Fit {
  let [sum, hits] = [0, 0];
  for (const { box, size, truth } of samples) {
    const corners = read(box, size);
    const best = corners ? Math.max(...truth.map((other) => iouOf(corners, other))) : 0;
    sum += best;
    if (best > HIT) hits++;
  }
  const count = Math.max(1, samples.length);
  return { mean: sum / count, hits, share: hits / count };
}

function iouOf(a: FourNumbers, b: FourNumbers): number {
  const width = Math.min(a[2], b[2]) - Math.max(a[0], b[0]);
  const height = Math.min(a[3], b[3]) - Math.max(a[1], b[1]);
  if (width <= 0 || height <= 0) return 0;
  const both = width * height;
  return both / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - both);
}
