import type { EvaluationImage } from "./evaluationImage.ts";

/** The image with all objects and detections in class 0. */
export function classAgnostic({ truth, detections }: EvaluationImage): EvaluationImage {
  return {
    truth: { ...truth, classes: new Int32Array(truth.classes.length) },
    detections: { ...detections, classes: new Int32Array(detections.classes.length) },
  };
}
