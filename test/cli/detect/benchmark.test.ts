import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadEngine } from "../../../src/engine/load.ts";
import { detector, forecaster } from "../../export/untrainedModels.ts";
import { callCommand } from "../command.ts";

const annotations = fileURLToPath(new URL("../../../annotations", import.meta.url));
const native = (await loadEngine()).name === "native";

describe.runIf(native)("detect benchmark", () => {
  let folder: string;
  let run: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "anchorkit-benchmarked-"));
    run = await detector({ names: ["bolt", "fish", "jug", "leaf", "mug"] })(folder);
  });
  afterAll(() => rm(folder, { recursive: true }));

  it("measures each form that was asked for, and leaves nothing behind", async () => {
    const before = (await readdir(tmpdir())).filter((name) => name.startsWith("anchorkit-benchmark-"));
    const forms = ["own", "onnx-half"];
    const args = ["benchmark", run, "--data", annotations, "--timed-images", "2", "--rounds", "1", "--split", "val"];
    const { code, stdout } = await callCommand("detect", [...args, "--json", "--forms", ...forms]);
    expect(code).toBe(0);
    const found = JSON.parse(stdout) as { metric: string; forms: Record<string, number>[] };
    expect(found.metric).toBe("AP");
    expect(found.forms.map(({ form }) => form)).toEqual(forms);
    const [own, half] = found.forms;
    expect(half?.bytes).toBeLessThan(0.7 * (own?.bytes ?? NaN));
    expect(half?.score).toBeCloseTo(own?.score ?? NaN, 2);
    for (const one of found.forms) {
      expect(one.p95).toBeGreaterThanOrEqual(one.p50 ?? NaN);
      expect(one.memory).toBeGreaterThan(50e6);
      expect(one.imagesPerSecond).toBeGreaterThan(0);
    }
    expect((await readdir(tmpdir())).filter((name) => name.startsWith("anchorkit-benchmark-"))).toEqual(before);
  });

  it("refuses in a line what it cannot measure", async () => {
    const series = await forecaster("gru")(folder);
    const asked = async (...args: string[]) => callCommand("detect", ["benchmark", ...args]);
    const none = await asked(series, "--data", annotations);
    expect([none.code, none.stderr]).toEqual([2, expect.stringContaining("only models of single images are measured")]);
    const unknown = await asked(run, "--data", annotations, "--forms", "onnx-int4");
    expect([unknown.code, unknown.stderr]).toEqual([2, expect.stringContaining("Allowed choices are own, onnx,")]);
    expect((await asked(run)).code).toBe(2);
  });
});
