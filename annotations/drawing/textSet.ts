import { join } from "node:path";

import sharp from "sharp";

import { UsageError } from "../../src/base/errors.ts";
import { writeFileAtomic } from "../../src/base/files.ts";
import { Random } from "../../src/base/random.ts";
import { letterFonts } from "./letterforms.ts";
import { drawTextStrip } from "./textStrip.ts";

/** Without 0, 1, I and O, which no font tells from one another once they are turned, as captchas and plates do without. */
export const CHARACTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ";

export interface TextSetOptions {
  /** How many images; of ten, eight are to train on, one is val, one test. */
  count: number;
  /** The fewest and the most characters of a text. */
  lengths: readonly [number, number];
}

/**
 * Draws texts of unequal lengths, with `labels.csv` (file, text, split) beside `images/`. The same seed gives the same texts,
 * and the first images of a larger set are those of a smaller one.
 *
 * @throws UsageError for a count or lengths that are no whole numbers from 1
 */
export async function drawTextSet(seed: number | string, out: string, options: TextSetOptions): Promise<void> {
  const { count, lengths } = options;
  if (![count, ...lengths].every((one) => Number.isInteger(one) && one > 0) || lengths[0] > lengths[1]) {
    throw new UsageError(
      `cannot draw ${count} texts of ${lengths.join("-")} characters; give --count 5000 --lengths 4-8`,
    );
  }
  const random = new Random(seed);
  const fonts = letterFonts();
  const rows = ["file,text,split"];
  for (let i = 0; i < count; i++) {
    const name = `images/text_${String(i + 1).padStart(5, "0")}.png`;
    const own = random.fork(name);
    const length = lengths[0] + own.int(lengths[1] - lengths[0] + 1);
    const text = Array.from({ length }, () => CHARACTERS[own.int(CHARACTERS.length)]).join("");
    const { width, height, pixels } = await drawTextStrip(own, text, fonts);
    const png = await sharp(pixels, { raw: { width, height, channels: 3 } })
      .png()
      .toBuffer();
    await writeFileAtomic(join(out, name), png);
    rows.push(`${name},${text},${i % 10 === 8 ? "val" : i % 10 === 9 ? "test" : "train"}`);
  }
  await writeFileAtomic(join(out, "labels.csv"), `${rows.join("\n")}\n`);
}
