import { existsSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { AnchorkitError } from "../../../src/base/errors.ts";
import {
  type MaskBatch,
  maskDatasetFromDirectory,
  type MaskDatasetOptions,
} from "../../../src/data/directories/maskDataset.ts";
import { labelPng } from "../labelPng.ts";
import { folderOf } from "../helpers.ts";

function photo(width: number, height: number): Promise<Buffer> {
  return sharp({ create: { width, height, channels: 3, background: "#445566" } })
    .jpeg()
    .toBuffer();
}

function grey(rows: readonly (readonly number[])[]): Promise<Buffer> {
  const raw = { width: rows[0]?.length ?? 0, height: rows.length, channels: 1 } as const;
  return sharp(Uint8Array.from(rows.flat()), { raw }).toColourspace("b-w").png().toBuffer();
}

async function first(dataset: AsyncIterable<MaskBatch>): Promise<MaskBatch> {
  for await (const batch of dataset) return batch;
  throw new Error("no batch");
}

const corners = [
  [1, 1, 2, 2],
  [1, 1, 2, 2],
  [3, 3, 4, 4],
  [3, 3, 4, 4],
];

describe("masks", () => {
  test("are brought to the size by the nearest pixel: no value is mixed", async () => {
    const folder = await folderOf({ "images/a.jpg": await photo(4, 4), "masks/a.png": await grey(corners) });
    const small = await first(await maskDatasetFromDirectory(folder, { imageSize: [2, 2] }));
    expect(small).toMatchObject({ masks: Uint8Array.of(1, 2, 3, 4), shape: [1, 2, 2, 3] });
    const large = await first(await maskDatasetFromDirectory(folder, { imageSize: [8, 6] }));
    expect([...large.masks.subarray(0, 6)]).toEqual([1, 1, 1, 2, 2, 2]);
    expect([...large.masks.subarray(7 * 6)]).toEqual([3, 3, 3, 4, 4, 4]);
  });

  test("take the pixel in the middle of those that one stands for", async () => {
    const folder = await folderOf({
      "images/a.jpg": await photo(6, 1),
      "masks/a.png": await grey([[1, 2, 3, 4, 5, 6]]),
    });
    const { masks } = await first(await maskDatasetFromDirectory(folder, { imageSize: [1, 2] }));
    expect(masks).toEqual(Uint8Array.of(2, 5));
  });

  test("are cropped and padded as their images are", async () => {
    const wide = corners.slice(1, 3); // 4 x 2
    const folder = await folderOf({ "images/a.jpg": await photo(4, 2), "masks/a.png": await grey(wide) });
    const cropped = await maskDatasetFromDirectory(folder, { imageSize: [2, 2], cropToAspectRatio: true });
    expect((await first(cropped)).masks).toEqual(Uint8Array.of(1, 2, 3, 4));
    const padded = await maskDatasetFromDirectory(folder, { imageSize: [4, 4], padToAspectRatio: true, padValue: 9 });
    const { masks, images } = await first(padded);
    expect([...masks]).toEqual([9, 9, 9, 9, 1, 1, 2, 2, 3, 3, 4, 4, 9, 9, 9, 9]);
    // where the mask is padded, the image is black, and nowhere else
    for (const [i, value] of masks.entries()) expect((images[3 * i] ?? 0) < 20).toBe(value === 9);
  });

  test("of 0 and 255 are 0 and 1 on demand", async () => {
    const mask = await grey([
      [0, 255],
      [7, 0],
    ]);
    const folder = await folderOf({ "images/a.jpg": await photo(2, 2), "masks/a_mask.png": mask });
    const dataset = await maskDatasetFromDirectory(folder, { imageSize: [2, 2], maskValues: "binary" });
    expect((await first(dataset)).masks).toEqual(Uint8Array.of(0, 1, 1, 0));
  });

  test("of 16 bits keep their values", async () => {
    const mask = await sharp(Uint16Array.of(0, 300, 65_535, 1), { raw: { width: 2, height: 2, channels: 1 } })
      .toColourspace("grey16")
      .png()
      .toBuffer();
    const folder = await folderOf({ "images/a.jpg": await photo(2, 2), "masks/a.png": mask });
    const { masks } = await first(await maskDatasetFromDirectory(folder, { imageSize: [2, 2] }));
    expect(masks).toEqual(Uint16Array.of(0, 300, 65_535, 1));
  });

  test("in colours get their place in the list, from a palette, too", async () => {
    const colours = [
      [0, 0, 0],
      [128, 0, 0],
      [0, 128, 0],
    ] as const;
    const raw = { width: 2, height: 2, channels: 3 } as const;
    const mask = sharp(Uint8Array.from([2, 1, 0, 1].flatMap((i) => [...(colours[i] ?? [])])), { raw });
    for (const palette of [false, true]) {
      const folder = await folderOf({ "images/a.jpg": await photo(2, 2), "masks/a.png": await mask.png({ palette }).toBuffer() }); // prettier-ignore
      const dataset = await maskDatasetFromDirectory(folder, { imageSize: [2, 2], maskValues: colours });
      expect((await first(dataset)).masks).toEqual(Uint8Array.of(2, 1, 0, 1));
      const few = maskDatasetFromDirectory(folder, { imageSize: [2, 2], maskValues: colours.slice(0, 2) });
      await expect(few.then(first)).rejects.toThrow("a.png: the mask holds the colour 0,128,0, which maskValues lacks");
      if (palette) continue;
      await expect(maskDatasetFromDirectory(folder).then(first)).rejects.toThrow(
        "a.png: is a mask in colours: give their list as maskValues",
      );
    }
  });

  test("of a palette are its indices, whatever its colours", async () => {
    const mask = labelPng(4, [0xffffff, 0, 0x800000, 0x008000], [[0, 3], [2, 1]]); // prettier-ignore
    const folder = await folderOf({ "images/a.jpg": await photo(2, 2), "masks/a.png": mask });
    const { masks } = await first(await maskDatasetFromDirectory(folder, { imageSize: [2, 2], classes: 4 }));
    expect(masks).toEqual(Uint8Array.of(0, 3, 2, 1));
  });

  test("of 1, 2 and 4 bits are what they are, and black and white where colours are asked for", async () => {
    const blackAndWhite = [[0, 0, 0], [255, 255, 255]] as const; // prettier-ignore
    for (const bits of [1, 2, 4] as const) {
      const most = 2 ** bits - 1;
      const folder = await folderOf({ "images/a.jpg": await photo(2, 2), "masks/a.png": labelPng(bits, undefined, [[0, most], [most, 0]]) }); // prettier-ignore
      const read = (maskValues: MaskDatasetOptions["maskValues"] & {}) =>
        maskDatasetFromDirectory(folder, { imageSize: [2, 2], maskValues }).then(first);
      expect((await read("index")).masks).toEqual(Uint8Array.of(0, most, most, 0));
      expect((await read("binary")).masks).toEqual(Uint8Array.of(0, 1, 1, 0));
      expect((await read(blackAndWhite)).masks).toEqual(Uint8Array.of(0, 1, 1, 0));
    }
  });

  test("of 16 bits are binary by all of their bits", async () => {
    const mask = sharp(Uint16Array.of(0, 3, 300, 0), { raw: { width: 2, height: 2, channels: 1 } });
    const bytes = await mask.toColourspace("grey16").png().toBuffer();
    const folder = await folderOf({ "images/a.jpg": await photo(2, 2), "masks/a.png": bytes });
    const dataset = await maskDatasetFromDirectory(folder, { imageSize: [2, 2], maskValues: "binary" });
    expect((await first(dataset)).masks).toEqual(Uint8Array.of(0, 1, 1, 0));
  });

  test("above the number of classes are refused, but for 255", async () => {
    const mask = await grey([[0, 1, 255, 2]]);
    const folder = await folderOf({ "images/a.jpg": await photo(4, 1), "masks/a.png": mask });
    const read = (classes: number) => maskDatasetFromDirectory(folder, { imageSize: [1, 4], classes }).then(first);
    expect((await read(3)).masks).toEqual(Uint8Array.of(0, 1, 255, 2));
    await expect(read(2)).rejects.toThrow("a.png: the mask holds the value 2, but there are 2 classes");
  });
});

test("files are paired by name, shuffled, split and batched together", async () => {
  const files: Record<string, Uint8Array> = {};
  for (let i = 0; i < 10; i++) {
    const value = sharp({ create: { width: 4, height: 4, channels: 3, background: { r: i, g: i, b: i } } });
    files[`x/sub/${i}.png`] = await value.png().toBuffer();
    files[`y/sub/${i}.tif`] = await value.clone().toColourspace("b-w").tiff().toBuffer();
  }
  const folder = await folderOf(files);
  const options = { images: "x", masks: "y", imageSize: [4, 4], batchSize: 3, seed: 3, validationSplit: 0.2 } as const;
  const [training, validation] = await maskDatasetFromDirectory(folder, { ...options, subset: "both" });
  expect([training.files.length, validation.files.length, training.length]).toEqual([8, 2, 3]);
  const seen: number[] = [];
  for (const part of [training, validation]) {
    for await (const { images, masks, shape } of part) {
      for (let i = 0; i < shape[0]; i++) {
        expect(images[i * 48]).toBe(masks[i * 16]);
        seen.push(masks[i * 16] ?? -1);
      }
    }
  }
  expect(seen.toSorted()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  expect(seen).not.toEqual(seen.toSorted());
});

test("masks may be called as those of CamVid, or as their images, whatever these end with", async () => {
  const value = (number: number) => grey([[number]]);
  const files = { "x/a.jpg": await photo(1, 1), "x/b_L.jpg": await photo(1, 1), "y/a_L.png": await value(1), "y/b_L.png": await value(2) }; // prettier-ignore
  const options = { images: "x", masks: "y", imageSize: [1, 1], shuffle: false } as const;
  const { masks } = await first(await maskDatasetFromDirectory(await folderOf(files), options));
  expect(masks).toEqual(Uint8Array.of(1, 2));
});

test("what does not fit together is said", async () => {
  const image = await photo(2, 2);
  const mask = await grey([
    [1, 2],
    [3, 4],
  ]);
  const cases: [Record<string, Uint8Array>, RegExp][] = [
    [{ "images/a.jpg": image }, /masks: no such folder$/],
    [
      { "images/a.jpg": image, "images/b.jpg": image, "masks/c.png": mask },
      /a\.jpg: has no mask in .*masks \(and 1 more\)$/,
    ],
    [{ "images/a.jpg": image, "masks/a.png": mask, "masks/c.png": mask }, /c\.png: has no image in .*images$/],
    [{ "images/a.jpg": image, "images/a.png": image, "masks/a.png": mask }, /a\.png: has the same name as .*a\.jpg$/],
  ];
  for (const [files, reason] of cases) {
    const refused = maskDatasetFromDirectory(await folderOf(files));
    await expect(refused).rejects.toThrow(AnchorkitError);
    await expect(refused).rejects.toThrow(reason);
  }
  const other = await folderOf({ "images/a.jpg": await photo(3, 2), "masks/a.png": mask });
  await expect(maskDatasetFromDirectory(other).then(first)).rejects.toThrow(
    /a\.png: the mask has 2 x 2 pixels, its image 3 x 2 \(.*a\.jpg\)$/,
  );
  await expect(maskDatasetFromDirectory(other, { validationSplit: 0.5, subset: "training" })).rejects.toThrow(
    "maskDatasetFromDirectory: with validationSplit and shuffle, a seed must be given",
  );
});

const nuclei = join(import.meta.dirname, "../../../../shared/data/nuclei256");
test.skipIf(!existsSync(nuclei))("the nuclei: objects numbered from 1, or nucleus against background", async () => {
  const options = { masks: "instances", shuffle: false, batchSize: 4, dtype: "uint8" } as const;
  const { masks, shape } = await first(await maskDatasetFromDirectory(nuclei, options));
  expect(shape).toEqual([4, 256, 256, 3]);
  const numbers = new Set(masks.subarray(0, 256 * 256));
  expect(numbers.size).toBe(Math.max(...numbers) + 1);
  const binary = await first(await maskDatasetFromDirectory(nuclei, { ...options, maskValues: "binary" }));
  expect(binary.masks).toEqual(masks.map((value) => Math.min(value, 1)));
});
