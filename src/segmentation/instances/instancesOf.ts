import { knownOptions } from "../../geometry/knownOptions.ts";
import { instanceMasks } from "../../geometry/masks/instanceMasks.ts";
import { BACKGROUND, IGNORED, type LabelMap } from "../../geometry/masks/labelMap.ts";
import { boxOf } from "../../geometry/masks/maskExtent.ts";
import type { Rle } from "../../geometry/masks/rle.ts";
import { connectedComponents } from "../../geometry/regions/connectedComponents.ts";
import { distanceTransform } from "../../geometry/regions/distanceTransform.ts";
import { peaks } from "../../geometry/regions/peaks.ts";
import { checkGrid, checkNumbers, type Connectivity } from "../../geometry/regions/pixelGrid.ts";
import { smooth } from "../../geometry/regions/smooth.ts";
import { watershed } from "../../geometry/regions/watershed.ts";
import { distanceTargets } from "../targets/distanceTargets.ts";

/** An object that was found in an image. */
export interface Instance {
  /** Of the size of the image. */
  mask: Rle;
  /** Index into the list of classes. */
  class: number;
  /** 0 to 1. */
  score: number;
  /** The smallest box around the mask: x1, y1, x2, y2 in whole pixels, x2 and y2 exclusive. */
  box: [number, number, number, number];
}

/** What a network says of the pixels of an image, row by row. */
export interface PixelPrediction {
  labels: LabelMap;
  /** The probability of each pixel's class; without them each is 1. */
  scores?: Float32Array;
  /** How deep each pixel lies in its object, 0 to 1, as `distanceTargets` / 255 has it. */
  distance?: Float32Array;
}

export const INSTANCE_METHODS = ["watershed", "components"] as const;

export interface InstanceOptions {
  /** `components`: each connected region of a class is an object. `watershed`, the default, divides these. */
  method?: (typeof INSTANCE_METHODS)[number];
  /**
   * By how much of an object's depth one must come up, on the way from one middle to the next, for them to be two
   * objects. Less of it cuts more. Default 0.12 of the predicted distance; 0.1 where there is none.
   */
  rise?: number;
  /** Fewest pixels of an object; what is smaller is left out. Default 10. */
  minArea?: number;
  /** Whether pixels that touch at a corner alone belong together (8) or not (4, the default). */
  connectivity?: Connectivity;
}

const OPTIONS = { method: true, rise: true, minArea: true, connectivity: true } as const;

// What separated best on the nuclei of BBBC038, their true distances blurred and with noise added: sigma 1 pixel of a
// prediction, 0.7 pixels of distances in the mask itself, which have no noise.
const FROM_PREDICTION = { smoothing: 2, rise: 0.12 };
const FROM_SHAPE = { smoothing: 1, rise: 0.1 };

/**
 * The objects of each class in a map of classes, best score first.
 *
 * By watershed, the middles of objects are the peaks of the predicted distance, smoothed a little, and the regions of a
 * class are divided among them along the valleys. Without a predicted distance it is that to the border of the region
 * itself, by ratio, which cuts at waists. Each region has one peak at least, so that no pixel of a class is lost, however
 * flat the distance is there.
 *
 * The score is the mean probability of the object's pixels. With a predicted distance it is multiplied by 1 - the mean
 * difference between what was predicted and what an object of this shape has: two objects that were not told apart have
 * a valley that their union should not have, and pieces of one object lack their borders.
 *
 * @throws RangeError where an array is not as long as there are pixels or has a NaN, or an option is out of range; TypeError
 *   for an unknown option
 */
