import { largestFirst } from "../../geometry/masks/drawMasks.ts";
import { encodeMask } from "../../geometry/masks/encodeMask.ts";
import { BACKGROUND, IGNORED, type LabelMap } from "../../geometry/masks/labelMap.ts";
import { maskBox } from "../../geometry/masks/maskExtent.ts";
import type { Rle } from "../../geometry/masks/rle.ts";
import { type CocoMetrics, evaluateCoco } from "../../metrics/detection/coco/coco.ts";
import type { EvaluationImage } from "../../metrics/detection/evaluationImage.ts";
import type { PanopticMap, TruePanopticSegment } from "../../metrics/segmentation/panopticOverlaps.ts";
import {
  type PanopticClass,
  type PanopticMetrics,
  PanopticQuality,
} from "../../metrics/segmentation/panopticQuality.ts";
import { panopticOf } from "../instances/panoptic.ts";
import type { MeasuredImage, TrueInstance } from "./measure.ts";

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
  readonly #named: PanopticClass[];
  readonly #quality: PanopticQuality;
  #crowded = 0;

  constructor(classes: readonly string[], { things, maxDetections = 100 }: InstanceOptions) {
    this.#classes = classes;
    this.#things = things;
    this.#maxDetections = maxDetections;
    this.#named = classes.map((name, k) => ({ name, isThing: things.includes(k) }));
    this.#quality = new PanopticQuality([...this.#named, { name: "background", isThing: false }]);
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
      prediction: panopticOf(
        prediction,
        objects.found.toSorted((one, other) => other.score - one.score),
        this.#named,
      ),
    });
  }

  /** The numbers of the images so far. */
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

  /** The smaller objects on top, and the background as a crowd, which is neither found nor missed. */
  #truePanoptic(labels: LabelMap, objects: readonly TrueInstance[]): PanopticMap<TruePanopticSegment> {
    const order = largestFirst(objects.map(({ mask }) => mask)).reverse();
    const { ids, segments } = panopticOf(
      labels,
      order.map((i) => objects[i] as TrueInstance),
      this.#named,
    );
    if (!labels.data.includes(BACKGROUND)) return { ids, segments };
    const id = segments.length + 1;
    const background = { id, class: this.#classes.length, crowd: true };
    return {
      ids: ids.map((segment, i) => (segment === 0 && labels.data[i] === BACKGROUND ? id : segment)),
      segments: [...segments, background],
    };
  }
}
