import fc from "fast-check";
import type { EvaluationImage } from "../../../src/metrics/index.ts";

// Few positions and sizes, so that detections find objects at some thresholds only; 32 * 32 and 96 * 96 are borders.
const size = fc.constantFrom(10, 12, 32, 33, 96, 100);
const box = fc
  .tuple(fc.constantFrom(0, 2, 10), fc.constantFrom(0, 2), size, size)
  .map(([x, y, width, height]) => [x, y, x + width, y + height]);
const flag = fc.constantFrom(false, false, false, true);
const truths = fc.array(fc.record({ box, class: fc.nat(2), crowd: flag, ignore: flag }), { maxLength: 5 });
const detections = (uniqueScores: boolean): fc.Arbitrary<{ box: number[]; class: number; score: number }[]> => {
  const detection = fc.record({ box, class: fc.nat(2), score: fc.nat(20).map((n) => n / 20) });
  return uniqueScores
    ? fc.uniqueArray(detection, { maxLength: 8, selector: (one) => `${one.class} ${one.score}` })
    : fc.array(detection, { maxLength: 8 });
};

/** An image of three classes with crowds, ignored objects, and scores that other images have too. */
export function randomImage({ uniqueScores }: { uniqueScores: boolean }): fc.Arbitrary<EvaluationImage> {
  return fc.tuple(truths, detections(uniqueScores)).map(([objects, found]) => ({
    truth: {
      boxes: objects.flatMap((one) => one.box),
      classes: objects.map((one) => one.class),
      crowd: objects.map((one) => one.crowd),
      ignore: objects.map((one) => one.ignore),
    },
    detections: {
      boxes: found.flatMap((one) => one.box),
      classes: found.map((one) => one.class),
      scores: found.map((one) => one.score),
    },
  }));
}
