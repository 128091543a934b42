import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Random } from "../../../../src/base/random.ts";
import type { ClassifierDescription } from "../../../../src/classification/description.ts";
import { buildClassifier } from "../../../../src/classification/network.ts";
import { disposeWeights } from "../../../../src/core/namedWeights.ts";
import { loadEngine } from "../../../../src/engine/load.ts";
import { saveModelFolder } from "../../../../src/training/run/modelFolder.ts";
import { callCommand } from "../../command.ts";

await loadEngine();
const folder = mkdtempSync(join(tmpdir(), "anchorkit-classify-"));
const [data, single, several, found] = ["photos", "single", "several", "found"].map((name) => join(folder, name)) as [
  ...[string, string, string, string],
];
const CLASSES = ["dark", "grey", "light"];

/** A classifier that is not trained. */
async function saveClassifier(at: string, more: Partial<ClassifierDescription>): Promise<void> {
  const architecture = { backbone: "small", width: 1, dropout: 0, box: false } as const;
  const network = buildClassifier(architecture, CLASSES.length, new Random(1));
  const description: ClassifierDescription = {
    ...{ format: "anchorkit-classifier", version: 1, model: "small-cnn", classes: CLASSES, architecture },
    ...{ targets: "labels", multiLabel: false, ...more },
    preprocessing: {
      ...{ canvas: { width: 48, height: 32 }, resize: "fit", fill: 128 },
      ...{ mean: [128, 128, 128], deviation: [64, 64, 64] },
    },
  };
  const saved = { kind: "classification", description, network: network.model, averages: new Map() } as const;
  await saveModelFolder(at, saved);
  disposeWeights(network.model);
}

