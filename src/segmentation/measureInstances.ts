import { instanceMap, paintMask } from "../geometry/masks/drawMasks.ts";
import { encodeMask } from "../geometry/masks/encodeMask.ts";
import { BACKGROUND, IGNORED, type LabelMap } from "../geometry/masks/labelMap.ts";
import { maskBox } from "../geometry/masks/maskExtent.ts";
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

  /** Each object on the pixels of its class, stuff, and the background as a crowd, which is neither found nor missed. */
  #truePanoptic(labels: LabelMap, objects: readonly TrueInstance[]): PanopticMap<TruePanopticSegment> {
    const masks = objects.map(({ mask }) => mask);
    const object = instanceMap(masks, labels);
    const background = this.#classes.length;
    const ids = this.#stuff(labels);
    for (let i = 0; i < ids.length; i++) {
      const label = labels.data[i] as number;
      if (label === BACKGROUND) ids[i] = background + 1;
      else if (objects[(object[i] as number) - 1]?.class === label - 1) ids[i] = this.#idOf(object[i] as number);
    }
    const segments = objects.map(({ class: k, crowd = false }, i) => ({ id: this.#idOf(i + 1), class: k, crowd }));
    return present(ids, [
      ...segments,
      ...this.#stuffSegments(),
      { id: background + 1, class: background, crowd: true },
    ]);
  }

  /** The objects, the surest on top, over stuff. */
  #panoptic(labels: LabelMap, objects: readonly FoundInstance[]): PanopticMap {
    const ids = this.#stuff(labels);
    const surestLast = objects.toSorted((a, b) => a.score - b.score);
    surestLast.forEach(({ mask }, i) => paintMask(ids, mask, this.#idOf(i + 1)));
    const segments = surestLast.map((one, i) => ({ id: this.#idOf(i + 1), class: one.class }));
    return present(ids, [...segments, ...this.#stuffSegments()]);
  }

  /** The id of the first object is 1 more than those of stuff and the background. */
  #idOf(object: number): number {
    return this.#classes.length + 1 + object;
  }

  /** [height * width] the class + 1 of pixels of stuff, else 0. */
  #stuff({ data }: LabelMap): Int32Array<ArrayBuffer> {
    const isStuff = this.#classes.map((_, k) => !this.#things.includes(k));
    return Int32Array.from(data, (label) => (isStuff[label - 1] === true ? label : 0));
  }

  #stuffSegments(): { id: number; class: number }[] {
    return [...this.#classes.keys()].filter((k) => !this.#things.includes(k)).map((k) => ({ id: k + 1, class: k }));
  }
}

/** Only segments of which pixels are left are segments. */
function present<Segment extends { id: number }>(ids: Int32Array, segments: readonly Segment[]) {
  const seen = new Set(ids);
  return { ids, segments: segments.filter(({ id }) => seen.has(id)) };
}
