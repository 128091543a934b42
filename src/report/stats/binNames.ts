import type { Bin } from "../../data/stats/histogram.ts";

/** "3", "5–9", "16–31", "1024+": for whole numbers, the last included. */
export function countName({ from, to }: Bin): string {
  if (to === Infinity) return `${from}+`;
  return to === from + 1 ? String(from) : `${from}–${to - 1}`;
}

/** "16–32" for 16 up to, and without, 32. */
export function sizeName({ from, to }: Bin): string {
  return to === Infinity ? `${from}+` : `${from}–${to}`;
}

/** A range of width over height by the nearer end to square: "1:3 to 1:2", "about square", "over 4:1". */
export function aspectName({ from, to }: Bin): string {
  if (from < 1 && to > 1) return "about square";
  if (from === 0) return `under ${ratio(to)}`;
  if (to === Infinity) return `over ${ratio(from)}`;
  return `${ratio(from)} to ${ratio(to)}`;
}

/** 0.5 -> "1:2", 1.5 -> "3:2" */
function ratio(value: number): string {
  const [more, less] = FRACTIONS.find(([a, b]) => Math.abs(Math.max(value, 1 / value) - a / b) < 1e-6) ?? [value, 1];
  return value >= 1 ? `${more}:${less}` : `${less}:${more}`;
}

const FRACTIONS: readonly (readonly [number, number])[] = [
  ...([
    [5, 4],
    [3, 2],
    [2, 1],
    [3, 1],
    [4, 1],
  ] as const), // what aspect bins end at
];
