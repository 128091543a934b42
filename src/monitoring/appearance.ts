import type { Size } from "../base/preprocessing.ts";

/** What the pixels of an image are like, whatever they show. */
export interface Appearance {
  /** Mean luma, 0 (black) to 255. */
  brightness: number;
  /** Standard deviation of the luma. */
  contrast: number;
  /** Variance of the luma's Laplacian: low where nothing is in focus (Pech-Pacheco et al., 2000). */
  sharpness: number;
}

/**
 * Measures an image as the network gets it, at the size that it has on the canvas: what is lost on the way there matters to
 * no detection, and images of different sizes can be compared. Luma is 0.299 R + 0.587 G + 0.114 B; the Laplacian is that
 * of the four neighbours, of pixels that have all four.
 *
 * @param pixels [height, width, 3]
 */
export function appearanceOf(pixels: Uint8Array, { width, height }: Size): Appearance {
  const luma = new Float64Array(width * height);
  for (let i = 0; i < luma.length; i++) {
    const at = 3 * i;
    luma[i] = 0.299 * (pixels[at] as number) + 0.587 * (pixels[at + 1] as number) + 0.114 * (pixels[at + 2] as number);
  }
  const [brightness, variance] = moments(luma);
  return { brightness, contrast: Math.sqrt(variance), sharpness: moments(laplacian(luma, width, height))[1] };
}

function laplacian(luma: Float64Array, width: number, height: number): Float64Array {
  const inside = new Float64Array(Math.max(0, width - 2) * Math.max(0, height - 2));
  let at = 0;
  for (let y = 1; y < height - 1; y++) {
    for (let x = 1; x < width - 1; x++) {
      const i = y * width + x;
      const around =
        (luma[i - 1] as number) + (luma[i + 1] as number) + (luma[i - width] as number) + (luma[i + width] as number);
      inside[at++] = around - 4 * (luma[i] as number);
    }
  }
  return inside;
}

/** Mean and variance; 0 and 0 of nothing. */
function moments(values: Float64Array): [mean: number, variance: number] {
  let [sum, squares] = [0, 0];
  for (const value of values) sum += value;
  const mean = values.length === 0 ? 0 : sum / values.length;
  for (const value of values) squares += (value - mean) ** 2;
  return [mean, values.length === 0 ? 0 : squares / values.length];
}
