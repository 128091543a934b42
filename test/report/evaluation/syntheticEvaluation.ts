import { Random } from "../../../src/base/random.ts";
import { analyzeDetections } from "../../../src/metrics/detection/analysis.ts";
import type { EvaluationImage } from "../../../src/metrics/index.ts";
import type { EvaluationReportInput } from "../../../src/report/evaluation/evaluationReport.ts";

export const CLASSES = ["cat", "dog", "bird"];

/** Images of 320 x 240 with random objects, and a detector that finds most of them, calls some by another name, and invents some. */
export function syntheticImages(count: number, seed = 1): EvaluationImage[] {
  const random = new Random(seed);
  return Array.from({ length: count }, (_, id) => {
    const truth = { boxes: [] as number[], classes: [] as number[], crowd: [] as boolean[] };
    const detections = { boxes: [] as number[], scores: [] as number[], classes: [] as number[] };
    const add = (to: { boxes: number[]; classes: number[] }, box: number[], k: number): void => {
      to.boxes.push(...box);
      to.classes.push(k);
    };
    for (let i = random.int(6); i >= 0; i--) {
      const [x, y, size] = [random.uniform(0, 240), random.uniform(0, 160), random.uniform(10, 80)];
      const k = random.int(CLASSES.length);
      add(truth, [x, y, x + size, y + size], k);
      truth.crowd.push(random.chance(0.05));
      for (let again = random.chance(0.8) ? 0 : 9; again < 1 || (again < 2 && random.chance(0.1)); again++) {
        const shift = random.normal(0, size / 12);
        const box = [x + shift, y, x + shift + size, y + size];
        add(detections, box, random.chance(0.9) ? k : random.int(CLASSES.length));
        detections.scores.push(random.uniform(0.2, 1));
      }
    }
    for (let i = random.int(3); i > 0; i--) {
      const [x, y, size] = [random.uniform(0, 240), random.uniform(0, 160), random.uniform(10, 80)];
      add(detections, [x, y, x + size, y + size], random.int(CLASSES.length));
      detections.scores.push(random.uniform(0, 0.7));
    }
    return { id, fileName: `image ${id}.png`, size: { width: 320, height: 240 }, truth, detections };
  });
}

/** All that a report of these images needs. */
export function reportInput(
  images: readonly EvaluationImage[],
  more: Partial<EvaluationReportInput> = {},
): EvaluationReportInput {
  const classes = more.classes ?? CLASSES;
  return { title: "a test", classes, images, analysis: analyzeDetections(images, classes, { resamples: 20 }), ...more };
}
