import { median } from "../../base/statistics.ts";
import type { Dataset, ImageRecord, LabelledObject } from "../dataset.ts";
import type { Findings } from "./findings.ts";

/** Classes of fewer boxes have no usual size. */
const ENOUGH = 30;
/** A box is far from its class that many deviations from the median, and this many times larger or smaller. */
const DEVIATIONS = 4;
const FACTOR = 2;
/** Part of the boxes that are taken to have a wrong class before any is looked at. */
const WRONG = 0.01;
/** A box is not taken for one of another class that is nearer to its own one's median, in deviations. */
const USUAL = 2;
/** Of Student's t distribution, whose tails are heavier than the normal one's, as those of sizes are. */
const FREEDOM = 8;
/** Boxes of a class are taken to vary by this much at least: drawing is no more exact. */
const LEAST_DEVIATION = 0.05;
/** Boxes that come so close to the border, in pixels, may be cut off. */
const BORDER = 2;

/** What is measured of a box: logarithms, as sizes and shapes are spread evenly around their median by factors. */
interface Measured {
  object: LabelledObject;
  /** Of the square root of the area, as a part of that of the image. */
  size: number;
  /** Of width over height. */
  aspect: number;
}

interface Usual {
  median: number;
  /** Standard deviation as the median absolute deviation gives it (Hampel, 1974): a few wrong ones do not move it. */
  deviation: number;
}

const TRAITS = ["size", "aspect"] as const;
type Trait = (typeof TRAITS)[number];
type UsualBox = Record<Trait, Usual> & { count: number };

interface Unusual {
  object: LabelledObject;
  detail: string;
  /** How much likelier it is to be of another class than of its own; 0 where it is not. */
  odds: number;
  /** Logarithm of the factor that it is away from the usual. */
  far: number;
}

/**
 * Boxes that are probably of another class, or whose size or shape is far from their class's: slips of the mouse, or
 * several objects in one box. Boxes at the border of the image, truncated ones and crowds are not judged.
 *
 * A box is probably of another class where, of 100 boxes of which one has a wrong class, it would be that one rather than
 * not (Bayes), sizes and shapes being distributed around the classes' medians independently, as Student's t.
 */
export function findUnusualBoxes({ classes, images }: Dataset, findings: Findings): void {
  const byClass = classes.map((): Measured[] => []);
  for (const image of images) {
    for (const object of image.objects)
      if (isWhole(object, image)) byClass[object.class]?.push(measured(object, image));
  }
  const usual = byClass.map((boxes) => (boxes.length >= ENOUGH ? usualOf(boxes) : undefined));
  const known = usual.filter((each) => each !== undefined).length;
  const found = byClass.flatMap((boxes, k) => {
    const own = usual[k];
    return own ? boxes.flatMap((box) => judge(box, k, own)) : [];
  });
  // those that would fit another class first, then the farthest
  found.sort((a, b) => b.odds - a.odds || b.far - a.far);
  for (const { object, detail } of found) findings.add("probably-wrong", object, { detail });

  function judge(box: Measured, k: number, own: UsualBox): Unusual[] {
    const distances = TRAITS.map((trait) => Math.abs(box[trait] - own[trait].median));
    const deviations = TRAITS.map((trait, i) => (distances[i] ?? 0) / own[trait].deviation);
    const other = Math.max(...deviations) > USUAL ? likeliestOther(box, k, own) : undefined;
    const least = other ? USUAL : DEVIATIONS;
    const isOdd = (_: Trait, i: number) =>
      (deviations[i] ?? 0) > least && (other !== undefined || (distances[i] ?? 0) > Math.log(FACTOR));
    const odd = TRAITS.filter(isOdd);
    if (odd.length === 0) return [];
    const said = odd.map((trait) => describe(trait, box[trait], own[trait].median)).join(", ");
    const hint = other ? `; usual for "${classes[other.class] ?? ""}"` : "";
    const detail = `"${classes[k] ?? ""}" ${said}${hint}`;
    return [{ object: box.object, detail, odds: other?.odds ?? 0, far: Math.max(...distances) }];
  }

  /** The class that a box rather is of, if it is likelier to be of any other than of its own. */
  function likeliestOther(box: Measured, k: number, own: UsualBox): { class: number; odds: number } | undefined {
    const prior = WRONG / Math.max(1, known - 1);
    let [odds, best, bestClass] = [0, 0, 0];
    for (const [i, other] of usual.entries()) {
      if (!other || i === k) continue;
      const ratio = prior * Math.exp(logLikelihood(box, other) - logLikelihood(box, own));
      odds += ratio;
      if (ratio > best) [best, bestClass] = [ratio, i];
    }
    return odds > 1 ? { class: bestClass, odds } : undefined;
  }
}

function isWhole({ box: [x1, y1, x2, y2], truncated, crowd }: LabelledObject, { width, height }: ImageRecord): boolean {
  if (truncated || crowd) return false;
  return x1 > BORDER && y1 > BORDER && x2 < width - BORDER && y2 < height - BORDER;
}

function measured(object: LabelledObject, image: ImageRecord): Measured {
  const [x1, y1, x2, y2] = object.box;
  const [width, height] = [x2 - x1, y2 - y1];
  const size = Math.log((width * height) / (image.width * image.height)) / 2;
  return { object, size, aspect: Math.log(width / height) };
}

function usualOf(boxes: readonly Measured[]): UsualBox {
  const of = (values: number[]): Usual => {
    const middle = median(values);
    // 1.4826: of a normal distribution, the median absolute deviation gives the standard deviation
    const deviation = 1.4826 * median(values.map((value) => Math.abs(value - middle)));
    return { median: middle, deviation: Math.max(deviation, LEAST_DEVIATION) };
  };
  const [sizes, aspects] = [boxes.map(({ size }) => size), boxes.map(({ aspect }) => aspect)];
  return { count: boxes.length, size: of(sizes), aspect: of(aspects) };
}

/** Of so many boxes with this size and shape in a class, up to a factor that is the same for all classes. */
function logLikelihood(box: Measured, usual: UsualBox): number {
  return TRAITS.reduce((sum, trait) => {
    const { median, deviation } = usual[trait];
    const z = (box[trait] - median) / deviation;
    return sum - ((FREEDOM + 1) / 2) * Math.log1p((z * z) / FREEDOM) - Math.log(deviation);
  }, Math.log(usual.count));
}

function describe(trait: (typeof TRAITS)[number], value: number, median: number): string {
  const factor = Math.exp(value - median);
  if (trait === "size") return `is ${shown(factor)} times its usual size`;
  return factor > 1
    ? `is ${shown(factor)} times as wide for its height as usual`
    : `is ${shown(1 / factor)} times as high for its width as usual`;
}

function shown(factor: number): string {
  return factor < 1 ? factor.toFixed(2) : factor.toFixed(1);
}
