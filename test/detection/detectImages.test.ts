import * as tf from "@tensorflow/tfjs";
import type { RunStep } from "../../src/engine/graph/step.ts";
import { beforeAll, describe, expect, it } from "vitest";
import type { Preprocessing } from "../../src/base/preprocessing.ts";
import { Random } from "../../src/base/random.ts";
import { unpackBytes } from "../../src/core/ops/bytes.ts";
import { cropImages, normalizeImages } from "../../src/core/ops/images.ts";
import { PRESETS } from "../../src/data/augment/presets.ts";
import { trainingBatches } from "../../src/data/batches/trainingBatches.ts";
import type { ImageRecord } from "../../src/data/dataset.ts";
import { ImageStore, type StoredImage } from "../../src/data/images/imageStore.ts";
import type { FittedImage } from "../../src/data/images/fittedFiles.ts";
import { detectImages } from "../../src/detection/detectImages.ts";
import { loadEngine } from "../../src/engine/load.ts";
import { largestDifference } from "./support.ts";

beforeAll(() => loadEngine());

const canvas = { width: 40, height: 32 };
const preprocessing: Preprocessing = {
  canvas,
  resize: "fit",
  fill: 114,
  mean: [100, 110, 120],
  deviation: [50, 55, 60],
};
/** 40 x 20 on the canvas, 6 down; 14 x 32, 13 to the right. */
const records: ImageRecord[] = [[80, 40], [35, 80]].map(([width = 0, height = 0], i) => ({
  ...{ id: i + 1, file: `${i}.png`, width, height, split: "train", objects: [] },
})); // prettier-ignore

/** Noise, another one for each image. */
class NoiseStore extends ImageStore {
  override get(index: number): Promise<StoredImage> {
    const [size, random] = [this.sizeOf(index), new Random(index)];
    const pixels = Uint8Array.from({ length: 3 * size.width * size.height }, () => random.int(256));
    return Promise.resolve({ ...size, pixels });
  }
}
const store = new NoiseStore(records, preprocessing);

/** Remembers what it is fed, and finds one box in each image: the given one. */
function fakeProgram(batch: number, boxes: number[][]): { program: RunStep; fed: () => tf.Tensor4D } {
  const shape = [batch, canvas.height, canvas.width, 3];
  let fed: tf.Tensor | undefined;
  const program: RunStep = ({ images }) => {
    fed = unpackBytes(images as tf.Tensor, shape);
    const two = boxes.map((box) => [box, [0, 0, 0, 0]]);
    return {
        boxes: tf.tensor3d(two),
        scores: tf.tensor2d(boxes.map((_, i) => [0.9 - 0.25 * i, 0])),
        classes: tf.tensor2d(boxes.map((_, i) => [i + 1, 0]), [batch, 2], "int32"),
        valid: tf.tensor1d(boxes.map(() => 1), "int32"),
      }; // prettier-ignore
  };
  return { program, fed: () => fed as tf.Tensor4D };
}

async function fittedImages(): Promise<FittedImage[]> {
  return Promise.all(records.map(async (original, i) => ({ ...(await store.get(i)), original })));
}

describe("detectImages", () => {
  it("gives boxes in each image's own pixels, and nothing for empty slots", async () => {
    const boxes = [[10, 11, 20, 16], [16, 8, 20, 24], [1, 1, 9, 9]]; // prettier-ignore
    const { program } = fakeProgram(3, boxes);
    const found = await detectImages(program, 3, await fittedImages(), preprocessing);
    const close = (values: number[]): number[] => values.map((value) => expect.closeTo(value, 4) as number);
    expect(found.map((one) => [...one.boxes])).toEqual([close([20, 10, 40, 20]), close([7.5, 20, 17.5, 60])]);
    expect(found.map((one) => [...one.scores])).toEqual([close([0.9]), close([0.65])]);
    expect(found.map((one) => [...one.classes])).toEqual([[1], [2]]);
  });

  it("feeds the image in the middle of the canvas, and the fill around it", async () => {
    const { program, fed } = fakeProgram(3, [[], [], []].map(() => [0, 0, 1, 1])); // prettier-ignore
    const images = await fittedImages();
    await detectImages(program, 3, images, preprocessing);
    const at = (slot: number, x: number, y: number): number => fed().bufferSync().get(slot, y, x, 1);
    const green = (slot: number, x: number, y: number): number | undefined => {
      const { pixels, width } = images[slot] as FittedImage;
      return pixels[3 * (y * width + x) + 1];
    };
    expect([at(0, 0, 6), at(0, 39, 25), at(0, 7, 9)]).toEqual([green(0, 0, 0), green(0, 39, 19), green(0, 7, 3)]);
    expect([at(1, 13, 0), at(1, 26, 31), at(1, 16, 9)]).toEqual([green(1, 0, 0), green(1, 13, 31), green(1, 3, 9)]);
    expect([at(0, 5, 5), at(0, 5, 26), at(1, 12, 5), at(1, 27, 5), at(2, 3, 3)]).toEqual(Array(5).fill(114));
  });

  it("feeds what training without variation sees", async () => {
    const random = new Random(2);
    const source = trainingBatches(store, { batch: 2, preprocessing, augmentation: PRESETS.none, random });
    const { images, crops, scale, shift, files } = await source.batch(0);
    const { stored } = source;
    expect(stored).toEqual({ width: 40, height: 32 });
    const trained = cropImages(
      tf.tensor4d(Float32Array.from(images), [2, stored.height, stored.width, 3]),
      tf.tensor2d(crops, [2, 4]),
      tf.tensor2d(scale, [2, 3]),
      tf.tensor2d(shift, [2, 3]),
      preprocessing,
    );
    const { program, fed } = fakeProgram(2, [[], []].map(() => [0, 0, 1, 1])); // prettier-ignore
    const fitted = await fittedImages();
    const inOrder = files.map((file) => fitted[records.findIndex((record) => record.file === file)] as FittedImage);
    await detectImages(program, 2, inOrder, preprocessing);
    const predicted = normalizeImages(fed(), preprocessing);
    expect(largestDifference(predicted.dataSync(), trained.dataSync())).toBeLessThan(1e-3);
  });
});
