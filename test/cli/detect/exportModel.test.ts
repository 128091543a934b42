import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fileURLToPath } from "node:url";
import { loadEngine } from "../../../src/engine/load.ts";
import { detector } from "../../export/untrainedModels.ts";
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
      measured.push((JSON.parse((await callCommand("detect", args)).stdout) as { overall: unknown }).overall);
    }
    expect(JSON.stringify(measured[1])).not.toBe("{}");
    expect(measured[1]).toEqual(measured[0]);
    const explained = await callCommand("detect", ["explain", picture, "--weights", out, "--out", join(folder, "e")]);
    expect([explained.code, explained.stderr]).toEqual([1, expect.stringContaining("take the run")]);
    const chosen = ["eval", "--data", annotations, "--weights", out, "--split", "val", "--thresholds", "choose"];
    expect((await callCommand("detect", chosen)).stderr).toContain("an exported file stays as it is");
  });

  it.each([
    [["--to", "tensorrt"], 2, "Allowed choices are onnx, tfjs"],
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
