import type { Sharp } from "sharp";
import { AnchorkitError } from "../../base/errors.ts";
import { decodeImage } from "../../data/images/images.ts";
import { knownOptions } from "../../geometry/knownOptions.ts";
import { IGNORED, type LabelMap } from "../../geometry/masks/labelMap.ts";
import type { PixelLabels } from "../../geometry/regions/pixelGrid.ts";
import { classColor, textColorOn } from "../colors.ts";
import { loadLabelFont } from "../labelFont.ts";
import { checkedClass } from "../overlay.ts";
import { fromPixels, type RgbImage } from "../picture.ts";
import { fitText, svgText, textWidth } from "../svgText.ts";
import { labelLayer } from "./layers.ts";

export interface SegmentationOverlayOptions {
  /** How much the colours cover of the image, 0 to 1; 0.45 by default. Borders cover it in any case. */
  opacity?: number;
  /** Whether the classes that are seen are named in a corner; they are unless told, where there are several. */
  names?: boolean;
  /** [height * width] the object of each pixel, 0 for none: borders between objects are drawn, too. */
  objects?: PixelLabels;
}

/**
 * The image, upright, with its pixels in the colours of their classes. Write it with `writePicture`, or go on with sharp:
 * `(await drawSegmentation(…)).png().toBuffer()`.
 *
 * @param image an image file (its EXIF orientation is applied), or RGB pixels
 * @param labels of the image's size
 * @param classes without the background
 * @throws AnchorkitError when the file is no image, sizes differ, or a label is no class
 */
export async function drawSegmentation(
  image: string | RgbImage,
  labels: LabelMap,
  classes: readonly string[],
  options: SegmentationOverlayOptions = {},
): Promise<Sharp> {
  knownOptions("drawSegmentation", options, { opacity: true, names: true, objects: true });
  const { opacity = 0.45, names = classes.length > 1, objects } = options;
  const pixels = typeof image === "string" ? await decodeImage(image) : image;
  const { width, height } = pixels;
  if (labels.width !== width || labels.height !== height) {
    throw new AnchorkitError(
      `drawSegmentation: the image has ${width} x ${height} pixels, its labels ${labels.width} x ${labels.height}`,
    );
  }
  const shown = classesIn(labels).map((k) => checkedClass(k, classes));
  const layer = labelLayer(labels, opacity, objects);
  const overlays = [{ input: Buffer.from(layer.data.buffer), raw: { width, height, channels: 4 as const } }];
  if (!names || shown.length === 0) return fromPixels(pixels).composite(overlays).removeAlpha();
  await loadLabelFont();
  const key = Buffer.from(namesSvg(shown, classes, width, height));
  return fromPixels(pixels)
    .composite([...overlays, { input: key }])
    .removeAlpha();
}

/** The classes that are seen, the largest first. */
function classesIn({ data }: LabelMap): number[] {
  const counts = new Float64Array(256);
  for (const label of data) (counts[label] as number)++;
  return Array.from({ length: IGNORED - 1 }, (_, k) => k)
    .filter((k) => (counts[k + 1] as number) > 0)
    .sort((a, b) => (counts[b + 1] as number) - (counts[a + 1] as number));
}

/** Names on grounds of their colours, one under another, as far as half of the picture reaches. */
function namesSvg(shown: readonly number[], classes: readonly string[], width: number, height: number): string {
  const fontSize = Math.max(10, Math.round(Math.sqrt(width * height) / 42));
  const row = Math.ceil(fontSize * 1.35);
  const rows = shown.slice(0, Math.floor(height / 2 / row)).map((k, i) => {
    const color = classColor(k);
    const text = fitText(classes[k] ?? "", fontSize, width - fontSize);
    const ground = `<rect x="0" y="${i * row}" width="${Math.ceil(textWidth(text, fontSize) + fontSize / 2)}" height="${row}" fill="${color}"/>`;
    return ground + svgText(text, fontSize / 4, (i + 0.5) * row, fontSize, textColorOn(color));
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${rows.join("")}</svg>`;
}
