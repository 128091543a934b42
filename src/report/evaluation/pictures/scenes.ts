import { flatBoxes } from "../../../geometry/readBoxes.ts";
import { type DetectionMatches, IGNORED, TRUE_POSITIVE } from "../../../metrics/detection/coco/matching.ts";
import { iouIndexOf } from "../../../metrics/detection/coco/ranked.ts";
import type { EvaluationImage } from "../../../metrics/detection/evaluationImage.ts";
import type { Thresholds } from "../thresholds.ts";

/** x1, y1, x2, y2 in pixels of the image. */
export type SceneBox = readonly [number, number, number, number];

/** What is to be drawn of one image. */
export interface Scene {
  /** In the order of the image's labelled objects. */
  truths: SceneTruth[];
  /** By their index among the image's detections: those that were looked at (the best of each class). */
  detections: Map<number, SceneDetection>;
}

export interface SceneTruth {
  box: SceneBox;
  class: number;
  /** Crowds and what else does not count. */
  ignored: boolean;
  /** The last threshold (its index) at which a detection found it; -1 for never. */
  foundUpTo: number;
}

export interface SceneDetection {
  box: SceneBox;
  class: number;
  score: number;
  /** The last threshold (its index) that its score passes. */
  upTo: number;
  outcome: "right" | "wrong" | "ignored";
}

/** The scenes of some images, by their index: what became at IoU 0.5 of all that is in them. */
export function scenesOf(
  wanted: Iterable<number>,
  images: readonly EvaluationImage[],
  matches: DetectionMatches,
  { lastPassedBy }: Thresholds,
): Map<number, Scene> {
  const scenes = new Map<number, Scene>();
  for (const index of wanted) {
    const { truth } = images[index] as EvaluationImage;
    const boxes = flatBoxes(`image ${index}: truth`, truth.boxes);
    const truths = Array.from(truth.classes, (k, i) => ({
      box: boxAt(boxes, i),
      class: k,
      ignored: Boolean(truth.crowd?.[i]) || Boolean(truth.ignore?.[i]),
      foundUpTo: -1,
    }));
    scenes.set(index, { truths, detections: new Map() });
  }
  const iou = iouIndexOf(matches, 0.5);
  matches.perClass.forEach(({ truths, detections, rows, outcomes, found }, k) => {
    const [outcome, foundTruth] = [outcomes[0]?.[iou], found[0]?.[iou]];
    for (let place = 0; place < rows.length; place++) {
      const row = rows[place] as number;
      const scene = scenes.get(detections.images[row] as number);
      if (scene === undefined) continue;
      const score = detections.scores[row] as number;
      const upTo = lastPassedBy(score);
      scene.detections.set(detections.indices[row] as number, {
        ...{ box: boxAt(detections.boxes, row), class: k, score, upTo },
        outcome: outcome?.[place] === TRUE_POSITIVE ? "right" : outcome?.[place] === IGNORED ? "ignored" : "wrong",
      });
      const truth = foundTruth?.[place] ?? -1;
      const sceneTruth = truth === -1 ? undefined : scene.truths[truths.indices[truth] as number];
      if (sceneTruth !== undefined) sceneTruth.foundUpTo = Math.max(sceneTruth.foundUpTo, upTo);
    }
  });
  return scenes;
}

function boxAt(boxes: ArrayLike<number>, i: number): SceneBox {
  return [0, 1, 2, 3].map((j) => boxes[i * 4 + j] as number) as unknown as SceneBox;
}
