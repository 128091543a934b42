import { nearestDistances, scaledVectors, squaredDistance } from "../../metrics/drift/index.ts";
import { median } from "../../base/statistics.ts";
import type { Profile } from "../profile.ts";

/** An image that is worth labelling, and why. */
export interface NextImage {
  /** Its place among the current images. */
  index: number;
  /** In bits, see `Profile`. */
  uncertainty: number;
  /**
   * How far its embedding is from the nearest one of the reference, over how far these are from one another (the median of
   * their nearest distances): about 1 for images like these. NaN where there are no embeddings.
   */
  unlikeness: number;
  why: string;
}

/** Images from which are chosen, for each that is. */
const POOL = 3;
/** An image from this share of all on is called uncertain, or unlike. */
const MUCH = 0.75;
/** And called unlike only from this unlikeness on. */
const UNLIKE = 1.2;

/**
 * The images from which a model would learn most: those that it is least sure of or that are least like what it knows, and
 * of these such as are unlike each other. Images are ranked by each of the two; the better rank counts, and three times as
 * many as asked for stay; among them, the first is taken, and then again and again the one that is farthest from all that
 * are taken (k-centre greedy: Sener and Savarese, "Active Learning for Convolutional Neural Networks: A Core-Set Approach",
 * 2018). Images that the model was trained on are labelled already, and passed by.
 *
 * @param reference images with embeddings, those that it was trained on among them
 */
export function chooseNext(current: readonly Profile[], reference: readonly Profile[], count: number): NextImage[] {
  const candidates = [...current.keys()].filter((i) => current[i]?.trained !== true);
  const embeddings = (profiles: readonly (Profile | undefined)[]) => profiles.flatMap((one) => one?.embedding ?? []);
  const own = embeddings(candidates.map((i) => current[i]));
  const known = embeddings(reference);
  const placed = own.length === candidates.length && known.length > 1;
  const vectors = placed ? scaledVectors(known, [known, own]) : undefined;
  const unlikeness = vectors ? relativeDistances(vectors[0] ?? [], vectors[1] ?? []) : candidates.map(() => NaN);
  const uncertainty = candidates.map((i) => current[i]?.uncertainty ?? 0);
  const ranks = [ranksOf(uncertainty), placed ? ranksOf(unlikeness) : candidates.map(() => 0)] as const;
  const value = candidates.map((_, i) => Math.max(ranks[0][i] ?? 0, ranks[1][i] ?? 0));
  const order = [...candidates.keys()].sort((a, b) => (value[b] as number) - (value[a] as number));
  const pool = order.slice(0, POOL * count);
  const taken = vectors ? kCentres(pool, vectors[1] ?? [], count) : pool.slice(0, count);
  return taken.map((i) => {
    const said = { uncertainty: uncertainty[i] ?? NaN, unlikeness: unlikeness[i] ?? NaN };
    return { index: candidates[i] as number, ...said, why: reasonOf(said, ranks[0][i] ?? 0, ranks[1][i] ?? 0) };
  });
}

function reasonOf(
  { uncertainty, unlikeness }: Pick<NextImage, "uncertainty" | "unlikeness">,
  sure: number,
  like: number,
) {
  const parts: string[] = [];
  if (sure >= MUCH) parts.push(`uncertain: ${uncertainty.toFixed(2)} bits`);
  if (like >= MUCH && unlikeness > UNLIKE)
    parts.push(`unlike the reference: ${unlikeness.toFixed(2)} times its usual distance`);
  return parts.length > 0 ? parts.join("; ") : "for variety";
}

function relativeDistances(known: readonly Float32Array[], own: readonly Float32Array[]): number[] {
  const usual = median(nearestDistances(known, known, { itself: false }));
  return Array.from(nearestDistances(own, known), (distance) => distance / (usual > 0 ? usual : 1));
}

/** The share of the values that are smaller, 0 to 1. */
function ranksOf(values: readonly number[]): number[] {
  const sorted = Float64Array.from(values).sort();
  return values.map((value) => {
    let [low, high] = [0, sorted.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((sorted[middle] as number) < value) low = middle + 1;
      else high = middle;
    }
    return sorted.length > 1 ? low / (sorted.length - 1) : 1;
  });
}

/** So many of the pool, each as far as can be from those before it; the first is the pool's. */
function kCentres(pool: readonly number[], vectors: readonly Float32Array[], count: number): number[] {
  const nearest = new Float64Array(pool.length).fill(Infinity);
  const taken: number[] = [];
  let next = 0;
  while (taken.length < Math.min(count, pool.length)) {
    const at = pool[next] as number;
    taken.push(at);
    nearest[next] = -1;
    pool.forEach((other, i) => {
      if ((nearest[i] as number) < 0) return;
      const distance = squaredDistance(vectors[other] as Float32Array, vectors[at] as Float32Array);
      nearest[i] = Math.min(nearest[i] as number, distance);
    });
    next = nearest.indexOf(Math.max(...nearest));
  }
  return taken;
}
