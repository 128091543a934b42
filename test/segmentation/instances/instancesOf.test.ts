import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeMask, instanceMap, maskArea, maskBox } from "../../../src/geometry/index.ts";
import { evaluateCoco } from "../../../src/metrics/index.ts";
import { type Instance, instancesOf } from "../../../src/segmentation/instances/instancesOf.ts";
import { distanceTargets } from "../../../src/segmentation/targets/distanceTargets.ts";
import { drawnLabels, labelCases } from "../../geometry/regions/labelCases.ts";

/** Discs as objects; later ones lie on top. */
function discs(size: { width: number; height: number }, ...circles: [x: number, y: number, radius: number][]) {
  const instances = new Uint16Array(size.width * size.height);
  circles.forEach(([cx, cy, radius], k) => {
    instances.forEach((_, i) => {
      if (Math.hypot((i % size.width) - cx, Math.floor(i / size.width) - cy) < radius) instances[i] = k + 1;
    });
  });
  const distance = Float32Array.from(distanceTargets(instances, size), (target) => target / 255);
  return { instances, distance, labels: { ...size, data: Uint8Array.from(instances, (id) => Number(id > 0)) } };
}

const SIZE = { width: 44, height: 30 };
/** Two that touch, one apart, one cut by the edge. */
const TOUCHING = discs(SIZE, [9, 10, 7], [20, 14, 7], [35, 8, 6], [38, 29, 5]);
const pixelsOf = (instances: Instance[]) => instances.map(({ mask }) => maskArea(mask)).sort((a, b) => a - b);
const areasOf = (ids: Uint16Array) => [1, 2, 3, 4].map((id) => ids.filter((own) => own === id).length);

