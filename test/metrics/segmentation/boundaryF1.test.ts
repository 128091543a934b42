import fc from "fast-check";
import { expect, test } from "vitest";
import { AnchorkitError } from "../../../src/base/errors.ts";
import {
  BoundaryF1,
  type BoundaryOptions,
  evaluateBoundaryF1,
  type SizedLabelMaps,
} from "../../../src/metrics/segmentation/boundaryF1.ts";
import { expectClose, labelMap, naiveMean, pixels } from "./support.ts";

const CLASSES = ["a", "b"];

/** An image of these rows. */
function image(truth: string[], prediction: string[]): SizedLabelMaps {
  const [width, height] = [truth[0]?.length ?? 0, truth.length];
  return { truth: pixels(...truth), prediction: pixels(...prediction), width, height };
}

function f1s(images: SizedLabelMaps[], options: BoundaryOptions): number[] {
  return evaluateBoundaryF1(images, CLASSES, options).perClass.map(({ f1 }) => f1);
}

const column3 = ["0001111", "0001111", "0001111"];
const column4 = ["0000111", "0000111", "0000111"];
const column5 = ["0000011", "0000011", "0000011"];

test("the same map has F1 1 with any tolerance", () => {
  expect(f1s([image(column3, column3)], { tolerance: 1 })).toEqual([1, 1]);
  expect(f1s([image(column3, column3)], { tolerance: 100 })).toEqual([1, 1]);
});

test("a boundary off by one pixel is right if the tolerance is above one, off by two if it is above two", () => {
  expect(f1s([image(column3, column4)], { tolerance: 1 })).toEqual([0, 0]);
  expect(f1s([image(column3, column4)], { tolerance: 1.01 })).toEqual([1, 1]);
  expect(f1s([image(column3, column5)], { tolerance: 2 })).toEqual([0, 0]);
  expect(f1s([image(column3, column5)], { tolerance: 2.01 })).toEqual([1, 1]);
});

test("a diagonal step is the square root of two long", () => {
  const corner = image(["100", "000", "000"], ["000", "010", "000"]);
  expect(f1s([corner], { tolerance: 1.41 })[1]).toBe(0);
  expect(f1s([corner], { tolerance: 1.42 })[1]).toBe(1);
});

test("three down and four to the right is five away, which is not nearer than five", () => {
  const far = image(["10000", "00000", "00000", "00000"], ["00000", "00000", "00000", "00001"]);
  expect(f1s([far], { tolerance: 5 })[1]).toBe(0);
  expect(f1s([far], { tolerance: 5.01 })[1]).toBe(1);
});

test("precision is of the predicted boundary, recall of the true one", () => {
  // Of class b the truth has one pixel, the prediction the same and one far away.
  const { perClass, meanF1 } = evaluateBoundaryF1([image(["1000000"], ["1000001"])], CLASSES, { tolerance: 1 });
  expectClose(perClass[1], { class: 1, name: "b", f1: 2 / 3, precision: 1 / 2, recall: 1, images: 1 });
  expectClose(perClass[0], { class: 0, name: "a", f1: 2 / 3, precision: 1 / 2, recall: 1, images: 1 });
  expectClose(meanF1, 2 / 3);
});

test("the inside of an area and the image's edge are no boundary", () => {
  // Only the eight pixels around the middle, the four beside it, have a neighbour of class b, and it of class a.
  const ring = image(["00000", "00000", "00100", "00000", "00000"], ["00000", "00000", "00100", "00000", "00000"]);
  const { perClass } = evaluateBoundaryF1([ring, image(["00"], ["00"])], CLASSES, { tolerance: 1 });
  expect(perClass.map(({ images }) => images)).toEqual([1, 1]);
});

test("the means are over the images in which a class has a boundary", () => {
  const perfect = image(["01"], ["01"]);
  const missed = image(["01"], ["00"]);
  const imagined = image(["00"], ["01"]);
  const { perClass, meanF1 } = evaluateBoundaryF1([perfect, missed, imagined, image(["11"], ["11"])], CLASSES, {
    tolerance: 1,
  });
  for (const { f1, precision, recall, images } of perClass) {
    expectClose({ f1, precision, recall, images }, { f1: 1 / 3, precision: 1 / 2, recall: 1 / 2, images: 3 });
  }
  expectClose(meanF1, 1 / 3);
});

