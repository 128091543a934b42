import { expect, test } from "vitest";
import { compact, embeddableJson, percent, points, rate, shorten } from "../../../src/report/page/text.ts";

test("JSON in a script element cannot end it, and stays the same JSON", () => {
  const value = { name: "</script><!--<script>&amp;" };
  const json = embeddableJson(value);
  expect(json).not.toMatch(/[<>&]/);
  expect(JSON.parse(json)).toEqual(value);
});

test("what could not be measured is a dash", () => {
  expect([rate(NaN), percent(NaN), points(NaN)]).toEqual(["–", "–", "–"]);
});

test("a share that is not all is not written as 100 %", () => {
  expect([percent(1), percent(0.996), percent(0.004), percent(0)]).toEqual(["100%", "99.6%", "0.4%", "0%"]);
});

test("numbers are written for people", () => {
  expect([rate(0.9234), points(0.061), points(0.0005)]).toEqual(["0.923", "6.1", "0.05"]);
  expect([compact(9999), compact(334182)]).toEqual(["9,999", "334K"]);
});

test("long names are cut in the middle, between characters", () => {
  expect(shorten("abcdefghij", 10)).toBe("abcdefghij");
  expect(shorten("abcdefghijk", 7)).toBe("abc…ijk");
  expect(Array.from(shorten("😀".repeat(20), 7))).toHaveLength(7);
});
