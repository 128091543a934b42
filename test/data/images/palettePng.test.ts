import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";

import { expect, test } from "vitest";
import { readLabelPixels } from "../../../src/data/formats/masks/labelPixels.ts";
import { decodeImage } from "../../../src/data/images/images.ts";
import { palettePng, vocColours } from "../../../src/data/images/palettePng.ts";
import { folderOf } from "../helpers.ts";

/** From the devkit's VOClabelcolormap.m: background, aeroplane, bicycle, bird, boat, bottle, …, tvmonitor, border. */
const COLOURS: readonly (readonly [value: number, red: number, green: number, blue: number])[] = [
  ...([[0, 0, 0, 0], [1, 128, 0, 0], [2, 0, 128, 0], [3, 128, 128, 0], [4, 0, 0, 128], [5, 128, 0, 128]] as const), // prettier-ignore
  ...([
    [8, 64, 0, 0],
    [15, 192, 128, 128],
    [16, 0, 64, 0],
    [20, 0, 64, 128],
    [255, 224, 224, 192],
  ] as const),
];

test("the colours are those of Pascal VOC", () => {
  const colours = vocColours();
  for (const [value, ...rgb] of COLOURS) expect([...colours.subarray(3 * value, 3 * value + 3)]).toEqual(rgb);
  expect(new Set(Array.from({ length: 256 }, (_, i) => colours.subarray(3 * i, 3 * i + 3).join())).size).toBe(256);
});

test("viewers show the colours, and whoever reads indices gets the values", async () => {
  const folder = await folderOf({});
  await fc.assert(
    fc.asyncProperty(
      fc.tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 7 }), fc.constantFrom(1, 5, 255)),
      fc.infiniteStream(fc.nat()),
      async ([width, height, most], numbers) => {
        const data = Uint8Array.from({ length: width * height }, () => Number(numbers.next().value) % (most + 1));
        const png = palettePng({ data, width, height });
        const file = join(folder, "a.png");
        await writeFile(file, png);
        const read = await readLabelPixels(file, { colours: false });
        expect([read.width, read.height, read.kind, [...read.values]]).toEqual([width, height, "index", [...data]]);
        const colours = vocColours();
        const shown = (await decodeImage(png)).data;
        expect([...shown]).toEqual([...data].flatMap((value) => [...colours.subarray(3 * value, 3 * value + 3)]));
      },
    ),
    { numRuns: 30 },
  );
});

test("what does not fit is refused", () => {
  expect(() => palettePng({ data: new Uint8Array(5), width: 3, height: 2 })).toThrow(
    "palettePng: data must be of 3 x 2 pixels, got 5",
  );
  expect(() => palettePng({ data: Uint8Array.of(0, 2), width: 2, height: 1 }, new Uint8Array(6))).toThrow(
    "palettePng: colours must be red, green and blue of 3 values, got 6",
  );
});
