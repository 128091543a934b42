import * as tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import type { Preprocessing } from "../../src/base/preprocessing.ts";
import { MAP_CHANNELS, type MapBatch } from "../../src/data/batches/mapBatches.ts";
import { emptyWarpedBatch, setColours, setNoTransform } from "../../src/data/batches/warpedBatch.ts";
import { loadEngine } from "../../src/engine/load.ts";
import { lossFeeds, type SegmenterLossOptions, segmenterLosses } from "../../src/segmentation/losses.ts";

await loadEngine({ engine: "cpu" });

const preprocessing: Preprocessing = {
  canvas: { width: 2, height: 2 },
  resize: "fit",
  fill: 0,
  mean: [0, 0, 0],
  deviation: [1, 1, 1],
};

/** One image of 2 x 2 pixels with these labels, depths and gaps. */
function batchOf(labels: number[], depths = [0, 0, 0, 0], gaps = [0, 0, 0, 0]): MapBatch {
  const maps = new Uint8Array(4 * MAP_CHANNELS);
  labels.forEach((label, i) => {
    maps.set([label, depths[i] ?? 0, gaps[i] ?? 0], i * MAP_CHANNELS);
  });
  const made = { ...emptyWarpedBatch(1, preprocessing.canvas, 0), maps };
  setNoTransform(made, 0);
  setColours(made, 0, preprocessing);
  return made;
}

/** The losses of a network that says these logits of the four pixels, whatever it sees. */
function lossesOf(made: MapBatch, logits: number[][], own: Partial<SegmenterLossOptions>): Record<string, number> {
  const outputs = logits[0]?.length ?? 0;
  const model = { apply: () => tf.tensor4d(logits.flat(), [1, 2, 2, outputs]) } as unknown as tf.LayersModel;
  const options: SegmenterLossOptions = {
    ...{ network: { model, margin: 0, alignment: 1, outputLayers: [] }, preprocessing },
    ...{ batch: 1, stored: preprocessing.canvas, mixesColours: false },
    ...{ classes: outputs - 1, distance: false, terms: ["cross-entropy"], separation: 0 },
    ...own,
  };
  return tf.tidy(() => {
    const found = segmenterLosses(lossFeeds(made), options);
    return Object.fromEntries(Object.entries(found).map(([name, value]) => [name, value.dataSync()[0] ?? NaN]));
  });
}

/** The probability of the foreground as logits of two outputs. */
const logit = (p: number): number[] => [0, Math.log(p / (1 - p))];

describe("the losses of a segmenter", () => {
  it("are means over the pixels that count", () => {
    const logits = [0.9, 0.2, 0.5, 0.6].map(logit);
    const { cross_entropy: all } = lossesOf(batchOf([1, 0, 1, 0]), logits, {});
    expect(all).toBeCloseTo(-(Math.log(0.9) + Math.log(0.8) + Math.log(0.5) + Math.log(0.4)) / 4, 5);
    const { cross_entropy: counting } = lossesOf(batchOf([1, 0, 255, 255]), logits, {});
    expect(counting).toBeCloseTo(-(Math.log(0.9) + Math.log(0.8)) / 2, 5);
    expect(lossesOf(batchOf([255, 255, 255, 255]), logits, { terms: ["cross-entropy", "dice"] })).toEqual({
      ...{ cross_entropy: 0, dice: 0 },
    });
  });

  it("weigh classes, and gaps between objects", () => {
    const logits = [0.9, 0.2, 0.5, 0.6].map(logit);
    const { cross_entropy: weighted } = lossesOf(batchOf([1, 0, 255, 255]), logits, { classWeights: [1, 3] });
    expect(weighted).toBeCloseTo(-(3 * Math.log(0.9) + Math.log(0.8)) / 4, 5);
    const gaps = batchOf([1, 0, 255, 255], undefined, [0, 51, 0, 0]); // 51 / 255 of the separation: 1 + 10 / 5
    const { cross_entropy: separated } = lossesOf(gaps, logits, { separation: 10 });
    expect(separated).toBeCloseTo(-(Math.log(0.9) + 3 * Math.log(0.8)) / 4, 5);
  });

  it("have focal loss, Dice and Tversky of the classes that are there", () => {
    const logits = [0.9, 0.2, 0.5, 0.6].map(logit);
    const terms = ["focal", "dice", "tversky"] as const;
    const found = lossesOf(batchOf([1, 0, 1, 255]), logits, { terms });
    const focal = (p: number): number => -((1 - p) ** 2) * Math.log(p);
    expect(found.focal).toBeCloseTo((focal(0.9) + focal(0.8) + focal(0.5)) / 3, 5);
    expect(found.dice).toBeCloseTo(1 - (2 * 1.4) / (2 + 1.6), 5);
    expect(found.tversky).toBeCloseTo(1 - 1.4 / (1.4 + 0.7 * 0.6 + 0.3 * 0.2), 5);
    const three = [0, 1, 2, 3].map((i) => [0, i === 0 ? 5 : -5, -20]); // no pixel is of the second class
    expect(lossesOf(batchOf([1, 0, 0, 0]), three, { terms: ["dice"] }).dice).toBeLessThan(0.02);
  });

  it("have the squared error of distances, of the pixels that count", () => {
    const logits = [0.9, 0.2, 0.5, 0.6].map((p, i) => [...logit(p), [0.5, 0.1, 0.9, 9][i] ?? 0]);
    const made = batchOf([1, 0, 1, 255], [255, 0, 51, 255]);
    const { distance } = lossesOf(made, logits, { distance: true, classes: 1 });
    expect(distance).toBeCloseTo((2 * (0.25 + 0.01 + 0.49)) / 3, 5);
  });
});
