import { encodeMask } from "../geometry/masks/encodeMask.ts";
import { IGNORED, type LabelMap } from "../geometry/masks/labelMap.ts";
import { maskArea, maskBox } from "../geometry/masks/maskExtent.ts";
import type { Rle } from "../geometry/masks/rle.ts";
import { type CocoMetrics, evaluateCoco } from "../metrics/detection/coco/coco.ts";
import type { EvaluationImage } from "../metrics/detection/evaluationImage.ts";
import type { PanopticMap, TruePanopticSegment } from "../metrics/segmentation/panopticOverlaps.ts";
import { type PanopticMetrics, PanopticQuality } from "../metrics/segmentation/panopticQuality.ts";
import type { FoundInstance, MeasuredImage, TrueInstance } from "./measure.ts";

/** What was measured of single objects. */
export interface InstanceEvaluation {
  /** COCO's numbers of the objects' masks; `perClass` has the things alone, in their order. */
  coco: CocoMetrics;
  /** Panoptic quality of all classes; the background is none. */
  panoptic: PanopticMetrics;
  /** Images with more objects of a class than detections are looked at. */
  crowded: number;
}

export interface InstanceOptions {
  /** Indices of the classes that are counted (cells, cars); the others are stuff (sky, road). */
  things: readonly number[];
  /** How many objects of each class that were found in an image are looked at, the surest first; 100 as with COCO. */
  maxDetections?: number;
}

/**
 * Measures the objects that were found in any number of images, taken in one by one. Of an image, the masks of its
 * objects are kept, and not its maps.
 *
 * Pixels that do not count are a crowd of each class for mask AP, so that an object found there is no mistake, and void
 * for panoptic quality. The background is no void: what is found there is wrong.
 */
export class InstanceMeasurement {
  readonly #classes: readonly string[];
  readonly #things: readonly number[];
  readonly #maxDetections: number;
  readonly #images: EvaluationImage[] = [];
  readonly #quality: PanopticQuality;
  #crowded = 0;

  constructor(classes: readonly string[], { things, maxDetections = 100 }: InstanceOptions) {
    this.#classes = classes;
    this.#things = things;
    this.#maxDetections = maxDetections;
    const named = classes.map((name, k) => ({ name, isThing: things.includes(k) }));
    this.#quality = new PanopticQuality([...named, { name: "background", isThing: false }]);
  }

  /** @throws RangeError for masks that are not of the image's size */
  add({ size, truth, prediction, instances = { truth: [], found: [] } }: MeasuredImage): void {
    const isThing = (one: { class: number }): boolean => this.#things.includes(one.class);
    const objects = { truth: instances.truth.filter(isThing), found: instances.found.filter(isThing) };
    const most = Math.max(...this.#things.map((k) => objects.truth.filter((one) => one.class === k).length));
    if (most > this.#maxDetections) this.#crowded++;
    this.#images.push({
      size,
      truth: this.#trueColumns([...objects.truth, ...this.#ignoredCrowds(truth)]),
      detections: { ...this.#columns(objects.found), scores: objects.found.map(({ score }) => score) },
    });
    this.#quality.add({
      truth: this.#truePanoptic(truth, objects.truth),
      prediction: this.#panoptic(prediction, objects.found),
    });
  }

  metrics(): InstanceEvaluation {
    const coco = evaluateCoco(
      this.#images,
      this.#things.map((k) => this.#classes[k] ?? ""),
      { overlap: "mask", maxDetections: this.#maxDetections },
    );
    const panoptic = this.#quality.metrics();
    const perClass = panoptic.perClass.slice(0, this.#classes.length);
    return { coco, panoptic: { ...panoptic, perClass }, crowded: this.#crowded };
  }

  #columns(objects: readonly { mask: Rle; class: number }[]) {
    return {
      boxes: objects.flatMap(({ mask }) => maskBox(mask)),
      classes: objects.map((one) => this.#things.indexOf(one.class)),
      masks: objects.map(({ mask }) => mask),
    };
  }

  #trueColumns(objects: readonly TrueInstance[]) {
    return { ...this.#columns(objects), crowd: objects.map(({ crowd = false }) => crowd) };
  }

  #ignoredCrowds({ data, width, height }: LabelMap): TrueInstance[] {
    if (!data.includes(IGNORED)) return [];
    const mask = encodeMask(
      data.map((label) => Number(label === IGNORED)),
      height,
      width,
    );
    return this.#things.map((k) => ({ mask, class: k, crowd: true }));
  }

  /** The objects on their class's pixels, the smaller ones on top; stuff, and the background, which is never found or missed. */
  #truePanoptic(labels: LabelMap, objects: readonly TrueInstance[]): PanopticMap<TruePanopticSegment> {
    const background = this.#classes.length;
    const segments: TruePanopticSegment[] = [{ id: background + 1, class: background, crowd: true }];
    const ids = this.#stuff(labels, segments);
    for (let i = 0; i < ids.length; i++) if (labels.data[i] === 0) ids[i] = background + 1;
    for (const { mask, crowd, ...one } of objects.toSorted((a, b) => maskArea(b.mask) - maskArea(a.mask))) {
      const id = background + 1 + segments.length;
      segments.push({ id, class: one.class, ...(crowd === true && { crowd }) });
      paint(ids, mask, id, (i) => labels.data[i] === one.class + 1);
    }
    return present(ids, segments);
  }

  /** The objects, the surest on top, over stuff. */
  #panoptic(labels: LabelMap, objects: readonly FoundInstance[]): PanopticMap {
    const segments: TruePanopticSegment[] = [];
    const ids = this.#stuff(labels, segments);
    for (const { mask, ...one } of objects.toSorted((a, b) => a.score - b.score)) {
      const id = this.#classes.length + 2 + segments.length;
      segments.push({ id, class: one.class });
      paint(ids, mask, id, () => true);
    }
    return present(ids, segments);
  }

  /** [height * width] a segment for each class of stuff, its id the class + 1; their list is added to. */
  #stuff({ data }: LabelMap, segments: TruePanopticSegment[]): Int32Array {
    const isStuff = this.#classes.map((_, k) => !this.#things.includes(k));
    isStuff.forEach((stuff, k) => {
      if (stuff) segments.push({ id: k + 1, class: k });
    });
    return Int32Array.from(data, (label) => (isStuff[label - 1] === true ? label : 0));
  }
}

/** Only segments of which pixels are left are segments. */
function present<Segment extends { id: number }>(ids: Int32Array, segments: readonly Segment[]) {
  const seen = new Set(ids);
  return { ids, segments: segments.filter(({ id }) => seen.has(id)) };
}

/** Gives the pixels inside a mask an id where they may have it. */
function paint(ids: Int32Array, { height, width, counts }: Rle, id: number, may: (at: number) => boolean): void {
  let place = 0; // down the columns
  for (const [i, count] of counts.entries()) {
    const end = place + count;
    for (; i % 2 === 1 && place < end; place++) {
      const at = (place % height) * width + Math.floor(place / height);
      if (may(at)) ids[at] = id;
    }
    place = end;
  }
}
