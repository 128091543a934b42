import { expect, it } from "vitest";
import { Random } from "../../../../src/base/random.ts";
import { changeColours } from "../../../../src/data/augment/apply/colour.ts";
import type { ColourChange } from "../../../../src/data/augment/draw/draw.ts";
import { noiseImage } from "../support.ts";

type Colour = [number, number, number];

const lightness = ([r, g, b]: Colour): number => 0.299 * r + 0.587 * g + 0.114 * b;

/** Each change by its own formula, on one colour. */
const NAIVE: [ColourChange, (colour: Colour) => number[]][] = [
  [{ name: "gain", factors: [0.5, 1, 1.7] }, ([r, g, b]) => [0.5 * r, g, 1.7 * b]],
  [{ name: "brightness", amount: 0.2 }, (colour) => colour.map((value) => value + 51)],
  [{ name: "brightness", amount: -0.3 }, (colour) => colour.map((value) => value - 76.5)],
  [{ name: "contrast", factor: 1.6 }, (colour) => colour.map((value) => (value - 127.5) * 1.6 + 127.5)],
  [{ name: "saturation", factor: 0.4 }, (c) => c.map((value) => lightness(c) + 0.4 * (value - lightness(c)))],
  [{ name: "saturation", factor: 1.8 }, (c) => c.map((value) => lightness(c) + 1.8 * (value - lightness(c)))],
  [{ name: "grey" }, (colour) => colour.map(() => lightness(colour))],
  [{ name: "gamma", exponent: 1.7 }, (colour) => colour.map((value) => 255 * (value / 255) ** 1.7)],
  [{ name: "gamma", exponent: 0.6 }, (colour) => colour.map((value) => 255 * (value / 255) ** 0.6)],
  [{ name: "hue", degrees: 0 }, (colour) => colour],
];

const image = noiseImage({ width: 40, height: 30 }, new Random(3));

function changed(...changes: ColourChange[]): Uint8Array {
  const pixels = image.pixels.slice();
  changeColours(pixels, changes);
  return pixels;
}

it.each(NAIVE)("%o is its formula, rounded and cut to 0..255", (change, formula) => {
  const result = changed(change);
  for (let i = 0; i < result.length; i += 3) {
    const expected = formula([...image.pixels.subarray(i, i + 3)] as Colour);
    expected.forEach((value, channel) => {
      const limited = Math.min(Math.max(value, 0), 255);
      expect(Math.abs((result[i + channel] as number) - limited)).toBeLessThanOrEqual(0.5 + 1e-9);
    });
  }
});

it("does changes in a row in their order", () => {
  const inRow = changed(
    { name: "brightness", amount: 0.1 },
    { name: "gain", factors: [0.5, 0.6, 0.7] },
    { name: "saturation", factor: 0.5 },
    { name: "contrast", factor: 0.8 },
  );
  for (let i = 0; i < inRow.length; i += 3) {
    const [r, g, b] = [...image.pixels.subarray(i, i + 3)] as Colour;
    const dimmed: Colour = [(r + 25.5) * 0.5, (g + 25.5) * 0.6, (b + 25.5) * 0.7];
    const pale = dimmed.map((value) => lightness(dimmed) + 0.5 * (value - lightness(dimmed)));
    const expected = pale.map((value) => (value - 127.5) * 0.8 + 127.5);
    expected.forEach((value, channel) => {
      expect(Math.abs((inRow[i + channel] as number) - value)).toBeLessThanOrEqual(0.5 + 1e-9);
    });
  }
  const gammaFirst = changed({ name: "gamma", exponent: 2 }, { name: "brightness", amount: 0.2 });
  const gammaLast = changed({ name: "brightness", amount: 0.2 }, { name: "gamma", exponent: 2 });
  expect(gammaFirst).not.toEqual(gammaLast);
});

it("turns hues around the greys: those stay, lightness stays, and three thirds of a turn come back", () => {
  const grey = Uint8Array.of(10, 10, 10, 128, 128, 128, 255, 255, 255);
  changeColours(grey, [{ name: "hue", degrees: 77 }]);
  expect([...grey]).toEqual([10, 10, 10, 128, 128, 128, 255, 255, 255]);

  const pale = Uint8Array.of(140, 120, 110);
  changeColours(pale, [{ name: "hue", degrees: 120 }]);
  expect([...pale]).not.toEqual([140, 120, 110]);
  expect(lightness([...pale] as Colour)).toBeCloseTo(lightness([140, 120, 110]), 0);
  changeColours(pale, Array<ColourChange>(2).fill({ name: "hue", degrees: 120 }));
  [140, 120, 110].forEach((value, i) => {
    expect(Math.abs((pale[i] as number) - value)).toBeLessThanOrEqual(2);
  });
});

it("turns hues as HSV does: from red to yellow, from green to cyan, from blue to magenta", () => {
  const pixels = Uint8Array.of(180, 100, 100, 100, 180, 100, 100, 100, 180);
  changeColours(pixels, [{ name: "hue", degrees: 30 }]);
  const [, redsGreen, redsBlue, greensRed, , greensBlue, bluesRed, bluesGreen] = pixels as unknown as number[];
  expect(redsGreen).toBeGreaterThan((redsBlue ?? NaN) + 20);
  expect(greensBlue).toBeGreaterThan((greensRed ?? NaN) + 20);
  expect(bluesRed).toBeGreaterThan((bluesGreen ?? NaN) + 20);
});

it("changes nothing where there is nothing to change", () => {
  expect(changed()).toEqual(image.pixels);
  expect(changed({ name: "gain", factors: [1, 1, 1] }, { name: "gamma", exponent: 1 })).toEqual(image.pixels);
  expect(changed({ name: "hue", degrees: 0 }, { name: "saturation", factor: 1 })).toEqual(image.pixels);
});
