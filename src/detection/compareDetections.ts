import type * as tf from "@tensorflow/tfjs";
import type { NamedTensors } from "../engine/graph/step.ts";

/** A detection of one image of a batch. */
interface Row {
  image: number;
  class: number;
  score: number;
  box: number[];
}

/** Detections further apart than this, in pixels and in score, are not the same. */
const SAME = { pixels: 1, score: 0.01 };

/**
 * How far two answers of a detector are from each other: how many detections have no twin of the same image and class close
 * by, and of the others the largest differences. Their order is free, as that of equal scores is.
 */
export function compareDetections(here: NamedTensors, there: NamedTensors): Record<string, number> {
  const [own, others] = [rowsOf(here), rowsOf(there)];
  const result = { detections: own.length, unmatched: Math.max(0, others.length - own.length), pixels: 0, scores: 0 };
  for (const row of own) {
    const apart = others.map((other) => distance(row, other));
    const best = apart.reduce((least, pixels, i) => (pixels < (apart[least] ?? Infinity) ? i : least), 0);
    if ((apart[best] ?? Infinity) > SAME.pixels) {
      result.unmatched++;
      continue;
    }
    const [twin] = others.splice(best, 1) as [Row];
    result.pixels = Math.max(result.pixels, apart[best] ?? 0);
    result.scores = Math.max(result.scores, Math.abs(twin.score - row.score));
  }
  return result;
}

/** The largest distance of two corners' coordinates; without end if the two cannot be the same. */
function distance(a: Row, b: Row): number {
  if (a.image !== b.image || a.class !== b.class || Math.abs(a.score - b.score) > SAME.score) return Infinity;
  return a.box.reduce((most, x, i) => Math.max(most, Math.abs(x - (b.box[i] ?? NaN))), 0);
}

function rowsOf({ boxes, scores, classes, valid }: NamedTensors): Row[] {
  const [corners, all, kinds, counts] = [boxes, scores, classes, valid].map((tensor) =>
    Array.from((tensor as tf.Tensor).dataSync()),
  ) as [number[], number[], number[], number[]];
  const each = all.length / counts.length;
  return all.flatMap((score, i) => {
    const image = Math.floor(i / each);
    if (i % each >= (counts[image] ?? 0)) return [];
    return [{ image, class: kinds[i] ?? -1, score, box: corners.slice(4 * i, 4 * i + 4) }];
  });
}
