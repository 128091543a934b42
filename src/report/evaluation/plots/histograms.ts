import { type DetectionMatches, IGNORED, TRUE_POSITIVE } from "../../../metrics/detection/coco/matching.ts";
import { iouIndexOf } from "../../../metrics/detection/coco/ranked.ts";
import { type Share, wilsonInterval } from "../../page/wilson.ts";

/** Objects whose size (the square root of their area, in pixels) is in `from <= size < to`. */
export interface SizeBin {
  from: number;
  to: number;
  found: number;
  missed: number;
  recall: Share;
}

/** Detections with `from <= score < to`; the last bin holds its end as well. */
export interface ScoreBin {
  from: number;
  to: number;
  right: number;
  wrong: number;
}

const SIZE_EDGES = [0, 8, 16, 32, 64, 96, 128, 192, 256, 384, 512, 768, 1024, Infinity];
const SCORE_BINS = 20;

/** How many objects of each size there are, and how many of them detections of at least `confidence` found; from the first size that occurs to the last. */
export function sizeHistogram(matches: DetectionMatches, confidence: number): SizeBin[] {
  const iou = iouIndexOf(matches, 0.5);
  const found = new Float64Array(SIZE_EDGES.length - 1);
  const truths = new Float64Array(SIZE_EDGES.length - 1);
  for (const ofClass of matches.perClass) {
    const wasFound = new Uint8Array(ofClass.truths.areas.length);
    ofClass.found[0]?.[iou]?.forEach((truth, place) => {
      const score = ofClass.detections.scores[ofClass.rows[place] as number] as number;
      if (truth !== -1 && score >= confidence) wasFound[truth] = 1;
    });
    ofClass.truths.areas.forEach((area, row) => {
      if (ofClass.truths.ignore[row] === 1) return;
      const bin = SIZE_EDGES.findLastIndex((edge) => Math.sqrt(area) >= edge);
      (truths[bin] as number)++;
      (found[bin] as number) += wasFound[row] as number;
    });
  }
  const bins = Array.from(truths, (count, i) => ({
    from: SIZE_EDGES[i] as number,
    to: SIZE_EDGES[i + 1] as number,
    found: found[i] as number,
    missed: count - (found[i] as number),
    recall: wilsonInterval(found[i] as number, count),
  }));
  const occurs = ({ found, missed }: SizeBin): boolean => found + missed > 0;
  return bins.slice(Math.max(0, bins.findIndex(occurs)), bins.findLastIndex(occurs) + 1);
}

/** How many detections of each score were right, and how many wrong. `thresholds` give the range of scores. */
export function scoreHistogram(matches: DetectionMatches, thresholds: readonly number[]): ScoreBin[] {
  const iou = iouIndexOf(matches, 0.5);
  const low = thresholds[0] ?? 0;
  const high = thresholds.at(-1) ?? 1;
  const edge = (i: number): number => (low * (SCORE_BINS - i) + high * i) / SCORE_BINS;
  const bins = Array.from({ length: SCORE_BINS }, (_, i) => ({ from: edge(i), to: edge(i + 1), right: 0, wrong: 0 }));
  for (const { detections, rows, outcomes } of matches.perClass) {
    outcomes[0]?.[iou]?.forEach((outcome, place) => {
      if (outcome === IGNORED) return;
      const score = detections.scores[rows[place] as number] as number;
      const bin = bins[Math.min(SCORE_BINS - 1, Math.floor(((score - low) / (high - low)) * SCORE_BINS))];
      if (bin === undefined) return;
      if (outcome === TRUE_POSITIVE) bin.right++;
      else bin.wrong++;
    });
  }
  return bins;
}
