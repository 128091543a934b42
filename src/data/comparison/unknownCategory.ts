import type { CocoTruth } from "./comparedImage.ts";
import { type RecordId, shown } from "./recordChecks.ts";

const NAMED = 3;
const REMEMBERED = 10_000;

/** Watches for results of categories that the truth does not have. */
export class UnknownCategories {
  count = 0;
  #first = 0;
  #ids = new Set<RecordId>();

  add(id: RecordId, record: number): void {
    if (this.count++ === 0) this.#first = record;
    if (this.#ids.size < REMEMBERED) this.#ids.add(id);
  }

  /**
   * Which they are, and what they may mean: that the results count from 0, or number categories whose ids have gaps.
   *
   * @param known the category ids of all other results
   */
  describe(truth: CocoTruth, known: Iterable<RecordId>, place: (record: number) => string): string {
    const ids = [...this.#ids].slice(0, NAMED).join(", ");
    const more = this.#ids.size > NAMED ? ", …" : "";
    const hint = describeNumbering(truth.categoryIds, [...this.#ids, ...known]);
    const first = `${this.count} (first: ${place(this.#first)})`;
    return `results left out, as ${truth.name} has no category_id ${ids}${more}: ${first}${hint}`;
  }
}

function describeNumbering(categoryIds: readonly RecordId[], given: readonly RecordId[]): string {
  if (!areNumbers(categoryIds) || !areNumbers(given)) return "";
  const count = categoryIds.length;
  for (const from of [0, 1]) {
    if (!given.includes(from) || !given.every((id) => id >= from && id < count + from)) continue;
    const other = categoryIds[0] ?? 0;
    const counted = categoryIds.every((id, i) => id === other + i);
    if (counted) return `; the results seem to count categories from ${from}, the truth counts from ${other}`;
    return `; the results seem to number the ${count} categories from ${from} without gaps, the truth has gaps`;
  }
  return "";
}

function areNumbers(ids: readonly RecordId[]): ids is readonly number[] {
  return ids.every((id) => typeof id === "number");
}

/** Whether a `category_id` may be one: where the truth has numbers, text is none, but perhaps a name. */
export function canBeCategory({ categoryIds }: CocoTruth, id: RecordId | undefined): id is RecordId {
  return typeof id === "number" || (id !== undefined && !areNumbers(categoryIds));
}

/** Why a `category_id` is no id; where it is a name, what the id of that is. */
export function describeCategoryId(
  { classes, categoryIds, name }: CocoTruth,
  categoryId: unknown,
  byName: unknown,
): string {
  const what = `category_id must be a whole number, got ${shown(categoryId)}`;
  const given = categoryId ?? byName;
  const index = typeof given === "string" ? classes.indexOf(given) : -1;
  return index < 0 ? what : `${what}: ${shown(given)} has the id ${categoryIds[index] ?? ""} in ${name}`;
}