test("a class without a boundary has no numbers and does not lower the mean", () => {
  const { perClass, meanF1 } = evaluateBoundaryF1([image(["01"], ["01"])], ["a", "b", "absent"]);
  expectClose(perClass[2], { class: 2, name: "absent", f1: NaN, precision: NaN, recall: NaN, images: 0 });
  expect(meanF1).toBe(1);
  expect(evaluateBoundaryF1([], CLASSES).meanF1).toBeNaN();
});

test("pixels that do not count have no boundary and make none", () => {
  const options = { ignoreLabel: 255, tolerance: 1 };
  expect(f1s([image(["00.11"], ["00011"])], options)).toEqual([NaN, NaN]);
  expect(f1s([image(["0011."], ["00110"])], options)).toEqual([1, 1]);
});

test("boundaries that may have their match among pixels that do not count are left out, and may be a match", () => {
  const options = { ignoreLabel: 255, tolerance: 2 };
  // The true boundary lies at the third and fourth pixel, the predicted one further on, at a pixel that does not count.
  const { perClass } = evaluateBoundaryF1([image(["0001.1111"], ["000011111"])], CLASSES, options);
  expectClose(perClass[0], { class: 0, name: "a", f1: 1, precision: NaN, recall: 1, images: 1 });
  expect(f1s([image(["00011111."], ["000011111"])], options)).toEqual([1, 1]);
});

test("objects whose whole borders do not count have no numbers, and neither has what lies around them", () => {
  const options = { ignoreLabel: 255, tolerance: 1 };
  const bordered = image(["00.11.00"], ["00111110"]);
  const { perClass, meanF1 } = evaluateBoundaryF1([bordered], CLASSES, options);
  const none = { f1: NaN, precision: NaN, recall: NaN, images: 0 };
  expect(perClass).toEqual([
    { class: 0, name: "a", ...none },
    { class: 1, name: "b", ...none },
  ]);
  expect(meanF1).toBeNaN();
  // Another image has a boundary, so that one imagined in a third counts as one.
  const [plain, imagined] = [image(["0011"], ["0011"]), image(["0000"], ["0011"])];
  expect(f1s([bordered, plain], options)).toEqual([1, 1]);
  expect(f1s([bordered, plain, imagined], options)).toEqual([0.5, 0.5]);
  expect(f1s([imagined, bordered], options)).toEqual([NaN, NaN]);
});

test("an ignored class has no numbers, even where it is predicted in place of another", () => {
  const { perClass } = evaluateBoundaryF1([image(["0111"], ["0110"])], CLASSES, { ignoreLabel: 0 });
  expect(perClass.map(({ f1, images }) => [f1, images])).toEqual([
    [NaN, 0],
    [NaN, 0], // its only border is with pixels that do not count
  ]);
});

test("without a tolerance it is 0.75 % of the diagonal: exactly 3 for 320 * 240, a little more for 321 * 240", () => {
  const offBy3 = (width: number, height: number): SizedLabelMaps => {
    const halves = (at: number) => Uint8Array.from({ length: width * height }, (_, i) => Number(i % width >= at));
    return { truth: halves(100), prediction: halves(103), width, height };
  };
  expect(f1s([offBy3(320, 240)], {})).toEqual([0, 0]);
  expect(f1s([offBy3(321, 240)], {})).toEqual([1, 1]);
});

