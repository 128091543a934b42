import { expect, it, onTestFinished } from "vitest";
import { Random } from "../../../src/base/random.ts";
import { augmentImage, type Sample } from "../../../src/data/augment/apply/augmentImage.ts";
import { AugmentThreads, type AugmentTask } from "../../../src/data/augment/augmentThreads.ts";
import { drawAugmentation } from "../../../src/data/augment/draw/drawAugmentation.ts";
import { PRESETS } from "../../../src/data/augment/presets.ts";
import { rleFromPolygon } from "../../../src/geometry/masks/polygonMask.ts";
import { noiseImage, recordOf } from "./support.ts";

const SIZE = { width: 90, height: 70 };
const canvas = { width: 64, height: 64 };
const random = new Random(1);
const samples = Array.from({ length: 5 }, (_, i): Sample => {
  const segmentation = rleFromPolygon([10, 10, 50, 12, 30, 60], SIZE.height, SIZE.width);
  const objects = [{ box: [10, 10, 50, 60] as [number, number, number, number], class: i, segmentation }];
  return { image: noiseImage(SIZE, random), annotations: recordOf(SIZE, objects, i) };
});
const images = samples.map(({ annotations }, i) => recordOf(SIZE, annotations.objects, i));
const sampleOf = (i: number) => Promise.resolve(samples[i] as Sample);

function taskOf(seed: number): AugmentTask {
  const draw = drawAugmentation(new Random(seed), PRESETS.strong, { images, index: seed % 5, canvas });
  return { draw, samples: new Map(draw.layers.map(({ image }) => [image, samples[image] as Sample])) };
}

function threadsOf(threads: number): AugmentThreads {
  const all = new AugmentThreads(threads);
  onTestFinished(() => all.close());
  return all;
}

it("gives the same bits in one thread, in three and in this one", { timeout: 30_000 }, async () => {
  const seeds = Array.from({ length: 30 }, (_, i) => i);
  const expected = await Promise.all(
    seeds.map((seed) => {
      const { draw } = taskOf(seed);
      const { image, annotations } = samples[seed % 5] as Sample;
      return augmentImage(image, annotations, draw, { sampleOf, masks: false });
    }),
  );
  for (const count of [1, 3]) {
    const threads = threadsOf(count);
    const results = await Promise.all(seeds.map((seed) => threads.augment(taskOf(seed))));
    results.forEach(({ image, annotations }, i) => {
      expect(Buffer.compare(image.pixels, expected[i]?.image.pixels ?? Buffer.alloc(0))).toBe(0);
      expect(annotations).toEqual(expected[i]?.annotations);
    });
  }
});

it("leaves the images where they are", { timeout: 30_000 }, async () => {
  const before = structuredClone(samples);
  await threadsOf(1).augment(taskOf(3));
  expect(samples).toEqual(before);
});

it("fails for an image that cannot be made, and goes on with the next", { timeout: 30_000 }, async () => {
  const threads = threadsOf(1);
  const { draw, samples: given } = taskOf(1);
  const flat = draw.layers.map((layer) => ({ ...layer, matrix: [0, 0, 0, 0, 0, 0, 0, 0, 1] as typeof layer.matrix }));
  await expect(threads.augment({ draw: { ...draw, layers: flat }, samples: given })).rejects.toThrow("has no inverse");
  expect((await threads.augment(taskOf(2))).image.width).toBe(64);
});

it("fails for what is under way when it is closed, and for what comes later", { timeout: 30_000 }, async () => {
  const threads = threadsOf(2);
  const under = threads.augment(taskOf(1));
  const failed = expect(under).rejects.toThrow("augmentation was stopped");
  await threads.close();
  await failed;
  await expect(threads.augment(taskOf(2))).rejects.toThrow("augmentation was stopped");
});
