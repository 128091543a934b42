import fc from "fast-check";
import { expect } from "vitest";

/** Rows of one digit a pixel as a label map; "." is 255. */
export function pixels(...rows: string[]): number[] {
  return Array.from(rows.join(""), (character) => (character === "." ? 255 : Number(character)));
}

/** Equal to 12 decimals, NaN equal to NaN, through any nesting of objects and arrays. */
export function expectClose(actual: unknown, expected: unknown, what = "value"): void {
  if (typeof expected !== "object" || expected === null) {
    const equal =
      Object.is(actual, expected) ||
      (typeof actual === "number" && typeof expected === "number" && Math.abs(actual - expected) < 1e-12);
    expect(equal, `${what} is ${String(actual)}, expected ${String(expected)}`).toBe(true);
    return;
  }
  expect(Object.keys(actual as object), what).toEqual(Object.keys(expected));
  for (const [key, value] of Object.entries(expected)) {
    expectClose((actual as Record<string, unknown>)[key], value, `${what}.${key}`);
  }
}

/** Some numbers below `count` for an image of `size` pixels, in runs as labels are. */
export function labelMap(size: number, count: number): fc.Arbitrary<number[]> {
  const runs = fc.array(fc.tuple(fc.nat(count - 1), fc.integer({ min: 1, max: 6 })), {
    minLength: size,
    maxLength: size,
  });
  return runs.map((pairs) => pairs.flatMap(([label, length]) => Array<number>(length).fill(label)).slice(0, size));
}

/** The mean without NaN. */
export function naiveMean(values: readonly number[]): number {
  let [sum, count] = [0, 0];
  for (const value of values) {
    if (Number.isNaN(value)) continue;
    sum += value;
    count++;
  }
  return sum / count;
}
