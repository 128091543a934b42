import sharp from "sharp";
import { expect, it } from "vitest";
import { Random } from "../../../../src/base/random.ts";
import { changePixels } from "../../../../src/data/augment/apply/changePixels.ts";
import type { PixelChange } from "../../../../src/data/augment/draw/draw.ts";
import type { StoredImage } from "../../../../src/data/images/imageStore.ts";
import { mark, noiseImage, plainImage } from "../support.ts";

const SIZE = { width: 60, height: 50 };

async function changed(image: StoredImage, ...changes: PixelChange[]): Promise<Uint8Array> {
  const copy = { ...image, pixels: image.pixels.slice() };
  await changePixels(copy, { changes, fill: 9 });
  return copy.pixels;
}

it("adds noise of the deviation, in each channel by itself, the same for a seed", async () => {
  const grey = plainImage({ width: 200, height: 200 }, 128);
  const noisy = await changed(grey, { name: "noise", deviation: 10, seed: 5 });
  const mean = noisy.reduce((sum, value) => sum + value, 0) / noisy.length;
  const variance = noisy.reduce((sum, value) => sum + (value - mean) ** 2, 0) / noisy.length;
  expect(mean).toBeCloseTo(128, 0);
  expect(Math.sqrt(variance)).toBeCloseTo(10, 0);
  const differing = noisy.filter((value, i) => i % 3 === 0 && value !== noisy[i + 1]);
  expect(differing.length).toBeGreaterThan(0.9 * 200 * 200);
  expect(await changed(grey, { name: "noise", deviation: 10, seed: 5 })).toEqual(noisy);
  expect(await changed(grey, { name: "noise", deviation: 10, seed: 6 })).not.toEqual(noisy);
});

it("keeps noise within 0..255", async () => {
  const noisy = await changed(plainImage(SIZE, 254), { name: "noise", deviation: 60, seed: 0 });
  expect(noisy.some((value) => value === 255)).toBe(true);
  expect(noisy.filter((value) => value < 20).length).toBeLessThan(5); // none that ran over
});

it("blurs with the deviation: a step becomes the normal distribution's integral", async () => {
  const image = plainImage(SIZE);
  mark(image, [30, 0, 60, 50], [255, 255, 255]);
  const blurred = await changed(image, { name: "blur", sigma: 3 });
  const row = Array.from({ length: 60 }, (_, x) => blurred[3 * (25 * 60 + x)] as number);
  expect(((row[29] as number) + (row[30] as number)) / 2).toBeCloseTo(127.5, -0.5);
  expect(Math.abs((row[33] as number) - 255 * 0.878)).toBeLessThan(2); // 3.5 / 3 deviations from the edge
  expect(row[10]).toBe(0);
  expect(row[50]).toBe(255);
});

it("makes the artefacts of a JPEG file", async () => {
  const image = noiseImage(SIZE, new Random(1));
  const expected = await sharp(
    await sharp(image.pixels, { raw: { ...SIZE, channels: 3 } })
      .jpeg({ quality: 20 })
      .toBuffer(),
  )
    .raw()
    .toBuffer();
  expect(Buffer.compare(await changed(image, { name: "jpeg", quality: 20 }), expected)).toBe(0);
});

it("blanks rectangles with the fill", async () => {
  const image = plainImage(SIZE, 200);
  const expected = plainImage(SIZE, 200);
  mark(expected, [3, 4, 10, 9], [9, 9, 9]);
  mark(expected, [58, 0, 60, 50], [9, 9, 9]);
  const cut = await changed(image, { name: "cutout", rectangles: [[3, 4, 10, 9], [58, 0, 60, 50]] }); // prettier-ignore
  expect(cut).toEqual(expected.pixels);
});

it("does the changes in their order", async () => {
  const image = plainImage(SIZE, 100);
  const cutout: PixelChange = { name: "cutout", rectangles: [[0, 0, 60, 50]] };
  const brightness: PixelChange = { name: "brightness", amount: 0.2 };
  expect((await changed(image, brightness, cutout))[0]).toBe(9);
  expect((await changed(image, cutout, brightness))[0]).toBe(60);
  expect((await changed(image, brightness, cutout, brightness))[0]).toBe(60);
});

it("changes nothing without changes", async () => {
  const image = noiseImage(SIZE, new Random(2));
  expect(await changed(image)).toEqual(image.pixels);
});
