import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { Random } from "../../src/base/random.ts";

const IMAGES = 5000;
const CLASSES = 80;
const PREDICTIONS_AN_IMAGE = 100;

/** Writes truth and predictions of the size of COCO's val2017 with 100 predictions an image, the same for a seed. */
export function writeCocoSizedTask(truthFile: string, predictionsFile: string, seed: number): void {
  const random = new Random(seed);
  const frequency = cumulated(Array.from({ length: CLASSES }, (_, k) => 1 / (k + 1)));
  const anyClass = (): number => {
    const share = random.uniform();
    return frequency.findIndex((upTo) => share < upTo) + 1 || CLASSES;
  };
  const annotations: object[] = [];
  const predictions: string[] = [];
  for (let image_id = 1; image_id <= IMAGES; image_id++) {
    const found: object[] = [];
    const objects = Math.round(Math.exp(random.normal(1.6, 0.85)));
    for (let i = 0; i < objects; i++) {
      const bbox = anyBox(random);
      const category_id = anyClass();
      const area = bbox[2] * bbox[3] * random.uniform(0.5, 0.9);
      annotations.push({
        id: annotations.length + 1,
        image_id,
        category_id,
        bbox,
        area,
        iscrowd: Number(random.chance(0.01)),
      });
      for (let j = 0; j < 4; j++) {
        const about = random.chance(0.9) ? category_id : anyClass();
        found.push({ image_id, category_id: about, bbox: near(bbox, random), score: digits(random.uniform(), 5) });
      }
    }
    while (found.length < PREDICTIONS_AN_IMAGE) {
      found.push({ image_id, category_id: anyClass(), bbox: anyBox(random), score: digits(random.uniform() ** 2, 5) });
    }
    predictions.push(...found.slice(0, PREDICTIONS_AN_IMAGE).map((each) => JSON.stringify(each)));
  }
  const images = Array.from({ length: IMAGES }, (_, i) => ({
    id: i + 1,
    file_name: `${i + 1}.jpg`,
    width: 640,
    height: 480,
  }));
  const categories = Array.from({ length: CLASSES }, (_, k) => ({ id: k + 1, name: `class ${k + 1}` }));
  mkdirSync(dirname(truthFile), { recursive: true });
  writeFileSync(truthFile, JSON.stringify({ images, annotations, categories }));
  writeFileSync(predictionsFile, `[${predictions.join(",")}]`);
}

type Bbox = [x: number, y: number, width: number, height: number];

function anyBox(random: Random): Bbox {
  const side = (): number => Math.min(400, Math.max(4, Math.exp(random.normal(4, 1))));
  const [width, height] = [side(), side()];
  return [random.uniform(0, 640 - width), random.uniform(0, 480 - height), width, height].map((value) =>
    digits(value, 2),
  ) as Bbox;
}

function near([x, y, width, height]: Bbox, random: Random): Bbox {
  const jitter = (): number => random.normal(0, 0.1);
  const box = [x + jitter() * width, y + jitter() * height, width * Math.exp(jitter()), height * Math.exp(jitter())];
  return box.map((value) => digits(value, 2)) as Bbox;
}

function cumulated(weights: readonly number[]): number[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  let sum = 0;
  return weights.map((weight) => (sum += weight) / total);
}

function digits(value: number, count: number): number {
  return Number(value.toFixed(count));
}
