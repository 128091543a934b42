import { placeOnCanvas, type Framing, type Size } from "../base/preprocessing.ts";
import { median } from "../base/statistics.ts";
import { detections, type DetectionColumns, type Detections } from "../geometry/detections.ts";

/** Sides of the canvas are multiples of this, so that the maps of all strides lie even on it. */
const MULTIPLE = 16;

/**
 * A canvas for images of these sizes: its longer side is `size`, its shape the typical one of the images, between 1:2
 * and 2:1, so that little of it stays empty.
 */
export function chooseCanvas(images: readonly Size[], size: number): Size {
  const typical = images.length === 0 ? 0 : median(images.map(({ width, height }) => Math.log(width / height)));
  const ratio = Math.exp(Math.min(Math.max(typical, -Math.LN2), Math.LN2)); // width / height
  const even = (side: number): number => Math.max(MULTIPLE, Math.round(side / MULTIPLE) * MULTIPLE);
  return { width: even(size * Math.min(1, ratio)), height: even(size * Math.min(1, 1 / ratio)) };
}

/** Detections on the canvas as detections in the image, clipped to it; boxes that are left without area are dropped. */
export function fromCanvas({ boxes, scores, classes }: DetectionColumns, image: Size, framing: Framing): Detections {
  const { scaleX, scaleY, offsetX, offsetY } = placeOnCanvas(image, framing);
  const clip = (value: number, most: number): number => Math.min(Math.max(value, 0), most);
  const kept: number[] = [];
  const corners: number[] = [];
  for (let i = 0; i < scores.length; i++) {
    const x1 = clip(((boxes[i * 4] as number) - offsetX) / scaleX, image.width);
    const y1 = clip(((boxes[i * 4 + 1] as number) - offsetY) / scaleY, image.height);
    const x2 = clip(((boxes[i * 4 + 2] as number) - offsetX) / scaleX, image.width);
    const y2 = clip(((boxes[i * 4 + 3] as number) - offsetY) / scaleY, image.height);
    if (!(x2 > x1 && y2 > y1)) continue;
    kept.push(i);
    corners.push(x1, y1, x2, y2);
  }
  return detections({
    boxes: Float32Array.from(corners),
    scores: Float32Array.from(kept, (i) => scores[i] as number),
    classes: Int32Array.from(kept, (i) => classes[i] as number),
  });
}
