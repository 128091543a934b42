import { join } from "node:path";
import sharp from "sharp";
import { expect, test } from "vitest";
import { Findings } from "../../../src/data/lint/findings.ts";
import { lookAtPixels } from "../../../src/data/lint/sameImages.ts";
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
  await lookAtPixels(images, new Map(), findings);
  const [finding] = findings.list(10);
  expect(finding?.rule).toBe("damaged-image");
  expect(finding?.places.map(({ file }) => file)).toEqual(images.map(({ file }) => file));
});
