import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { importLabels } from "../../src/data/importLabels.ts";
import { findEngines } from "../../src/engine/locate.ts";
import { callCommand, runCommand } from "./command.ts";

const folder = mkdtempSync(join(tmpdir(), "anchorkit-pipeline-"));
const data = join(folder, "dataset");
const out = join(folder, "run");

/** A dozen of the sample images: enough for every command to do all that it does, quickly. */
beforeAll(async () => {
  const { file } = await importLabels("annotations", data);
  const coco = JSON.parse(readFileSync(file, "utf8")) as { images: Record<string, unknown>[]; annotations: object[] };
  coco.images = coco.images.slice(0, 12).map((image) => ({ ...image, split: undefined }));
  const kept = new Set(coco.images.map(({ id }) => id));
  coco.annotations = coco.annotations.filter((annotation) => kept.has((annotation as { image_id: number }).image_id));
  writeFileSync(file, JSON.stringify(coco));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** Of the checkpoint: its second line is JSON. */
function stepsDone(): number {
  const [, header = ""] = readFileSync(join(out, "last", "state.bin"), "latin1").split("\n", 2);
  return (JSON.parse(header) as { state: { loop: { step: number } } }).state.loop.step;
}

/** Makes the run one of so many epochs, as if it had been begun so. */
function shorten(epochs: number): void {
  const file = join(out, "config.json");
  const config = JSON.parse(readFileSync(file, "utf8")) as object;
  writeFileSync(file, JSON.stringify({ ...config, budget: { epochs } }));
}

describe.skipIf(findEngines().length === 0)("train, measure and predict", () => {
  test("Ctrl-C leaves a checkpoint, and --resume goes on with it and its options", async () => {
    // So many epochs that it cannot have ended before the signal comes, however late this process hears of the start.
    const args = ["train", "--data", data, "--epochs", "100000", "--size", "64", "--seed", "3", "--out", out];
    args.push("--precision", "float32"); // rather than that which is quickest here, for which both are tried
    const stopped = await runCommand("detect", args, /ready after/);
    expect(stopped.code).toBe(130);
    expect(stopped.stderr).toContain("stopping after this step, with a checkpoint");
    expect(stopped.stdout).toContain(`continue with: detect train --out ${out} --resume\n`);
    expect(existsSync(join(out, "last", "state.bin"))).toBe(true);
    expect(existsSync(join(out, "report.html"))).toBe(false);

    const epochs = Math.floor(stepsDone() / 3) + 2;
    shorten(epochs);
    const resumed = await runCommand("detect", ["train", "--out", out, "--resume", "--json"]);
    expect(resumed.code).toBe(0);
    const result = JSON.parse(resumed.stdout) as Record<string, unknown>;
    expect(result).toMatchObject({ out, finished: true, splits: { train: { images: 10 }, val: { images: 1 } } });
    expect(result.steps).toBe(3 * epochs);
    expect(result.report).toBe(join(out, "report.html"));
    const page = readFileSync(join(out, "report.html"), "utf8");
    expect(page).toContain("on its validation images");
    expect(result.progress).toBe(join(out, "progress.jpg"));
    expect(page).toContain("What it found as it learnt");
    expect(page).toContain(readFileSync(join(out, "progress.jpg"), "base64"));
    const measured = readFileSync(join(out, "metrics.jsonl"), "utf8").trim().split("\n");
    for (const line of measured) expect((JSON.parse(line) as { loss: number }).loss).toBeGreaterThan(0);
    expect(JSON.parse(readFileSync(join(out, "config.json"), "utf8"))).toMatchObject({ size: 64, seed: 3 });
  });

  test("a run is not overwritten", async () => {
    const { code, stderr } = await callCommand("detect", ["train", "--data", data, "--out", out]);
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: `error: ${out}: already holds a training; continue it with --resume, or give another --out, or insist with --overwrite\n`,
    });
  });

  test("the detector is measured on the images it was not trained on", async () => {
    const { code, stdout, stderr } = await callCommand("detect", ["eval", "--data", data, "--weights", out, "--json"]);
    expect(code).toBe(0);
    expect(stderr).toContain("measuring on 1 image (test)\n");
    expect(Object.keys(JSON.parse(stdout) as object)).toEqual(expect.arrayContaining(["AP", "AP50", "perClass"]));
  });

  test("predict does all images that it can read, names the others, and then fails", async () => {
    const broken = join(folder, "broken.jpg");
    writeFileSync(broken, "no image");
    const [images, found] = ["annotations/images/table_10[12].jpg", join(folder, "found")];
    const args = ["predict", broken, images, "--weights", out, "--out", found, "--score", "0"];
    const { code, stdout, stderr } = await runCommand("detect", args);
    expect(code).toBe(1);
    expect(stderr).toContain(broken);
    expect(stderr).toContain("1 of 3 images could not be read\n");
    expect(stdout).toMatch(/^\d+ objects in 2 images, [\d.]+ images\/s/);
    for (const name of ["table_101.jpg", "table_102.jpg", "overview.jpg"]) {
      expect(existsSync(join(found, name))).toBe(true);
    }
    const results = JSON.parse(readFileSync(join(found, "predictions.json"), "utf8")) as Record<string, unknown>[];
    expect(results.length).toBeGreaterThan(0);
    expect(Object.keys(results[0] ?? {})).toEqual([
      ...["image_id", "category_id", "bbox", "score", "file_name", "category_name"],
    ]);
  });
});
