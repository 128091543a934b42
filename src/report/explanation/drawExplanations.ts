import sharp, { type OverlayOptions, type Sharp } from "sharp";
import { AnchorkitError } from "../../base/errors.ts";
import { type HeatMap, heatOnImage, heatPeak } from "../../base/heatMap.ts";
import type { Framing, Size } from "../../base/preprocessing.ts";
import { decodeImage } from "../../data/images/images.ts";
import { boxLines, lineWidth, placeBox } from "../boxShapes.ts";
import { loadLabelFont } from "../labelFont.ts";
import { fitText, svgText } from "../svgText.ts";
import { blendHeat, heatColor } from "./heatColors.ts";

/** What a picture says of an image, or of one thing in it. */
export interface ExplainedPart {
  /** "raccoon 0.93" */
  title: string;
  map: HeatMap;
  /** What it is about: x1, y1, x2, y2 in pixels of the image. */
  box?: readonly number[];
}

/** Pixels of the longer side of the image in a picture of one part; smaller images are enlarged to the first. */
const [LEAST, MOST] = [320, 1600];
/** The same where a picture has several. */
const [LEAST_OF_SEVERAL, MOST_OF_SEVERAL] = [240, 480];
const [GAP, LEGEND, FONT_SIZE] = [8, 30, 14];
const BACKGROUND = "#16181d";
const TEXT = "#e8e8e8";
const BOX = "#ffffff";

/**
 * The image once for each part, with its heat laid over it, the box, and under it a scale from nothing to the hottest
 * place, and the title. Each map has a scale of its own.
 *
 * @param file an image file, shown upright @param framing how the image came to the canvas of the maps
 * @throws AnchorkitError when the file is no image, or there is no part
 */
export async function drawExplanations(
  file: string,
  parts: readonly ExplainedPart[],
  framing: Framing,
): Promise<Sharp> {
  if (parts.length === 0) throw new AnchorkitError("drawExplanations: needs at least one part, got none");
  await loadLabelFont();
  const [least, most] = parts.length === 1 ? [LEAST, MOST] : [LEAST_OF_SEVERAL, MOST_OF_SEVERAL];
  const image = await decodeImage(file, { size: (original) => shownSize(original, least, most) });
  const { width, height } = image;
  const original = { width: image.originalWidth, height: image.originalHeight };
  const columns = Math.ceil(Math.sqrt(parts.length));
  const sheet = {
    width: columns * (width + GAP) - GAP,
    height: Math.ceil(parts.length / columns) * (height + LEGEND),
  };
  const layers = parts.flatMap((part, i): OverlayOptions[] => {
    const [left, top] = [(i % columns) * (width + GAP), Math.floor(i / columns) * (height + LEGEND)];
    const pixels = Buffer.from(image.data);
    blendHeat(pixels, scaledHeat(part.map, original, framing, image));
    return [
      { input: pixels, raw: { width, height, channels: 3 }, left, top },
      { input: Buffer.from(overlayOf(part, image, image.scaleX)), left, top },
    ];
  });
  return sharp({ create: { ...sheet, channels: 3, background: BACKGROUND } })
    .composite(layers)
    .removeAlpha();
}

function shownSize({ width, height }: Size, least: number, most: number): Size {
  const longer = Math.max(width, height);
  const scale = Math.min(Math.max(longer, least), most) / longer;
  const side = (length: number): number => Math.max(1, Math.round(length * scale));
  return { width: side(width), height: side(height) };
}

/** 1 at the hottest place. */
function scaledHeat(map: HeatMap, original: Size, framing: Framing, { width, height }: Size): Float32Array {
  const { value = 1 } = heatPeak(map, original, framing) ?? {};
  return heatOnImage(map, original, framing, { width, height }).map((heat) => heat / value);
}

/** The box, and the legend under the image. */
function overlayOf({ title, box }: ExplainedPart, { width, height }: Size, scale: number): string {
  const frame = box ? boxLines(placeBox(box, scale, width, height, "box"), lineWidth(width, height), BOX, false) : "";
  const bar = Math.min(80, width / 4);
  const stops = Array.from({ length: 9 }, (_, i) => {
    return `<stop offset="${i / 8}" stop-color="rgb(${heatColor(i / 8)
      .map(Math.round)
      .join(",")})"/>`;
  });
  const middle = height + LEGEND / 2;
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height + LEGEND}">` +
    `<defs><linearGradient id="heat">${stops.join("")}</linearGradient></defs>${frame}` +
    `<rect x="6" y="${middle - 6}" width="${bar}" height="12" fill="url(#heat)" stroke="#888888"/>` +
    `${svgText(fitText(title, FONT_SIZE, width - bar - 20), bar + 14, middle, FONT_SIZE, TEXT)}</svg>`
  );
}
