import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";
import { Random } from "../../src/base/random.ts";
import type { Dataset, ImageRecord, LabelledObject, SplitName } from "../../src/data/dataset.ts";
import { maskBox } from "../../src/geometry/masks/maskExtent.ts";
import { rleFromPolygons } from "../../src/geometry/masks/polygonMask.ts";

/** What a made-up data set is to hold. */
export interface TruthOptions {
  /** Boxes alone, with fractions of a pixel or without; or boxes around polygons, masks and crowds. */
  kind: "fractions" | "whole" | "outlines";
  /** Names of images and classes: anything, or letters alone for tools that stumble over the rest. */
  names: "any" | "plain";
}

const NAMES = {
  any: [
    ...[`it's "one".jpg`, "кот 猫 🐈.png", "x.y.z.jpg", "100% (1).JPG", "comma, semi;colon.jpeg", "#hash & <tag>.jpg"],
    ...["a+b=c.jpg", "Übung.jpg", "two  spaces.png", "-dash.jpg", "img_jpg.rf.0a1b2c.jpg", "007.jpg"],
  ],
  plain: Array.from({ length: 12 }, (_, i) => `photo${String(i).padStart(3, "0")}.jpg`),
};
const CLASSES = {
  any: ["cat & 'dog'", 'the "red" one', "кот 猫 🐈", "a, b; c", "007", "no"],
  plain: ["bicycle", "car", "dog", "person"],
};
const SPLITS: SplitName[] = ["train", "val", "test"];

/** Writes images of one colour into a folder and makes up labels for them: seeded, boxes on the border among them. */
export async function makeTruth(folder: string, { kind, names }: TruthOptions): Promise<Dataset> {
  const random = new Random(`formats ${kind} ${names}`);
  const images: ImageRecord[] = [];
  for (const [i, name] of NAMES[names].entries()) {
    const [width, height] = [64 + random.int(300), 64 + random.int(200)];
    const split = SPLITS[i % 3] ?? "train";
    const file = join(folder, "photos", name);
    mkdirSync(join(folder, "photos"), { recursive: true });
    const image = sharp({ create: { width, height, channels: 3, background: { r: 20 * i, g: 99, b: 150 } } });
    writeFileSync(file, await (name.endsWith(".png") ? image.png() : image.jpeg()).toBuffer());
    const count = i % 5 === 4 ? 0 : 1 + random.int(7);
    const objects = Array.from({ length: count }, (_, at) => {
      // Every class is there, so that formats that list none find all.
      const id = at === 0 ? i % CLASSES[names].length : random.int(CLASSES[names].length);
      return kind === "outlines" ? outlined(random, id, width, height) : boxed(random, id, width, height, kind);
    });
    images.push({ id: i + 1, file, width, height, split, objects });
  }
  return { classes: CLASSES[names], images };
}

function boxed(random: Random, id: number, width: number, height: number, kind: string): LabelledObject {
  const [x1, x2] = side(random, width, kind);
  const [y1, y2] = side(random, height, kind);
  return {
    ...{ box: [x1, y1, x2, y2], class: id },
    ...(random.chance(0.2) && { difficult: true }),
    ...(random.chance(0.2) && { truncated: true }),
    ...(random.chance(0.2) && { occluded: true }),
  };
}

/** Two ends at least 4 apart, often at the border. */
function side(random: Random, limit: number, kind: string): [number, number] {
  const length = random.uniform(4, limit);
  const start = random.chance(0.2) ? 0 : random.chance(0.2) ? limit - length : random.uniform(0, limit - length);
  if (kind === "fractions") return [start, start + length];
  const first = Math.round(start);
  return [first, Math.min(limit, first + Math.round(length))];
}

/** A polygon, one in two parts, a mask, or a crowd as a mask. */
function outlined(random: Random, id: number, width: number, height: number): LabelledObject {
  const [x1, x2] = side(random, width, "whole");
  const [y1, y2] = side(random, height, "whole");
  const form = random.int(6);
  const [middle, low] = [(x1 + x2) / 2, y1 + (y2 - y1) / 4];
  const inParts = form === 2 && x2 - x1 >= 12;
  const polygons = inParts
    ? [
        [x1, y1, middle - 2, low, x1, y2],
        [middle + 2, low, x2, y1, x2, y2],
      ]
    : [[x1, low, middle, y1, x2, y2, x1 + 1.25, y2]];
  const box: LabelledObject["box"] = [x1, y1, x2, y2];
  if (form > 1) return { box, class: id, segmentation: polygons };
  const mask = rleFromPolygons([[x1, y1, x2, y1, x2, y2, middle, y1 + 3, x1, y2]], height, width);
  return { box: maskBox(mask), class: id, segmentation: mask, ...(form === 0 && { crowd: true }) };
}
