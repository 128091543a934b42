import { knownOptions } from "../geometry/knownOptions.ts";
import sharp, { type OverlayOptions, type Sharp } from "sharp";

import { AnchorkitError } from "../base/errors.ts";
import type { Size } from "../base/preprocessing.ts";
import type { LabelledObject } from "../data/dataset.ts";
import { readImageHeader } from "../data/images/images.ts";
import { mapParallel } from "../data/parallel.ts";
import { type DetectionColumns, detections as checked, scoredFrom } from "../geometry/detections.ts";
import type { Rect } from "./boxShapes.ts";
import { classColor } from "./colors.ts";
import { loadLabelFont } from "./labelFont.ts";
import { labelOverlay } from "./labelOverlay.ts";
import { detectionsOverlay } from "./overlay.ts";
import { fromPixels, type RgbImage } from "./picture.ts";
import { sheetRows } from "./sheetRows.ts";
import { fitText, svgText, textWidth } from "./svgText.ts";
import { type TilePicture, tilePicture } from "./tilePicture.ts";

/** One picture of a contact sheet. Boxes are in pixels of the image. */
export interface SheetImage {
  image: string | RgbImage;
  detections?: DetectionColumns;
  truth?: readonly LabelledObject[];
  /** Labels that are what the picture is about: solid lines, outlines and the names of their classes. */
  labels?: readonly LabelledObject[];
  /** Written under the picture. */
  title?: string;
}

export interface SheetOptions {
  /** Pictures in a row; by default as many as fit, on a sheet that is as wide as up to 4 pictures of 4:3. */
  columns?: number;
  /** Width of a picture of 4:3 in pixels; others are about as high. */
  tileWidth?: number;
  /** Written above the pictures, such as "24 of 100 images". */
  heading?: string;
  /** Whether names (and scores) are written at boxes; they are unless told. */
  names?: boolean;
  scoreThreshold?: number;
  /** Told of a picture that cannot be read, whose place stays empty; without it, the error is thrown. */
  onUnreadable?: (image: SheetImage, error: AnchorkitError) => void;
}

const SCORE_THRESHOLD = 0.3;
const NONE: DetectionColumns = { boxes: [], scores: [], classes: [] };
const MARGIN = 10;
const FONT_SIZE = 14;
const LINE = 22;
const BACKGROUND = "#16181d";
const TEXT = "#e8e8e8";

/**
 * Several images in rows of equal height, with detections (solid lines) and truth (dashed lines), or labels with names
 * and outlines, a title under each, and the colours of the classes at the end.
 *
 * @throws AnchorkitError when there are no images, or as drawDetections does
 */
