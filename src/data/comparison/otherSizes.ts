import type { Size } from "../../base/preprocessing.ts";
import type { BoxReading } from "./boxLayout.ts";

/** Sides that networks commonly take: multiples of 32, and SSD's 300. */
const SIDES = [300, ...Array.from({ length: 42 }, (_, i) => 224 + 32 * i)];

const ADVICE = "scale them back to the images' own size";

/** Readings of x, y, width, height as pixels of images that were resized for a network. */
export function otherSizes(): BoxReading[] {
  const sided = SIDES.flatMap((side) => [
    resized(`along the longer side to ${side}`, ({ width, height }) => {
      const scale = side / Math.max(width, height);
      return { sx: scale, sy: scale, left: 0, top: 0 };
    }),
    resized(`into a square of ${side} by stretching`, ({ width, height }) => {
      return { sx: side / width, sy: side / height, left: 0, top: 0 };
    }),
    resized(`into the middle of a square of ${side}`, ({ width, height }) => {
      const scale = side / Math.max(width, height);
      return { sx: scale, sy: scale, left: (side - scale * width) / 2, top: (side - scale * height) / 2 };
    }),
  ]);
  const shorter = resized("along the shorter side to 800, at most 1333", ({ width, height }) => {
    const scale = Math.min(800 / Math.min(width, height), 1333 / Math.max(width, height));
    return { sx: scale, sy: scale, left: 0, top: 0 };
  });
  const factors = [0.25, 0.5, 2, 4].map((factor) =>
    resized(`by a factor of ${factor}`, () => ({ sx: factor, sy: factor, left: 0, top: 0 })),
  );
  return [...sided, shorter, ...factors];
}

function resized(
  how: string,
  frameOf: (size: Size) => { sx: number; sy: number; left: number; top: number },
): BoxReading {
  return {
    name: `of images resized ${how}`,
    advice: ADVICE,
    read: ([x, y, width, height], size) => {
      if (!size) return undefined;
      const { sx, sy, left, top } = frameOf(size);
      const [x1, y1] = [(x - left) / sx, (y - top) / sy];
      return [x1, y1, x1 + width / sx, y1 + height / sy];
    },
  };
}
