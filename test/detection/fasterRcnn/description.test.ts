import { expect, it, describe } from "vitest";
import { DetectorDescription, DEFAULT_SETTINGS } from "../../../src/detection/fasterRcnn/description.ts";

const shared = {
  format: "anchorkit-detector",
  model: "faster-rcnn",
  classes: ["cat", "dog"],
  architecture: { backbone: "small", width: 1, channels: 96, hidden: 256, pooled: 7, classSpecificBoxes: false },
  settings: DEFAULT_SETTINGS,
  preprocessing: { canvas: { width: 320, height: 240 }, fill: 114, mean: [1, 2, 3], deviation: [4, 5, 6] },
};
const anchors = [[12, 20], [34.5, 50]]; // prettier-ignore

/** Path and message of the first thing that is wrong. */
function complaint(saved: unknown): [string, string] | undefined {
  const issue = DetectorDescription.safeParse(saved).error?.issues[0];
  return issue && [issue.path.join("."), issue.message];
}

it("a description that names no resize rule is of a detector whose images fit the canvas", () => {
  const read = (preprocessing: object): unknown =>
    DetectorDescription.parse({ ...shared, preprocessing, version: 2, levels: [{ stride: 8, anchors }] }).preprocessing;
  const old = shared.preprocessing;
  expect(read(old)).toEqual({ ...old, resize: "fit" });
  expect(read({ ...old, resize: "crop" })).toHaveProperty("resize", "crop");
  expect(() => read({ ...old, resize: "squeeze" })).toThrow(/resize/);
});

describe("a detector's description", () => {
  const current = {
    ...shared,
    version: 2,
    levels: [
      { stride: 8, anchors },
      { stride: 16, anchors: [[60, 80]] },
    ],
  };

  it("is read as it was written", () => {
    const preprocessing = { ...current.preprocessing, resize: "fit" };
    const written = { ...current, preprocessing };
    expect(DetectorDescription.parse(JSON.parse(JSON.stringify(written)))).toEqual(written);
  });

  it("of version 1, with its anchors at the top, is read as one level of stride 8", () => {
    const old = { ...shared, version: 1, anchors };
    const preprocessing = { ...shared.preprocessing, resize: "fit" };
    const levels = [{ stride: 8, anchors }];
    expect(DetectorDescription.parse(old)).toEqual({ ...shared, preprocessing, version: 2, levels });
  });

  it("may hold the category id of each class, all different", () => {
    const read = (categoryIds: unknown): unknown => DetectorDescription.parse({ ...current, categoryIds }).categoryIds;
    expect(read([90, 0])).toEqual([90, 0]);
    for (const ids of [[1], [4, 4], [1, 2, 3]]) {
      const message = "must be one id for each class, all different";
      expect(complaint({ ...current, categoryIds: ids })).toEqual(["categoryIds", message]);
    }
    expect(complaint({ ...current, categoryIds: [1, "two"] })?.[0]).toBe("categoryIds.1");
  });

  it("names the field that is wrong, in either version", () => {
    expect(complaint({ ...shared, version: 1, anchors: [[12, -20]] })?.[0]).toBe("levels.0.anchors.0.1");
    expect(complaint({ ...shared, version: 2, anchors })?.[0]).toBe("levels");
    expect(complaint({ ...current, levels: [{ stride: 0, anchors }] })?.[0]).toBe("levels.0.stride");
    expect(complaint({ ...current, version: 3 })?.[0]).toBe("version");
    expect(complaint("no detector")).toEqual(["", "Invalid input: expected object, received string"]);
  });
});
