import type { Dataset, ImageRecord, LabelledObject } from "../dataset.ts";
import type { Findings } from "./findings.ts";

/** Classes of fewer boxes have no usual size. */
const ENOUGH = 30;
/** A box is unusual that many deviations from its class's median, and this many times larger or smaller. */
const DEVIATIONS = 6;
const FACTOR = 2;
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
type UsualBox = Record<(typeof TRAITS)[number], Usual>;

interface Unusual {
  object: LabelledObject;
  detail: string;
  /** A class of which it would be a usual box. */
  other: string | undefined;
  /** Logarithm of the factor that it is away from the usual. */
  far: number;
}

/**
 * Boxes whose size or shape is far from their class's: probably of another class, slips of the mouse, or several objects
 * in one box. Boxes at the border of the image, truncated ones and crowds are not judged.
 */
export function findUnusualBoxes({ classes, images }: Dataset, findings: Findings): void {
  const byClass = classes.map((): Measured[] => []);
  for (const image of images) {
    for (const object of image.objects)
      if (isWhole(object, image)) byClass[object.class]?.push(measured(object, image));
  }
  const usual = byClass.map((boxes) => (boxes.length >= ENOUGH ? usualOf(boxes) : undefined));
  const found = byClass.flatMap((boxes, k) => {
    const own = usual[k];
    return own ? boxes.flatMap((box) => judge(box, k, own)) : [];
  });
  // those that would fit another class first, then the farthest
  found.sort((a, b) => Number(b.other !== undefined) - Number(a.other !== undefined) || b.far - a.far);
  for (const { object, detail, other } of found) {
    findings.add("probably-wrong", object, {
      detail: other === undefined ? detail : `${detail}; usual for "${other}"`,
    });
  }

  function judge(box: Measured, k: number, own: UsualBox): Unusual[] {
    const odd = TRAITS.filter((trait) => isFar(box[trait], own[trait]));
    if (odd.length === 0) return [];
    const other = classes.find((_, i) => i !== k && fitsIn(box, usual[i]));
    const far = Math.max(...odd.map((trait) => Math.abs(box[trait] - own[trait].median)));
    const said = odd.map((trait) => describe(trait, box[trait], own[trait].median)).join(", ");
    return [{ object: box.object, detail: `"${classes[k] ?? ""}" ${said}`, other, far }];
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
    const median = medianOf(values);
    // 1.4826: of a normal distribution, the median absolute deviation gives the standard deviation
    return { median, deviation: 1.4826 * medianOf(values.map((value) => Math.abs(value - median))) };
  };
  return { size: of(boxes.map(({ size }) => size)), aspect: of(boxes.map(({ aspect }) => aspect)) };
}

function isFar(value: number, { median, deviation }: Usual): boolean {
  const distance = Math.abs(value - median);
  return distance > Math.log(FACTOR) && distance > DEVIATIONS * deviation;
}

function fitsIn(box: Measured, usual: UsualBox | undefined): boolean {
  if (!usual) return false;
  return TRAITS.every((trait) => {
    const { median, deviation } = usual[trait];
    return Math.abs(box[trait] - median) <= Math.max(2 * deviation, 0.1);
  });
}

function describe(trait: (typeof TRAITS)[number], value: number, median: number): string {
  const factor = Math.exp(value - median);
  if (trait === "size") return `is ${shown(factor)} times its class's usual size`;
  return factor > 1
    ? `is ${shown(factor)} times as wide for its height as usual`
    : `is ${shown(1 / factor)} times as high for its width as usual`;
}

function shown(factor: number): string {
  return factor < 1 ? factor.toFixed(2) : factor.toFixed(1);
}

function medianOf(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort();
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? (sorted[middle] ?? 0) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}
