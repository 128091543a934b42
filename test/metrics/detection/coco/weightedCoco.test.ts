import fc from "fast-check";
import { expect, test } from "vitest";
import { type EvaluationImage, evaluateCoco, matchCoco, summarizeCoco } from "../../../../src/metrics/index.ts";
import { weightedCoco } from "../../../../src/metrics/detection/coco/weightedCoco.ts";
import { randomImage } from "../randomImages.ts";

const classes = ["a", "b", "c", "absent"];

function repeated(images: readonly EvaluationImage[], weights: Int32Array): EvaluationImage[] {
  return images.flatMap((image, i) => Array.from({ length: weights[i] ?? 0 }, () => image));
}

/** One object and a detection that finds it, or does not. */
function image(score: number, finds: boolean): EvaluationImage {
  const y = finds ? 0 : 50;
  return {
    truth: { boxes: [0, 0, 10, 10], classes: [0] },
    detections: { boxes: [0, y, 10, y + 10], scores: [score], classes: [0] },
  };
}

test("a miss that is there twice and a find that is there three times are five images", () => {
  const matches = matchCoco([image(0.9, false), image(0.5, true)], ["a"]);
  const { AP, AR100, perClass } = weightedCoco(matches)(Int32Array.of(2, 3));
  expect(AP).toBeCloseTo((61 * (3 / 5)) / 101, 12); // recalls 0 ... 0.6; the third find has precision 3 / 5
  expect(AR100).toBeCloseTo(3 / 5, 12);
  expect(perClass[0]?.truths).toBe(5);
});

test("an image of weight 0 is not there", () => {
  const matches = matchCoco([image(0.9, false), image(0.5, true)], ["a"]);
  expect(weightedCoco(matches)(Int32Array.of(0, 2))).toEqual(evaluateCoco([image(0.5, true), image(0.5, true)], ["a"]));
  expect(weightedCoco(matches)(Int32Array.of(0, 0)).AP).toBeNaN();
});

test("weights give to the last bit the numbers of the list of images repeated so often", () => {
  const weight = fc.constantFrom(0, 1, 1, 2, 3, 7);
  const images = fc.array(fc.tuple(randomImage({ uniqueScores: true }), weight), { maxLength: 12 });
  const options = fc.constantFrom({}, { maxDetections: 2 }, { iouThresholds: [0.3, 0.5] });
  fc.assert(
    fc.property(images, options, (weighted, settings) => {
      const list = weighted.map(([one]) => one);
      const weights = Int32Array.from(weighted, ([, w]) => w);
      const expected = evaluateCoco(repeated(list, weights), classes, settings);
      expect(weightedCoco(matchCoco(list, classes, settings))(weights)).toEqual(expected);
    }),
    { seed: 11, numRuns: 150 },
  );
});

test("many finds of one class reach every recall just where repeated images do", () => {
  const list = Array.from({ length: 90 }, (_, i) => image((i * 37) % 90, i % 4 !== 1));
  const weights = Int32Array.from(list, (_, i) => (i * 7) % 5);
  expect(weightedCoco(matchCoco(list, ["a"]))(weights)).toEqual(evaluateCoco(repeated(list, weights), ["a"]));
});

test("with weight 1 everywhere the numbers are summarizeCoco's, equal scores in one image or not", () => {
  fc.assert(
    fc.property(fc.array(randomImage({ uniqueScores: false }), { maxLength: 8 }), (list) => {
      const matches = matchCoco(list, classes);
      expect(weightedCoco(matches)(new Int32Array(list.length).fill(1))).toEqual(summarizeCoco(matches));
    }),
    { seed: 12, numRuns: 60 },
  );
});

test("of equal scores in one image, all copies of the first come before those of the second", () => {
  const tied = {
    truth: { boxes: [0, 0, 10, 10], classes: [0] },
    detections: { boxes: [0, 0, 10, 10, 0, 50, 10, 60], scores: [0.5, 0.5], classes: [0, 0] },
  };
  expect(weightedCoco(matchCoco([tied], ["a"]))(Int32Array.of(2)).AP).toBeCloseTo(1, 12); // find, find, miss, miss
  expect(evaluateCoco([tied, tied], ["a"]).AP).toBeCloseTo((51 + 50 * (2 / 3)) / 101, 12); // find, miss, find, miss
});

test("one weighting leaves nothing behind for the next", () => {
  const list = [image(0.9, false), image(0.5, true), image(0.7, true)];
  const evaluate = weightedCoco(matchCoco(list, ["a"]));
  const first = evaluate(Int32Array.of(1, 2, 0));
  evaluate(Int32Array.of(5, 0, 4));
  expect(evaluate(Int32Array.of(1, 2, 0))).toEqual(first);
});
