import type { LabelMap } from "../../geometry/masks/labelMap.ts";
import { sampleMap } from "../../geometry/masks/sampleMap.ts";
import type { ImageNumbers, MeasuredImage } from "../../segmentation/measuring/measure.ts";

/** An image that is shown: its maps are scaled down to what a page shows. */
export interface ShownImage extends ImageNumbers {
  truth: LabelMap;
  prediction: LabelMap;
}

/** How many images are shown, and the longest side of their maps in pixels. */
const [WORST, BEST, SIDE] = [12, 6, 560];

/** Keeps, of images that are measured one after another, those with the lowest and the highest IoU. */
export class Extremes {
  /** By their IoU, the lowest first. */
  #kept: ShownImage[] = [];

  /** An image without a class, labelled or found, has no IoU, and is not kept. */
  add({ truth, prediction }: MeasuredImage, numbers: ImageNumbers): void {
    if (Number.isNaN(numbers.iou)) return;
    const at = this.#kept.findIndex(({ iou }) => numbers.iou < iou);
    const place = at === -1 ? this.#kept.length : at;
    const isFull = this.#kept.length === WORST + BEST;
    if (isFull && place === WORST) return;
    this.#kept.splice(place, 0, { ...numbers, truth: scaled(truth), prediction: scaled(prediction) });
    if (isFull) this.#kept.splice(WORST, 1);
  }

  /** The worst first, and the best first; no image is in both. */
  get(): { worst: ShownImage[]; best: ShownImage[] } {
    const worst = Math.min(WORST, Math.ceil((this.#kept.length * WORST) / (WORST + BEST)));
    return { worst: this.#kept.slice(0, worst), best: this.#kept.slice(worst).reverse() };
  }
}

function scaled(map: LabelMap): LabelMap {
  const scale = Math.min(1, SIDE / Math.max(map.width, map.height));
  const side = (length: number): number => Math.max(1, Math.round(length * scale));
  const size = { width: side(map.width), height: side(map.height) };
  return { ...size, data: sampleMap(map.data, map, size) };
}
