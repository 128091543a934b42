import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { Random } from "../../src/base/random.ts";
import type { Dataset, ImageRecord, SplitName } from "../../src/data/dataset.ts";

/** A data set of small pictures with bright and dark squares, in a temporary folder. */
export async function squaresDataset(
  splits: Record<SplitName, number>,
  seed = 1,
): Promise<{ dataset: Dataset; remove: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), "anchorkit-squares-"));
  const random = new Random(seed);
  const images: ImageRecord[] = [];
  for (const [split, count] of Object.entries(splits) as [SplitName, number][]) {
    for (let i = 0; i < count; i++) {
      const file = join(folder, `${split}-${i}.png`);
      images.push(await squaresImage(file, split, images.length + 1, random));
    }
  }
  const dataset = { classes: ["bright", "dark"], images };
  return { dataset, remove: () => rm(folder, { recursive: true }) };
}

const SIZE = { width: 96, height: 64 };

async function squaresImage(file: string, split: SplitName, id: number, random: Random): Promise<ImageRecord> {
  const pixels = Uint8Array.from({ length: SIZE.width * SIZE.height * 3 }, () => 100 + random.int(56));
  const objects = Array.from({ length: 1 + random.int(3) }, () => {
    const side = 10 + random.int(16);
    const [x, y] = [random.int(SIZE.width - side), random.int(SIZE.height - side)];
    const label = random.int(2);
    for (let row = y; row < y + side; row++) {
      for (let column = x; column < x + side; column++) {
        pixels.fill(label === 0 ? 240 : 15, 3 * (row * SIZE.width + column), 3 * (row * SIZE.width + column) + 3);
      }
    }
    return { box: [x, y, x + side, y + side] as [number, number, number, number], class: label };
  });
  await sharp(pixels, { raw: { ...SIZE, channels: 3 } })
    .png()
    .toFile(file);
  return { id, file, ...SIZE, split, objects };
}
