import { describe, expect, it } from "vitest";
import { Random } from "../../../../src/base/random.ts";
import { augmentImage, type Sample } from "../../../../src/data/augment/apply/augmentImage.ts";
import type { Draw, Layer } from "../../../../src/data/augment/draw/draw.ts";
import { drawAugmentation } from "../../../../src/data/augment/draw/drawAugmentation.ts";
import type { LabelledObject } from "../../../../src/data/dataset.ts";
import { decodeMask, encodeMask } from "../../../../src/geometry/masks/encodeMask.ts";
import { maskBox } from "../../../../src/geometry/masks/maskExtent.ts";
import { rleFromPolygon, rleFromPolygons } from "../../../../src/geometry/masks/polygonMask.ts";
import {
  augmentationOf,
  boxDistance,
  boxOfPixels,
  drawOf,
  mark,
  marked,
  noiseImage,
  plainImage,
  recordOf,
} from "../support.ts";

const SIZE = { width: 120, height: 90 };

/** A red rectangle with a box, a green disc with an outline, a blue disc with a mask, on black. */
function markedSample(random: Random): Sample {
  const image = plainImage(SIZE);
  const objects: LabelledObject[] = [];
  for (let channel = 0; channel < 3; channel++) {
    const [width, height] = [16 + random.int(20), 16 + random.int(20)];
    const [x, y] = [random.int(SIZE.width - width), random.int(SIZE.height - height)];
    const box: LabelledObject["box"] = [x, y, x + width, y + height];
    const outline = channel === 0 ? rectangle(box) : ellipse(box);
    const mask = decodeMask(rleFromPolygon(outline, SIZE.height, SIZE.width));
    mask.forEach((inside, i) => (image.pixels[3 * i + channel] = 255 * inside));
    const segmentation = [[outline], [outline], encodeMask(mask, SIZE.height, SIZE.width)][channel];
    objects.push({ box, class: channel, ...(channel > 0 && segmentation && { segmentation }) });
  }
  return { image, annotations: recordOf(SIZE, objects) };
}

function rectangle([x1, y1, x2, y2]: LabelledObject["box"]): number[] {
  return [x1, y1, x2, y1, x2, y2, x1, y2];
}

function ellipse([x1, y1, x2, y2]: LabelledObject["box"]): number[] {
  return Array.from({ length: 64 }, (_, i) => (i * Math.PI) / 32).flatMap((angle) => [
    (x1 + x2) / 2 + ((x2 - x1) / 2) * Math.cos(angle),
    (y1 + y2) / 2 + ((y2 - y1) / 2) * Math.sin(angle),
  ]);
}

const GEOMETRIC = [
  { name: "flip", probability: 1, axis: "both" },
  { name: "flip", probability: 1, axis: "horizontal" },
  { name: "flip", probability: 1, axis: "vertical" },
  { name: "turn", probability: 1 },
  { name: "rotate", degrees: [-180, 180] },
  { name: "shift", x: [-0.2, 0.2], y: [-0.2, 0.2] },
  { name: "zoom", factor: [0.6, 1.6] },
  { name: "shear", x: [-20, 20], y: [-20, 20] },
  { name: "perspective", amount: [0.1, 0.15] },
  { name: "crop", area: [0.3, 0.8], keep: 0.5 },
  { name: "scaleJitter", factor: [0.6, 1.6], aspect: 0.2 },
  { name: "expand", probability: 1, factor: [1, 2] },
];

/** How far box and mark may differ, in pixels: outlines and masks of the discs were rounded to pixels before. */
const REACH = [1, 1.25, 1.25];

/** True where a pixel at most two steps away has the value. */
function isNear(pixels: Uint8Array, width: number, i: number, value: number): boolean {
  const steps = [-2, -1, 0, 1, 2];
  return steps.some((y) => steps.some((x) => pixels[i + y * width + x] === value));
}

