/**
 * Draws the sample data set: images with LabelImg XML and masks as in the VOC devkit, split into train, val and test.
 *
 *     npx tsx annotations/draw.ts [--seed 7] [--out annotations]
 *     npx tsx annotations/draw.ts --segmentation <folder> [--seed 7]    # another one: see drawing/segmentationSet.ts
 *     npx tsx annotations/draw.ts --text <folder> [--seed 7] [--count 5000] [--lengths 4-8]    # see drawing/textSet.ts
 *
 * The same seed gives the same labels, and with the same version of sharp the same images.
 */
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

import sharp from "sharp";

import { writeFileAtomic } from "../src/base/files.ts";
import { Random } from "../src/base/random.ts";
import { palettePng, vocColours } from "../src/data/images/palettePng.ts";
import { CLASSES, classMap, objectMap } from "./drawing/masks.ts";
import { drawScene } from "./drawing/scene.ts";
import { drawSegmentationSet } from "./drawing/segmentationSet.ts";
import { drawTextSet } from "./drawing/textSet.ts";
import { labelImgXml } from "./drawing/xml.ts";

/** How many images each split has, and how many of them show none of the classes. */
const SPLITS = { train: { images: 150, empty: 8 }, val: { images: 18, empty: 1 }, test: { images: 24, empty: 2 } };

/** Draws every image, or those alone whose name is in `only`, which come out just the same. */
export async function drawSampleData(seed: number | string, out: string, only?: readonly string[]): Promise<void> {
  const random = new Random(seed);
  let number = 0;
  for (const [split, { images, empty }] of Object.entries(SPLITS)) {
    const names: string[] = [];
    for (let i = 0; i < images; i++) {
      const name = `table_${String(++number).padStart(3, "0")}`;
      names.push(name);
      if (only && !only.includes(name)) continue;
      const scene = await drawScene(random.fork(name), i % Math.floor(images / empty) === 4);
      const raw = { width: scene.width, height: scene.height, channels: 3 } as const;
      const jpeg = await sharp(scene.pixels, { raw }).jpeg({ quality: 80 }).toBuffer();
      await writeFileAtomic(join(out, "images", `${name}.jpg`), jpeg);
      await writeFileAtomic(join(out, "labels", `${name}.xml`), labelImgXml(`${name}.jpg`, scene));
      await writeFileAtomic(join(out, "SegmentationClass", `${name}.png`), palettePng(classMap(scene)));
      await writeFileAtomic(join(out, "SegmentationObject", `${name}.png`), palettePng(objectMap(scene)));
    }
    for (const kind of only ? [] : ["Main", "Segmentation"]) {
      await writeFileAtomic(join(out, "ImageSets", kind, `${split}.txt`), `${names.join("\n")}\n`);
    }
  }
  await writeFileAtomic(join(out, "labelmap.txt"), labelMapText());
}

/** What the colours of SegmentationClass mean, as CVAT writes it. */
function labelMapText(): string {
  const colours = vocColours();
  const lines = ["background", ...CLASSES].map(
    (name, value) => `${name}:${colours.subarray(3 * value, 3 * value + 3).join()}::\n`,
  );
  return `# label:color_rgb:parts:actions\n${lines.join("")}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({
    options: {
      seed: { type: "string", default: "7" },
      out: { type: "string", default: dirname(fileURLToPath(import.meta.url)) },
      segmentation: { type: "string" },
      text: { type: "string" },
      count: { type: "string", default: "5000" },
      lengths: { type: "string", default: "4-8" },
    },
  });
  const { seed, segmentation, text } = values;
  if (text !== undefined) {
    const [least = NaN, most = least] = values.lengths.split("-").map(Number);
    await drawTextSet(seed, text, { count: Number(values.count), lengths: [least, most] });
  } else if (segmentation !== undefined) await drawSegmentationSet(seed, segmentation);
  else await drawSampleData(seed, values.out);
  console.log(`drawn to ${text ?? segmentation ?? values.out}`);
}
