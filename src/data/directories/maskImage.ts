import { AnchorkitError } from "../../base/errors.ts";
import type { Size } from "../../base/preprocessing.ts";
import { shownPath } from "../files.ts";
import { type Fit, fitParts } from "../images/fitImage.ts";
import { type LabelPixels, readLabelPixels } from "../formats/masks/labelPixels.ts";
import { readImageHeader } from "../images/images.ts";
import { nearestPixel } from "../images/resample.ts";

/**
 * What the pixels of a mask mean. "index": a grey value of up to 16 bits, or the index of a palette, is the number of a
 * class or object. "binary": 1 where it is not black. A list of colours, each of red, green and blue, of a palette or
 * not: the number is the place in the list.
 */
export type MaskValues = "index" | "binary" | readonly (readonly [r: number, g: number, b: number])[];

/** Grey as a colour: so much for each step. */
const GREY = 0x010101;

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
  const { maskValues, maxPixels } = options;
  const shown = await readImageHeader(image, options);
  const limit = maxPixels === undefined ? {} : { maxPixels };
  const pixels = await readLabelPixels(file, { colours: maskValues !== "index", ...limit });
  const name = shownPath(file);
  if (pixels.width !== shown.width || pixels.height !== shown.height) {
    const sizes = `${pixels.width} x ${pixels.height} pixels, its image ${shown.width} x ${shown.height}`;
    throw new AnchorkitError(`${name}: the mask has ${sizes} (${shownPath(image)})`);
  }
  return nearest(pixels, options, indexOfValue(pixels, options, name), pixels.deep && maskValues === "index");
}

/** What a value of the label image stands for. */
type IndexOf = (value: number) => number;

function indexOfValue(
  { kind, deep }: LabelPixels,
  { maskValues, classes = Infinity }: MaskOptions,
  name: string,
): IndexOf {
  if (maskValues === "binary") return (value) => (value === 0 ? 0 : 1);
  if (maskValues === "index") {
    const ignore = deep ? 65_535 : 255;
    return (value) => {
      if (kind === "rgb" && value % GREY !== 0) {
        throw new AnchorkitError(`${name}: is a mask in colours: give their list as maskValues`);
      }
      const index = kind === "rgb" ? value / GREY : value;
      if (index < classes || index === ignore) return index;
      throw new AnchorkitError(`${name}: the mask holds the value ${index}, but there are ${classes} classes`);
    };
  }
  const known = new Map(maskValues.map(([r, g, b], i) => [r * 65_536 + g * 256 + b, i]));
  return (value) => {
    const index = known.get(value);
    if (index !== undefined) return index;
    const colour = kind === "rgb" ? [value >> 16, (value >> 8) & 255, value & 255].join() : `${value} of 16 bits`;
    throw new AnchorkitError(`${name}: the mask holds the colour ${colour}, which maskValues lacks`);
  };
}

function nearest(original: LabelPixels, { size, fit, padValue }: MaskOptions, indexOf: IndexOf, deep: boolean) {
  const { from, to } = fitParts(original, size, fit);
  const count = size.width * size.height;
  const result = deep ? new Uint16Array(count) : new Uint8Array(count);
  result.fill(padValue);
  for (let y = 0; y < to.height; y++) {
    const row = from.top + nearestPixel(y, from.height, to.height);
    for (let x = 0; x < to.width; x++) {
      const column = from.left + nearestPixel(x, from.width, to.width);
      result[(to.top + y) * size.width + to.left + x] = indexOf(original.values[row * original.width + column] ?? 0);
    }
  }
  return result;
}
