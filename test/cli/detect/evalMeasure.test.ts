import { expect, test } from "vitest";
import type { EvaluationInput } from "../../../src/cli/detect/evalInput.ts";
import { measure, type MeasureFlags } from "../../../src/cli/detect/evalMeasure.ts";

const image = (id: number, camera: string): EvaluationInput["images"][number] => ({
  id,
  truth: { boxes: [10, 10, 60, 60], classes: [0] },
  detections: { boxes: [10, 10, 60, 50], scores: [0.5], classes: [0] },
  fields: { camera },
});
const input = { title: "", classes: ["cat"], images: [image(1, "left"), image(2, "right")], warnings: [] };
const flags: MeasureFlags = { rules: "coco", iouPixels: "exclusive", maxDetections: 100, resamples: 10, seed: 1 };

test("the report has the parts that --slice asks for, before its own", async () => {
  const { analysis, document } = await measure(input, { ...flags, report: "report.html", slice: ["camera", "aspect"] });
  expect(analysis?.slices.map(({ by }) => by)).toEqual(["camera", "aspect", "fine-size", "crowding", "objects"]);
  const { document: alone } = await measure(input, { ...flags, slice: ["camera", "aspect"] });
  expect(document).toEqual(alone);
  expect(alone).toMatchObject({ slices: { camera: [{ name: "left" }, { name: "right" }] } });
});

test("--explain alone draws no resamples; with --intervals or --report it does", async () => {
  const intervals = async (more: Partial<MeasureFlags>) =>
    (await measure(input, { ...flags, explain: true, ...more })).analysis?.intervals;
  expect(await intervals({})).toBeNull();
  expect(await intervals({ intervals: true })).toMatchObject({ resamples: 10 });
  expect(await intervals({ report: "report.html" })).toMatchObject({ resamples: 10 });
});