export async function contactSheet(
  images: readonly SheetImage[],
  classes: readonly string[],
  options: SheetOptions = {},
): Promise<Sharp> {
  knownOptions("contactSheet", options, {
    ...{ columns: true, tileWidth: true, names: true, heading: true },
    ...{ scoreThreshold: true, onUnreadable: true },
  });
  if (images.length === 0) throw new AnchorkitError("contactSheet: needs at least one image, got none");
  await loadLabelFont();
  const { columns, tileWidth = 400, heading = "", scoreThreshold = SCORE_THRESHOLD } = options;
  const width = MARGIN + (columns ?? Math.min(4, Math.ceil(Math.sqrt(images.length)))) * (tileWidth + MARGIN);
  const top = heading === "" ? MARGIN : MARGIN + LINE;
  const rows = sheetRows(await mapParallel(images, 4, aspectOf), {
    ...{ width: width - 2 * MARGIN, height: Math.round(tileWidth * 0.75), gap: MARGIN, under: LINE + MARGIN },
    ...(columns !== undefined && { perRow: columns }),
  });
  const legend = legendElements(images, classes, width, top + rows.height, scoreThreshold);

  const layers: OverlayOptions[] = [];
  const titles = [svgText(fitText(heading, FONT_SIZE, width - 2 * MARGIN), MARGIN, top - LINE / 2, FONT_SIZE, TEXT)];
  const items = images.map((item, i) => ({ item, place: rows.places[i] as Rect }));
  const tiles = await mapParallel(items, 4, ({ item, place }) => drawTile(item, classes, place, options));
  for (const [i, { item, place }] of items.entries()) {
    const [left, y] = [MARGIN + place.x, top + place.y];
    const tile = tiles[i];
    if (tile) {
      layers.push({
        input: tile.data,
        raw: { width: tile.width, height: tile.height, channels: 3 },
        left: left + Math.floor((place.width - tile.width) / 2),
        top: y + Math.floor((place.height - tile.height) / 2),
      });
    }
    const title = fitText(item.title ?? "", FONT_SIZE, place.width);
    titles.push(svgText(title, left, y + place.height + LINE / 2, FONT_SIZE, TEXT));
  }
  const height = legend.bottom + MARGIN;
  const text = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${titles.join("")}${legend.svg}</svg>`;
  layers.push({ input: Buffer.from(text), left: 0, top: 0 });
  return sharp({ create: { width, height, channels: 3, background: BACKGROUND } })
    .composite(layers)
    .removeAlpha();
}

/** Width over height; that of most photos where it cannot be read, which is found out when it is drawn. */
async function aspectOf({ image }: SheetImage): Promise<number> {
  if (typeof image !== "string") return image.width / image.height;
  try {
    const { width, height } = await readImageHeader(image);
    return width / height;
  } catch (error) {
    if (error instanceof AnchorkitError) return 4 / 3;
    throw error;
  }
}

/** The image as large as its place allows, boxes and labels drawn at that size, so that they can be read. */
async function drawTile(
  item: SheetImage,
  classes: readonly string[],
  place: Size,
  { scoreThreshold = SCORE_THRESHOLD, names = true, onUnreadable }: SheetOptions,
): Promise<(RgbImage & { data: Buffer }) | undefined> {
  let picture: TilePicture;
  try {
    picture = await tilePicture(item.image, place);
  } catch (error) {
    if (!onUnreadable || !(error instanceof AnchorkitError)) throw error;
    onUnreadable(item, error);
    return undefined;
  }
  const { scale, width, height } = picture;
  const overlays = [
    detectionsOverlay(width, height, item.detections ?? NONE, classes, {
      scoreThreshold,
      scale,
      truth: item.truth ?? [],
      fontSize: FONT_SIZE - 1,
      names,
    }),
  ];
  if (item.labels) {
    overlays.push(labelOverlay(width, height, item.labels, classes, { scale, fontSize: FONT_SIZE - 1, names }));
  }
  const data = await fromPixels(picture)
    .composite(overlays.map((overlay) => ({ input: Buffer.from(overlay) })))
    .removeAlpha()
    .raw()
    .toBuffer();
  return { data, width, height };
}

/** A swatch and a name for each class that is drawn, and what the two kinds of line mean where both are there. */
function legendElements(
  images: readonly SheetImage[],
  classes: readonly string[],
  width: number,
  top: number,
  scoreThreshold: number,
): { svg: string; bottom: number } {
  const drawn = new Set(
    images.flatMap(({ detections, truth = [], labels = [] }) => [
      ...(detections ? scoredFrom(scoreThreshold, checked(detections)).classes : []),
      ...[...truth, ...labels].map((object) => object.class),
    ]),
  );
  const entries = [...drawn]
    .sort((a, b) => a - b)
    .map((i) => ({ text: classes[i] ?? "", color: classColor(i), dash: "" }));
  if (images.some(({ detections }) => detections !== undefined)) entries.push({ text: "found", color: TEXT, dash: "" });
  if (images.some(({ truth }) => truth !== undefined)) entries.push({ text: "truth", color: TEXT, dash: "8 6" });
  let x = MARGIN;
  let y = top + LINE / 2;
  const svg = entries.map(({ text, color, dash }) => {
    const entryWidth = 34 + textWidth(text, FONT_SIZE) + 2 * MARGIN;
    if (x > MARGIN && x + entryWidth > width) {
      x = MARGIN;
      y += LINE;
    }
    const swatch = `<path d="M${x} ${y}h28" stroke="${color}" stroke-width="4"${dash && ` stroke-dasharray="${dash}"`}/>`;
    const element = swatch + svgText(fitText(text, FONT_SIZE, width - 34 - MARGIN), x + 34, y, FONT_SIZE, TEXT);
    x += entryWidth;
    return element;
  });
  return { svg: svg.join(""), bottom: y + LINE / 2 };
}
