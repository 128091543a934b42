import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Random } from "../../../src/base/random.ts";
import { disposeWeights } from "../../../src/core/namedWeights.ts";
import { DEFAULT_SETTINGS, type DetectorDescription } from "../../../src/detection/fasterRcnn/description.ts";
import { buildFasterRcnn } from "../../../src/detection/fasterRcnn/network.ts";
import { loadEngine } from "../../../src/engine/load.ts";
import { saveModelFolder } from "../../../src/training/run/modelFolder.ts";
import { callCommand } from "../command.ts";

const native = (await loadEngine()).name === "native";
const folder = mkdtempSync(join(tmpdir(), "anchorkit-predict-"));
const [data, out] = [join(folder, "annotations.json"), join(folder, "run")];
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const CLASSES = ["toothbrush", "person", "train"];

async function drawPicture(file: string, brightness: number): Promise<void> {
  const plain = (width: number, height: number, grey: number) =>
    sharp({ create: { width, height, channels: 3, background: { r: grey, g: grey, b: grey } } });
  const object = await plain(44, 38, brightness).png().toBuffer();
  await plain(64, 48, 20)
    .composite([{ input: object, left: 8, top: 4 }])
    .jpeg()
    .toFile(file);
}

/** The same six pictures, one large object in each, with these category ids. */
function writeData(ids: readonly number[]): void {
  const names = Array.from({ length: 6 }, (_, i) => `${5 - i}.jpg`); // ids and names in opposite orders
  const coco = {
    images: names.map((file_name, i) => {
      return { id: 100 + i, file_name, width: 64, height: 48, split: "test" };
    }),
    annotations: names.map((_, i) => {
      return { id: i + 1, image_id: 100 + i, category_id: ids[i % 3], bbox: [8, 4, 44, 38], area: 44 * 38, iscrowd: 0 };
    }),
    categories: ids.map((id, k) => ({ id, name: CLASSES[k] })),
  };
  writeFileSync(data, JSON.stringify(coco));
}

/** A detector that is not trained, but whose anchors are as large as the objects, so that it finds some. */
async function saveDetector(
  at: string,
  categoryIds: readonly number[] | undefined,
  thresholds?: DetectorDescription["thresholds"],
): Promise<void> {
  const description: DetectorDescription = {
    ...{ format: "anchorkit-detector", version: 2, model: "faster-rcnn", settings: DEFAULT_SETTINGS, classes: CLASSES },
    ...(categoryIds && { categoryIds: [...categoryIds] }),
    ...(thresholds && { thresholds }),
    architecture: { backbone: "small", width: 1, channels: 8, hidden: 8, pooled: 2, classSpecificBoxes: false },
    levels: [{ stride: 8, anchors: [[44, 38]] }],
    preprocessing: {
      ...{ canvas: { width: 64, height: 48 }, resize: "fit", fill: 0 },
      ...{ mean: [128, 128, 128], deviation: [64, 64, 64] },
    },
  };
  const sizes = { levels: description.levels, classes: CLASSES.length };
  const network = buildFasterRcnn(description.architecture, sizes, new Random(5)).model;
  await saveModelFolder(at, { kind: "detection", description, network, averages: new Map() });
  disposeWeights(network);
}

interface Result {
  category_id: number;
  category_name: string;
}

/** What `detect predict` writes of all pictures. */
async function predictions(weights: string): Promise<{ file: string; results: Result[]; printed: unknown }> {
  const found = join(folder, "found");
  const args = ["predict", folder, "--weights", weights, "--out", found, "--score", "0", "--no-images", "--json"];
  const { code, stdout, stderr } = await callCommand("detect", args);
  expect(code, stderr).toBe(0);
  const file = join(found, "predictions.json");
  return { file, results: JSON.parse(readFileSync(file, "utf8")) as Result[], printed: JSON.parse(stdout) };
}

async function evaluated(...args: string[]): Promise<{ numbers: Record<string, unknown>; stderr: string }> {
  const { code, stdout, stderr } = await callCommand("detect", ["eval", "--json", ...args]);
  expect(code, stderr).toBe(0);
  return { numbers: JSON.parse(stdout) as Record<string, unknown>, stderr };
}

/** AP and AR of each class, by name. */
function byName({ perClass }: Record<string, unknown>): Record<string, unknown> {
  const rows = perClass as { name: string; AP: number; AR100: number }[];
  return Object.fromEntries(rows.map(({ name, AP, AR100 }) => [name, [AP.toFixed(9), AR100.toFixed(9)]]));
}

describe.runIf(native)("category ids of the data", { timeout: 120_000 }, () => {
  beforeAll(async () => {
    for (let i = 0; i < 6; i++) await drawPicture(join(folder, `${i}.jpg`), 150 + 20 * i);
    await saveDetector(out, [90, 0, 7]);
  });

  test("are written to predictions.json, which measures as the detector does", async () => {
    writeData([90, 0, 7]);
    const { file, results, printed } = await predictions(out);
    for (const { category_id, category_name } of results) {
      expect({ 90: "toothbrush", 0: "person", 7: "train" }[category_id]).toBe(category_name);
    }
    expect(new Set(results.map(({ category_id }) => category_id)).size).toBe(3);
    expect(printed).toMatchObject({
      categories: [
        { id: 90, name: "toothbrush" },
        { id: 0, name: "person" },
        { id: 7, name: "train" },
      ],
    });
    const measured = await evaluated("--data", data, "--split", "all", "--weights", out);
    const fromFile = await evaluated("--truth", data, "--predictions", file);
    expect(fromFile.stderr).toMatch(/predictions\.json numbers its images otherwise than .*; matched by file name/);
    expect(byName(fromFile.numbers)).toEqual(byName(measured.numbers));
    expect(measured.numbers.AR100).toBeGreaterThan(0.05); // it has found something

    writeData([2, 1, 9]);
    const renumbered = await evaluated("--truth", data, "--predictions", file);
    expect(renumbered.stderr).toMatch(/predictions\.json numbers its categories otherwise than .*; matched by name/);
    expect(byName(renumbered.numbers)).toEqual(byName(measured.numbers));
  });

  test("are counted from 1 where a detector does not know any", async () => {
    const old = join(folder, "old");
    await saveDetector(old, undefined);
    const { results } = await predictions(old);
    for (const one of results) expect(CLASSES[one.category_id - 1]).toBe(one.category_name);
    expect(new Set(results.map(({ category_id }) => category_id)).size).toBe(3);
  });
});

