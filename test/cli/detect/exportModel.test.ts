import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadEngine } from "../../../src/engine/load.ts";
import { detector } from "../../export/untrainedModels.ts";
import { callCommand } from "../command.ts";

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
      /checked on noise, .*; largest differences: detections \d+, unmatched 0, pixels \S+, scores/,
    );
    expect((await readFile(out)).includes('"task":"detection","description":{"format":"anchorkit-detector"')).toBe(
      true,
    );
    const again = await callCommand("detect", ["export", run, "--out", out, "--batch", "2", "--json"]);
    expect(JSON.parse(again.stdout)).toMatchObject({ to: "onnx", out, batch: 2, differences: { unmatched: 0 } });
  });

  it.each([
    [["--to", "tensorrt"], 2, "Allowed choices are onnx"],
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
