import { quantile } from "../../../base/statistics.ts";
import type { EvaluationImage } from "../evaluationImage.ts";
import type { Slice } from "./slices.ts";

/** A field of more different values has its rarest ones put together as "other". */
const MOST_VALUES = 12;
/** A field of more different numbers is cut into quartiles. */
const MOST_NUMBERS = 4;

const COUNTS = [
  { name: "0", most: 0 },
  { name: "1", most: 1 },
  { name: "2 to 4", most: 4 },
  { name: "5 to 9", most: 9 },
  { name: "10 or more", most: Infinity },
];

/** Images by how many objects are labelled in them, crowds left out. A number that does not occur has no slice. */
export function objectCountSlices(images: readonly EvaluationImage[]): Slice[] {
  const names = images.map(({ truth }) => {
    const count = Array.from(truth.classes).filter((_, i) => !truth.crowd?.[i]).length;
    return COUNTS.find(({ most }) => count <= most)?.name ?? "";
  });
  return slicesByName(
    names,
    COUNTS.map(({ name }) => name),
  );
}

/**
 * Images by one of their fields. Numbers of more than 4 different values are cut into quartiles, named by the lowest
 * and highest number in each (equal ones stay together); anything else has a slice for each value, the most frequent first: of more than 12 values
 * the rarest together are "other". Images without the field come last, as "none".
 */
export function fieldSlices(images: readonly EvaluationImage[], field: string): Slice[] {
  const values = images.map(({ fields }) => fields?.[field] ?? undefined);
  const present = values.filter((value) => value !== undefined);
  const numbers = present.filter((value) => Number.isFinite(value)) as number[];
  const isMeasured = numbers.length === present.length && new Set(numbers).size > MOST_NUMBERS;
  const { nameOf, order } = isMeasured ? quartiles(numbers) : singleValues(present);
  const names = values.map((value) => (value === undefined ? "none" : nameOf(value)));
  return slicesByName(names, [...order, "none"]);
}

/** How values are named, and the names in the order of slices. */
interface Naming {
  nameOf: (value: unknown) => string;
  order: string[];
}

function quartiles(numbers: readonly number[]): Naming {
  const sorted = Float64Array.from(numbers).sort();
  const cuts = [0.25, 0.5, 0.75].map((share) => quantile(sorted, share));
  const bins = [0, 1, 2, 3]
    .map((bin) => sorted.filter((value) => cuts.filter((cut) => value >= cut).length === bin))
    .filter((members) => members.length > 0);
  const namesWith = (digits: number): string[] =>
    bins.map((members) => {
      const ends = [members[0] ?? NaN, members.at(-1) ?? NaN].map((end) => Number(end.toPrecision(digits)));
      return [...new Set(ends)].join(" to ");
    });
  const isDistinct = (names: string[]): boolean => new Set(names).size === names.length;
  const names = [4, 8, 12].map(namesWith).find(isDistinct) ?? namesWith(17);
  const binOf = (value: unknown): number => bins.findLastIndex(([lowest = NaN]) => (value as number) >= lowest);
  return { nameOf: (value) => names[binOf(value)] ?? "", order: names };
}

function singleValues(values: readonly unknown[]): Naming {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(textOf(value), (counts.get(textOf(value)) ?? 0) + 1);
  const byCount = [...counts.keys()].sort((a, b) => (counts.get(b) ?? 0) - (counts.get(a) ?? 0) || (a < b ? -1 : 1));
  const kept = new Set(byCount.slice(0, MOST_VALUES));
  const nameOf = (value: unknown): string => (kept.has(textOf(value)) ? textOf(value) : "other");
  return { nameOf, order: [...kept, "other"] };
}

function textOf(value: unknown): string {
  return typeof value === "string" && value !== "" ? value : JSON.stringify(value);
}

/** A slice for each of the names that an image has. */
function slicesByName(names: readonly string[], order: readonly string[]): Slice[] {
  const occurring = new Set(names);
  return [...new Set(order)]
    .filter((name) => occurring.has(name))
    .map((name) => ({
      name,
      has: ({ images }, row) => names[images[row] as number] === name,
      hasImage: (image) => names[image] === name,
    }));
}