describe.runIf(native)("thresholds of each class", { timeout: 120_000 }, () => {
  const run = join(folder, "thresholds");
  const CHOSEN = [
    { class: "toothbrush", score: 0.26, f1: 0.5 },
    { class: "train", score: 0.22, f1: 0.4 },
  ];
  const predict = async (...args: string[]) => {
    const found = join(folder, "found");
    const all = ["predict", folder, "--weights", run, "--out", found, "--no-images", "--json", ...args];
    const ended = await callCommand("detect", all);
    const results = (): (Result & { score: number })[] =>
      JSON.parse(readFileSync(join(found, "predictions.json"), "utf8")) as (Result & { score: number })[];
    return { ...ended, results };
  };
  const inFile = (): DetectorDescription["thresholds"] =>
    (JSON.parse(readFileSync(join(run, "detector.json"), "utf8")) as DetectorDescription).thresholds;

  beforeAll(async () => {
    writeData([1, 2, 3]);
    for (let i = 0; i < 6; i++) await drawPicture(join(folder, `${i}.jpg`), 150 + 20 * i);
  });

  test("are those that the model keeps, unless others are asked for", async () => {
    await saveDetector(run, undefined, CHOSEN);
    const { stdout, results } = await predict();
    expect(JSON.parse(stdout)).toMatchObject({
      thresholds: { chosen: "at the thresholds chosen on val", scores: [0.26, 0.3, 0.22] },
    });
    const kept = results();
    const everything = (await predict("--score", "0")).results();
    const least: Record<string, number> = { toothbrush: 0.26, person: 0.3, train: 0.22 };
    expect(kept).toEqual(everything.filter((one) => one.score >= (least[one.category_name] ?? NaN)));
    expect(kept.length).toBeGreaterThan(0);
    expect(kept.length).toBeLessThan(everything.length);
    expect(await predict("--thresholds", "val", "--score", "0")).toMatchObject({ code: 2 });
    expect((await predict("--thresholds", "test")).stderr).toContain("It must be val, or a number from 0 to 1.");
  });

  test("hold for detect explain, which draws the best detections of an image", async () => {
    const explained = join(folder, "explained");
    const args = [
      "explain",
      join(folder, "0.jpg"),
      "--weights",
      run,
      "--out",
      explained,
      "--most",
      "2",
      "--score",
      "0",
    ];
    const { code, stdout, stderr } = await callCommand("detect", [...args, "--json"]);
    expect(code, stderr).toBe(0);
    const { images, thresholds } = JSON.parse(stdout) as {
      images: { explanations: { score: number; box: number[]; map: object }[] }[];
      thresholds: { chosen: string };
    };
    expect(thresholds.chosen).toBe("at the score 0.00");
    const [first, second, ...more] = images[0]?.explanations ?? [];
    expect(more).toEqual([]);
    expect(first?.score).toBeGreaterThanOrEqual(second?.score ?? NaN);
    expect(first?.map).toEqual({ width: 8, height: 6 }); // under three cells of 16 pixels: the finest map
    // two pictures of 240 x 180 beside each other, with 30 pixels of legend
    expect(await sharp(join(explained, "0.jpg")).metadata()).toMatchObject({ width: 488, height: 210 });
  });

  test("are chosen by detect eval on the validation images, and measured with", async () => {
    await saveDetector(run, undefined);
    const none = await predict("--thresholds", "val");
    expect(none).toMatchObject({ code: 1 });
    expect(none.stderr).toContain("keeps no thresholds; choose them once: detect eval --thresholds choose --split val");
    const evaluate = (...args: string[]) =>
      callCommand("detect", ["eval", "--data", data, "--weights", run, "--json", "--thresholds", ...args]);
    expect(await evaluate("choose", "--split", "test")).toMatchObject({ code: 2 });
    writeFileSync(data, readFileSync(data, "utf8").replaceAll('"test"', '"val"'));
    const chosen = await evaluate("choose", "--split", "val");
    expect(chosen.code, chosen.stderr).toBe(0);
    const kept = inFile() ?? [];
    const pointsOf = ({ stdout }: { stdout: string }) =>
      (JSON.parse(stdout) as { thresholds: { perClass: { name: string; confidence: number; f1: number }[] } })
        .thresholds;
    const thresholds = pointsOf(chosen);
    const measured = thresholds.perClass.map(({ name, confidence, f1 }) => ({ class: name, score: confidence, f1 }));
    expect(measured.filter(({ f1 }) => f1 >= 0.1)).toEqual(kept);
    expect(kept.length).toBeGreaterThan(0);
    expect(pointsOf(await evaluate("val", "--split", "val"))).toEqual(thresholds);
  });
});
