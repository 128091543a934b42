import { placeOnCanvas, type Framing, type Size } from "../base/preprocessing.ts";
import { detections, type DetectionColumns, type Detections } from "../geometry/detections.ts";

/** Detections on the canvas as detections in the image, clipped to it; boxes that are left without area are dropped. */
export function fromCanvas(
  { boxes, scores, classes }: DetectionColumns & { boxes: ArrayLike<number> },
  image: Size,
  framing: Framing,
): Detections {
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
