import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { type Interpolation, INTERPOLATIONS, nearestPixel, resample } from "../../../src/data/images/resample.ts";

const fixture = JSON.parse(readFileSync(new URL("../../fixtures/resample.json", import.meta.url), "utf8")) as {
  image: { width: number; height: number; channels: number; data: number[] };
  cases: {
    interpolation: Interpolation;
    size: [height: number, width: number];
    antialias: boolean;
    values: number[];
  }[];
};
const image = { ...fixture.image, data: Uint8Array.from(fixture.image.data) };
const whole = { left: 0, top: 0, width: image.width, height: image.height };

describe("a small image has the pixels of TensorFlow's tf.image.resize", () => {
  test.each(fixture.cases)("$interpolation to $size, antialias $antialias", (one) => {
    const [height, width] = one.size;
    const pixels = resample(image, whole, { width, height }, one.interpolation, one.antialias);
    expect(pixels).toHaveLength(one.values.length);
    // The Gaussian ends in a step: whether a pixel on its edge counts is up to rounding.
    const tolerance = one.interpolation === "gaussian" ? 2 : 0.01;
    for (const [i, value] of pixels.entries()) expect(Math.abs(value - (one.values[i] ?? NaN))).toBeLessThan(tolerance);
  });
});

test.each(INTERPOLATIONS)("%s leaves an image of the wanted size as it is", (name) => {
  if (name === "gaussian" || name === "mitchellcubic") return; // they blur
  for (const [i, value] of resample(image, whole, whole, name).entries()) {
    expect(value).toBeCloseTo(image.data[i] ?? NaN, 3);
  }
});

test("a part is resampled as if there were nothing around it", () => {
  const from = { left: 2, top: 1, width: 4, height: 3 };
  const rows = Array.from({ length: 3 }, (_, y) => [
    ...image.data.subarray(((y + 1) * 7 + 2) * 2, ((y + 1) * 7 + 6) * 2),
  ]);
  const cut = { data: Uint8Array.from(rows.flat()), width: 4, height: 3, channels: 2 };
  const size = { width: 6, height: 5 };
  const alone = resample(cut, { left: 0, top: 0, width: 4, height: 3 }, size, "bicubic");
  expect(resample(image, from, size, "bicubic")).toEqual(alone);
});

test("an antialiased image is the mean of what it was, stripes and all; a sampled one is not", () => {
  const stripes = {
    data: Uint8Array.from({ length: 64 }, (_, i) => (i % 2 ? 255 : 0)),
    width: 64,
    height: 1,
    channels: 1,
  };
  const small = (antialias: boolean) =>
    resample(stripes, { left: 0, top: 0, width: 64, height: 1 }, { width: 4, height: 1 }, "lanczos3", antialias);
  for (const value of small(true)) expect(Math.abs(value - 127.5)).toBeLessThan(6);
  expect(resample(stripes, { left: 0, top: 0, width: 63, height: 1 }, { width: 9, height: 1 }, "bilinear")).toEqual(
    Float32Array.of(255, 0, 255, 0, 255, 0, 255, 0, 255),
  );
});

test("the nearest pixel is the one under the middle", () => {
  expect([0, 1, 2].map((i) => nearestPixel(i, 6, 3))).toEqual([1, 3, 5]);
  expect([0, 1, 2, 3].map((i) => nearestPixel(i, 2, 4))).toEqual([0, 0, 1, 1]);
});