export function instancesOf(prediction: PixelPrediction, options: InstanceOptions = {}): Instance[] {
  knownOptions("instancesOf", options, OPTIONS);
  const { labels, scores, distance } = prediction;
  checkGrid("instancesOf: labels", labels.data, labels);
  for (const [name, values] of Object.entries({ scores, distance })) {
    if (!values) continue;
    checkGrid(`instancesOf: ${name}`, values, labels);
    checkNumbers(`instancesOf: ${name}`, values);
  }
  const { method = "watershed", minArea = 10, connectivity = 4 } = options;
  const classes = labels.data.map((label) => (label === IGNORED ? BACKGROUND : label));
  const regions =
    checkedMethod(method) === "components"
      ? connectedComponents(classes, labels, { connectivity }).ids
      : divide(classes, prediction, { connectivity, rise: options.rise });
  const { ids, areas } = withoutSmall(regions, minArea);
  const found = sumsOf(ids, areas.length, prediction);
  return instanceMasks(ids, areas.length - 1, labels)
    .map((mask, i): Instance => {
      const area = areas[i + 1] as number;
      const score = ((found.score[i + 1] as number) / area) * (1 - (found.difference[i + 1] as number) / area);
      return { mask, class: (found.label[i + 1] as number) - 1, score, box: boxOf(mask) };
    })
    .sort((a, b) => b.score - a.score);
}

function checkedMethod(method: string): string {
  if (INSTANCE_METHODS.some((known) => known === method)) return method;
  throw new RangeError(`instancesOf: method must be ${INSTANCE_METHODS.join(" or ")}, got ${JSON.stringify(method)}`);
}

function divide(
  classes: Uint8Array,
  { labels, distance }: PixelPrediction,
  { connectivity, rise }: { connectivity: Connectivity; rise: number | undefined },
): Int32Array {
  const defaults = distance ? FROM_PREDICTION : FROM_SHAPE;
  const share = rise ?? defaults.rise;
  if (!(share >= 0 && share < 1)) throw new RangeError(`instancesOf: rise must be from 0 to below 1, got ${share}`);
  const depths = smooth(distance ?? finite(distanceTransform(classes, labels)), labels, defaults.smoothing);
  // The predicted distance has the same scale in all objects. Of pixels the logarithm makes a difference a ratio.
  const heights = distance ? depths : depths.map((depth) => Math.log(depth + 0.5));
  const middles = peaks(heights, classes, labels, { rise: distance ? share : -Math.log(1 - share), connectivity });
  const markers = new Int32Array(classes.length);
  middles.forEach((place, i) => (markers[place] = i + 1));
  return watershed(
    heights.map((height) => -height),
    markers,
    classes,
    labels,
    { connectivity },
  );
}

/** A class that fills the image is infinitely far from its border. */
function finite(distances: Float32Array): Float32Array {
  return distances.map((distance) => (distance === Infinity ? 1 : distance));
}

/** Regions of at least so many pixels, numbered anew from 1, and their areas. */
function withoutSmall(regions: Int32Array, minArea: number): { ids: Int32Array; areas: number[] } {
  const areas = new Map<number, number>();
  for (const region of regions) if (region !== 0) areas.set(region, (areas.get(region) ?? 0) + 1);
  const kept = [...areas].filter(([, area]) => area >= minArea);
  const numbers = new Map(kept.map(([region], i) => [region, i + 1]));
  return { ids: regions.map((region) => numbers.get(region) ?? 0), areas: [0, ...kept.map(([, area]) => area)] };
}

/** Of each object its label, and sums over its pixels: of the probability, and how far the distance is from its shape's. */
function sumsOf(
  ids: Int32Array,
  length: number,
  { labels, scores, distance }: PixelPrediction,
): { label: Uint8Array; score: Float64Array; difference: Float64Array } {
  const sums = {
    label: new Uint8Array(length),
    score: new Float64Array(length),
    difference: new Float64Array(length),
  };
  const expected = distance && distanceTargets(ids, labels);
  for (let i = 0; i < ids.length; i++) {
    const id = ids[i] as number;
    if (id === 0) continue;
    sums.label[id] = labels.data[i] as number;
    (sums.score[id] as number) += scores ? (scores[i] as number) : 1;
    if (!distance || !expected) continue;
    const predicted = Math.min(1, Math.max(0, distance[i] as number));
    (sums.difference[id] as number) += Math.abs(predicted - (expected[i] as number) / 255);
  }
  return sums;
}