/** Every object's box is that of the mark's pixels, and so are outline and mask. Answers how many objects there are. */
async function expectAgreement(sample: Sample, draw: Draw): Promise<number> {
  const { image, annotations } = await augmentImage(sample.image, sample.annotations, draw);
  for (const object of annotations.objects) {
    const seen = marked(image, object.class);
    const box = boxOfPixels(seen, image.width) ?? [NaN];
    const where = JSON.stringify({ draw, object: object.box, box });
    expect(boxDistance(object.box, box), where).toBeLessThan(REACH[object.class] ?? 0);
    const { segmentation } = object;
    if (!segmentation) continue;
    const { height, width } = image;
    const mask = decodeMask("counts" in segmentation ? segmentation : rleFromPolygons(segmentation, height, width));
    mask.forEach((inside, i) => {
      if (inside !== seen[i] && !isNear(seen, width, i, inside)) expect.fail(`pixel ${i} of the mask: ${where}`);
    });
  }
  return annotations.objects.length;
}

describe("marks and their boxes agree", () => {
  it.each(GEOMETRIC)("after $name ($axis)", async (operation) => {
    const augmentation = augmentationOf([operation]);
    let objects = 0;
    for (let seed = 0; seed < 25; seed++) {
      const random = new Random(seed);
      const sample = markedSample(random);
      const images = [recordOf(SIZE, sample.annotations.objects)];
      objects += await expectAgreement(sample, drawAugmentation(random, augmentation, { images, index: 0, fill: 0 }));
    }
    expect(objects).toBeGreaterThan(20);
  });

  it("after any composition, on any canvas", async () => {
    for (let seed = 0; seed < 150; seed++) {
      const random = new Random(`composition ${seed}`);
      const sample = markedSample(random);
      const operations = random.shuffle([...GEOMETRIC]).slice(0, 1 + random.int(4));
      const canvas = { width: 80 + random.int(120), height: 80 + random.int(120) };
      const images = [recordOf(SIZE, sample.annotations.objects)];
      const options = { images, index: 0, fill: 0, canvas };
      await expectAgreement(sample, drawAugmentation(random, augmentationOf(operations), options));
    }
  });
});

describe("an identity draw", () => {
  const random = new Random(5);
  const image = noiseImage(SIZE, random);
  const { objects } = markedSample(random).annotations;
  const labelMap = { ...SIZE, data: Uint8Array.from({ length: 120 * 90 }, () => random.int(9)) };
  const annotations = { ...SIZE, objects, labelMap };

  it("changes nothing, bit for bit", async () => {
    const draws = [
      drawOf(SIZE),
      drawAugmentation(random, augmentationOf([]), { images: [recordOf(SIZE, objects)], index: 0 }),
    ];
    for (const draw of draws) {
      const result = await augmentImage(image, annotations, draw);
      expect(Buffer.compare(result.image.pixels, image.pixels)).toBe(0);
      expect(result.annotations).toEqual(annotations);
    }
  });

  it("leaves its input as it was", async () => {
    const before = structuredClone({ image, annotations });
    const matrix = [0.8, -0.3, 20, 0.3, 0.8, 0, 0, 0, 1] as const;
    await augmentImage(image, annotations, drawOf(SIZE, [...matrix], { changes: [{ name: "grey" }] }));
    expect({ image, annotations }).toEqual(before);
  });

  it("of an image stored at half its size doubles it and leaves the boxes", async () => {
    const small = plainImage({ width: 60, height: 45 });
    mark(small, [10, 10, 20, 20], [255, 255, 255]);
    const box: LabelledObject["box"] = [20, 20, 40, 40];
    const result = await augmentImage(small, recordOf(SIZE, [{ box, class: 0 }]), drawOf(SIZE));
    expect(result.annotations.objects).toEqual([{ box, class: 0 }]);
    expect(boxOfPixels(marked(result.image, 0), SIZE.width)).toEqual(box);
  });
});

it("gives the same boxes without masks as with them", async () => {
  for (let seed = 0; seed < 20; seed++) {
    const random = new Random(seed);
    const samples = [markedSample(random), markedSample(random)];
    const images = samples.map(({ annotations }) => recordOf(SIZE, annotations.objects));
    const operations = [{ name: "rotate" }, { name: "copyPaste", probability: 1 }, { name: "cutout", probability: 1 }];
    const draw = drawAugmentation(random, augmentationOf(operations), { images, index: 0 });
    const sampleOf = (i: number) => Promise.resolve(samples[i] as Sample);
    const { image, annotations } = samples[0] as Sample;
    const withMasks = await augmentImage(image, annotations, draw, { sampleOf });
    const boxesAlone = await augmentImage(image, annotations, draw, { sampleOf, masks: false });
    const bare = withMasks.annotations.objects.map(({ box, class: label }) => ({ box, class: label }));
    expect(boxesAlone.annotations.objects).toEqual(bare);
    expect(Buffer.compare(boxesAlone.image.pixels, withMasks.image.pixels)).toBe(0);
  }
});

