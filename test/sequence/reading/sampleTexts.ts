import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { Random } from "../../../src/base/random.ts";
import type { Dataset, ImageRecord, SplitName } from "../../../src/data/dataset.ts";

/** Letters of 3 x 5 dots, row by row. */
const LETTERS: Readonly<Record<string, string>> = {
  A: "010101111101101",
  E: "111100110100111",
  H: "101101111101101",
  O: "111101101101111",
  T: "111010010010010",
};

/** A dot's side and the height of a picture, in pixels. */
const [DOT, HEIGHT] = [4, 24];

/** A picture of a text in dots, [HEIGHT][width]: dark on light, a dot of room around and between letters. */
function drawText(text: string, random: Random): { pixels: Uint8Array; width: number; height: number } {
  const width = DOT * (4 * text.length + 1);
  const pixels = Uint8Array.from({ length: width * HEIGHT * 3 }, () => 200 + random.int(40));
  Array.from(text, (letter, i) => {
    Array.from(LETTERS[letter] ?? "", (dot, k) => {
      if (dot === "0") return;
      const [left, top] = [DOT * (1 + 4 * i + (k % 3)), 2 + DOT * Math.floor(k / 3)];
      for (let y = top; y < top + DOT; y++) pixels.fill(20, 3 * (y * width + left), 3 * (y * width + left + DOT));
    });
  });
  return { pixels, width, height: HEIGHT };
}

/** A data set of texts of 1 to 4 letters, in a temporary folder. */
export async function textsDataset(
  splits: Record<SplitName, number>,
  seed = 1,
): Promise<{ dataset: Dataset; remove: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), "anchorkit-texts-"));
  const random = new Random(seed);
  const images: ImageRecord[] = [];
  for (const [split, count] of Object.entries(splits) as [SplitName, number][]) {
    for (let i = 0; i < count; i++) {
      const letters = Object.keys(LETTERS);
      const text = Array.from({ length: 1 + random.int(4) }, () => letters[random.int(letters.length)]).join("");
      const { pixels, ...size } = drawText(text, random);
      const file = join(folder, `${split}-${i}.png`);
      await sharp(pixels, { raw: { ...size, channels: 3 } })
        .png()
        .toFile(file);
      images.push({ id: images.length + 1, file, ...size, split, objects: [], text });
    }
  }
  return { dataset: { classes: [], images }, remove: () => rm(folder, { recursive: true }) };
}
