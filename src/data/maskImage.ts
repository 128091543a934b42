import { AnchorkitError } from "../base/errors.ts";
import type { Size } from "../base/preprocessing.ts";
import { shownPath } from "./files.ts";
import { type Fit, fitParts } from "./fitImage.ts";
import { readImageHeader, withImage } from "./images.ts";

/**
 * What the pixels of a mask mean. "index": a grey value is the index of a class or object, 8 or 16 bits. "binary": 1
 * where it is not 0. A list of colours, each of red, green and blue: the index is the place in the list.
 */
export type MaskValues = "index" | "binary" | readonly (readonly [r: number, g: number, b: number])[];

export interface MaskOptions {
  size: Size;
  fit: Fit;
  maskValues: MaskValues;
  /** How many classes there are, when that is known. */
  classes?: number;
  /** Value of what padding adds. */
  padValue: number;
  maxPixels?: number;
}

/**
 * A mask in the size that is asked for, by the nearest pixel, as one number a pixel, row by row.
 *
 * @param image the image that it belongs to, whose size it must have
 * @throws AnchorkitError naming the file: unreadable, of another size, in colours that have no index, or an index that
 * is not below `classes`
 */
export async function readMask(file: string, image: string, options: MaskOptions): Promise<Uint8Array | Uint16Array> {
  const shown = await readImageHeader(image, options);
  return withImage(file, options, async (mask, header) => {
    if (header.width !== shown.width || header.height !== shown.height) {
      const sizes = `${header.width} x ${header.height} pixels, its image ${shown.width} x ${shown.height}`;
      throw new AnchorkitError(`the mask has ${sizes} (${shownPath(image)})`);
    }
    const { depth } = await mask.metadata();
    const deep = depth === "ushort";
    const { data, info } = await mask
      .removeAlpha()
      .toColourspace(deep ? "rgb16" : "srgb")
      .raw({ depth: deep ? "ushort" : "uchar" })
      .toBuffer({ resolveWithObject: true });
    const values = deep ? new Uint16Array(data.buffer, data.byteOffset, data.byteLength / 2) : data;
    const indexOf = reader(values, info.channels, options, deep ? 65_535 : 255);
    return nearest(header, options, indexOf, deep && options.maskValues === "index");
  });
}

type IndexOf = (pixel: number) => number;

function reader(
  values: Uint8Array | Uint16Array,
  channels: number,
  { maskValues, classes = Infinity }: MaskOptions,
  ignore: number,
): IndexOf {
  const channel = (pixel: number, c: number): number => values[pixel * channels + Math.min(c, channels - 1)] ?? 0;
  if (maskValues === "binary") {
    return (pixel) => (channel(pixel, 0) || channel(pixel, 1) || channel(pixel, 2) ? 1 : 0);
  }
  if (maskValues === "index") {
    return (pixel) => {
      const value = channel(pixel, 0);
      if (value !== channel(pixel, 1) || value !== channel(pixel, 2)) {
        throw new AnchorkitError("is a mask in colours: give their list as maskValues");
      }
      if (value >= classes && value !== ignore) {
        throw new AnchorkitError(`the mask holds the value ${value}, but there are ${classes} classes`);
      }
      return value;
    };
  }
  const known = new Map(maskValues.map((colour, i) => [colour.join(), i]));
  return (pixel) => {
    const colour = [channel(pixel, 0), channel(pixel, 1), channel(pixel, 2)].join();
    const index = known.get(colour);
    if (index === undefined) throw new AnchorkitError(`the mask holds the colour ${colour}, which maskValues lacks`);
    return index;
  };
}

function nearest(original: Size, { size, fit, padValue }: MaskOptions, indexOf: IndexOf, deep: boolean) {
  const { from, to } = fitParts(original, size, fit);
  const count = size.width * size.height;
  const result = deep ? new Uint16Array(count) : new Uint8Array(count);
  result.fill(padValue);
  for (let y = 0; y < to.height; y++) {
    const row = from.top + Math.floor(((y + 0.5) * from.height) / to.height);
    for (let x = 0; x < to.width; x++) {
      const column = from.left + Math.floor(((x + 0.5) * from.width) / to.width);
      result[(to.top + y) * size.width + to.left + x] = indexOf(row * original.width + column);
    }
  }
  return result;
}