test("random images have the numbers that measuring every distance gives", () => {
  const sized = fc.tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 })).chain(([width, height]) =>
    fc.record({
      truth: labelMap(width * height, 4), // label 3 is ignored
      prediction: labelMap(width * height, 3),
      width: fc.constant(width),
      height: fc.constant(height),
    }),
  );
  const tolerance = fc.constantFrom(0.5, 1, 1.2, Math.SQRT2, 2, 2.5, 4, 20);
  fc.assert(
    fc.property(fc.array(sized, { minLength: 1, maxLength: 3 }), tolerance, (images, tolerance) => {
      const { perClass, meanF1 } = evaluateBoundaryF1(images, ["a", "b", "c"], { tolerance, ignoreLabel: 3 });
      const naive = [0, 1, 2].map((k) => {
        const found = images.map((one) => naiveF1(one, k, 3, tolerance));
        if (found.some(({ isUnknown }) => isUnknown) && !found.some(({ isTrue }) => isTrue)) return NaN;
        return naiveMean(found.map(({ f1 }) => f1));
      });
      expectClose(
        perClass.map(({ f1 }) => f1),
        naive,
      );
      expectClose(meanF1, naiveMean(naive));
    }),
  );
});

/** F1 is NaN for an image that says nothing of the class. */
function naiveF1(
  maps: SizedLabelMaps,
  k: number,
  ignoreLabel: number,
  tolerance: number,
): { f1: number; isTrue?: boolean; isUnknown?: boolean } {
  const { truth, width, height } = maps;
  const pixelsOf = (is: (label: number | undefined) => boolean): [number, number][] =>
    Array.from({ length: width * height }, (_, i) => i)
      .filter((i) => is(truth[i]))
      .map((i) => [i % width, Math.floor(i / width)]);
  const ignored = pixelsOf((label) => label === ignoreLabel);
  const isNear = ([x, y]: [number, number], to: [number, number][], distance: number): boolean =>
    to.some(([u, v]) => (x - u) ** 2 + (y - v) ** 2 < distance ** 2);
  const boundary = (labels: ArrayLike<number>, ignores = true): [number, number][] => {
    const at = (x: number, y: number): number | undefined => {
      const inside = x >= 0 && y >= 0 && x < width && y < height;
      const counts = !ignores || truth[y * width + x] !== ignoreLabel;
      return inside && counts ? labels[y * width + x] : undefined;
    };
    const found: [number, number][] = [];
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const neighbours = [at(x - 1, y), at(x + 1, y), at(x, y - 1), at(x, y + 1)];
        if (at(x, y) === k && neighbours.some((label) => label !== undefined && label !== k)) found.push([x, y]);
      }
    }
    return found;
  };
  const [allTrue, allPredicted] = [boundary(truth), boundary(maps.prediction)];
  const judged = (all: [number, number][]): [number, number][] => all.filter((one) => !isNear(one, ignored, tolerance));
  const [t, p] = [judged(allTrue), judged(allPredicted)];
  const isTrue = t.length > 0;
  if (!isTrue && pixelsOf((label) => label === k).some((one) => isNear(one, ignored, 1.01)))
    return { f1: NaN, isUnknown: true };
  if (!isTrue && p.length === 0) return { f1: NaN };
  const share = (from: [number, number][], to: [number, number][]): number =>
    from.filter((one) => isNear(one, to, tolerance)).length / from.length || 0; // 0 of 0 is 0
  const recall = share(t, boundary(maps.prediction, false));
  const precision = p.length === 0 && recall > 0 ? 1 : share(p, allTrue);
  return { f1: (2 * precision * recall) / (precision + recall) || 0, isTrue };
}

test.each<[SizedLabelMaps, string]>([
  [{ truth: [0, 0], prediction: [0, 0], width: 2, height: 2 }, "image 0: truth has 2 pixels, not 2 * 2"],
  [{ truth: [0, 0], prediction: [0, 0], width: NaN, height: 1 }, "image 0: truth has 2 pixels, not NaN * 1"],
  [
    { truth: [0, 7], prediction: [0, 0], width: 2, height: 1 },
    "image 0: truth: pixel 1: label must be an index below 2, got 7; " +
      "if it marks pixels that do not count, give it as ignoreLabel",
  ],
])("images that make no sense are refused: %j", (bad, message) => {
  expect(() => evaluateBoundaryF1([bad], CLASSES)).toThrow(new AnchorkitError(message));
});

test.each([0, -1, NaN, Infinity])("a tolerance of %d is refused", (tolerance) => {
  expect(() => new BoundaryF1(CLASSES, { tolerance })).toThrow(
    new AnchorkitError(`boundary F1: tolerance must be a number of pixels above 0, got ${tolerance}`),
  );
});
