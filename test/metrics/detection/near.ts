import { expect } from "vitest";

/** Expects the same object, list or value; numbers within 1e-12, NaN for NaN. */
export function expectNear(actual: unknown, expected: unknown, what = "it"): void {
  if (typeof expected === "number" && typeof actual === "number") {
    const near = Number.isNaN(expected) ? Number.isNaN(actual) : Math.abs(actual - expected) <= 1e-12;
    expect(near, `${what} is ${actual}, expected ${expected}`).toBe(true);
  } else if (typeof expected === "object" && expected !== null && typeof actual === "object" && actual !== null) {
    expect(Object.keys(actual), what).toEqual(Object.keys(expected));
    for (const [key, value] of Object.entries(expected)) {
      expectNear((actual as Record<string, unknown>)[key], value, `${what}.${key}`);
    }
  } else {
    expect(actual, what).toBe(expected);
  }
}
