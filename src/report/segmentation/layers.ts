import { IGNORED, type LabelMap } from "../../geometry/masks/labelMap.ts";
import type { PixelLabels } from "../../geometry/regions/pixelGrid.ts";
import { lineWidth } from "../boxShapes.ts";
import { classColor } from "../colors.ts";

/** Pixels to lay over an image: width * height * 4 bytes, row by row, red green blue and opacity. */
export interface RgbaImage {
  data: Uint8Array<ArrayBuffer>;
  width: number;
  height: number;
}

/** What the pixels that are wrong are: of a class, and called background; background, and called a class; another class. */
export const ERRORS = { missed: "#ffd21f", wrong: "#ff3d1f", mistaken: "#d63aff" } as const;

/** Pixels that do not count are hatched in white and black, which is seen on any ground. */
const [HATCH_STEP, WHITE, BLACK] = [10, [255, 255, 255, 170], [0, 0, 0, 170]] as const;

/**
 * Each pixel in the colour of its class, and borders between them without anything seen through; the background is clear.
 *
 * @param opacity of the inside, 0 to 1
 * @param objects [height * width] the object of each pixel: borders between these are drawn, too
 */
export function labelLayer(labels: LabelMap, opacity: number, objects?: PixelLabels): RgbaImage {
  const { width, height, data } = labels;
  const colors = Array.from({ length: 256 }, (_, label) => (label === 0 ? [0, 0, 0] : rgbOf(classColor(label - 1))));
  const pixels = new Uint8Array(width * height * 4);
  const line = Math.max(1, Math.ceil(lineWidth(width, height) / 2));
  const inside = Math.round(255 * opacity);
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      const label = data[i] as number;
      if (label === 0) continue;
      if (label === IGNORED) {
        hatch(pixels, x, y, i);
        continue;
      }
      const differs = (at: number): boolean =>
        data[at] !== label || (objects !== undefined && objects[at] !== objects[i]);
      const isBorder =
        (x >= line && differs(i - line)) ||
        (x + line < width && differs(i + line)) ||
        (y >= line && differs(i - line * width)) ||
        (y + line < height && differs(i + line * width));
      pixels.set(colors[label] as number[], 4 * i);
      pixels[4 * i + 3] = isBorder ? 255 : inside;
    }
  }
  return { data: pixels, width, height };
}

/** The pixels that are wrong, by kind (see ERRORS); what is right is clear. Both maps have one size. */
export function errorLayer(truth: LabelMap, prediction: LabelMap): RgbaImage {
  const { width, height } = truth;
  const [missed, wrong, mistaken] = [ERRORS.missed, ERRORS.wrong, ERRORS.mistaken].map(rgbOf) as [
    number[],
    number[],
    number[],
  ];
  const pixels = new Uint8Array(width * height * 4);
  for (let i = 0; i < truth.data.length; i++) {
    const [is, called] = [truth.data[i] as number, prediction.data[i] as number];
    if (is === IGNORED) {
      hatch(pixels, i % width, Math.floor(i / width), i);
    } else if (is !== called) {
      pixels.set(called === 0 ? missed : is === 0 ? wrong : mistaken, 4 * i);
      pixels[4 * i + 3] = 255;
    }
  }
  return { data: pixels, width, height };
}

function hatch(pixels: Uint8Array, x: number, y: number, i: number): void {
  const stripe = (x + y) % HATCH_STEP;
  if (stripe < 2) pixels.set(WHITE, 4 * i);
  else if (stripe < 4) pixels.set(BLACK, 4 * i);
}

function rgbOf(color: string): number[] {
  return [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16));
}
