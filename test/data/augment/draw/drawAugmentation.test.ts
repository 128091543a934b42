import { describe, expect, it } from "vitest";
import { placeOnCanvas, RESIZE_RULES } from "../../../../src/base/preprocessing.ts";
import { Random } from "../../../../src/base/random.ts";
import { boxCorners, halfPlanesOf, visibleShare } from "../../../../src/data/augment/apply/clipShape.ts";
import type { Draw } from "../../../../src/data/augment/draw/draw.ts";
import { drawAugmentation } from "../../../../src/data/augment/draw/drawAugmentation.ts";
import { drawGeometry } from "../../../../src/data/augment/draw/drawGeometry.ts";
import { IDENTITY, transformPoint } from "../../../../src/data/augment/apply/matrix.ts";
import { PRESETS } from "../../../../src/data/augment/presets.ts";
import type { ImageRecord, LabelledObject } from "../../../../src/data/dataset.ts";
import { augmentationOf, recordOf } from "../support.ts";

const SIZE = { width: 200, height: 100 };
const OBJECT: LabelledObject = { box: [20, 30, 60, 70], class: 0, segmentation: [[20, 30, 60, 30, 60, 70]] };
const images: ImageRecord[] = Array.from({ length: 6 }, (_, i) =>
  recordOf(SIZE, Array<LabelledObject>(i + 1).fill(OBJECT), i),
);

const draw = (operations: unknown[], seed: number | string, rest: object = {}): Draw =>
  drawAugmentation(new Random(seed), augmentationOf(operations), { images, index: 0, ...rest });

describe("a draw", () => {
  it("is plain data that JSON keeps, the same for a seed and another for another", () => {
    const kept = (seed: number): Draw => drawAugmentation(new Random(seed), PRESETS.strong, { images, index: 1 });
    for (let seed = 0; seed < 50; seed++) {
      const one = kept(seed);
      expect(kept(seed)).toEqual(one);
      expect(JSON.parse(JSON.stringify({ ...one, layers: undefined }))).toEqual({ ...one, layers: undefined });
      const again = (JSON.parse(JSON.stringify(one)) as Draw).layers.flatMap(({ matrix }) => matrix);
      one.layers
        .flatMap(({ matrix }) => matrix)
        .forEach((value, i) => {
          expect(again[i]).toBe(value + 0); // but for -0
        });
      expect(kept(seed + 1000)).not.toEqual(one);
    }
  });

  it("without operations leaves the image as it is", () => {
    expect(draw([], 1)).toMatchObject({ canvas: SIZE, changes: [], layers: [{ image: 0, matrix: IDENTITY }] });
  });

  it.each(RESIZE_RULES)("without operations puts the image on the canvas as prediction does, under %s", (resize) => {
    const canvas = { width: 64, height: 60 };
    const placed = placeOnCanvas(SIZE, { canvas, resize });
    const matrix = [placed.scaleX, 0, placed.offsetX, 0, placed.scaleY, placed.offsetY, 0, 0, 1];
    expect(draw([], 1, { canvas, resize }).layers[0]?.matrix).toEqual(matrix);
    expect(draw([{ name: "turn", probability: 0 }], 1, { canvas, resize }).layers[0]?.matrix).toEqual(matrix);
  });

  it("pastes objects as stretched as the image is", () => {
    const options = { canvas: { width: 64, height: 60 }, resize: "stretch" };
    const { layers } = draw([{ name: "copyPaste", probability: 1, count: [1, 1] }], 3, options);
    const [whole, pasted] = layers.map(({ matrix }) => matrix[4] / matrix[0]);
    expect(pasted).toBeCloseTo(whole as number, 9);
    expect(whole).not.toBeCloseTo(1, 1);
  });

  it("of the default is what the graph is fed: one placement and three gains", () => {
    const { layers, changes } = drawAugmentation(new Random(1), PRESETS.default, { images, index: 2 });
    expect(layers).toHaveLength(1);
    expect(layers[0]).toMatchObject({ image: 2, weight: 1, window: [0, 0, 200, 100] });
    expect(changes).toMatchObject([{ name: "gain" }]);
  });

  it("names an image that is not there", () => {
    expect(() => draw([], 1, { index: 6 })).toThrow("drawAugmentation: no image 6, there are 6");
  });

  it.each([
    ["turn", 0.3],
    ["rotate", 0.5],
    ["mosaic", 0.25],
    ["noise", 0.8],
  ])("makes %s with its probability %d", (name, probability) => {
    const tries = 1500;
    let count = 0;
    for (let seed = 0; seed < tries; seed++) {
      const { layers, changes } = draw([{ name, probability }], seed);
      if (changes.length > 0 || layers.length > 1 || layers[0]?.matrix.join() !== IDENTITY.join()) count++;
    }
    expect(Math.abs(count / tries - probability)).toBeLessThan(0.04);
  });
});

