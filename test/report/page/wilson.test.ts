import { expect, test } from "vitest";
import { wilsonInterval } from "../../../src/report/page/wilson.ts";

test("the interval is Wilson's: 8 of 10 is 0.490 to 0.943", () => {
  const { value, low, high } = wilsonInterval(8, 10);
  expect(value).toBe(0.8);
  expect(low).toBeCloseTo(0.4902, 4);
  expect(high).toBeCloseTo(0.9433, 4);
});

test("none and all of a few stay open to one side", () => {
  expect(wilsonInterval(0, 5).low).toBe(0);
  expect(wilsonInterval(0, 5).high).toBeCloseTo(0.4345, 4);
  expect(wilsonInterval(5, 5).high).toBeCloseTo(1, 12);
});

test("of nothing there is no share", () => {
  expect(wilsonInterval(0, 0).value).toBeNaN();
});