it("moves a label map with the image: each colour keeps its class", async () => {
  const random = new Random(8);
  const image = plainImage(SIZE);
  const labelMap = { ...SIZE, data: new Uint8Array(SIZE.width * SIZE.height) };
  for (let y = 0; y < SIZE.height; y++) {
    for (let x = 0; x < SIZE.width; x++) {
      const label = (Math.floor(x / 20) + Math.floor(y / 20)) % 2;
      labelMap.data[y * SIZE.width + x] = label;
      image.pixels.fill(label === 1 ? 255 : 50, 3 * (y * SIZE.width + x), 3 * (y * SIZE.width + x) + 3);
    }
  }
  const augmentation = augmentationOf([{ name: "rotate", degrees: [20, 40] }, { name: "perspective" }]);
  const draw = drawAugmentation(random, augmentation, { images: [recordOf(SIZE, [])], index: 0, fill: 0 });
  const result = await augmentImage(image, { ...SIZE, objects: [], labelMap }, draw);
  const map = result.annotations.labelMap?.data ?? [];
  const counts = { agree: 0, differ: 0, outside: 0 };
  map.forEach((label, i) => {
    const value = result.image.pixels[3 * i] as number;
    if (label === 255) expect(value).toBe(0);
    if (label === 255) counts.outside++;
    else if (label === (value >= 153 ? 1 : 0)) counts.agree++;
    else counts.differ++;
  });
  expect(counts.outside).toBeGreaterThan(500);
  expect(counts.differ / counts.agree).toBeLessThan(0.02); // corners where four squares meet
});

