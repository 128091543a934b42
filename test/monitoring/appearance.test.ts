import { describe, expect, it } from "vitest";
import { appearanceOf } from "../../src/monitoring/appearance.ts";

const grey = (levels: number[]) => Uint8Array.from(levels.flatMap((level) => [level, level, level]));

describe("appearanceOf", () => {
  it("is the mean and deviation of the luma, and the variance of its Laplacian", () => {
    // inside of 4 x 3: the two middle pixels, Laplacians 0 + 0 + 0 + 8 - 4 * 0 = 8 and 0 + 0 + 0 + 0 - 4 * 8 = -32
    const found = appearanceOf(grey([0, 0, 0, 0, 0, 0, 8, 0, 0, 0, 0, 0]), { width: 4, height: 3 });
    expect(found.brightness).toBeCloseTo(8 / 12, 10);
    expect(found.contrast).toBeCloseTo(Math.sqrt(64 / 12 - (8 / 12) ** 2), 10);
    expect(found.sharpness).toBeCloseTo(20 ** 2, 10);
  });

  it("weighs colours as the eye does", () => {
    const green = appearanceOf(Uint8Array.from([0, 100, 0]), { width: 1, height: 1 });
    expect(green).toEqual({ brightness: expect.closeTo(58.7, 10) as number, contrast: 0, sharpness: 0 });
  });
});
