import { expect, test } from "vitest";
import type { ImageRecord } from "../../../src/data/dataset.ts";
import { encodeMask } from "../../../src/geometry/masks/encodeMask.ts";
import { labelMapOf } from "../../../src/segmentation/targets/labelMapOf.ts";

/** A mask drawn in text, a row a word. */
function mask(...rows: string[]) {
  return encodeMask(Uint8Array.from(rows.join(""), Number), rows.length, rows[0]?.length ?? 0);
}

function rowsOf({ data, width, height }: ReturnType<typeof labelMapOf>): string[] {
  return Array.from({ length: height }, (_, y) => [...data.subarray(y * width, (y + 1) * width)].join(" "));
}

const image: ImageRecord = {
  ...{ id: 1, file: "/photos/1.png", width: 6, height: 4 },
  objects: [
    { box: [1, 1, 2, 2], class: 2, segmentation: mask("000000", "010000", "000000", "000000"), crowd: true },
    { box: [0, 0, 4, 3], class: 0, segmentation: [[0, 0, 4, 0, 4, 3, 0, 3]], difficult: true },
    { box: [3.5, 1, 5, 2.5], class: 1 },
  ],
  ignored: mask("100000", "000000", "000000", "000001"),
};

test("smaller objects lie on top; what nobody labelled and boxes alone do not count", () => {
  expect(rowsOf(labelMapOf(image))).toEqual([
    "255 1 1 1 0 0", //
    "1 3 1 1 255 0",
    "1 1 1 1 255 0",
    "0 0 0 0 0 255",
  ]);
});

test("at another size, each pixel has the label under its middle", () => {
  expect(rowsOf(labelMapOf(image, { width: 3, height: 2 }))).toEqual(["3 1 0", "0 0 255"]);
  expect(rowsOf(labelMapOf(image, { width: 4, height: 8 })).slice(1, 4)).toEqual(["255 1 1 0", "1 1 1 0", "1 1 1 0"]);
});
