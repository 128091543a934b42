import { rm } from "node:fs/promises";
import { join } from "node:path";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { type MaskBatch, maskDatasetFromDirectory } from "../../../src/data/directories/maskDataset.ts";
import { folderOf } from "../helpers.ts";

/** Two images of 6 x 4 with masks, of 8 and 16 bits. */
async function masked(): Promise<string> {
  const files: Record<string, Buffer> = {};
  for (const [i, name] of ["a", "b"].entries()) {
    const raw = { width: 6, height: 4, channels: 1 } as const;
    const values = Array.from({ length: 24 }, (_, at) => at + 300 * i);
    const mask = i === 0 ? sharp(Uint8Array.from(values), { raw }) : sharp(Uint16Array.from(values), { raw });
    files[`masks/${name}.png`] = await mask
      .toColourspace(i === 0 ? "b-w" : "grey16")
      .png()
      .toBuffer();
    const colour = { width: 6, height: 4, channels: 3, background: { r: 40 + i, g: 90, b: 200 } } as const;
    files[`images/${name}.png`] = await sharp({ create: colour }).png().toBuffer();
  }
  return folderOf(files);
}

async function epochOf(dataset: AsyncIterable<MaskBatch>): Promise<MaskBatch[]> {
  const batches: MaskBatch[] = [];
  for await (const batch of dataset) batches.push(batch);
  return batches;
}

describe("directories", () => {
  it.each(["float32", "uint8"] as const)("keep images and masks for the next epochs if asked, as %s", async (dtype) => {
    const folder = await masked();
    const options = { imageSize: [2, 3], shuffle: false, dtype } as const;
    const usual = await epochOf(await maskDatasetFromDirectory(folder, options));
    const dataset = await maskDatasetFromDirectory(folder, { ...options, cache: "ram", workers: 1 });
    expect(await epochOf(dataset)).toEqual(usual);
    await rm(join(folder, "images", "a.png"));
    await rm(join(folder, "masks", "b.png"));
    expect(await epochOf(dataset)).toEqual(usual);
  });

  it("keep nothing unless asked", async () => {
    const folder = await masked();
    const dataset = await maskDatasetFromDirectory(folder, { imageSize: [2, 3] });
    await epochOf(dataset);
    await rm(join(folder, "images", "a.png"));
    await expect(epochOf(dataset)).rejects.toThrow("a.png: no such file");
  });
});
