import { describe, expect, it } from "vitest";
import { regionsOf, saidOf } from "../../src/monitoring/said.ts";

const size = { width: 100, height: 100 };

describe("saidOf", () => {
  it("counts the detections that reach the thresholds that a model keeps, else 0.3", () => {
    const detections = {
      boxes: [0, 0, 20, 20, 0, 0, 10, 40, 5, 5, 6, 6],
      scores: [0.9, 0.5, 0.1],
      classes: [1, 0, 0],
    };
    const plain = saidOf("detection", { classes: ["a", "b"] }, { detections }, size);
    expect(plain).toMatchObject({ amount: 2, classes: [1, 0], scores: [0.9, 0.5], sizes: [0.2, 0.2] });
    const thresholds = [{ class: "a", score: 0.6, f1: 1 }];
    const kept = saidOf("detection", { classes: ["a", "b"], thresholds }, { detections }, size);
    expect(kept).toMatchObject({ amount: 1, classes: [1] });
    const entropy = (p: number) => -p * Math.log2(p) - (1 - p) * Math.log2(1 - p);
    expect(plain.uncertainty).toBeCloseTo(entropy(0.9) + 1 + entropy(0.1), 10);
  });

  it("takes the labels of a classifier, and the entropy of its probabilities", () => {
    const one = saidOf("classification", { multiLabel: false }, { probabilities: [0.25, 0.5, 0.25] }, size);
    expect(one).toEqual({ classes: [1], scores: [0.5], uncertainty: 1.5 });
    const several = saidOf("classification", { multiLabel: true }, { probabilities: [0.75, 0.5, 0.125] }, size);
    expect(several).toMatchObject({ amount: 2, classes: [0, 1], scores: [0.75, 0.5] });
  });

  it("takes the shares of a segmenter's regions, objects of a class as one", () => {
    const data = Uint8Array.from([0, 1, 1, 2]);
    const regions = regionsOf({ data }, [1, 0.5, 0.75, 0.5]);
    expect(regions).toEqual([
      { class: 0, area: 2, score: 0.625 },
      { class: 1, area: 1, score: 0.5 },
    ]);
    const said = saidOf("segmentation", {}, { regions }, { width: 2, height: 2 });
    expect(said).toMatchObject({ amount: 0.75, classes: [0, 1], weights: [0.5, 0.25], scores: [0.625, 0.5] });
    const objects = [
      { class: 0, area: 1, score: 0.5 },
      { class: 0, area: 1, score: 0.75 },
    ];
    expect(saidOf("segmentation", {}, { regions: objects }, { width: 2, height: 2 })).toMatchObject({
      ...{ classes: [0], weights: [0.5], scores: [0.625] },
    });
  });

  it("takes the characters of a text", () => {
    const said = saidOf("reading", { classes: ["a", "b"] }, { text: "abba", confidence: 0.25 }, size);
    expect(said).toEqual({ amount: 4, classes: [0, 1, 1, 0], scores: [0.25], uncertainty: 2 });
  });
});
