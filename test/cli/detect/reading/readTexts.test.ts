import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Random } from "../../../../src/base/random.ts";
import { disposeWeights } from "../../../../src/core/namedWeights.ts";
import { DEFAULT_SETTINGS, type DetectorDescription } from "../../../../src/detection/fasterRcnn/description.ts";
import { buildFasterRcnn } from "../../../../src/detection/fasterRcnn/network.ts";
import { loadEngine } from "../../../../src/engine/load.ts";
import type { ReaderDescription } from "../../../../src/sequence/reading/description.ts";
import { buildReader } from "../../../../src/sequence/reading/network.ts";
import { saveModelFolder } from "../../../../src/training/run/modelFolder.ts";
import { callCommand } from "../../command.ts";

const native = (await loadEngine()).name === "native";
const folder = mkdtempSync(join(tmpdir(), "anchorkit-read-"));
const [reader, detector, pictures, data] = ["reader", "detector", "pictures", "data"].map((name) =>
  join(folder, name),
) as [string, string, string, string];
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const preprocessing = { fill: 128, mean: [128, 128, 128], deviation: [64, 64, 64] } as const;

/** A reader that is not trained: it reads something, the same each time. */
async function saveReader(): Promise<void> {
  const architecture = { height: 16, cell: "lstm" as const, layers: 1, units: 8, dropout: 0 };
  const classes = ["A", "B", "7"];
  const description: ReaderDescription = {
    ...{ format: "anchorkit-reader", version: 1, model: "crnn", classes, architecture, margin: 0.1 },
    preprocessing: {
      ...{ canvas: { width: 48, height: 16 }, resize: "line", fill: 128 },
      ...{ mean: [...preprocessing.mean], deviation: [...preprocessing.deviation] },
    },
  };
  const network = buildReader(architecture, classes.length, new Random(8)).model;
  await saveModelFolder(reader, { kind: "reading", description, network, averages: new Map() });
  disposeWeights(network);
}

async function saveDetector(): Promise<void> {
  const description: DetectorDescription = {
    ...{
      format: "anchorkit-detector",
      version: 2,
      model: "faster-rcnn",
      settings: DEFAULT_SETTINGS,
      classes: ["plate"],
    },
    architecture: { backbone: "small", width: 1, channels: 8, hidden: 8, pooled: 2, classSpecificBoxes: false },
    levels: [{ stride: 8, anchors: [[30, 12]] }],
    preprocessing: {
      ...{ canvas: { width: 64, height: 48 }, resize: "fit", fill: 128 },
      ...{ mean: [...preprocessing.mean], deviation: [...preprocessing.deviation] },
    },
  };
  const network = buildFasterRcnn(
    description.architecture,
    { levels: description.levels, classes: 1 },
    new Random(5),
  ).model;
  await saveModelFolder(detector, { kind: "detection", description, network, averages: new Map() });
  disposeWeights(network);
}

async function detect(...args: string[]) {
  return callCommand("detect", args);
}

describe.runIf(native)("a reader on the command line", { timeout: 120_000 }, () => {
  beforeAll(async () => {
    await Promise.all([saveReader(), saveDetector()]);
    const random = new Random(4);
    const noise = (name: string) =>
      sharp(
        Uint8Array.from({ length: 64 * 48 * 3 }, () => random.int(256)),
        { raw: { width: 64, height: 48, channels: 3 } },
      )
        .png()
        .toFile(name);
    for (const at of [pictures, data]) mkdirSync(at);
    for (const i of [0, 1]) await noise(join(pictures, `${i}.png`));
    for (const name of ["AB.png", "7_2.png", "BÉ.png"]) await noise(join(data, name));
  });

  test("reads files: JSON, CSV and an overview", async () => {
    const out = join(folder, "read");
    const { code, stdout, stderr } = await detect("predict", pictures, "--weights", reader, "--out", out);
    expect(code, stderr).toBe(0);
    const { images } = JSON.parse(readFileSync(join(out, "predictions.json"), "utf8")) as {
      images: { file_name: string; text: string; confidence: number }[];
    };
    expect(images.map(({ file_name }) => file_name)).toEqual(["0.png", "1.png"]);
    for (const { text, confidence } of images) {
      expect(text).toMatch(/^[AB7]*$/);
      expect(confidence).toBeGreaterThan(0);
    }
    expect(readFileSync(join(out, "predictions.csv"), "utf8")).toMatch(/^file,text,confidence\n0\.png,/);
    expect(stdout).toContain(`0.png: ${images[0]?.text ?? ""} `);
    expect((await sharp(join(out, "overview.jpg")).metadata()).width).toBeGreaterThan(100);
  });

  test("reads the boxes of a detector: each object of predictions.json has its text", async () => {
    const out = join(folder, "found");
    const words = join(folder, "words.txt");
    writeFileSync(words, "AB\r\n7\n\nÄ\n");
    const args = [pictures, "--weights", detector, "--read", reader, "--out", out, "--score", "0", "--words", words];
    const { code, stderr } = await detect("predict", ...args);
    expect(code, stderr).toBe(0);
    const objects = JSON.parse(readFileSync(join(out, "predictions.json"), "utf8")) as {
      text: string;
      confidence: number;
      category_name: string;
    }[];
    expect(objects.length).toBeGreaterThan(2);
    for (const { text, confidence, category_name } of objects) {
      expect(["AB", "7"]).toContain(text);
      expect(confidence).toBeGreaterThan(0);
      expect(category_name).toBe("plate");
    }
  });

  test("measures: rates with intervals, confusions, a report, and bars", async () => {
    const report = join(folder, "report.html");
    const { code, stdout, stderr } = await detect(
      ...["eval", "--data", data, "--split", "all", "--weights", reader, "--json", "--resamples", "20"],
      ...["--report", report, "--fail-under", "exact=0.9"],
    );
    expect(code).toBe(1);
    expect(stderr).toMatch(/error: exact is 0\.\d+, under 0\.9 by/);
    expect(stderr).toContain(
      '1 text of these images has characters that no training text has, and that are not learnt: "É"',
    );
    const measured = JSON.parse(stdout) as Record<string, unknown>;
    expect(measured).toMatchObject({ images: 3, texts: 3, characters: { truth: 5 } });
    expect(Number(measured.cer) + Number(measured.character_accuracy)).toBeCloseTo(1, 9);
    const page = readFileSync(report, "utf8");
    expect(page).toContain("The worst crops");
    expect(page).toContain("BÉ");
    expect(page).toContain("data:image/webp;base64,");
  });

  test.each([
    [["predict", pictures, "--weights", reader, "--score", "0.5"], /--score is for detectors .* model that reads text/],
    [["predict", pictures, "--weights", detector, "--beam", "4"], /--beam is about reading text: it goes with --read/],
    [["predict", pictures, "--weights", detector, "--read", detector], /holds a model for detection, and no reader/],
    [["predict", pictures, "--weights", reader, "--words", "none.txt"], /--words none\.txt: there is no such file/],
    [["eval", "--data", data, "--weights", reader, "--masks"], /--masks is for detectors/],
    [["eval", "--data", data, "--weights", detector, "--words", "w"], /--words is for models that read text/],
    [["explain", pictures, "--weights", reader], /its model reads text/],
  ])("%j is refused in one line", async (args, message) => {
    const [command = "", ...rest] = args;
    const out = command === "eval" ? [] : ["--out", join(folder, "refused")];
    const { code, stderr } = await detect(command, ...rest, ...out);
    expect(code).toBeGreaterThan(0);
    expect(stderr.trim().split("\n").at(-1)).toMatch(message);
  });
});
