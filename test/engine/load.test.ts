import { spawnSync } from "node:child_process";
import { mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { loadEngine } from "../../src/engine/load.ts";
import { findEngines, engineFolder, recordPath } from "../../src/engine/locate.ts";

const native = (await loadEngine()).name === "native";

describe("loadEngine", () => {
  it.skipIf(!native)("makes tfjs compute with TensorFlow", async () => {
    const engine = await loadEngine({ engine: "native" });
    expect(engine.tensorflow).toMatch(/^2\.\d+\.\d+/);
    expect(tf.getBackend()).toBe("tensorflow");
    expect(engine.backend).toBe(tf.backend());
    expect(tf.tidy(() => tf.add([1, 2], [3, 4]).arraySync())).toEqual([4, 6]);
  });

  it("gives tfjs's own kernels on request, and changes back", async () => {
    const cpu = await loadEngine({ engine: "cpu" });
    expect(cpu).toMatchObject({ name: "cpu", tensorflow: "4.22.0", gpu: false });
    expect(tf.getBackend()).toBe("cpu");
    expect(await loadEngine()).toBe(await loadEngine());
    expect(tf.getBackend()).toBe(native ? "tensorflow" : "cpu");
  });

  it.skipIf(!native)("prints nothing on the terminal, TensorFlow's log lines included", () => {
    const script = `
      import * as tf from "@tensorflow/tfjs";
      import { loadEngine } from "./src/engine/load.ts";
      const { name } = await loadEngine({ engine: process.argv[1] });
      process.stdout.write(name + " " + tf.matMul(tf.ones([2, 2]), tf.ones([2, 2])).sum().dataSync()[0]);`;
    for (const engine of ["native", "cpu"]) {
      const result = spawnSync(process.execPath, ["--import", "tsx", "--input-type", "module", "-e", script, engine], {
        encoding: "utf8",
        env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: undefined },
      });
      expect(result.stderr).toBe("");
      expect(result.stdout).toBe(`${engine} 8`);
    }
  });
});

describe("without a native engine", () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "anchorkit-load-"));
    vi.resetModules();
    return () => {
      vi.doUnmock("../../src/engine/locate.ts");
    };
  });

  async function loadWith(packages: string[]): Promise<typeof loadEngine> {
    const places = packages.map((name) => ({
      origin: "project" as const,
      folder: join(folder, name),
      addon: join(folder, name, "addon.node"),
    }));
    vi.doMock("../../src/engine/locate.ts", () => ({ findEngines: () => places }));
    return (await import("../../src/engine/load.ts")).loadEngine;
  }

  it("native is an error that names the command, auto falls back to cpu", async () => {
    const load = await loadWith([]);
    await expect(load({ engine: "native" })).rejects.toThrow(
      /^no native TensorFlow to run on; (get it with: detect engine install|TensorFlow.*)$/,
    );
    expect(await load()).toMatchObject({ name: "cpu", failures: [] });
  });

  it("packages that are there and cannot be used say why", async () => {
    await mkdir(join(folder, "broken"));
    await writeFile(join(folder, "broken", "addon.node"), "not a library");
    const load = await loadWith(["bare", "broken"]);
    const { failures } = await load({ engine: "auto" });
    expect(failures[0]).toBe(`${join(folder, "bare")} has no native addon (its install script did not run, or failed)`);
    expect(failures[1]).toMatch(/broken does not load: .*addon\.node/);
    await expect(load({ engine: "native" })).rejects.toThrow(/bare has no native addon.*broken does not load/);
  });
});

describe("findEngines", () => {
  it("lists what --gpu made, the project's packages, then the cache, and no half-finished installation", async () => {
    const root = await mkdtemp(join(tmpdir(), "anchorkit-find-"));
    vi.stubEnv("XDG_CACHE_HOME", join(root, "cache"));
    vi.stubEnv("HOME", root);
    for (const name of ["tfjs-node", "tfjs-node-gpu"]) {
      await mkdir(join(root, "node_modules/@tensorflow", name), { recursive: true });
      await writeFile(join(root, "node_modules/@tensorflow", name, "package.json"), "{}");
    }
    const origins = () =>
      findEngines(join(root, "app.js")).map(({ origin, folder }) => [origin, folder.replace(root, "")]);
    const own = [
      ["project", "/node_modules/@tensorflow/tfjs-node-gpu"],
      ["project", "/node_modules/@tensorflow/tfjs-node"],
    ];
    await mkdir(join(engineFolder("cpu"), "tensorflow"), { recursive: true });
    expect(origins()).toEqual(own);
    await writeFile(recordPath(engineFolder("cpu")), "{}");
    await mkdir(engineFolder("gpu"), { recursive: true });
    await writeFile(recordPath(engineFolder("gpu")), "{}");
    expect(origins().map(([origin]) => origin)).toEqual(["cache", "project", "project", "cache"]);
    vi.unstubAllEnvs();
  });
});
