import { maskIou } from "../../src/geometry/masks/maskIou.ts";
import { rleFromPolygons } from "../../src/geometry/masks/polygonMask.ts";
import { type Rle, rleFromCounts } from "../../src/geometry/masks/rle.ts";
import { MARKS, type PeerDataset, type PeerObject, stemOf } from "./exchange.ts";

/** How two data sets differ. */
export interface Comparison {
  boxes: number;
  /** The largest distance of two corners of a box, in pixels. */
  largest: number;
  /** How many outlines were compared. */
  outlines: number;
  /** The smallest IoU of two. */
  leastIou: number;
  /** What is not the same, with its count. */
  differences: Map<string, number>;
}

/** Boxes that are further apart are not the same. */
const SAME = 3;

/** Compares what was read with what was written, image by image and box by box. */
export function compare(truth: PeerDataset, read: PeerDataset): Comparison {
  const differences = new Map<string, number>();
  const note = (what: string, count = 1): void => {
    if (count > 0) differences.set(what, (differences.get(what) ?? 0) + count);
  };
  const found = new Map(read.images.map((image) => [stemOf(image.file), image]));
  if (found.size < read.images.length) note("images twice", read.images.length - found.size);
  let [boxes, largest, outlines, leastIou] = [0, 0, 0, 1];
  for (const image of truth.images) {
    const other = found.get(stemOf(image.file));
    found.delete(stemOf(image.file));
    if (!other) {
      note(image.objects.length > 0 ? "images lost" : "backgrounds lost");
      continue;
    }
    if (other.width !== undefined && (other.width !== image.width || other.height !== image.height)) note("sizes");
    if ((other.split ?? undefined) !== image.split) note("splits");
    const { pairs, lost, added } = pairsOf(image.objects, other.objects);
    note("boxes lost", lost.filter(({ crowd }) => !crowd).length);
    note("crowds lost", lost.filter(({ crowd }) => crowd).length);
    note("boxes added", added);
    for (const [own, its, distance] of pairs) {
      boxes++;
      largest = Math.max(largest, distance);
      if (own.class !== its.class) note("classes");
      for (const mark of MARKS) if ((own[mark] ?? false) !== (its[mark] ?? false)) note(mark);
      const [a, b] = [own, its].map((object) => maskOf(object, image.width ?? 0, image.height ?? 0));
      if (a && b) {
        outlines++;
        leastIou = Math.min(leastIou, maskIou(a, b));
      } else if (a) note("outlines lost");
      else if (b) note("outlines added");
    }
  }
  note("images added", found.size);
  return { boxes, largest, outlines, leastIou, differences };
}

/** The objects of an image that belong together: the closest boxes first, those of the same class before others. */
function pairsOf(truth: readonly PeerObject[], read: readonly PeerObject[]) {
  const all = truth.flatMap((own) =>
    read.map((its) => {
      const distance = Math.max(...own.box.map((corner, i) => Math.abs(corner - (its.box[i] ?? NaN))));
      return { own, its, distance, rank: distance + (own.class === its.class ? 0 : SAME) };
    }),
  );
  const [left, right] = [new Set(truth), new Set(read)];
  const pairs: [PeerObject, PeerObject, number][] = [];
  for (const { own, its, distance } of all.filter((pair) => pair.distance <= SAME).sort((a, b) => a.rank - b.rank)) {
    if (!left.has(own) || !right.has(its)) continue;
    left.delete(own);
    right.delete(its);
    pairs.push([own, its, distance]);
  }
  return { pairs, lost: [...left], added: right.size };
}

function maskOf({ polygons, mask }: PeerObject, width: number, height: number): Rle | undefined {
  if (mask) return rleFromCounts(mask.counts, ...mask.size);
  return polygons && polygons.length > 0 ? rleFromPolygons(polygons, height, width) : undefined;
}
