import { describe, expect, test } from "vitest";
import { Random } from "../../../src/base/random.ts";
import { describeConvention } from "../../../src/data/comparison/boxConvention.ts";
import type { ComparedImage } from "../../../src/data/comparison/comparedImage.ts";

type Size = { width: number; height: number };
type XYWH = readonly [number, number, number, number];
interface Scene extends Size {
  objects: { box: XYWH; class: number }[];
}

/** Images of two sizes with boxes of two classes. */
function scenes(seed: number, count = 40): Scene[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, (_, i) => {
    const [width, height] = i % 2 === 0 ? [640, 480] : [375, 500];
    const objects = Array.from({ length: 1 + Math.floor(5 * random()) }, () => {
      const [w, h] = [width * (0.05 + 0.4 * random()), height * (0.05 + 0.4 * random())];
      const box = [random() * (width - w), random() * (height - h), w, h] as const;
      return { box, class: Math.floor(2 * random()) };
    });
    return { width, height, objects };
  });
}

/** What a file would give that has its boxes written by `write`, read as COCO says: x, y, width, height. */
function found(
  all: readonly Scene[],
  write: (box: XYWH, size: Size) => XYWH,
  { random = () => 0.5, jitter = 0, sized = true }: { random?: () => number; jitter?: number; sized?: boolean } = {},
): ComparedImage[] {
  const shake = (scale: number) => (random() - 0.5) * 2 * jitter * scale;
  return all.map(({ width, height, objects }, id) => {
    const shaken = objects.map(({ box: [x, y, w, h] }) => {
      return write([x + shake(w), y + shake(h), w * Math.exp(shake(1)), h * Math.exp(shake(1))], { width, height });
    });
    const corners = (boxes: readonly XYWH[]) =>
      Float64Array.from(boxes.flatMap(([x, y, w, h]) => [x, y, x + w, y + h]));
    const areas = Float64Array.from(objects, () => 1);
    const classes = Int32Array.from(objects, (object) => object.class);
    const flags = Uint8Array.from(objects, () => 0);
    const boxes = corners(objects.map(({ box }) => box));
    return {
      ...{ id, fields: {}, ...(sized && { size: { width, height } }) },
      truth: { boxes, boxAreas: areas, areas, classes, crowd: flags, difficult: flags },
      detections: {
        boxes: corners(shaken),
        boxAreas: areas,
        areas,
        scores: Float64Array.from(objects, random),
        classes,
      },
    };
  });
}

function seededRandom(seed: number): () => number {
  const random = new Random(seed);
  return () => random.uniform();
}

describe("Conventions other than COCO's are named", () => {
  test.each<[string, (box: XYWH, size: Size) => XYWH, RegExp]>([
    [
      "xyxy",
      ([x, y, w, h]) => [x, y, x + w, y + h],
      /^boxes seem to be x1, y1, x2, y2 \(mean IoU [01]\.\d\d read so, 0\.\d\d as x, y, width, height\): pass --boxes xyxy$/,
    ],
    ["yxyx", ([x, y, w, h]) => [y, x, y + h, x + w], /pass --boxes yxyx$/],
    ["cxcywh", ([x, y, w, h]) => [x + w / 2, y + h / 2, w, h], /pass --boxes cxcywh$/],
    [
      "xywh-normalized",
      ([x, y, w, h], { width: W, height: H }) => [x / W, y / H, w / W, h / H],
      /pass --boxes xywh-normalized$/,
    ],
    [
      "xyxy-normalized",
      ([x, y, w, h], { width: W, height: H }) => [x / W, y / H, (x + w) / W, (y + h) / H],
      /pass --boxes xyxy-normalized$/,
    ],
    [
      "yxyx-normalized",
      ([x, y, w, h], { width: W, height: H }) => [y / H, x / W, (y + h) / H, (x + w) / W],
      /pass --boxes yxyx-normalized$/,
    ],
    [
      "cxcywh-normalized",
      ([x, y, w, h], { width: W, height: H }) => [(x + w / 2) / W, (y + h / 2) / H, w / W, h / H],
      /pass --boxes cxcywh-normalized$/,
    ],
    [
      "the longer side",
      (box, { width, height }) => scaled(box, 320 / Math.max(width, height)),
      /of images resized along the longer side to 320 .*scale them back/,
    ],
    [
      "a square",
      ([x, y, w, h], { width: W, height: H }) => [(x * 1024) / W, (y * 1024) / H, (w * 1024) / W, (h * 1024) / H],
      /resized into a square of 1024 by stretching/,
    ],
    ["a padded square", (box, size) => padded(box, size, 960), /resized into the middle of a square of 960 /],
    [
      "the shorter side",
      (box, { width, height }) => scaled(box, 800 / Math.min(width, height)),
      /along the shorter side to 800, at most 1333/,
    ],
    ["half of it", (box) => scaled(box, 0.5), /resized by a factor of 0\.5 /],
  ])("%s", (_, write, sentence) => {
    const random = seededRandom(5);
    expect(describeConvention(found(scenes(1), write))).toMatch(sentence);
    expect(describeConvention(found(scenes(2), write, { random, jitter: 0.12 }))).toMatch(sentence);
  });

  test("from a few images too", () => {
    expect(describeConvention(found(scenes(3, 4), ([x, y, w, h]) => [x, y, x + w, y + h]))).toMatch(/--boxes xyxy$/);
  });
});

describe("Nothing is said of", () => {
  const asIs = (box: XYWH) => box;

  test("good, shaken and bad detections that are written as COCO says", () => {
    for (const jitter of [0, 0.1, 0.2, 0.3, 0.5, 0.8, 1.5]) {
      for (let seed = 0; seed < 12; seed++) {
        const images = found(scenes(seed), asIs, { random: seededRandom(seed), jitter });
        expect(describeConvention(images)).toBeUndefined();
      }
    }
  });

  test("boxes at random", () => {
    for (let seed = 0; seed < 40; seed++) {
      const random = seededRandom(seed);
      const anywhere = (_: XYWH, { width, height }: Size): XYWH => {
        return [random() * width, random() * height, (random() * width) / 2, (random() * height) / 2];
      };
      expect(describeConvention(found(scenes(seed, 2 + seed), anywhere))).toBeUndefined();
    }
  });

  test("one and the same box everywhere, boxes without an area, and empty data", () => {
    expect(describeConvention(found(scenes(1), () => [200, 150, 200, 150]))).toBeUndefined();
    expect(describeConvention(found(scenes(1), () => [0, 0, 0, 0]))).toBeUndefined();
    expect(describeConvention([])).toBeUndefined();
  });

  test("normalized boxes where the truth has no sizes", () => {
    const normalized = ([x, y, w, h]: XYWH, { width: W, height: H }: Size): XYWH => [x / W, y / H, w / W, h / H];
    expect(describeConvention(found(scenes(1), normalized, { sized: false }))).toBeUndefined();
  });
});

function scaled([x, y, w, h]: XYWH, by: number): XYWH {
  return [x * by, y * by, w * by, h * by];
}

function padded(box: XYWH, { width, height }: Size, side: number): XYWH {
  const scale = side / Math.max(width, height);
  const [x, y, w, h] = scaled(box, scale);
  return [x + (side - scale * width) / 2, y + (side - scale * height) / 2, w, h];
}
