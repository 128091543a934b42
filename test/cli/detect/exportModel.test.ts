import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fileURLToPath } from "node:url";
import { loadEngine } from "../../../src/engine/load.ts";
import { decodeImage } from "../../../src/data/images/images.ts";
import { openOnnx } from "../../../src/export/onnx/onnxSession.ts";
import { detector, forecaster } from "../../export/untrainedModels.ts";
import { callCommand } from "../command.ts";

const annotations = fileURLToPath(new URL("../../../annotations", import.meta.url));
const native = (await loadEngine()).name === "native";

describe.runIf(native)("detect export", () => {
  let folder: string;
  let run: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "anchorkit-export-"));
    run = await detector()(folder);
  });
  afterAll(() => rm(folder, { recursive: true }));

  it("writes an ONNX file that says what it is, and runs it", async () => {
    const out = join(folder, "things.onnx");
    const { code, stdout } = await callCommand("detect", ["export", run, "--out", out]);
    expect(code).toBe(0);
    expect(stdout).toContain(`onnx: ${out}, `);
    expect(stdout).toMatch(
      /checked on noise in onnxruntime, .*; largest differences: detections \d+, unmatched 0, pixels \S+, scores/,
    );
    expect(
      (await readFile(out)).includes('"task":"detection","batch":1,"description":{"format":"anchorkit-detector"'),
    ).toBe(true);
    const again = await callCommand("detect", ["export", run, "--out", out, "--batch", "2", "--json"]);
    expect(JSON.parse(again.stdout)).toMatchObject({ to: "onnx", out, batch: 2, differences: { unmatched: 0 } });
  });

  it("writes a page that runs the model into a folder, and again over its own", async () => {
    const out = join(folder, "page");
    for (let i = 0; i < 2; i++) {
      const { code, stdout } = await callCommand("detect", ["export", run, "--to", "web", "--out", out]);
      expect([code, stdout]).toEqual([0, expect.stringMatching(/^web: .*page, [\d.]+ MB\nchecked on noise in tfjs's/)]);
    }
    expect((await readdir(out, { recursive: true })).sort()).toEqual([
      ...[".anchorkit.json", "index.html", "model", "model/model.json", "model/weights.bin", "page.css", "page.js"],
      ...["tfjs-backend-wasm-simd.wasm", "tfjs-backend-wasm.wasm"],
    ]);
    await writeFile(join(out, "index.html"), "my own");
    const { code, stderr } = await callCommand("detect", ["export", run, "--to", "web", "--out", out]);
    expect([code, stderr]).toEqual([1, expect.stringContaining("index.html: is there already")]);
    expect(await readFile(join(out, "index.html"), "utf8")).toBe("my own");
  });

  it("writes a GraphModel of tfjs into a folder, and runs it", async () => {
    const out = join(folder, "site");
    const { code, stdout } = await callCommand("detect", ["export", run, "--to", "tfjs", "--out", out]);
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^tfjs: .*site, [\d.]+ MB\nchecked on noise in tfjs's/)]);
    const { userDefinedMetadata } = JSON.parse(await readFile(join(out, "model.json"), "utf8")) as {
      userDefinedMetadata: { anchorkit: object };
    };
    expect(userDefinedMetadata.anchorkit).toMatchObject({ task: "detection", batch: 1 });
    await writeFile(join(out, "weights.bin"), "changed since");
    const over = await callCommand("detect", ["export", run, "--to", "tfjs", "--out", out]);
    expect([over.code, over.stderr]).toEqual([1, expect.stringContaining("is not as detect export left it")]);
    const into = await callCommand("detect", ["export", run, "--to", "tfjs", "--out", run]);
    expect([into.code, into.stderr]).toEqual([1, expect.stringContaining("is the input itself")]);
  });

  it("writes a SavedModel beside its earlier versions, and runs it", async () => {
    const out = join(folder, "models");
    for (const version of [1, 2]) {
      const { code, stdout } = await callCommand("detect", ["export", run, "--to", "saved-model", "--out", out]);
      expect([code, stdout]).toEqual([
        0,
        expect.stringMatching(`^saved-model: .*models/${version}, [\\d.]+ MB\nchecked on`),
      ]);
    }
    expect((await readdir(out)).sort()).toEqual([".anchorkit.json", "1", "2"]);
    expect((await readdir(join(out, "1"))).sort()).toEqual(["assets.extra", "saved_model.pb"]);
    const [first, second] = await Promise.all(["1", "2"].map((v) => readFile(join(out, v, "saved_model.pb"))));
    expect(first && second && Buffer.compare(first, second)).toBe(0);
    const several = await callCommand("detect", ["export", run, "--to", "saved-model", "--out", out, "--batch", "2"]);
    expect([several.code, several.stderr]).toEqual([2, expect.stringContaining("leave out --batch")]);
  });

  it("writes what detect predict and detect eval use as they use the run", async () => {
    const named = await detector({ names: ["bolt", "fish", "jug", "leaf", "mug"] })(folder);
    const out = join(folder, "named.onnx");
    expect((await callCommand("detect", ["export", named, "--out", out, "--batch", "4"])).code).toBe(0);
    const picture = join(annotations, "images/table_001.jpg");
    const options = ["--precision", "float32"];
    const found = await Promise.all(
      [[named, ...options], [out]].map(async ([weights = "", ...more], i) => {
        const to = join(folder, `predicted-${i}`);
        const { code, stderr } = await callCommand("detect", ["predict", picture, "--weights", weights, "--out", to, ...more]);
        expect([code, stderr]).toEqual([0, expect.anything()]);
        return JSON.parse(await readFile(join(to, "predictions.json"), "utf8")) as { score: number }[];
      }),
    ); // prettier-ignore
    expect(found[1]?.length).toBe(found[0]?.length);
    expect(found[1]?.[0]?.score).toBeCloseTo(found[0]?.[0]?.score ?? NaN, 3);
    const measured: unknown[] = [];
    for (const [weights = "", ...more] of [[named, ...options], [out]]) {
      const args = ["eval", "--map", "--data", annotations, "--split", "val", "--weights", weights, "--json", ...more];
      measured.push(JSON.parse((await callCommand("detect", args)).stdout));
    }
    expect(measured[1]).toMatchObject({ AP: expect.any(Number) as number });
    expect(measured[1]).toEqual(measured[0]);
    const explained = await callCommand("detect", ["explain", picture, "--weights", out, "--out", join(folder, "e")]);
    expect([explained.code, explained.stderr]).toEqual([1, expect.stringContaining("take the run")]);
    const chosen = ["eval", "--data", annotations, "--weights", out, "--split", "val", "--thresholds", "choose"];
    expect((await callCommand("detect", chosen)).stderr).toContain("an exported file stays as it is");
  });

  it("writes smaller numbers, calibrated, checked and measured on the images of a data set", async () => {
    const named = await detector({ names: ["bolt", "fish", "jug", "leaf", "mug"] })(folder);
    const small = join(folder, "small.onnx");
    const args = ["export", named, "--out", small, "--data", annotations, "--quantize"];
    const { code, stdout } = await callCommand("detect", [...args, "int8", "--calibration-images", "6"]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^onnx: .*small\.onnx, [\d.]+ MB, int8\nchecked on images of the data in onnxruntime/);
    expect(stdout).toMatch(
      /\nAP of \d+ images \(val\): \d\.\d{4} before, \d\.\d{4} after: a (loss|gain) of \d\.\d{4}\n$/,
    );
    const half = JSON.parse((await callCommand("detect", [...args, "half", "--json"])).stdout) as Record<
      string,
      number
    >;
    expect(half).toMatchObject({ quantize: "half", metric: "AP", images: 18 });
    expect(half.after).toBeCloseTo(half.before ?? NaN, 3);
    const evaluated = ["eval", "--map", "--data", annotations, "--split", "val", "--weights", small, "--json"];
    const { AP } = JSON.parse((await callCommand("detect", evaluated)).stdout) as { AP: number };
    expect(AP).toBeCloseTo(half.after ?? NaN, 6); // small.onnx holds what was written last
    const picture = join(annotations, "images/table_001.jpg");
    const predicted = await callCommand("detect", ["predict", picture, "--weights", small, "--out", join(folder, "p")]);
    expect([predicted.code, predicted.stderr]).toEqual([0, expect.anything()]);
    const site = ["export", named, "--to", "tfjs", "--quantize", "half", "--out", join(folder, "half"), "--json"];
    const whole = ["export", named, "--to", "tfjs", "--out", join(folder, "whole"), "--json"];
    const sizeOf = async (command: string[]): Promise<number> =>
      (JSON.parse((await callCommand("detect", command)).stdout) as { bytes: number }).bytes;
    expect(await sizeOf(site)).toBeLessThan(0.8 * (await sizeOf(whole)));
  });

  it("exports a forecaster in smaller numbers, and without images", async () => {
    const series = await forecaster("gru")(folder);
    const args = ["export", series, "--out", join(folder, "series.onnx"), "--quantize", "int8-weights"];
    expect((await callCommand("detect", args)).stdout).toContain("int8-weights\nchecked on noise in onnxruntime");
    const found = await callCommand("detect", [...args, "--data", annotations]);
    expect([found.code, found.stderr]).toEqual([2, expect.stringContaining("--data is for models of images")]);
  });

  it("writes a file for images of any size, which is used as any other", async () => {
    const out = join(folder, "any.onnx");
    const { code, stdout } = await callCommand("detect", ["export", run, "--any-size", "--out", out, "--batch", "2"]);
    expect([code, stdout]).toEqual([0, expect.stringMatching(/detections [1-9]\d*, unmatched 0, pixels/)]);
    const picture = join(annotations, "images/table_001.jpg");
    const found: unknown[][] = [];
    for (const [i, weights] of [out, run].entries()) {
      const to = join(folder, `any-${i}`);
      const args = ["predict", picture, "--weights", weights, "--out", to];
      const precision = weights === run ? ["--precision", "float32"] : [];
      expect((await callCommand("detect", [...args, ...precision])).code).toBe(0);
      found.push(JSON.parse(await readFile(join(to, "predictions.json"), "utf8")) as unknown[]);
    }
    expect(found[0]?.length).toBe(found[1]?.length);
    const image = await decodeImage(picture);
    const session = await openOnnx(out);
    const { data, width, height } = image;
    const both = tf.tensor(new Uint8Array(Buffer.concat([data, data])), [2, height, width, 3], "int32");
    const { boxes, valid } = await session.run({ images: both });
    const counts = [...(valid?.dataSync() ?? [])];
    expect(counts[0]).toBe(counts[1]);
    expect(counts[0]).toBeGreaterThan(0);
    const corners = boxes?.dataSync() ?? [];
    expect(Math.max(...corners)).toBeGreaterThan(96); // beyond the canvas: in pixels of the image
    expect(Math.max(...corners.filter((_, k) => k % 2 === 1))).toBeLessThanOrEqual(height);
    tf.dispose([both, boxes, valid]);
    await session.close();
  });

  it.each([
    [["--any-size", "--to", "tfjs"], 2, "--any-size is for ONNX"],
    [["--quantize", "int8"], 2, "--quantize int8 needs --data"],
    [["--quantize", "int4"], 2, "Allowed choices are half, int8-weights, int8"],
    [["--to", "tfjs", "--quantize", "int8-weights"], 2, "is for ONNX"],
    [["--to", "tensorrt"], 2, "Allowed choices are onnx, saved-model, tfjs"],
    [["--batch", "0"], 2, "--batch"],
    [["--btach", "2"], 2, "--batch"],
  ])("refuses %j in a line", async (args, code, message) => {
    const found = await callCommand("detect", ["export", run, "--out", join(folder, "x.onnx"), ...args]);
    expect([found.code, found.stderr]).toEqual([code, expect.stringContaining(message)]);
  });

  it("writes over nothing that is not its own, unless told, and never over what it reads", async () => {
    const note = join(folder, "note.txt");
    await writeFile(note, "mine");
    const found = await callCommand("detect", ["export", run, "--out", note]);
    expect([found.code, found.stderr]).toEqual([1, expect.stringContaining("no export of anchorkit")]);
    expect(await readFile(note, "utf8")).toBe("mine");
    const weights = join(run, "weights.bin");
    const before = await readFile(weights);
    const over = await callCommand("detect", ["export", run, "--out", weights, "--overwrite"]);
    expect(over.code).toBe(1);
    expect(before.equals(await readFile(weights))).toBe(true);
  });

  it("names a run that is not there, or holds no model", async () => {
    const gone = await callCommand("detect", ["export", join(folder, "gone"), "--out", join(folder, "y.onnx")]);
    expect([gone.code, gone.stderr]).toEqual([2, expect.stringContaining("gone")]);
    const empty = await callCommand("detect", ["export", folder, "--out", join(folder, "y.onnx")]);
    expect([empty.code, empty.stderr]).toEqual([1, expect.stringContaining(folder)]);
  });
});
