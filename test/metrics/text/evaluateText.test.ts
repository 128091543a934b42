import { expect, test } from "vitest";
import { evaluateText } from "../../../src/metrics/text/evaluateText.ts";

// The rates that jiwer 4.0 gives for these.
const TRUTHS = ["AB12", "7", "hello big world", "the cat sat"];
const READINGS = ["A812", "7", "hello bg", "a cat sat down"];

test("rates are pooled over texts, as jiwer pools them", () => {
  const { texts, characterErrorRate, wordErrorRate, exact, characters } = evaluateText(TRUTHS, READINGS);
  expect(texts).toBe(4);
  expect(characterErrorRate.value).toBeCloseTo(16 / 31, 12);
  expect(wordErrorRate.value).toBeCloseTo(5 / 8, 12);
  expect(exact.value).toBe(0.25);
  expect(characters.truth).toBe(31);
  expect(characters.right + characters.substituted + characters.missed).toBe(31);
  expect((characters.substituted + characters.missed + characters.extra) / 31).toBe(characterErrorRate.value);
});

test("the most confused letters come first, with what was missed and what is extra", () => {
  const { confusions, characters } = evaluateText(["B8", "B", "O0", "1"], ["88", "8", "O", "1I"]);
  expect(confusions).toEqual([
    { truth: "B", read: "8", count: 2 },
    { truth: "", read: "I", count: 1 },
    { truth: "0", read: "", count: 1 },
  ]);
  expect(characters).toEqual({ truth: 6, right: 3, substituted: 2, missed: 1, extra: 1 });
});

test("intervals narrow with more texts, and hold the value", () => {
  const rows = (count: number) => Array.from({ length: count }, (_, i) => (i % 4 === 0 ? "AX" : "AB"));
  const [few, many] = [12, 400].map((count) => evaluateText(Array<string>(count).fill("AB"), rows(count)));
  for (const one of [few, many]) {
    const { value, low, high } = one?.characterErrorRate ?? { value: NaN, low: NaN, high: NaN };
    expect(value).toBe(0.125);
    expect(low).toBeLessThan(value);
    expect(high).toBeGreaterThan(value);
  }
  const width = (one: typeof few): number => (one ? one.exact.high - one.exact.low : NaN);
  expect(width(many)).toBeLessThan(width(few) / 3);
  // Of a share of 3/4 in 400: 1.96 * sqrt(0.75 * 0.25 / 400) to each side.
  expect(Math.abs(width(many) - 2 * 0.0424)).toBeLessThan(0.01);
});

test("texts without characters count their extra ones, and alone have no rate", () => {
  expect(evaluateText(["", "AB"], ["X", "AB"]).characterErrorRate.value).toBe(0.5);
  expect(evaluateText([""], ["X"]).characterErrorRate.value).toBeNaN();
  expect(evaluateText([""], [""]).exact.value).toBe(1);
  expect(evaluateText(["🚗1"], ["🚗7"]).characterErrorRate.value).toBe(0.5);
});

test("lists of unequal lengths and unknown options are refused", () => {
  expect(() => evaluateText(["A"], [])).toThrow("1 texts came with 0 readings");
  expect(() => evaluateText(["A"], ["A"], { samples: 3 } as object)).toThrow("unknown option samples");
  expect(() => evaluateText(["A"], ["A"], { level: 2 })).toThrow("level must be between 0 and 1");
});
