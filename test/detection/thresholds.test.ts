import { describe, expect, it } from "vitest";
import { chooseThresholds } from "../../src/detection/chooseThresholds.ts";
import { thresholdsOf } from "../../src/detection/thresholds.ts";
import { DEFAULT_SETTINGS, DetectorDescription } from "../../src/detection/fasterRcnn/description.ts";
import { matchCoco } from "../../src/metrics/index.ts";

const [here, there] = [
  [0, 0, 10, 10],
  [50, 0, 60, 10],
];

describe("thresholds of a detector", () => {
  it("are those of the best F1 of each class, at IoU 0.5; a class without objects has none", () => {
    // of "a": 0.9 right (F1 2/3), 0.6 wrong, 0.4 right (F1 4/5), 0.2 wrong; of "b": 0.7 wrong, 0.5 right (F1 2/3)
    const image = {
      truth: { boxes: [...here, ...there, ...here], classes: [0, 0, 1] },
      detections: {
        boxes: [here, [20, 0, 30, 10], there, [70, 0, 80, 10], there, here, here].flat(),
        scores: [0.9, 0.6, 0.4, 0.2, 0.7, 0.5, 0.95],
        classes: [0, 0, 0, 0, 1, 1, 2],
      },
    };
    expect(chooseThresholds(matchCoco([image], ["a", "b", "c"]))).toEqual([
      { class: "a", score: 0.4, f1: 4 / 5 },
      { class: "b", score: 0.5, f1: 2 / 3 },
    ]);
  });

  it("are not chosen for a class that is hardly found", () => {
    // one of 20 objects: F1 2/21, just under 0.1
    const boxes = Array.from({ length: 20 }, (_, i) => [20 * i, 0, 20 * i + 10, 10]).flat();
    const detections = { boxes: [0, 0, 10, 10], scores: [0.9], classes: [0] };
    const image = { truth: { boxes, classes: new Array<number>(20).fill(0) }, detections };
    expect(chooseThresholds(matchCoco([image], ["a"]))).toEqual([]);
  });

  it("stand in the order of the classes, 0.3 where nothing could be chosen", () => {
    const thresholds = [
      { class: "b", score: 0.5, f1: 0.6 },
      { class: "a", score: 0.4, f1: 0.8 },
    ];
    expect(thresholdsOf({ classes: ["a", "b", "c"], thresholds })).toEqual([0.4, 0.5, 0.3]);
    expect(() => thresholdsOf({ classes: ["a"] }, "runs/cells")).toThrow(
      "runs/cells: keeps no thresholds; choose them once: detect eval --thresholds choose --split val",
    );
  });

  it.each([
    [[{ class: "z", score: 0.4, f1: 1 }], '"z" is not among the classes'],
    [[{ class: "a", score: 1.4, f1: 1 }], "expected number to be <=1"],
    [[0, 1].map((score) => ({ class: "a", score, f1: 1 })), '"a" has a threshold already'],
  ])("are checked when they are read", (thresholds, message) => {
    const description = {
      ...{ format: "anchorkit-detector", version: 2, model: "faster-rcnn", settings: DEFAULT_SETTINGS, classes: ["a"] },
      architecture: { backbone: "small", width: 1, channels: 8, hidden: 8, pooled: 2, classSpecificBoxes: false },
      levels: [{ stride: 8, anchors: [[44, 38]] }],
      preprocessing: {
        ...{ canvas: { width: 64, height: 48 }, resize: "fit", fill: 0 },
        ...{ mean: [128, 128, 128], deviation: [64, 64, 64] },
      },
    };
    const { error } = DetectorDescription.safeParse({ ...description, thresholds });
    expect(error?.issues).toHaveLength(1);
    expect(error?.issues[0]?.message).toContain(message);
    expect(DetectorDescription.safeParse({ ...description, thresholds: [] }).success).toBe(true);
  });
});
