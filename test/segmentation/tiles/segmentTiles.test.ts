import * as tf from "@tensorflow/tfjs";
import type { RunStep } from "../../../src/engine/graph/step.ts";
import { describe, expect, it } from "vitest";
import type { Preprocessing } from "../../../src/base/preprocessing.ts";
import { Random } from "../../../src/base/random.ts";
import { loadEngine } from "../../../src/engine/load.ts";
import type { StoredImage } from "../../../src/data/images/imageStore.ts";
import { Architecture } from "../../../src/segmentation/networks/architecture.ts";
import { buildSegmenter } from "../../../src/segmentation/networks/buildSegmenter.ts";
import { predictStep } from "../../../src/segmentation/running/predictStep.ts";
import { segmentTiles } from "../../../src/segmentation/tiles/segmentTiles.ts";
import { rowsOfImage } from "../../../src/segmentation/tiles/rowsOfImage.ts";
import { tileAxis, tileWeights } from "../../../src/segmentation/tiles/tileAxis.ts";

await loadEngine();

const numbers = { fill: 128, mean: [128, 128, 128], deviation: [60, 60, 60] } as const;

function preprocessingOf(width: number, height: number): Preprocessing {
  const [mean, deviation] = [[...numbers.mean], [...numbers.deviation]] as [number, number, number][];
  if (!mean || !deviation) throw new Error("no numbers");
  return { canvas: { width, height }, resize: "tiles", fill: numbers.fill, mean, deviation };
}

function noise(width: number, height: number): StoredImage {
  const random = new Random(7);
  return { width, height, pixels: Uint8Array.from({ length: 3 * width * height }, () => random.int(256)) };
}

describe("tiles", () => {
  it("cover a side, begin at multiples and overlap by what was asked for at least", () => {
    for (const [length, tile, overlap, alignment] of [
      [10, 64, 16, 4],
      [64, 64, 16, 4],
      [65, 64, 16, 4],
      [1000, 64, 17, 8],
      [130, 32, 8, 16],
    ] as const) {
      const axis = tileAxis(length, tile, overlap, alignment);
      expect(axis.starts[0]).toBe(0);
      expect(axis.starts.every((start) => start % alignment === 0)).toBe(true);
      expect((axis.starts.at(-1) ?? 0) + tile).toBeGreaterThanOrEqual(length);
      expect((axis.starts.at(-1) ?? 0) + tile).toBeLessThan(Math.max(length, tile) + alignment);
      expect(axis.overlap).toBeGreaterThanOrEqual(Math.min(overlap, tile - alignment));
    }
  });

  it("count fully but where they overlap, and there together as much", () => {
    const axis = tileAxis(100, 40, 10, 1);
    const sums = new Float64Array(100);
    axis.starts.forEach((start, i) => {
      tileWeights(axis, i).forEach((weight, at) => {
        if (start + at < 100) (sums[start + at] as number) += weight;
      });
    });
    for (const sum of sums) expect(sum).toBeCloseTo(1, 5);
  });
});

it.each([
  [{ kind: "unet", depth: 1, filters: 4 }, 12],
  [{ kind: "unet", depth: 2, filters: 4, upsampling: "bilinear" }, 26],
  [{ kind: "unet", depth: 1, filters: 4, padding: "valid" }, 14],
] as const)("gives what the whole image gives, where the receptive field of %o allows", async (architecture, reach) => {
  const [width, height, tile] = [180, 148, 80];
  const network = buildSegmenter(Architecture.parse(architecture), 4, new Random(2));
  const runOf = (preprocessing: Preprocessing, batch: number): RunStep => {
    const step = predictStep({ network, preprocessing, classes: 2, distance: true, batch });
    return (inputs) => tf.tidy(() => step.run(inputs).outputs);
  };
  const { alignment } = network;
  const image = noise(width, height);
  const whole = preprocessingOf(width, height);
  const read: number[] = [];
  const source = {
    ...rowsOfImage(image),
    rows(top: number, count: number) {
      read.push(count);
      return rowsOfImage(image).rows(top, count);
    },
  };
  const before = tf.memory().numTensors;
  const one = { batch: 1, preprocessing: whole, alignment };
  const expected = await segmentTiles(runOf(whole, 1), rowsOfImage(image), one);
  const tiles = preprocessingOf(tile, tile);
  const found = await segmentTiles(runOf(tiles, 2), source, { batch: 2, preprocessing: tiles, alignment });
  expect(tf.memory().numTensors).toBe(before);
  expect(Math.max(...read)).toBe(tile); // a row of tiles at a time
  const [across, down] = [tileAxis(width, tile, 20, alignment), tileAxis(height, tile, 20, alignment)];
  const isSeen = (at: number, { starts, length }: typeof across): boolean =>
    starts.every((start) => {
      const covers = at >= start && at < start + tile;
      const [before, after] = [start === 0 ? 0 : start + reach, start + tile >= length ? length : start + tile - reach];
      return !covers || (at >= before && at < after);
    });
  let compared = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (!isSeen(x, across) || !isSeen(y, down)) continue;
      compared++;
      const i = y * width + x;
      expect(Math.abs((found.distance?.[i] ?? NaN) - (expected.distance?.[i] ?? NaN))).toBeLessThan(1e-4);
      expect(Math.abs((found.scores[i] ?? NaN) - (expected.scores[i] ?? NaN))).toBeLessThan(1e-4);
    }
  }
  expect(compared).toBeGreaterThan(2000);
  tf.dispose(network.model.weights.map((weight) => weight.read()));
});
