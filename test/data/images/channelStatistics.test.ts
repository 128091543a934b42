import { expect, it } from "vitest";
import { channelStatistics } from "../../../src/data/images/channelStatistics.ts";
import { ImageStore, type StoredImage } from "../../../src/data/images/imageStore.ts";

/** Images of two pixels each. */
class TinyStore extends ImageStore {
  readonly asked: number[] = [];
  readonly #pixels: number[][];

  constructor(pixels: number[][]) {
    super(
      pixels.map((_, id) => ({ id, file: "", width: 2, height: 1, objects: [] })),
      { canvas: { width: 2, height: 1 }, resize: "fit" },
    );
    this.#pixels = pixels;
  }

  override get(index: number): Promise<StoredImage> {
    this.asked.push(index);
    return Promise.resolve({ width: 2, height: 1, pixels: Uint8Array.from(this.#pixels[index] ?? []) });
  }
}

it("finds mean and deviation of each channel, and the grey around images", async () => {
  const store = new TinyStore([
    [10, 0, 100, 20, 0, 200],
    [30, 0, 100, 40, 0, 200],
  ]);
  const { mean, deviation, fill } = await channelStatistics(store);
  expect(mean).toEqual([25, 0, 150]);
  expect(deviation).toEqual([Math.sqrt(125), 1, 50]); // a channel without any variance is divided by 1
  expect(fill).toBe(58);
});

it("looks at 200 to 400 of many images, evenly spread", async () => {
  const store = new TinyStore(Array.from({ length: 1000 }, () => [1, 2, 3, 1, 2, 3]));
  expect((await channelStatistics(store)).mean).toEqual([1, 2, 3]);
  expect(store.asked).toEqual(Array.from({ length: 200 }, (_, i) => 5 * i));
});
