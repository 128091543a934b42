import type { CocoTruth } from "./comparedImage.ts";
import type { Category } from "./names/references.ts";
import { shown } from "../../base/shown.ts";
import type { RecordId } from "./recordChecks.ts";
import type { ResultTable } from "./resultTable.ts";
import { mayFit, type ReadResult } from "./mayFit.ts";

const NAMED = 3;
const REMEMBERED = 10_000;
const SAMPLES = 2000;

/** A result with its category's id, to try other readings of ids on. */
type Sample = Omit<ReadResult, "class"> & { id: RecordId };

/** Watches for results of categories that the truth does not have. */
export class UnknownCategories {
  count = 0;
  #first = 0;
  #ids = new Set<RecordId>();
  #names = new Set<string>();
  #samples: Sample[] = [];

  add({ id, name }: Category, record: number, result: Omit<ReadResult, "class">): void {
    if (this.count++ === 0) this.#first = record;
    if (name !== undefined) {
      if (this.#names.size < REMEMBERED) this.#names.add(name);
    } else if (id !== undefined) {
      if (this.#ids.size < REMEMBERED) this.#ids.add(id);
    }
    if (id !== undefined && this.#samples.length < SAMPLES) this.#samples.push({ id, ...result });
  }

  /**
   * Which they are, and what they may mean: that the results count from 0, or number categories whose ids have gaps.
   *
   * @param found all other results
   */
  describe(truth: CocoTruth, found: ResultTable, place: (record: number) => string): string {
    const isThere = (id: RecordId): boolean => truth.categoryIds.some((one) => one === id);
    const strange = [...this.#ids].filter((id) => !isThere(id));
    const unnamed = [...this.#ids].filter(isThere);
    const reasons = [
      ...(this.#names.size > 0 ? [`${truth.name} has no category ${some([...this.#names].map(shown))}`] : []),
      ...(strange.length > 0 ? [`${truth.name} has no category_id ${some(strange)}`] : []),
      ...(unnamed.length > 0 ? [`their file numbers categories otherwise, and does not name ${some(unnamed)}`] : []),
    ];
    const first = `${this.count} (first: ${place(this.#first)})`;
    const known = new Set(found.classes.subarray(0, found.count));
    const ids = [...this.#ids, ...Array.from(known, (k) => truth.categoryIds[k] ?? 0)];
    const samples = [...this.#samples, ...samplesOf(found, truth)];
    const hint =
      this.#names.size > 0 || unnamed.length > 0 ? byIds(truth, this.#samples) : describeNumbering(truth, ids, samples);
    return `results left out, as ${reasons.join(", and ")}: ${first}${hint}`;
  }
}

function some(values: readonly unknown[]): string {
  return `${values.slice(0, NAMED).join(", ")}${values.length > NAMED ? ", …" : ""}`;
}

function samplesOf({ images, classes, boxes, scores, count }: ResultTable, truth: CocoTruth): Sample[] {
  return Array.from({ length: Math.min(count, SAMPLES) }, (_, row) => {
    const [x1 = 0, y1 = 0, x2 = 0, y2 = 0] = boxes.subarray(4 * row, 4 * row + 4);
    const [image, k, score] = [images[row], classes[row] ?? 0, scores[row] ?? 0];
    return { image, id: truth.categoryIds[k] ?? 0, box: { x1, y1, x2, y2 }, score };
  });
}

/** What ids alone could do for results whose names are unknown. */
function byIds(truth: CocoTruth, samples: readonly Sample[]): string {
  const classOf = new Map<RecordId, number>(truth.categoryIds.map((id, index) => [id, index]));
  const all = samples.length > 0 && samples.every(({ id }) => classOf.has(id));
  const read = samples.map((sample) => ({ ...sample, class: classOf.get(sample.id) }));
  const names = `; it has ${some(truth.classes.map(shown))}`;
  return all && mayFit(truth, read) ? `${names}: the ids fit, pass --match id to go by them alone` : names;
}

function describeNumbering(truth: CocoTruth, given: readonly RecordId[], samples: readonly Sample[]): string {
  const { categoryIds } = truth;
  const count = categoryIds.length;
  for (const from of [0, 1]) {
    if (!given.includes(from) || !given.every((id) => isWithin(id, from, count))) continue;
    const read = samples.map((sample) => ({ ...sample, class: Number(sample.id) - from }));
    if (!mayFit(truth, read)) continue;
    const other = Number(categoryIds[0]);
    const counted = categoryIds.every((id, i) => id === other + i);
    if (counted) return `; the results seem to count categories from ${from}, the truth counts from ${other}`;
    return `; the results seem to number the ${count} categories from ${from} without gaps, the truth has gaps`;
  }
  return "";
}

function isWithin(id: RecordId, from: number, count: number): boolean {
  return typeof id === "number" && id >= from && id < from + count;
}

/** Why a `category_id` is no id; where it is a name, what the id of that is. */
export function describeCategoryId({ classes, categoryIds, name }: CocoTruth, categoryId: unknown): string {
  const what = `category_id must be a whole number, got ${shown(categoryId)}`;
  const index = typeof categoryId === "string" ? classes.indexOf(categoryId) : -1;
  return index < 0 ? what : `${what}: ${shown(categoryId)} has the id ${categoryIds[index] ?? ""} in ${name}`;
}
