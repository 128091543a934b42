import { AnchorkitError } from "../../../base/errors.ts";
import type { Size } from "../../../base/preprocessing.ts";
import type { LabelledObject } from "../../dataset.ts";
import type { StoredImage } from "../../images/imageStore.ts";
import { changePixels } from "./changePixels.ts";
import { coverOfObject, coverOfRectangles, cutMask, uncovered, type Cover } from "./cover.ts";
import type { Draw, Layer } from "../draw/draw.ts";
import { multiply, scaleAndShift } from "./matrix.ts";
import { placeObjects, type PlacedObject } from "./placeObjects.ts";
import { warpImage, warpMap, type PixelMap } from "./warp.ts";

/** What is known of an image; an ImageRecord is one. */
export interface Annotations extends Size {
  objects: LabelledObject[];
  /** The class of each pixel, and what else is known of it; of any size, as the image is. */
  labelMap?: PixelMap;
}

/** An image, at any size, and what is known of it. */
export interface Sample {
  image: StoredImage;
  annotations: Annotations;
}

export interface AugmentOptions {
  /** The other images that the draw names, by index; needed where images are combined. */
  sampleOf?: (index: number) => Promise<Sample>;
  /** False for boxes alone, without outlines and masks: the same boxes, in less time. */
  masks?: boolean;
  /** The class of pixels that no image covers, in label maps; 255 (to ignore) unless told. */
  fillClass?: number;
}

/**
 * Applies a draw to an image and its annotations together. The image and its label map may be stored at another size than
 * the image was labelled at; objects are in pixels of the labelled size before, all is in those of the draw's canvas after.
 *
 * A label map shows what is seen most: a layer that shines through with less than half the weight leaves no trace there.
 */
export async function augmentImage(
  image: StoredImage,
  annotations: Annotations,
  draw: Draw,
  { sampleOf, masks = true, fillClass = 255 }: AugmentOptions = {},
): Promise<Sample> {
  const { canvas, minVisible } = draw;
  const area = canvas.width * canvas.height;
  const result: StoredImage = { ...canvas, pixels: new Uint8Array(3 * area).fill(draw.fill) };
  const labelMap = annotations.labelMap && emptyMap(canvas, annotations.labelMap, fillClass);
  let placed: PlacedObject[] = [];
  for (const layer of draw.layers) {
    const own = layer.image === draw.layers[0]?.image;
    const sample = own ? { image, annotations } : await sampleFor(layer, sampleOf);
    const pasted = layer.objects !== undefined;
    const objects = placeObjects(sample.annotations.objects, layer, draw, masks || pasted);
    if (!pasted) {
      paint(sample, layer, result, labelMap);
      placed.push(...objects);
      continue;
    }
    for (const one of objects) {
      const cover = coverOfObject(one.object, canvas);
      paint(sample, layer, result, labelMap, cover);
      placed = uncovered(placed, cover, canvas, minVisible);
      if (masks) for (const below of placed) below.object = cutMask(below.object, cover, canvas);
      placed.push(masks ? one : { ...one, object: withoutMask(one.object) });
    }
  }
  await changePixels(result, draw);
  const rectangles = draw.changes.flatMap((change) => (change.name === "cutout" ? change.rectangles : []));
  if (rectangles.length > 0) placed = uncovered(placed, coverOfRectangles(rectangles, canvas), canvas, minVisible);
  const objects = placed.map(({ object }) => object);
  return { image: result, annotations: { ...canvas, objects, ...(labelMap && { labelMap }) } };
}

function emptyMap(canvas: Size, map: PixelMap, fill: number): PixelMap {
  return { ...map, ...canvas, data: new Uint8Array(canvas.width * canvas.height * (map.channels ?? 1)).fill(fill) };
}

async function sampleFor(layer: Layer, sampleOf: AugmentOptions["sampleOf"]): Promise<Sample> {
  if (!sampleOf) throw new AnchorkitError(`augmentImage: the draw needs image ${layer.image}; give sampleOf`);
  return sampleOf(layer.image);
}

/** Paints a layer, or those of its pixels that the cover names. */
function paint(
  { image, annotations }: Sample,
  { matrix, window, weight }: Layer,
  target: StoredImage,
  labelMap: PixelMap | undefined,
  cover?: Cover,
): void {
  const { width, height, labelMap: map } = annotations;
  const stored = multiply(matrix, scaleAndShift(width / image.width, height / image.height, 0, 0));
  const below = cover || weight < 1 ? target.pixels.slice() : undefined;
  warpImage(image, stored, target, cover?.window ?? window);
  if (below) mix(target.pixels, below, weight, target, cover);
  if (!labelMap || !map || weight < 0.5) return;
  const labelsBelow = cover && labelMap.data.slice();
  const fromMap = multiply(matrix, scaleAndShift(width / map.width, height / map.height, 0, 0));
  warpMap(map, fromMap, labelMap, cover?.window ?? window);
  if (labelsBelow) mix(labelMap.data, labelsBelow, 1, labelMap, cover);
}

/** What was below shows through again, or stays where the cover does not reach. */
function mix(above: Uint8Array, below: Uint8Array, weight: number, { width, height }: Size, cover?: Cover): void {
  const channels = below.length / (width * height);
  const [x1, y1, x2, y2] = cover?.window ?? [0, 0, width, height];
  for (let y = y1; y < y2; y++) {
    for (let pixel = y * width + x1; pixel < y * width + x2; pixel++) {
      const share = cover?.pixels[pixel] === 0 ? 0 : weight;
      for (let i = pixel * channels; i < (pixel + 1) * channels; i++) {
        above[i] = (below[i] as number) * (1 - share) + (above[i] as number) * share + 0.5;
      }
    }
  }
}

function withoutMask({ segmentation: _, ...object }: LabelledObject): LabelledObject {
  return object;
}
