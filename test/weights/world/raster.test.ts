import { describe, expect, it } from "vitest";
import { blur, type Look, paste, type Raster } from "../../../weights/world/raster.ts";
import { plainSprite } from "./world.ts";

const AS_IT_IS: Look = { matrix: [1, 0, 0, 0, 1, 0, 0, 0, 1], shift: [0, 0, 0], lightX: 0, lightY: 0, opacity: 1 };

const raster = (width: number, height: number, value = 0): Raster => ({
  ...{ width, height },
  rgb: new Uint8Array(width * height * 3).fill(value),
});
const pixel = ({ width, rgb }: Raster, x: number, y: number): number[] => [
  ...rgb.subarray((y * width + x) * 3, (y * width + x) * 3 + 3),
];
const upright = (size: number, cx: number, cy: number) => ({ a: size, b: 0, c: 0, d: size, cx, cy });

describe("paste", () => {
  it("draws a square of the size that is wished, where it is wished", () => {
    const picture = raster(64, 48);
    const drawn = paste(picture, plainSprite(0, 64, 64, [200, 100, 50]), upright(20, 30, 24), AS_IT_IS);
    expect(drawn).toEqual({ area: 400, box: [20, 14, 40, 34] });
    expect(pixel(picture, 30, 24)).toEqual([200, 100, 50]);
    expect(pixel(picture, 10, 24)).toEqual([0, 0, 0]);
  });

  it("keeps the shape of a sprite that is wider than high: its longer side has the size", () => {
    const { box } = paste(raster(64, 64), plainSprite(0, 128, 32, [9, 9, 9]), upright(40, 32, 32), AS_IT_IS);
    expect(box).toEqual([12, 27, 52, 37]);
  });

  it("turns: what was on the left lies at the top after a quarter turn", () => {
    const picture = raster(64, 64);
    const sprite = plainSprite(0, 64, 64, [255, 0, 0], [0, 0, 255]);
    paste(picture, sprite, { a: 0, b: -30, c: 30, d: 0, cx: 32, cy: 32 }, AS_IT_IS);
    expect(pixel(picture, 32, 22)).toEqual([255, 0, 0]);
    expect(pixel(picture, 32, 42)).toEqual([0, 0, 255]);
  });

  it("cuts what lies outside, and counts what is left", () => {
    const drawn = paste(raster(40, 40), plainSprite(0, 64, 64, [1, 2, 3]), upright(20, 0, 40), AS_IT_IS);
    expect(drawn).toEqual({ area: 100, box: [0, 30, 10, 40] });
  });

  it("changes colours by the matrix and the shift, and lets the ground through", () => {
    const picture = raster(32, 32, 100);
    const look: Look = { ...AS_IT_IS, matrix: [0, 1, 0, 1, 0, 0, 0, 0, 1], shift: [0, 0, 0.1], opacity: 0.5 };
    paste(picture, plainSprite(0, 64, 64, [200, 40, 0]), upright(20, 16, 16), look);
    expect(pixel(picture, 16, 16)).toEqual([70, 150, 63]); // half of 100 and half of 40, 200, 25.5
  });

  it("says whose pixels are whose", () => {
    const map = new Int16Array(40 * 40);
    const picture = raster(40, 40);
    paste(picture, plainSprite(0, 64, 64, [1, 1, 1]), upright(20, 20, 20), AS_IT_IS, { map, owner: 1 });
    paste(picture, plainSprite(0, 64, 64, [2, 2, 2]), upright(10, 20, 20), AS_IT_IS, { map, owner: 2 });
    expect(map.filter((owner) => owner === 1)).toHaveLength(300);
    expect(map.filter((owner) => owner === 2)).toHaveLength(100);
  });
});

describe("blur", () => {
  it("gives each pixel the mean of its neighbourhood", () => {
    const picture = raster(5, 5);
    picture.rgb.fill(90, (2 * 5 + 2) * 3, (2 * 5 + 2) * 3 + 3);
    blur(picture);
    expect(pixel(picture, 1, 1)).toEqual([10, 10, 10]);
    expect(pixel(picture, 2, 3)).toEqual([10, 10, 10]);
    expect(pixel(picture, 4, 2)).toEqual([0, 0, 0]);
  });
});
