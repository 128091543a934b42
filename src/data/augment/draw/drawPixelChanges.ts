import type { Size } from "../../../base/preprocessing.ts";
import type { Random } from "../../../base/random.ts";
import type { PhotometricOperation } from "../description.ts";
import type { PixelChange, Window } from "./draw.ts";
import { drawFactor } from "./drawGeometry.ts";

/** Draws which of the operations are done and with which numbers. */
export function drawPixelChanges(
  random: Random,
  canvas: Size,
  operations: readonly PhotometricOperation[],
): PixelChange[] {
  return operations
    .filter(({ probability }) => random.chance(probability))
    .map((operation) => drawChange(random, canvas, operation));
}

function drawChange(random: Random, canvas: Size, operation: PhotometricOperation): PixelChange {
  const { name } = operation;
  switch (name) {
    case "gain": {
      const gain = 1 + random.uniform(-operation.amount, operation.amount);
      const channel = (): number => gain * (1 + random.uniform(-operation.channels, operation.channels));
      return { name, factors: [channel(), channel(), channel()] };
    }
    case "brightness":
      return { name, amount: random.uniform(...operation.amount) };
    case "contrast":
      return { name, factor: drawFactor(random, operation.factor) };
    case "saturation":
      return { name, factor: random.uniform(...operation.factor) };
    case "hue":
      return { name, degrees: random.uniform(...operation.degrees) };
    case "grey":
      return { name };
    case "gamma":
      return { name, exponent: drawFactor(random, operation.exponent) };
    case "blur":
      return { name, sigma: random.uniform(...operation.sigma) };
    case "noise":
      return { name, deviation: random.uniform(...operation.deviation), seed: random.uint32() };
    case "jpeg":
      return { name, quality: Math.round(random.uniform(...operation.quality)) };
    case "cutout":
      return { name, rectangles: drawRectangles(random, canvas, operation) };
  }
}

function drawRectangles(
  random: Random,
  { width, height }: Size,
  { count, size }: Extract<PhotometricOperation, { name: "cutout" }>,
): Window[] {
  const [low, high] = count;
  return Array.from({ length: Math.floor(random.uniform(low, high + 1)) }, () => {
    const w = Math.round(random.uniform(...size) * width);
    const h = Math.round(random.uniform(...size) * height);
    const [x, y] = [random.int(width - w + 1), random.int(height - h + 1)];
    return [x, y, x + w, y + h];
  });
}