describe("several images", () => {
  const GREYS = [40, 90, 140, 190, 240];
  const box: LabelledObject["box"] = [40, 30, 80, 60];
  const samples: Sample[] = GREYS.map((value, i) => ({
    image: plainImage(SIZE, value),
    annotations: recordOf(SIZE, [{ box, class: i, segmentation: [rectangle(box)] }], i),
  }));
  const images = samples.map(({ annotations }) => recordOf(SIZE, annotations.objects));
  const sampleOf = (i: number) => Promise.resolve(samples[i] as Sample);
  const first = samples[0] as Sample;
  const augment = (draw: Draw) => augmentImage(first.image, first.annotations, draw, { sampleOf });

  it("in a mosaic each cover a part of the canvas, the first image one of them", async () => {
    for (let seed = 0; seed < 30; seed++) {
      const draw = drawAugmentation(new Random(seed), augmentationOf([{ name: "mosaic", probability: 1 }]), {
        images,
        index: 0,
      });
      expect(draw.layers).toHaveLength(4);
      expect(draw.layers[0]?.image).toBe(0);
      const { image, annotations } = await augment(draw);
      const expected = new Map<number, number>();
      for (const { image: i, window } of draw.layers) {
        const [x1, y1, x2, y2] = window;
        const grey = GREYS[i] as number;
        expected.set(grey, (expected.get(grey) ?? 0) + (x2 - x1) * (y2 - y1));
        const inside = annotations.objects.filter((one) => one.class === i);
        const within = ([a, b, c, d]: LabelledObject["box"]) => a >= x1 && b >= y1 && c <= x2 && d <= y2;
        expect(inside.length === 0 || inside.some((one) => within(one.box))).toBe(true);
      }
      const seen = new Map<number, number>();
      for (let i = 0; i < image.pixels.length; i += 3) {
        const value = image.pixels[i] as number;
        seen.set(value, (seen.get(value) ?? 0) + 1);
      }
      expect(seen).toEqual(expected);
      expect(annotations.objects.length).toBeLessThanOrEqual(4);
    }
  });

  it("in a mixup are weighed, and the objects of both count", async () => {
    const draw = drawOf(SIZE, undefined, {
      layers: [
        { image: 0, matrix: [1, 0, 0, 0, 1, 0, 0, 0, 1], window: [0, 0, 120, 90], weight: 1 },
        { image: 4, matrix: [1, 0, 0, 0, 1, 0, 0, 0, 1], window: [0, 0, 120, 90], weight: 0.25 },
      ],
    });
    const { image, annotations } = await augment(draw);
    expect(new Set(image.pixels)).toEqual(new Set([90])); // 0.75 * 40 + 0.25 * 240
    expect(annotations.objects.map((one) => one.class)).toEqual([0, 4]);
  });

  it("in a mixup leave the label map to the one that is seen more", async () => {
    const filled = (value: number) => ({ ...SIZE, data: new Uint8Array(SIZE.width * SIZE.height).fill(value) });
    const labelled = (i: number): Sample => {
      const { image, annotations } = samples[i] as Sample;
      return { image, annotations: { ...annotations, labelMap: filled(i) } };
    };
    for (const [weight, label] of [
      [0.3, 0],
      [0.7, 4],
    ] as const) {
      // prettier-ignore
      const [below] = drawOf(SIZE).layers as [Layer];
      const draw = drawOf(SIZE, undefined, { layers: [below, { ...below, image: 4, weight }] });
      const { image, annotations } = labelled(0);
      const mixed = await augmentImage(image, annotations, draw, { sampleOf: (i) => Promise.resolve(labelled(i)) });
      expect(new Set(mixed.annotations.labelMap?.data)).toEqual(new Set([label]));
    }
  });

  it("lend an object by its mask: it is seen whole, and what is under it is cut or dropped", async () => {
    const paste = (x: number): Draw =>
      drawOf(SIZE, undefined, {
        layers: [
          { image: 0, matrix: [1, 0, 0, 0, 1, 0, 0, 0, 1], window: [0, 0, 120, 90], weight: 1 },
          { image: 4, matrix: [1, 0, x, 0, 1, 0, 0, 0, 1], window: [0, 0, 120, 90], weight: 1, objects: [0] },
        ],
      });
    const half = await augment(paste(20)); // 20 of 40 columns of the lower object are covered
    const pasted = half.image.pixels.filter((value, i) => i % 3 === 0 && value === 240).length;
    expect(pasted).toBe(40 * 30);
    expect(half.annotations.objects.map((one) => [one.class, one.box])).toEqual([
      [0, box],
      [4, [60, 30, 100, 60]],
    ]);
    const cut = half.annotations.objects[0]?.segmentation;
    expect(cut && "counts" in cut && maskBox(cut)).toEqual([40, 30, 60, 60]);
    const most = await augment(paste(10)); // 30 of 40: a quarter is left
    expect(most.annotations.objects.map((one) => one.class)).toEqual([4]);
  });

  it("are needed: without them there is an error that names one", async () => {
    const draw = drawOf(SIZE, undefined, {
      layers: [...drawOf(SIZE).layers, ...drawOf(SIZE).layers.map((layer) => ({ ...layer, image: 3 }))],
    });
    await expect(augmentImage(first.image, first.annotations, draw)).rejects.toThrow(
      "augmentImage: the draw needs image 3; give sampleOf",
    );
  });
});

it("drops an object that a cutout hides, and keeps one of which enough is left", async () => {
  const objects: LabelledObject[] = [
    { box: [0, 0, 40, 40], class: 0 },
    { box: [60, 40, 100, 80], class: 1 },
  ];
  const draw = drawOf(SIZE, undefined, {
    fill: 7,
    changes: [
      {
        name: "cutout",
        rectangles: [
          [0, 0, 40, 30],
          [60, 40, 100, 60],
        ],
      },
    ], // 3/4 and 1/2
  });
  const { image, annotations } = await augmentImage(plainImage(SIZE, 200), recordOf(SIZE, objects), draw);
  expect(annotations.objects).toEqual([objects[1]]);
  expect(image.pixels.filter((value) => value === 7)).toHaveLength(3 * (40 * 30 + 40 * 20));
});
