import * as tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import { Random } from "../../../src/base/random.ts";
import { gridAnchors } from "../../../src/detection/boxes/anchors.ts";
import {
  BACKGROUND,
  IGNORED,
  matchBestAnchors,
  matchByThreshold,
  thresholdOverlaps,
  type GroundTruth,
  type ThresholdOptions,
} from "../../../src/detection/boxes/groundTruth.ts";
import {
  engines,
  naiveIou,
  on,
  oracleCases,
  oracleTensor,
  randomBoxes,
  type Box,
  type OracleCase,
  type OracleTensor,
} from "../support.ts";

/** One image's labels as plain data. */
interface Labels {
  boxes: Box[];
  /** 1 an object, -1 an ignored region, 0 padding. */
  kinds: number[];
}

function truthOf(batch: Labels[]): GroundTruth {
  return {
    boxes: tf.tensor3d(batch.map(({ boxes }) => boxes)),
    valid: tf.tensor2d(batch.map(({ kinds }) => kinds.map((kind) => (kind === 1 ? 1 : 0)))),
    ignored: tf.tensor2d(batch.map(({ kinds }) => kinds.map((kind) => (kind === -1 ? 1 : 0)))),
  };
}

/** Background or ignored, by the overlap with everything that is labelled. */
function naiveUnclaimed({ boxes, kinds }: Labels, anchor: Box, low: number): number {
  const touched = boxes.some((box, i) => kinds[i] !== 0 && naiveIou(box, anchor, kinds[i] === -1) >= low);
  return touched ? IGNORED : BACKGROUND;
}

function naiveThreshold(labels: Labels, anchors: Box[], { high, low, allowLowQuality }: ThresholdOptions): number[] {
  const objects = labels.boxes.map((box, i) => ({ box, i })).filter(({ i }) => labels.kinds[i] === 1);
  const bestOf = (box: Box): number => Math.max(0, ...anchors.map((anchor) => naiveIou(box, anchor)));
  return anchors.map((anchor) => {
    const [best] = objects.toSorted((a, b) => naiveIou(b.box, anchor) - naiveIou(a.box, anchor));
    const rescued =
      allowLowQuality === true &&
      objects.some(({ box }) => naiveIou(box, anchor) > 0 && naiveIou(box, anchor) === bestOf(box));
    if (best && (rescued || naiveIou(best.box, anchor) >= high)) return best.i;
    return naiveUnclaimed(labels, anchor, low);
  });
}

function naiveBest(labels: Labels, anchors: Box[], candidates: number): number[] {
  const owner = anchors.map((anchor) => naiveUnclaimed(labels, anchor, 0.3));
  const highest = anchors.map(() => 0);
  labels.boxes.forEach((box, i) => {
    if (labels.kinds[i] !== 1) return;
    anchors
      .map((anchor, n) => ({ n, iou: naiveIou(box, anchor) }))
      .toSorted((a, b) => b.iou - a.iou || a.n - b.n)
      .slice(0, candidates)
      .filter(({ iou }, rank) => iou >= (rank === 0 ? 1e-9 : 0.3))
      .forEach(({ n, iou }) => {
        if (iou >= (highest[n] ?? 0)) [owner[n], highest[n]] = [i, iou];
      });
  });
  return owner;
}

const random = new Random("ground truth");
const anchors: Box[] = randomBoxes(random, 250, 60, 30);
const batch: Labels[] = [
  { boxes: randomBoxes(random, 5), kinds: [1, 1, 1, 1, 1] },
  { boxes: randomBoxes(random, 5), kinds: [1, -1, 1, 0, 0] },
  { boxes: randomBoxes(random, 5), kinds: [0, 0, 0, 0, 0] },
];

interface MatcherCase extends OracleCase {
  input: { iou: OracleTensor; high: number; low: number; allowLowQuality: boolean };
  expected: number[];
}

describe.each(engines)("matching on %s", (engine) => {
  it.each(oracleCases("matcher") as MatcherCase[])("$name equals torchvision", async ({ input, expected }) => {
    const matched = await on(engine, () => {
      const iou = oracleTensor(input.iou).expandDims<tf.Tensor3D>(0);
      return thresholdOverlaps(iou, tf.ones([1, iou.shape[1]]), input).dataSync();
    });
    expect(Array.from(matched)).toEqual(expected);
  });

  it.each([
    { high: 0.5, low: 0.3, allowLowQuality: true },
    { high: 0.5, low: 0.2, allowLowQuality: false },
    { high: 0.4, low: 0.4 },
  ])("by thresholds $high and $low equals a double loop, with padding and ignored regions", async (options) => {
    const matched = await on(engine, () => matchByThreshold(truthOf(batch), tf.tensor2d(anchors), options).arraySync());
    expect(matched).toEqual(batch.map((labels) => naiveThreshold(labels, anchors, options)));
  });

  it("takes other boxes for each image, as proposals are", async () => {
    const proposals = batch.map(() => randomBoxes(random, 20));
    const options = { high: 0.3, low: 0.3 };
    const matched = await on(engine, () =>
      matchByThreshold(truthOf(batch), tf.tensor3d(proposals), options).arraySync(),
    );
    expect(matched).toEqual(batch.map((labels, i) => naiveThreshold(labels, proposals[i] ?? [], options)));
  });

  it("by the best anchors equals a double loop, with padding and ignored regions", async () => {
    const matched = await on(engine, () =>
      matchBestAnchors(truthOf(batch), tf.tensor2d(anchors), { candidates: 4 }).arraySync(),
    );
    expect(matched).toEqual(batch.map((labels) => naiveBest(labels, anchors, 4)));
    expect(matched[0]?.filter((m) => m >= 0).length).toBeGreaterThan(8);
  });

  it("gives an object far smaller than any anchor its best one, and large ones no more than eight", async () => {
    const grid = gridAnchors([[16, 16]], 8, 8, 8);
    const labels: Labels = {
      boxes: [
        [2, 2, 6, 6],
        [10, 10, 60, 60],
      ],
      kinds: [1, 1],
    };
    const matched = await on(engine, () =>
      matchBestAnchors(truthOf([labels]), tf.tensor2d(grid, [64, 4]), { minIou: 0.05 }).dataSync(),
    );
    expect(matched[0]).toBe(0); // the 16 x 16 anchor of the first cell: IoU 16 / 256
    expect(matched.filter((m) => m === 1).length).toBe(8);
  });

  it("gives an anchor that two objects claim to the one it overlaps more", async () => {
    const labels: Labels = {
      boxes: [
        [0, 0, 10, 8],
        [0, 0, 10, 9],
      ],
      kinds: [1, 1],
    };
    const matched = await on(engine, () =>
      matchBestAnchors(truthOf([labels]), tf.tensor2d([[0, 0, 10, 10]])).dataSync(),
    );
    expect(Array.from(matched)).toEqual([1]);
  });

  it("ignores background anchors that lie in a crowd, and keeps positives there", async () => {
    const labels: Labels = {
      boxes: [
        [0, 0, 100, 100],
        [10, 10, 20, 20],
      ],
      kinds: [-1, 1],
    };
    const three = [
      [50, 50, 60, 60],
      [10, 10, 20, 20],
      [95, 95, 115, 115],
    ];
    const matched = await on(engine, () => matchBestAnchors(truthOf([labels]), tf.tensor2d(three)).dataSync());
    expect(Array.from(matched)).toEqual([IGNORED, 1, BACKGROUND]);
  });
});
