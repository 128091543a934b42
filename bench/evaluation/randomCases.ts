import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Random } from "../../src/base/random.ts";
import { rleFromPolygon, rleToString } from "../../src/geometry/index.ts";

const [WIDTH, HEIGHT] = [120, 90];

/**
 * Writes case0.truth.json and case0.predictions.json ... into a folder: few images with all that evaluations stumble
 * over: equal scores, crowds, images and classes without objects, areas on the borders of the ranges, integer boxes
 * whose IoU is exactly a threshold, more than 100 detections of a class in an image, masks as polygons and as runs.
 */
export function writeRandomCases(folder: string, count: number, masks: boolean, seed: number): void {
  mkdirSync(folder, { recursive: true });
  for (let i = 0; i < count; i++) {
    const { truth, predictions } = randomCase(new Random(seed).fork(i), masks, i % 20 === 19);
    writeFileSync(join(folder, `case${i}.truth.json`), JSON.stringify(truth));
    writeFileSync(join(folder, `case${i}.predictions.json`), JSON.stringify(predictions));
  }
}

function randomCase(random: Random, masks: boolean, crowded: boolean): { truth: object; predictions: object[] } {
  const classes = 1 + random.int(4);
  const whole = random.chance(0.5);
  const scale = masks ? 1 : ([1, 1, 8][random.int(3)] ?? 1); // boxes may be large, masks stay small
  const ids = random.shuffle(Array.from({ length: 30 }, (_, i) => i + 1)).slice(0, 1 + random.int(8));
  const annotations: object[] = [];
  const predictions: object[] = [];
  const anyClass = (): number => 1 + random.int(classes);
  const score = (): number => (random.chance(0.5) ? Number(random.uniform().toFixed(1)) : random.uniform());
  const boxed = (box: readonly number[]): number[] => box.map((value) => (whole ? Math.round(value) : value));
  const anyBox = (): number[] => {
    const side = [8, 16, 32, 60][random.int(4)] ?? 8;
    const square = random.chance(0.3);
    const [w, h] = square ? [32, 32] : [side * random.uniform(0.5, 1.5), side * random.uniform(0.3, 1)];
    return boxed([random.uniform(0, WIDTH - w), random.uniform(0, HEIGHT - h), w, h].map((value) => value * scale));
  };
  const add = (image_id: number, category_id: number, box: readonly number[]): void => {
    const segmentation = runsOf(polygonIn(box, random), true);
    predictions.push({ image_id, category_id, score: score(), ...(masks ? { segmentation } : { bbox: box }) });
  };
  for (const image_id of ids) {
    for (let n = random.int(8); n > 0; n--) {
      const [category_id, bbox] = [anyClass(), anyBox()];
      const crowd = random.chance(0.1);
      const polygon = polygonIn(bbox, random);
      const area = (bbox[2] ?? 0) * (bbox[3] ?? 0) * (random.chance(0.5) ? 1 : 0.6);
      const segmentation = crowd ? runsOf(polygon, random.chance(0.5)) : [polygon];
      annotations.push({
        id: annotations.length + 1,
        image_id,
        category_id,
        bbox,
        area,
        iscrowd: Number(crowd),
        segmentation,
      });
      for (let near = random.int(crowded ? 60 : 4); near > 0; near--) {
        const moved = bbox.map((value, i) => value + random.normal(0, 0.1) * (bbox[2 + (i % 2)] ?? 0));
        const kept = moved.map((value, i) => (i < 2 ? value : Math.max(1, value)));
        add(image_id, random.chance(0.9) ? category_id : anyClass(), boxed(kept));
      }
    }
    for (let n = random.int(crowded ? 200 : 6); n > 0; n--) add(image_id, anyClass(), anyBox());
  }
  if (predictions.length === 0) add(ids[0] ?? 1, 1, anyBox()); // peers do not take an empty list
  return {
    truth: {
      images: ids.map((id) => ({ id, file_name: `${id}.jpg`, width: WIDTH, height: HEIGHT })),
      annotations,
      categories: Array.from({ length: classes + 1 }, (_, k) => ({ id: k + 1, name: `class ${k + 1}` })),
    },
    predictions: random.shuffle(predictions),
  };
}

/** A polygon of 3 to 8 corners, roughly an ellipse in the box: x, y, x, y ... */
function polygonIn([x = 0, y = 0, width = 1, height = 1]: readonly number[], random: Random): number[] {
  const corners = 3 + random.int(6);
  return Array.from({ length: corners }, (_, i) => {
    const angle = ((i + random.uniform(0, 0.6)) / corners) * 2 * Math.PI;
    const reach = random.uniform(0.7, 1);
    return [x + (width / 2) * (1 + reach * Math.cos(angle)), y + (height / 2) * (1 + reach * Math.sin(angle))];
  }).flat();
}

/** A mask as COCO's runs: uncompressed, or compressed as results must be for pycocotools. */
function runsOf(polygon: readonly number[], compressed: boolean): object {
  const mask = rleFromPolygon(polygon, HEIGHT, WIDTH);
  return { size: [HEIGHT, WIDTH], counts: compressed ? rleToString(mask) : [...mask.counts] };
}
