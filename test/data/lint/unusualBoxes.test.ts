import { expect, test } from "vitest";
import { Random } from "../../../src/base/random.ts";
import type { LabelledObject } from "../../../src/data/dataset.ts";
import { findUnusualBoxes } from "../../../src/data/lint/unusualBoxes.ts";
import { findingsOf, image, placesOf } from "./helpers.ts";

const classes = ["wheel", "bolt"];
const random = new Random(1);

/** An object near the middle whose sides are about these. */
function object(k: number, width: number, height: number): LabelledObject {
  const side = (length: number) => length * Math.exp(random.normal(0, 0.05));
  const [x, y] = [100 + random.int(20), 100 + random.int(20)];
  return { class: k, box: [x, y, x + side(width), y + side(height)] };
}

const usual = (count: number) =>
  Array.from({ length: count }, (_, i) => image(i + 1, [object(0, 120, 120), object(1, 20, 20)]));
const rule = (images: ReturnType<typeof image>[]) => findingsOf({ classes, images }, findUnusualBoxes).found;

test("boxes spread as their class's are say nothing", () => {
  expect(rule(usual(200))).toEqual({});
});

test("a wheel of a bolt's size, and one as wide as three, are told of; the likelier mistake first", () => {
  const found = rule([...usual(60), image(900, [object(0, 150, 50)]), image(901, [object(0, 20, 20)])]);
  expect(placesOf(found["probably-wrong"])).toEqual([
    expect.stringMatching(/^901\.jpg: object 1 \("wheel" is 0\.1\d times its usual size; usual for "bolt"\)$/),
    expect.stringMatching(/^900\.jpg: object 1 \("wheel" is [23]\.\d times as wide for its height as usual\)$/),
  ]);
});

test("a box nearer to another class than chance explains is told of, though it is not far from its own", () => {
  const near = Array.from({ length: 100 }, (_, i) => image(i + 1, [object(0, 60, 60), object(1, 40, 40)]));
  const found = rule([...near, image(900, [object(0, 40, 40)]), image(901, [object(0, 52, 52)])]);
  expect(placesOf(found["probably-wrong"])).toEqual([
    expect.stringMatching(/^900\.jpg: object 1 \("wheel" is 0\.[67]\d times its usual size; usual for "bolt"\)$/),
  ]);
});

test("boxes at the border, truncated ones and crowds are not judged", () => {
  const cut: LabelledObject = { class: 0, box: [0, 100, 20, 220] };
  const marked: LabelledObject = { class: 0, box: [100, 100, 120, 120], truncated: true };
  const crowd: LabelledObject = { class: 1, box: [10, 10, 390, 290], crowd: true };
  expect(rule([...usual(60), image(900, [cut, marked, crowd])])).toEqual({});
});

test("fewer than 30 boxes have no usual size", () => {
  expect(rule([...usual(28), image(900, [object(0, 20, 20)])])).toEqual({});
  expect(rule([...usual(29), image(900, [object(0, 20, 20)])])).toHaveProperty("probably-wrong");
});

test("in boxes that hardly vary, a factor below 2 is nothing", () => {
  const same = Array.from({ length: 50 }, (_, i) => image(i + 1, [[0, [100, 100, 140, 140]] as const]));
  expect(rule([...same, image(900, [[0, [100, 100, 170, 170]]])])).toEqual({});
  expect(rule([...same, image(900, [[0, [100, 100, 190, 190]]])])).toHaveProperty("probably-wrong");
});
