import type { Dataset } from "../dataset.ts";
import { isTrained } from "../trainedObjects.ts";
import type { Findings } from "./findings.ts";

/** Boxes of fewer pixels a side are taken for slips. */
const TINY = 3;
/** Objects of fewer pixels a side in the network's input are hardly found: that is one place of its finest map. */
const SMALL = 8;

/**
 * What becomes of images and objects when images are resized so that their longer side has `size` pixels: objects too
 * small to be found, and images shrunk or enlarged a lot. A side is the shorter one of a box.
 */
export function checkTrainingSize({ images }: Dataset, size: number, findings: Findings): void {
  for (const image of images) {
    const longer = Math.max(image.width, image.height);
    const scale = size / longer;
    const resized = `${image.width} x ${image.height}`;
    if (scale < 1 / 4) findings.add("large-image", image, { detail: resized });
    if (scale > 2) findings.add("small-image", image, { detail: resized });
    for (const object of image.objects) {
      const [x1, y1, x2, y2] = object.box;
      const side = Math.min(x2 - x1, y2 - y1);
      const measures = `${shown(x2 - x1)} x ${shown(y2 - y1)}`;
      if (side < TINY) findings.add("tiny-box", object, { detail: measures });
      else if (side * scale < SMALL && isTrained(object)) {
        findings.add("small-in-training", object, { detail: `${measures}, ${shown(side * scale)} in training` });
      }
    }
  }
}

function shown(pixels: number): string {
  return String(Number(pixels.toFixed(1)));
}