describe("instancesOf", () => {
  const { instances, distance, labels } = TOUCHING;

  it("takes connected regions for objects, each with its class, box and mean probability", () => {
    const { labels: data, size } = drawnLabels("11.2", "1..2", "..1.");
    const scores = Float32Array.of(0.9, 0.6, 0, 0.8, 0.6, 0, 0, 0.9, 0, 0, 0.5, 0);
    const found = instancesOf({ labels: { ...size, data }, scores }, { method: "components", minArea: 1 });
    expect(found.map(({ class: k, box, mask }) => [k, box, [...decodeMask(mask)].join("")])).toEqual([
      [1, [3, 0, 4, 2], "000100010000"],
      [0, [0, 0, 2, 2], "110010000000"],
      [0, [2, 2, 3, 3], "000000000010"],
    ]);
    expect(found.map(({ score }) => Number(score.toFixed(4)))).toEqual([0.85, 0.7, 0.5]);
  });

  it("makes no object of pixels that do not count, nor of fewer pixels than minArea", () => {
    const data = Uint8Array.of(255, 255, 0, 1, 1, 0, 1);
    const row = { width: 7, height: 1, data };
    for (const method of ["components", "watershed"] as const) {
      expect(instancesOf({ labels: row }, { method, minArea: 2 }).map(({ box }) => box)).toEqual([[3, 0, 5, 1]]);
      expect(instancesOf({ labels: row }, { method })).toEqual([]);
    }
  });

  it("divides objects that touch along the valley of the predicted distance", () => {
    expect(pixelsOf(instancesOf({ labels }, { method: "components" }))).toHaveLength(3);
    const found = instancesOf({ labels, distance });
    expect(pixelsOf(found)).toHaveLength(4);
    for (const [i, area] of areasOf(instances)
      .sort((a, b) => a - b)
      .entries()) {
      expect(Math.abs((pixelsOf(found)[i] ?? 0) - area)).toBeLessThanOrEqual(4);
    }
  });

  it("divides them at their waist where there is no predicted distance", () => {
    expect(pixelsOf(instancesOf({ labels }))).toHaveLength(4);
    expect(pixelsOf(instancesOf({ labels }, { rise: 0.9 }))).toHaveLength(3);
  });

  it("does not cut an object whose distance is flat in the middle and wavy", () => {
    const size = { width: 60, height: 50 };
    const large = discs(size, [30, 24, 21]);
    const wave = (i: number) => Math.sin(i % size.width) * Math.sin(Math.floor(i / size.width));
    const wavy = large.distance.map((value, i) => Math.min(0.5, value) + 0.1 * wave(i));
    expect(instancesOf({ labels: large.labels, distance: wavy })).toHaveLength(1);
    expect(instancesOf({ labels: large.labels, distance: wavy }, { rise: 0.02 }).length).toBeGreaterThan(3);
  });

  it("divides each class on its own, though they touch", () => {
    const data = labels.data.map((label, i) => (label === 1 && i % SIZE.width > 14 ? 2 : label));
    const classes = instancesOf({ labels: { ...SIZE, data } }, { method: "components" }).map((found) => found.class);
    expect(classes.sort()).toEqual([0, 1, 1, 1]);
  });

  it("scores an object lower that was not told apart from its neighbour", () => {
    const score = (found: Instance[]) => Object.fromEntries(found.map(({ box, score }) => [box.join(), score]));
    const together = score(instancesOf({ labels, distance }, { method: "components" }));
    const apart = score(instancesOf({ labels, distance }));
    expect(Math.min(...Object.values(apart))).toBeGreaterThan(0.97);
    expect(together["3,4,27,21"]).toBeLessThan(0.95);
    expect(together["30,3,41,14"]).toBe(apart["30,3,41,14"]);
  });

  it("has a mask AP50 of 1 with the true distance, and less without dividing", () => {
    const truth = [1, 2, 3, 4].map((id) => instances.map((own) => Number(own === id)));
    const AP50 = (found: Instance[]) => {
      const masks = found.map(({ mask }) => mask);
      const own = instancesOf({ labels: { ...SIZE, data: Uint8Array.from(truth[0] ?? []) } });
      expect(own).toHaveLength(1);
      const trueMasks = truth.flatMap((data) =>
        instancesOf({ labels: { ...SIZE, data: Uint8Array.from(data) } }, { method: "components" }).map(
          ({ mask }) => mask,
        ),
      );
      const columns = (of: typeof masks) => ({ boxes: of.flatMap(maskBox), classes: of.map(() => 0), masks: of });
      const detections = { ...columns(masks), scores: found.map(({ score }) => score) };
      return evaluateCoco([{ truth: columns(trueMasks), detections }], ["disc"], { overlap: "mask" }).AP50;
    };
    expect(AP50(instancesOf({ labels, distance }))).toBe(1);
    expect(AP50(instancesOf({ labels }, { method: "components" }))).toBeLessThan(0.8);
  });

  it("loses no pixel, shares none, and goes from the best score down", () => {
    const options = fc.record({
      rise: fc.constantFrom(0, 0.2, 0.9),
      connectivity: fc.constantFrom(4 as const, 8 as const),
    });
    fc.assert(
      fc.property(labelCases(2), fc.boolean(), options, ({ labels: data, size }, isPredicted, option) => {
        const map = { ...size, data };
        const predicted = isPredicted && {
          distance: Float32Array.from(data, (_, i) => Math.abs(Math.sin(i * 78.233))),
        };
        const found = instancesOf({ labels: map, ...predicted }, { ...option, minArea: 1 });
        const covered = new Uint8Array(data.length);
        for (const { mask, class: k, box } of found) {
          decodeMask(mask).forEach((inside, i) => (covered[i] = (covered[i] ?? 0) + inside * (k + 1)));
          expect(box).toEqual(maskBox(mask));
        }
        expect(covered).toEqual(data);
        const ids = instanceMap(
          found.map(({ mask }) => mask),
          size,
        );
        expect(ids.map(Number).filter((id) => id > 0)).toHaveLength(data.filter((label) => label > 0).length);
        expect(found).toEqual(found.toSorted((a, b) => b.score - a.score));
      }),
    );
  });

  it("says what is wrong with its arguments", () => {
    expect(() => instancesOf({ labels, distance: new Float32Array(3) })).toThrow(
      new RangeError("instancesOf: distance must have 44 x 30 (width x height) numbers, got 3"),
    );
    expect(() => instancesOf({ labels, scores: distance.map(() => NaN) })).toThrow(
      new RangeError("instancesOf: scores: pixel 0 must be a number, got NaN"),
    );
    expect(() => instancesOf({ labels }, { rise: 1 })).toThrow(
      new RangeError("instancesOf: rise must be from 0 to below 1, got 1"),
    );
    expect(() => instancesOf({ labels }, { method: "flood" as "watershed" })).toThrow(
      new RangeError('instancesOf: method must be watershed or components, got "flood"'),
    );
    expect(() => instancesOf({ labels }, { minarea: 3 } as object)).toThrow(/did you mean minArea\?/);
  });
});
