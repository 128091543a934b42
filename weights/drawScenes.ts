/**
 * Draws scenes of the drawn world as a data set, see README.md.
 *
 *     npx tsx weights/drawScenes.ts [--count 12000] [--seed 1] [--out weights/cache/scenes]
 */
import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import sharp from "sharp";
import { writeFileAtomic } from "../src/base/files.ts";
import { Random } from "../src/base/random.ts";
import { drawScene, LEAST_VISIBLE } from "./world/scene.ts";
import { loadWorld, openWorld } from "./world/world.ts";

const cache = join(dirname(fileURLToPath(import.meta.url)), "cache");
const { values } = parseArgs({
  options: {
    count: { type: "string", default: "12000" },
    seed: { type: "string", default: "1" },
    out: { type: "string", default: join(cache, "scenes") },
  },
});
/** Of the whole, what is kept for val and test together: enough to see that the training goes well. */
const HELD = 200;
const [width, height] = [320, 240];

const world = openWorld(await loadWorld(cache));
const random = new Random(`scenes ${values.seed}`);
const count = Number(values.count);
await mkdir(join(values.out, "images"), { recursive: true });
const images: object[] = [];
const annotations: object[] = [];
for (let i = 0; i < count; i++) {
  const raster = { width, height, rgb: new Uint8Array(width * height * 3) };
  const objects = drawScene(random.fork(i), world, raster);
  const file = `images/${String(i).padStart(6, "0")}.jpg`;
  const raw = { width, height, channels: 3 } as const;
  await sharp(raster.rgb, { raw }).jpeg({ quality: 85 }).toFile(join(values.out, file));
  images.push({ id: i + 1, file_name: file, width, height, split: i < HELD ? (i % 2 ? "val" : "test") : "train" });
  for (const { thing, box, visible } of objects) {
    const [x1, y1, x2, y2] = box;
    const [w, h] = [x2 - x1, y2 - y1];
    const difficult = visible < LEAST_VISIBLE ? { difficult: 1 } : {};
    const id = annotations.length + 1;
    annotations.push({
      id,
      image_id: i + 1,
      category_id: thing + 1,
      bbox: [x1, y1, w, h],
      area: w * h,
      iscrowd: 0,
      ...difficult,
    });
  }
}
const categories = world.things.map((name, thing) => ({ id: thing + 1, name }));
await writeFileAtomic(join(values.out, "annotations.json"), JSON.stringify({ images, categories, annotations }));
console.log(`${images.length} scenes with ${annotations.length} things: ${join(values.out, "annotations.json")}`);