beforeAll(async () => {
  for (const [k, name] of CLASSES.entries()) {
    const at = join(data, "test", name);
    mkdirSync(at, { recursive: true });
    for (let i = 0; i < 2; i++) {
      const grey = 40 + 80 * k + 10 * i;
      await sharp({ create: { width: 60, height: 40, channels: 3, background: { r: grey, g: grey, b: grey } } })
        .jpeg()
        .toFile(join(at, `${i}.jpg`));
    }
  }
  await saveClassifier(single, {});
  await saveClassifier(several, { multiLabel: true, targets: "presence", thresholds: [0, 1, 1] });
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const parsed = ({ stdout }: { stdout: string }) => JSON.parse(stdout) as Record<string, unknown>;

describe("detect eval of a classifier", () => {
  it("prints a line a class, the numbers by Keras's names, and what was taken for what", async () => {
    const { code, stdout } = await callCommand("detect", ["eval", "--data", data, "--weights", single]);
    expect(code).toBe(0);
    for (const name of CLASSES) expect(stdout).toMatch(new RegExp(`^${name} +2 `, "m"));
    expect(stdout).toMatch(/^accuracy +0\.\d{4}$/m);
    expect(stdout).toMatch(/^top_2_accuracy +\d/m);
    expect(stdout).toContain("what images show (rows) and what they were taken for (columns)");
  });

  it("gives programs all of it", async () => {
    const ended = await callCommand("detect", ["eval", "--data", data, "--weights", single, "--json"]);
    const { images, classes, accuracy, confusion } = parsed(ended);
    expect({ images, classes }).toEqual({ images: 6, classes: CLASSES });
    const rows = confusion as number[][];
    expect(rows.map((row) => row.reduce((sum, count) => sum + count, 0))).toEqual([2, 2, 2]);
    const right = rows.reduce((sum, row, k) => sum + (row[k] ?? 0), 0);
    expect(accuracy).toBeCloseTo(right / 6, 12);
  });

  it("fails under a bar, and knows what its numbers are called", async () => {
    const args = ["eval", "--data", data, "--weights", single, "--fail-under"];
    const failed = await callCommand("detect", [...args, "accuracy=1.01"]);
    expect(failed).toMatchObject({ code: 1 });
    expect(failed.stderr).toMatch(/accuracy is \d\.\d+, under 1\.01/);
    const ofClass = await callCommand("detect", [...args, "recall:dark=0"]);
    expect(ofClass.code).toBe(0);
  });

  it.each([["--map"], ["--masks"], ["--iou", "0.5"], ["--intervals"], ["--resamples", "50"], ["--seed", "3"]])(
    "refuses what is for detectors: %s",
    async (...flag) => {
      const { code, stderr } = await callCommand("detect", ["eval", "--data", data, "--weights", single, ...flag]);
      expect(code).toBe(2);
      expect(stderr).toMatch(
        new RegExp(
          `${flag[0]} is for detectors(?: and models that read text)?, and these are the weights of a classifier`,
        ),
      );
    },
  );
});

it.each([
  ["--boxes is for --truth and --predictions", "eval", "--data", data, "--boxes", "xyxy"],
  ["--fail-under AP50: is not measured here; there are accuracy, ", "eval", "--data", data, "--fail-under", "AP50=.5"],
  ["--score is for detectors", "predict", data, "--out", join(folder, "none"), "--score", "0.5"],
  ["is for detectors, and for classifiers of several labels", "predict", data, "--out", join(folder, "none"), "--thresholds", "0.5"], // prettier-ignore
  ["--thresholds is for detectors", "explain", data, "--out", join(folder, "none"), "--thresholds", "0.5"],
])("an option that does nothing for a classifier is refused in a line: %s (%s)", async (message, command, ...args) => {
  const { code, stdout, stderr } = await callCommand("detect", [command, "--weights", single, ...args]);
  expect(stderr).toMatch(/^error: .*\n$/);
  expect(stderr).toContain(message);
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(existsSync(join(folder, "none"))).toBe(false);
});

describe("detect predict with a classifier", () => {
  it("says what each image shows, in JSON and CSV", async () => {
    const args = ["predict", join(data, "test"), "--weights", single, "--out", found];
    const { code, stdout } = await callCommand("detect", args);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^dark\/0\.jpg: (dark|grey|light) \d\.\d{3}$/m);
    const { classes, images } = JSON.parse(readFileSync(join(found, "predictions.json"), "utf8")) as {
      classes: string[];
      images: { file_name: string; classes: { name: string; probability: number }[]; probabilities: number[] }[];
    };
    expect(classes).toEqual(CLASSES);
    expect(images).toHaveLength(6);
    for (const { classes: named, probabilities } of images) {
      expect(named).toHaveLength(1);
      expect(named[0]?.probability).toBe(Math.max(...probabilities));
      expect(probabilities.reduce((sum, one) => sum + one, 0)).toBeCloseTo(1, 4);
    }
    const [head, ...rows] = readFileSync(join(found, "predictions.csv"), "utf8").trim().split("\n");
    expect(head).toBe("file,class,probability,dark,grey,light");
    expect(rows).toHaveLength(6);
  });

  it("names the classes that reach their thresholds, where several may be there", async () => {
    const args = ["predict", join(data, "test"), "--weights", several, "--out", join(folder, "named"), "--json"];
    const { images } = parsed(await callCommand("detect", args));
    const named = (images as { classes: { name: string }[] }[]).map(({ classes }) => classes.map(({ name }) => name));
    expect(named).toEqual(Array.from({ length: 6 }, () => ["dark"]));
  });

  it("tells of a file that is no image, and goes on", async () => {
    const broken = join(folder, "broken");
    mkdirSync(broken);
    writeFileSync(join(broken, "a.jpg"), "no image");
    const args = ["predict", broken, join(data, "test", "dark"), "--weights", single, "--out", join(folder, "rest")];
    const { code, stderr } = await callCommand("detect", args);
    expect(code).toBe(1);
    expect(stderr).toContain("1 of 3 images could not be read");
  });
});

describe("detect explain with a classifier", () => {
  const out = join(folder, "explained");
  const explain = (...args: string[]) => callCommand("detect", ["explain", "--weights", several, ...args]);

  it("writes a picture for each image, a sheet, and where they are hottest", async () => {
    const broken = join(folder, "unreadable.png");
    writeFileSync(broken, "no image");
    const { code, stdout, stderr } = await explain(broken, join(data, "test", "dark"), "--out", out);
    expect(code).toBe(1);
    expect(stderr).toContain("1 of 3 images could not be read");
    expect(stdout).toMatch(/^0\.jpg: dark 0\.\d\d/m);
    const { images } = JSON.parse(readFileSync(join(out, "explain.json"), "utf8")) as {
      images: {
        file_name: string;
        picture: string;
        explanations: { class: string; probability: number; layer: string }[];
      }[];
    };
    expect(images.map(({ file_name }) => file_name)).toEqual(["0.jpg", "1.jpg"]);
    for (const { picture, explanations } of images) {
      expect(explanations).toMatchObject([{ class: "dark", layer: "stage5_block1_relu" }]); // the only one that reaches its threshold
      expect(await sharp(join(out, picture)).metadata()).toMatchObject({ width: 320, height: 213 + 30 });
    }
    expect(readdirSync(out).sort()).toEqual([".anchorkit.json", "0.jpg", "1.jpg", "explain.json", "overview.jpg"]);
  });

  it("refuses what it does not have, and to write over what it reads", async () => {
    const image = join(data, "test", "dark", "0.jpg");
    const place = join(folder, "nothing");
    expect(await explain(image, "--out", place, "--class", "lihgt")).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(
        'no class "lihgt" (did you mean "light"?); there are dark, grey, light',
      ) as string,
    });
    expect((await explain(image, "--out", place, "--score", "0.5")).stderr).toContain("--score is for detectors");
    expect((await explain(image, "--out", join(data, "test", "dark"))).stderr).toContain(
      "give another folder to write to",
    );
    expect(existsSync(place)).toBe(false);
  });
});

it("detect train says which model learns labels of whole images", async () => {
  const { code, stderr } = await callCommand("detect", ["train", "--data", data, "--out", join(folder, "run")]);
  expect(code).toBe(2);
  expect(stderr).toContain("its images have labels and no boxes");
  expect(stderr).toContain("--model small-cnn");
});
