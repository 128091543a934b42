import { join } from "node:path";

import sharp from "sharp";

import { writeFileAtomic } from "../../src/base/files.ts";
import { Random } from "../../src/base/random.ts";
import { palettePng } from "../../src/data/images/palettePng.ts";
import { CLASSES, classMap, ignoreBorders, ignoreBox } from "./masks.ts";
import { drawScene, type Scale } from "./scene.ts";

const SPLITS = { train: 180, val: 24, test: 36 };
const SCALE: Scale = { sizes: [[160, 120]], lengths: [30, 80] };

/** One image in so many has a part that nobody labelled. */
const PARTLY_LABELLED = 4;

/**
 * Draws a data set for segmentation: small images, and masks of five classes in which borders of objects, and parts of
 * some images, are 255, to ignore. The same seed gives the same masks.
 *
 * @param only names of images to draw alone, which come out just the same
 */
export async function drawSegmentationSet(seed: number | string, out: string, only?: readonly string[]): Promise<void> {
  const random = new Random(seed);
  let number = 0;
  for (const [split, images] of Object.entries(SPLITS)) {
    for (let i = 0; i < images; i++) {
      const name = `desk_${String(++number).padStart(3, "0")}`;
      if (only && !only.includes(name)) continue;
      const own = random.fork(name);
      const scene = await drawScene(own, false, SCALE);
      const { width, height } = scene;
      const map = classMap(scene);
      ignoreBorders(map, scene);
      if (number % PARTLY_LABELLED === 0) ignoreBox(map, somewhere(own, width, height));
      const jpeg = await sharp(scene.pixels, { raw: { width, height, channels: 3 } })
        .jpeg({ quality: 85 })
        .toBuffer();
      await writeFileAtomic(join(out, "images", split, `${name}.jpg`), jpeg);
      await writeFileAtomic(join(out, "masks", split, `${name}.png`), palettePng(map));
    }
  }
  const rows = ["background", ...CLASSES].map((name, value) => `${value},${name}\n`);
  await writeFileAtomic(join(out, "_classes.csv"), `Pixel Value,Class\n${rows.join("")}`);
}

/** A rectangle with a tenth of the picture at most. */
function somewhere(random: Random, width: number, height: number): [number, number, number, number] {
  const [w, h] = [0.15 + 0.15 * random.uniform(), 0.15 + 0.15 * random.uniform()].map((share, i) =>
    Math.round(share * (i === 0 ? width : height)),
  ) as [number, number];
  const [x, y] = [random.int(width - w), random.int(height - h)];
  return [x, y, x + w, y + h];
}
