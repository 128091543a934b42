import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Random } from "../../../../src/base/random.ts";
import type { ClassifierDescription } from "../../../../src/classification/description.ts";
import { buildClassifier } from "../../../../src/classification/network.ts";
import { historyOf, writeTrainingReport } from "../../../../src/cli/detect/trainingReport.ts";
import { disposeWeights } from "../../../../src/core/namedWeights.ts";
import type { Dataset } from "../../../../src/data/dataset.ts";
import { loadEngine } from "../../../../src/engine/load.ts";
import { saveModelFolder } from "../../../../src/training/run/modelFolder.ts";
import { RunFolder } from "../../../../src/training/run/runFolder.ts";
import { callCommand } from "../../command.ts";

const native = (await loadEngine()).name === "native";
const folder = mkdtempSync(join(tmpdir(), "anchorkit-classifiers-"));
const [pictures, run, boxRun] = [join(folder, "pictures"), join(folder, "run"), join(folder, "box-run")];
const CLASSES = ["dark", "bright"];
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** A classifier that is not trained. */
async function saveClassifier(at: string, targets: "labels" | "box"): Promise<void> {
  const description: ClassifierDescription = {
    ...{ format: "anchorkit-classifier", version: 1, model: "small-cnn", classes: CLASSES },
    architecture: { backbone: "small", width: 1, dropout: 0, box: targets === "box" },
    preprocessing: {
      ...{ canvas: { width: 64, height: 64 }, resize: "fit", fill: 0 },
      ...{ mean: [128, 128, 128], deviation: [64, 64, 64] },
    },
    ...{ targets, multiLabel: false },
  };
  const { model } = buildClassifier(description.architecture, CLASSES.length, new Random(5));
  await saveModelFolder(at, { kind: "classification", description, network: model, averages: new Map() });
  disposeWeights(model);
}

const FILES = Array.from({ length: 6 }, (_, i) => ({ name: `${i}.png`, label: i % 2 }));

beforeAll(async () => {
  mkdirSync(pictures);
  for (const { name, label } of FILES) {
    const grey = label === 0 ? 30 : 220;
    await sharp({ create: { width: 48, height: 36, channels: 3, background: { r: grey, g: grey, b: grey } } })
      .png()
      .toFile(join(pictures, name));
  }
  const rows = FILES.map(({ name, label }) => `${name},${CLASSES[label]},test`);
  writeFileSync(join(pictures, "labels.csv"), ["file,label,split", ...rows, ""].join("\n"));
  await saveClassifier(join(run, "best"), "labels");
  await saveClassifier(join(boxRun, "best"), "box");
  writeFileSync(join(run, "config.json"), "{}");
  const metrics = [
    { step: 10, epoch: 1, loss: 0.9, metrics: { accuracy: 0.5, loss: 0.8, f1_score: null }, best: true },
    { step: 20, epoch: 2, loss: 0.7, validationLoss: 0.6, metrics: { accuracy: 0.75, loss: 0.65 }, best: true },
  ];
  writeFileSync(join(run, "metrics.jsonl"), metrics.map((line) => `${JSON.stringify(line)}\n`).join(""));
});

test("the course of a training has the loss on the validation images, whatever it stands under", async () => {
  expect(await historyOf(new RunFolder(run))).toEqual([
    {
      step: 10,
      epoch: 1,
      loss: 0.9,
      validationLoss: 0.8,
      metrics: { accuracy: 0.5, loss: 0.8, f1_score: NaN },
      best: true,
    },
    { step: 20, epoch: 2, loss: 0.7, validationLoss: 0.6, metrics: { accuracy: 0.75, loss: 0.65 }, best: true },
  ]);
  expect(await historyOf(new RunFolder(boxRun))).toEqual([]);
});

describe.skipIf(!native)("detect, with a classifier", () => {
  test("eval --report writes the page with the training in it, and never over what it reads", async () => {
    const labels = join(pictures, "labels.csv");
    const report = join(folder, "report.html");
    const args = ["eval", "--data", labels, "--weights", run, "--split", "test", "--report"];
    const { code, stdout, stderr } = await callCommand("detect", [...args, report]);
    expect(code, stderr).toBe(0);
    expect(stderr).toContain(`report: ${report}`);
    expect(stdout).toContain("accuracy");
    const html = readFileSync(report, "utf8");
    expect(html).toContain("Too few images to judge: right in ");
    expect(html).toContain("with accuracy 0.750");
    const before = readFileSync(labels, "utf8");
    const refused = await callCommand("detect", [...args, labels]);
    expect(refused.code).not.toBe(0);
    expect(refused.stdout).toBe(""); // before anything was measured
    expect(readFileSync(labels, "utf8")).toBe(before);
    writeFileSync(report, "something else");
    expect((await callCommand("detect", [...args, report])).code).not.toBe(0);
    expect(readFileSync(report, "utf8")).toBe("something else");
  });

  test("a training ends with the page of its validation images, objects cut out of them included", async () => {
    const dataset: Dataset = {
      classes: CLASSES,
      images: FILES.map(({ name, label }, i) => ({
        ...{ id: i + 1, file: join(pictures, name), width: 48, height: 36, split: i < 2 ? "train" : "val" },
        ...{ objects: [], labels: [label] },
        ...(i === 5 && { crop: [8, 6, 40, 30] as [number, number, number, number], width: 32, height: 24 }),
      })),
    };
    const file = await writeTrainingReport(new RunFolder(run), dataset, ["one is odd"], {});
    expect(file).toBe(join(run, "report.html"));
    const html = readFileSync(join(run, "report.html"), "utf8");
    expect(html).toContain("on its validation images");
    expect(html).toMatch(/right in \d of 4 images/);
    expect(html).toContain("one is odd");
    expect(html).toContain("5.png at 8, 6");
  });

  test("predict draws an overview, unless told not to", async () => {
    const out = join(folder, "found");
    const args = ["predict", join(pictures, "0.png"), join(pictures, "1.png"), "--weights", boxRun, "--json", "--out"];
    const { code, stdout, stderr } = await callCommand("detect", [...args, out]);
    expect(code, stderr).toBe(0);
    const { sheet, images } = JSON.parse(stdout) as { sheet: string; images: { box: number[] }[] };
    expect(sheet).toBe(join(out, "overview.jpg"));
    expect(images.map((one) => Object.keys(one))).toEqual(
      images.map(() => ["file_name", "width", "height", "classes", "probabilities", "box"]),
    );
    const { width } = await sharp(sheet).metadata();
    expect(width).toBeGreaterThan(400);
    const plain = join(folder, "plain");
    expect((await callCommand("detect", [...args, plain, "--no-images"])).code).toBe(0);
    expect(existsSync(join(plain, "overview.jpg"))).toBe(false);
    // A picture of the same name that is somebody else's is left as it is.
    writeFileSync(join(plain, "overview.jpg"), "mine");
    expect((await callCommand("detect", [...args, plain])).code).not.toBe(0);
    expect(readFileSync(join(plain, "overview.jpg"), "utf8")).toBe("mine");
  });
});