describe("ranges", () => {
  const matrices = (operation: object): number[][] =>
    Array.from({ length: 200 }, (_, seed) => draw([operation], seed).layers[0]?.matrix ?? []);
  const within = (values: number[], low: number, high: number): void => {
    expect(Math.min(...values)).toBeGreaterThanOrEqual(low);
    expect(Math.max(...values)).toBeLessThanOrEqual(high);
    expect(Math.max(...values) - Math.min(...values)).toBeGreaterThan(0.9 * (high - low)); // and all of it
  };

  it("hold for the angle of a rotation, which is clockwise", () => {
    const angles = matrices({ name: "rotate", degrees: [-30, 45] }).map(
      ([a = 0, , , d = 0]) => (Math.atan2(d, a) * 180) / Math.PI,
    );
    within(angles, -30, 45);
    const [x, y] = transformPoint(
      draw([{ name: "rotate", degrees: [90, 90] }], 1).layers[0]?.matrix ?? IDENTITY,
      150,
      50,
    );
    expect([x, y]).toEqual([expect.closeTo(100, 9), expect.closeTo(100, 9)]); // what was right is below
  });

  it("hold for shifts, zooms and shears", () => {
    within(matrices({ name: "shift", x: [-0.2, 0.1], y: [0, 0] }).map((m) => m[2] as number), -40, 20); // prettier-ignore
    within(matrices({ name: "zoom", factor: [0.5, 2] }).map((m) => Math.log2(m[0] as number)), -1, 1); // prettier-ignore
    within(matrices({ name: "shear", x: [-20, 10], y: [0, 0] }).map((m) => (Math.atan(m[1] as number) * 180) / Math.PI), -20, 10); // prettier-ignore
  });

  it("hold for the corners of a perspective", () => {
    const corners = matrices({ name: "perspective", amount: [0.1, 0.1] }).map((m) =>
      transformPoint(m as never, 200, 100),
    );
    within(corners.map(([x]) => x), 180, 220); // prettier-ignore
    within(corners.map(([, y]) => y), 90, 110); // prettier-ignore
  });

  it("hold for an expansion: the image lies whole and anywhere in the frame", () => {
    for (const m of matrices({ name: "expand", probability: 1, factor: [1.5, 3] })) {
      const [scale, x, y] = [m[0], m[2], m[5]] as [number, number, number];
      expect(scale).toBeGreaterThanOrEqual(0.33);
      expect(scale).toBeLessThanOrEqual(0.67);
      expect(x >= -1 && x + 200 * scale <= 201 && y >= -1 && y + 100 * scale <= 101).toBe(true);
    }
  });
});

it("a turn is one of three, without a mirror, and the canvas is filled again", () => {
  const canvases = [
    { width: 100, height: 200 },
    { width: 200, height: 100 },
  ];
  const places = new Set<string>();
  for (let seed = 0; seed < 40; seed++) {
    for (const canvas of canvases) {
      const [layer] = draw([{ name: "turn", probability: 1 }], seed, { canvas }).layers;
      const m = layer?.matrix ?? IDENTITY;
      expect(m[0] * m[4] - m[1] * m[3]).toBeGreaterThan(0);
      const isQuarter = m[0] === 0;
      if (isQuarter === canvas.width > canvas.height) continue; // it leaves sides of the canvas empty
      const corners = [transformPoint(m, 0, 0), transformPoint(m, 200, 100)];
      for (const [x, y] of corners) expect([0, canvas.width].includes(x) && [0, canvas.height].includes(y)).toBe(true);
      places.add(corners.join());
    }
  }
  expect(places.size).toBe(3);
});

