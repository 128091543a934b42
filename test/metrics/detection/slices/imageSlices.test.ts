import { expect, test } from "vitest";
import { fieldSlices, objectCountSlices } from "../../../../src/metrics/detection/slices/imageSlices.ts";
import type { EvaluationImage, Slice } from "../../../../src/metrics/index.ts";
import { scene } from "../scenes.ts";

/** Each slice's name and images. */
function parts(images: EvaluationImage[], slices: Slice[]): [string, number[]][] {
  return slices.map(({ name, hasImage }) => [name, [...images.keys()].filter((image) => hasImage?.(image))]);
}

/** Slices by the values of one field, undefined for images without it. */
function byValues(values: unknown[]): [string, number[]][] {
  const images = values.map((value) => ({ ...scene([], []), ...(value !== undefined && { fields: { value } }) }));
  return parts(images, fieldSlices(images, "value"));
}

test("images are parted by how many objects they have, crowds left out", () => {
  const image = (count: number, crowds = 0): EvaluationImage =>
    scene(
      Array.from({ length: count + crowds }, (_, i) => ({ box: [0, 0, 1, 1], crowd: i >= count })),
      [],
    );
  const images = [image(10), image(0, 1), image(1, 5), image(2), image(4), image(5), image(9), image(30)];
  expect(parts(images, objectCountSlices(images))).toEqual([
    ["0", [1]],
    ["1", [2]],
    ["2 to 4", [3, 4]],
    ["5 to 9", [5, 6]],
    ["10 or more", [0, 7]],
  ]);
  expect(objectCountSlices([image(3)]).map(({ name }) => name)).toEqual(["2 to 4"]);
});

test("a field has a slice for each value, the most frequent first, and the images without it last", () => {
  expect(byValues(["sun", "rain", null, "sun", undefined, "fog", "rain", "sun"])).toEqual([
    ["sun", [0, 3, 7]],
    ["rain", [1, 6]],
    ["fog", [5]],
    ["none", [2, 4]],
  ]);
});

test("values may be anything that JSON has", () => {
  expect(byValues([true, false, true, "", ["a", 1], "2", 2])).toEqual([
    ["2", [5, 6]],
    ["true", [0, 2]],
    ['""', [3]],
    ['["a",1]', [4]],
    ["false", [1]],
  ]);
});

test("of more than 12 values the rarest are put together", () => {
  const values = Array.from({ length: 14 }, (_, i) => `site ${i}`);
  const slices = byValues([...values, ...values.slice(2)]);
  expect(slices).toHaveLength(13);
  expect(slices.at(-1)).toEqual(["other", [0, 1]]);
});

test("numbers are cut into quartiles, each named by the numbers in it", () => {
  expect(byValues([8, 1, 2, 7, 3, undefined, 6, 4, 5.123456])).toEqual([
    ["1 to 2", [1, 2]],
    ["3 to 4", [4, 7]],
    ["5.123 to 6", [6, 8]],
    ["7 to 8", [0, 3]],
    ["none", [5]],
  ]);
});

test("equal numbers stay together, and a quartile that this leaves empty has no slice", () => {
  expect(byValues([0, 0, 0, 0, 0, 0, 1, 2, 3, 4])).toEqual([
    ["0 to 1", [0, 1, 2, 3, 4, 5, 6]],
    ["2 to 4", [7, 8, 9]],
  ]);
});

test("up to four different numbers have a slice each", () => {
  expect(byValues([3, 1, 3, 2]).map(([name]) => name)).toEqual(["3", "1", "2"]);
});

test("numbers that only their last digits tell apart keep them in the names", () => {
  const names = byValues([0, 1, 2, 3, 4].map((second) => 1700000000 + second)).map(([name]) => name);
  expect(names).toEqual(["1700000000", "1700000001", "1700000002", "1700000003 to 1700000004"]);
});
