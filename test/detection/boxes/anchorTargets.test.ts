import * as tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import { Random } from "../../../src/base/random.ts";
import {
  anchorBlocks,
  drawAnchorsOfImage,
  matchAnchorsByThreshold,
  matchAnchorsOfImage,
} from "../../../src/detection/boxes/anchorTargets.ts";
import { gridAnchors, levelAnchors, type AnchorLevel } from "../../../src/detection/boxes/anchors.ts";
import { matchBestAnchors, matchByThreshold } from "../../../src/detection/boxes/groundTruth.ts";
import { engines, on, randomBoxes } from "../support.ts";

const random = new Random("anchor targets");
const [engine = "cpu"] = engines;

describe("anchor targets in plain JavaScript", () => {
  const oneLevel = gridAnchors([[8, 8], [24, 16], [40, 40]], 12, 12, 8); // prettier-ignore
  // Odd numbers of cells and shapes: blocks reach over the ends of rows and of levels.
  const levels = [
    { stride: 8, anchors: [[8, 8], [24, 16], [12, 20]] },
    { stride: 16, anchors: [[32, 24]] },
    { stride: 32, anchors: [[40, 40], [64, 48]] },
  ] satisfies AnchorLevel[]; // prettier-ignore
  const threeLevels = levelAnchors(levels, { width: 101, height: 77 });

  it.each([
    ["best", "one level", oneLevel],
    ["threshold", "one level", oneLevel],
    ["best", "three levels", threeLevels],
    ["threshold", "three levels", threeLevels],
  ] as const)(
    "match as the tensors do, by the rule %s, on %s, with padding and ignored regions",
    async (rule, _, anchors) => {
      const n = anchors.length / 4;
      const boxes = Array.from({ length: 6 }, () => randomBoxes(random, 9, 70, 40));
      const kinds = boxes.map((row) => row.map(() => random.int(4))); // 0 padding, 1 ignored, 2 and 3 objects
      const valid = kinds.map((row) => row.map((kind) => (kind >= 2 ? 1 : 0)));
      const ignored = kinds.map((row) => row.map((kind) => (kind === 1 ? 1 : 0)));
      const tensors = await on(engine, () => {
        const truth = { boxes: tf.tensor3d(boxes), valid: tf.tensor2d(valid), ignored: tf.tensor2d(ignored) };
        const candidates = tf.tensor2d(anchors, [n, 4]);
        const thresholds = { high: 0.5, low: 0.3, allowLowQuality: true };
        return (
          rule === "best" ? matchBestAnchors(truth, candidates) : matchByThreshold(truth, candidates, thresholds)
        ).arraySync();
      });
      boxes.forEach((imageBoxes, image) => {
        const matched = new Int32Array(n);
        const truth = { boxes: imageBoxes.flat(), valid: valid[image] ?? [], ignored: ignored[image] ?? [] };
        if (rule === "best") matchAnchorsOfImage(truth, anchorBlocks(anchors), matched);
        else matchAnchorsByThreshold(truth, anchorBlocks(anchors), matched, { high: 0.5, low: 0.3 });
        expect(Array.from(matched)).toEqual(tensors[image]);
      });
      expect(tensors.flat().filter((m) => m >= 0).length).toBeGreaterThan(20);
      expect(tensors.flat().filter((m) => m === -2).length).toBeGreaterThan(20);
    },
  );

  it.each([
    { positives: 0, negatives: 50, expected: [0, 16] },
    { positives: 5, negatives: 50, expected: [5, 11] },
    { positives: 40, negatives: 20, expected: [8, 8] },
    { positives: 30, negatives: 3, expected: [8, 3] },
  ])("are drawn in the right numbers of $positives and $negatives", ({ positives, negatives, expected }) => {
    const kinds = [...Array<number>(positives).fill(2), ...Array<number>(negatives).fill(-1), -2, -2];
    const matched = Int32Array.from(random.shuffle(kinds));
    const masks = [new Float32Array(matched.length), new Float32Array(matched.length)] as const;
    drawAnchorsOfImage(matched, random, ...masks, { count: 16, positiveFraction: 0.5 });
    expect(masks.map((mask) => mask.filter((x) => x === 1).length)).toEqual(expected);
    expect(matched.every((match, i) => (masks[0][i] === 0 || match >= 0) && (masks[1][i] === 0 || match === -1))).toBe(
      true,
    );
  });

  it("are drawn each as often as another", () => {
    const matched = new Int32Array(20).fill(-1);
    const [positive, negative, sums] = [new Float32Array(20), new Float32Array(20), new Float32Array(20)];
    for (let round = 0; round < 4000; round++) {
      drawAnchorsOfImage(matched, random, positive, negative, { count: 5, positiveFraction: 0.5 });
      negative.forEach((x, i) => (sums[i] = (sums[i] ?? 0) + x));
    }
    expect(Math.max(...sums.map((sum) => Math.abs(sum - 1000)))).toBeLessThan(120); // 4.4 deviations
  });
});
