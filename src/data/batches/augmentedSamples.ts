import type { Size } from "../../base/preprocessing.ts";
import { augmentImage, type Sample } from "../augment/apply/augmentImage.ts";
import type { AugmentThreads } from "../augment/augmentThreads.ts";
import type { Draw } from "../augment/draw/draw.ts";

/** Makes the images that draws tell of, without masks: in threads where there are some, else in this one. */
export function augmentedSamples(
  sampleOf: (index: number) => Promise<Sample>,
  threads?: AugmentThreads,
): (draw: Draw, index: number) => Promise<Sample> {
  if (!threads) {
    return async (draw, index) => {
      const { image, annotations } = await sampleOf(index);
      return augmentImage(image, annotations, draw, { sampleOf, masks: false });
    };
  }
  return async (draw) => {
    const indices = [...new Set(draw.layers.map(({ image }) => image))];
    const samples = new Map(await Promise.all(indices.map(async (i) => [i, await sampleOf(i)] as const)));
    return threads.augment({ draw, samples });
  };
}

/** The smallest size that holds all of them. */
export function sizeOfAll(sizes: readonly Size[]): Size {
  return {
    width: Math.max(...sizes.map(({ width }) => width)),
    height: Math.max(...sizes.map(({ height }) => height)),
  };
}
