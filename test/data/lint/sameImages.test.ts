import { join } from "node:path";
import sharp from "sharp";
import { expect, test } from "vitest";
import { Random } from "../../../src/base/random.ts";
import { NEAR_DUPLICATE_BITS } from "../../../src/data/duplicates/nearDuplicates.ts";
import { hashDistance, perceptualHash } from "../../../src/data/duplicates/perceptualHash.ts";
import { Findings } from "../../../src/data/lint/findings.ts";
import { findCopies, lookAtPixels } from "../../../src/data/lint/sameImages.ts";
import { folderOf } from "../helpers.ts";

test("damaged images come in the order of the data set, though the first takes longest to decode", async () => {
  const png = await sharp({ create: { width: 3000, height: 3000, channels: 3, background: "#fff" } })
    .png()
    .toBuffer();
  const folder = await folderOf({ "a.png": png.subarray(0, png.length / 2), "b.png": "text", "c.png": "text" });
  const images = ["a.png", "b.png", "c.png"].map((name, i) => {
    return { id: i + 1, file: join(folder, name), width: 3000, height: 3000, objects: [] };
  });
  const findings = new Findings();
  await lookAtPixels({ classes: [], images }, new Map(), findings);
  const [finding] = findings.list(10);
  expect(finding?.rule).toBe("damaged-image");
  expect(finding?.places.map(({ file }) => file)).toEqual(images.map(({ file }) => file));
});

test("a cropped copy in another split is told of, though its hash is not near", async () => {
  const random = new Random(1);
  const pixels = Uint8Array.from({ length: 16 * 12 * 3 }, () => random.int(256));
  const small = sharp(pixels, { raw: { width: 16, height: 12, channels: 3 } });
  const photo = await small.resize(400, 300, { kernel: "cubic", fit: "fill" }).png().toBuffer();
  const crop = await sharp(photo).extract({ left: 12, top: 9, width: 376, height: 282 }).png().toBuffer();
  expect(hashDistance(await perceptualHash(photo), await perceptualHash(crop))).toBeGreaterThan(NEAR_DUPLICATE_BITS);
  const folder = await folderOf({ "a.png": photo, "b.png": crop });
  const images = (["train", "val"] as const).map((split, i) => {
    return { id: i + 1, file: join(folder, `${"ab"[i] ?? ""}.png`), width: 400, height: 300, objects: [], split };
  });
  const findings = new Findings();
  await lookAtPixels({ classes: [], images }, new Map(), findings);
  expect(findings.list(10).map(({ rule, count }) => [rule, count])).toEqual([
    ["near-leak", 1],
    ["near-duplicate", 1],
  ]);
});

test("images on which nothing is to be seen are told of, and are no near-duplicates of each other", async () => {
  const size = { width: 60, height: 40 };
  const plain = (background: string) =>
    sharp({ create: { ...size, channels: 3, background } })
      .png()
      .toBuffer();
  const ramp = (steps: number, low = 0) => {
    const values = Uint16Array.from({ length: 60 * 40 }, (_, i) => low + (i % 60) * steps);
    return sharp(values, { raw: { ...size, channels: 1 } })
      .toColourspace("grey16")
      .png()
      .toBuffer();
  };
  const folder = await folderOf({
    "black.png": await plain("#000"),
    "white.png": await plain("#fff"),
    "dark16.png": await ramp(17), // 0 to 1003 of 65535: four of 255
    "seen16.png": await ramp(100),
  });
  const images = ["black", "white", "dark16", "seen16"].map((name, i) => {
    return { id: i + 1, file: join(folder, `${name}.png`), ...size, objects: [] };
  });
  const findings = new Findings();
  await lookAtPixels({ classes: [], images }, new Map(), findings);
  const list = findings.list(10);
  expect(list.map(({ rule, count }) => [rule, count])).toEqual([["blank-image", 3]]);
  expect(list[0]?.places).toMatchObject([
    { file: images[0]?.file, detail: "greys from 0 to 0 of 255" },
    { file: images[1]?.file, detail: "greys from 255 to 255 of 255" },
    { file: images[2]?.file },
  ]);
});

test("a copy, and an image that looks alike, with another label are told of; with the same label they are not", async () => {
  const random = new Random(4);
  const pixels = Uint8Array.from({ length: 16 * 12 * 3 }, () => random.int(256));
  const photo = sharp(pixels, { raw: { width: 16, height: 12, channels: 3 } }).resize(200, 150, { kernel: "cubic" });
  const [png, jpg] = [await photo.png().toBuffer(), await photo.jpeg().toBuffer()];
  const folder = await folderOf({ "a.png": png, "b.png": png, "c.png": png, "d.jpg": jpg });
  const images = ([["a.png", 0], ["b.png", 0], ["c.png", 1], ["d.jpg", 1]] as const).map(([name, label], i) => {
    return { id: i + 1, file: join(folder, name), width: 200, height: 150, objects: [], labels: [label] };
  }); // prettier-ignore
  const findings = new Findings();
  const dataset = { classes: ["cat", "dog"], images };
  await lookAtPixels(dataset, await findCopies(dataset, findings), findings);
  const told = findings.list(9).map(({ rule, places }) => [rule, places.map(({ file, detail = "" }) => `${file} (${detail})`.replaceAll(`${folder}/`, ""))]); // prettier-ignore
  expect(told).toEqual([
    ["two-labels", ['c.png ("dog"; a.png is "cat")']],
    ["alike-two-labels", ['d.jpg ("dog"; a.png is "cat")']],
    ["same-image", ["b.png (is a.png, with the same labels)", "c.png (is a.png, with other labels)"]],
    ["near-duplicate", ["a.png (like d.jpg)"]],
  ]);
});