describe("a crop", () => {
  const objects = Array.from({ length: 4 }, (_, i): LabelledObject => ({
    box: [10 + 45 * i, 10 + 15 * i, 40 + 45 * i, 40 + 15 * i],
    class: 0,
  }));

  it("leaves each object the share that it shall keep", () => {
    let cropped = 0;
    for (let seed = 0; seed < 100; seed++) {
      const operation = augmentationOf([{ name: "crop", area: [0.3, 0.9], keep: 0.6 }]).operations;
      const matrix = drawGeometry(
        new Random(seed),
        recordOf(SIZE, objects),
        { canvas: SIZE, resize: "fit" },
        operation as never,
      );
      if (matrix[0] !== 1) cropped++;
      for (const { box } of objects) {
        expect(visibleShare([boxCorners(box)], halfPlanesOf(matrix, [0, 0, 200, 100]))).toBeGreaterThan(0.599);
      }
    }
    expect(cropped).toBeGreaterThan(30);
  });

  it("is left out where no window keeps them", () => {
    const whole: LabelledObject = { box: [0, 0, 200, 100], class: 0 };
    const operation = augmentationOf([{ name: "crop", area: [0.3, 0.5], keep: 0.9 }]).operations;
    expect(
      drawGeometry(new Random(1), recordOf(SIZE, [whole]), { canvas: SIZE, resize: "fit" }, operation as never),
    ).toEqual(IDENTITY);
  });
});

describe("combinations", () => {
  it("of a mosaic are four windows that cover the canvas, meeting within the range", () => {
    for (let seed = 0; seed < 50; seed++) {
      const { layers } = draw([{ name: "mosaic", probability: 1, centre: [0.4, 0.6] }], seed);
      const area = layers.reduce((sum, { window: [x1, y1, x2, y2] }) => sum + (x2 - x1) * (y2 - y1), 0);
      expect(area).toBe(200 * 100);
      const x = Math.min(...layers.map(({ window }) => window[2]));
      expect(x >= 80 && x <= 120).toBe(true);
      for (const { image, matrix, window } of layers) {
        const size = images[image] as ImageRecord;
        const [left, top] = transformPoint(matrix, 0, 0);
        const [right, bottom] = transformPoint(matrix, size.width, size.height);
        const [x1, y1, x2, y2] = window;
        expect(left <= x1 + 1e-9 && top <= y1 + 1e-9 && right >= x2 - 1e-9 && bottom >= y2 - 1e-9).toBe(true);
      }
    }
  });

  it("are left out where there would be too many objects", () => {
    for (let seed = 0; seed < 100; seed++) {
      const operations = ["mosaic", "mixup", "copyPaste"].map((name) => ({ name, probability: 1 }));
      const { layers } = draw(operations, seed, { index: 2, maxObjects: 9 });
      const count = layers.reduce((sum, one) => sum + (one.objects ?? images[one.image]?.objects ?? []).length, 0);
      expect(count).toBeLessThanOrEqual(9);
      expect(layers[0]?.image).toBe(2);
    }
  });

  it("paste objects with a mask, those without only if told, never crowds", () => {
    const bare: LabelledObject = { box: [20, 30, 60, 70], class: 0 };
    const record = recordOf(SIZE, [bare, OBJECT, { ...OBJECT, crowd: true }, { ...OBJECT, difficult: true }]);
    const pasted = (boxes: boolean): Set<number | undefined> => {
      const operation = { name: "copyPaste", probability: 1, count: [4, 4], boxes };
      const { layers } = draw([operation], 1, { images: [record] });
      return new Set(layers.slice(1).flatMap(({ objects }) => objects));
    };
    expect(pasted(false)).toEqual(new Set([1]));
    expect(pasted(true)).toEqual(new Set([0, 1]));
  });

  it("weigh a mixup by its range", () => {
    for (let seed = 0; seed < 30; seed++) {
      const { layers } = draw([{ name: "mixup", probability: 1, weight: [0.2, 0.3] }], seed);
      expect(layers).toHaveLength(2);
      expect(layers[1]?.weight).toBeGreaterThanOrEqual(0.2);
      expect(layers[1]?.weight).toBeLessThanOrEqual(0.3);
    }
  });
});
