import { expect, it } from "vitest";
import { DetectorDescription } from "../../../src/detection/fasterRcnn/description.ts";

it("a description that names no resize rule is of a detector whose images fit the canvas", () => {
  const { preprocessing } = DetectorDescription.shape;
  const old = { canvas: { width: 64, height: 48 }, fill: 114, mean: [120, 121, 122], deviation: [60, 61, 62] };
  expect(preprocessing.parse(old)).toEqual({ ...old, resize: "fit" });
  expect(preprocessing.parse({ ...old, resize: "crop" }).resize).toBe("crop");
  expect(() => preprocessing.parse({ ...old, resize: "squeeze" })).toThrow(/resize/);
});
