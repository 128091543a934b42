import type { Profile } from "./profile.ts";

/** Names what images belong together; those of which it names nothing stand alone. */
export type GroupOf = (profile: Profile) => string | undefined;

/** Which unit each member of a sample belongs to, numbered from 0. */
export interface Units {
  of: number[];
  count: number;
}
/** The units of a sample: what belongs together is no sample of independent images, and is dealt as one. */
export function unitsOf(profiles: readonly Profile[], groupOf?: GroupOf): Units {
  const numbers = new Map<string, number>();
  let count = 0;
  const of = profiles.map((profile) => {
    const group = groupOf?.(profile);
    const known = group === undefined ? undefined : numbers.get(group);
    if (known !== undefined) return known;
    if (group !== undefined) numbers.set(group, count);
    return count++;
  });
  return { of, count };
}

/** The units of a part of a sample, numbered anew. */
export function renumbered(units: readonly number[]): Units {
  const numbers = new Map<number, number>();
  for (const unit of units) if (!numbers.has(unit)) numbers.set(unit, numbers.size);
  return { of: units.map((unit) => numbers.get(unit) as number), count: numbers.size };
}

/** 1 over the number of ways to deal the units, as far as that matters. */
export function smallestP(m: number, n: number): number {
  let ways = 1;
  for (let i = 1; i <= Math.min(m, n) && ways < 1e9; i++) ways *= (m + n - i + 1) / i;
  return m === 0 || n === 0 ? 1 : 1 / ways;
}
