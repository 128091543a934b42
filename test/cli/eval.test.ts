import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { callCommand, runCommand } from "./command.ts";

const folder = mkdtempSync(join(tmpdir(), "anchorkit-eval-"));
const files = ["--truth", join(folder, "truth.json"), "--predictions", join(folder, "predictions.json")];
beforeAll(() => {
  const truth = {
    images: [{ id: 1, file_name: "1.jpg", width: 100, height: 100 }],
    annotations: [{ id: 1, image_id: 1, category_id: 7, bbox: [10, 10, 50, 50], area: 2500, iscrowd: 0 }],
    categories: [
      { id: 7, name: "cat" },
      { id: 8, name: "dog" },
    ],
  };
  writeFileSync(join(folder, "truth.json"), JSON.stringify(truth));
  const found = { image_id: 1, category_id: 7, bbox: [10, 10, 50, 40], score: 0.9 }; // IoU 0.8
  writeFileSync(join(folder, "predictions.json"), JSON.stringify([found]));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

test("detections of any tool are measured from two files, without an engine", async () => {
  const { code, stdout, stderr } = await callCommand("detect", ["eval", "--map", ...files]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toContain("cat          1  0.700  1.000  1.000  0.700\ndog          0      -      -      -      -\n");
});

test("--json has COCO's keys, and null where there was nothing to find", async () => {
  const { code, stdout } = await runCommand("detect", ["eval", "--map", "--json", ...files]);
  expect(code).toBe(0);
  const { perClass, ...summary } = JSON.parse(stdout) as Record<string, unknown> & { perClass: object[] };
  const sizes = { APsmall: null, APmedium: 0.7, APlarge: null, ARsmall: null, ARmedium: 0.7, ARlarge: null };
  expect(Object.keys(summary)).toHaveLength(12);
  for (const [key, value] of Object.entries({ AP: 0.7, AP50: 1, AP75: 1, AR1: 0.7, AR10: 0.7, AR100: 0.7, ...sizes })) {
    if (value === null) expect(summary[key]).toBeNull();
    else expect(summary[key]).toBeCloseTo(value, 12);
  }
  expect(perClass).toMatchObject([
    { name: "cat", truths: 1 },
    { name: "dog", truths: 0, AP: null },
  ]);
});

test.each([
  [["--truth", "truth.json"], 2, /^error: .*--truth needs --predictions/],
  [[], 2, /^error: give --data and --weights for a trained detector, or --truth and --predictions/],
  [
    [...files, "--weights", "runs/x"],
    2,
    /^error: --truth and --predictions compare two files, without --data and --weights/,
  ],
  [["--truth", "nowhere.json", "--predictions", "x.json"], 1, /^error: nowhere.json: no such file\n$/],
  [["--mapp", ...files], 2, /^error: unknown option '--mapp' \(Did you mean --map\?\)\n$/],
])("wrong use: %j", async (args, expected, message) => {
  const { code, stdout, stderr } = await callCommand("detect", ["eval", ...args]);
  expect({ code, stdout }).toEqual({ code: expected, stdout: "" });
  expect(stderr).toMatch(message);
});
