import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { modelsOf } from "../../../src/cli/detect/serve.ts";
import { folderOf } from "../../data/helpers.ts";
import { SAVE, native } from "../../serve/served.ts";
import { callCommand, runCommand } from "../command.ts";

afterEach(() => {
  vi.unstubAllEnvs();
});

describe("models and their names", () => {
  it("are name=run, or paths that say the name", async () => {
    const folder = await folderOf({ "cells/best/x": "", "digits.onnx": "", "a=b/x": "" });
    const at = (...parts: string[]): string => join(folder, ...parts);
    expect(modelsOf([at("cells"), `d=${at("digits.onnx")}`, at("digits.onnx")])).toEqual([
      { name: "cells", path: at("cells") },
      { name: "d", path: at("digits.onnx") },
      { name: "digits", path: at("digits.onnx") },
    ]);
    expect(modelsOf([at("cells", "best")])).toEqual([{ name: "cells", path: at("cells", "best") }]);
    expect(() => modelsOf([at("a=b")])).toThrow(/"a=b" cannot be its name in addresses; name it: detect serve name=/);
    expect(() => modelsOf([at("cells"), `cells=${at("digits.onnx")}`])).toThrow('several models are called "cells"');
    expect(() => modelsOf([at("none")])).toThrow(/none: there is no such file or folder$/);
  });
});

describe("detect serve", () => {
  it.each<[string, string[], Record<string, string>, RegExp]>([
    ["a misspelt option", ["--prot", "1"], {}, /^error: unknown option '--prot' \(Did you mean --port\?\)/],
    ["a port that is none", ["--port", "70000"], {}, /It must be a whole number from 0 to 65535/],
    ["all addresses without a token", ["--host", "0.0.0.0"], {}, /^error: --host 0\.0\.0\.0: others can reach it, and there is no token: set the environment variable ANCHORKIT_TOKEN, or insist with --without-token\n$/],
    ["a token that is too short", ["--token-env", "T"], { T: "x" }, /^error: T: a token must be at least 8 characters without spaces/],
  ])("refuses %s with exit code 2", async (_what, flags, env, message) => {
    for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
    const folder = await folderOf({ "run/x": "" });
    const { code, stderr } = await callCommand("detect", ["serve", join(folder, "run"), ...flags]);
    expect(stderr).toMatch(message);
    expect(code).toBe(2);
  }); // prettier-ignore

  it("explains a folder without a model with exit code 1", async () => {
    const folder = await folderOf({ "run/x": "" });
    const { code, stderr } = await callCommand("detect", ["serve", join(folder, "run"), "--port", "0", "--log-level", "silent"]); // prettier-ignore
    expect(stderr).toMatch(
      /^error: .*run: holds no trained model \(neither a run of detect train, nor what detect export/,
    );
    expect(code).toBe(1);
  });

  it.skipIf(!native)("serves until Ctrl-C, and ends with 0", async () => {
    const folder = await folderOf({});
    const run = await SAVE.kinds(folder);
    await mkdir(join(folder, "empty"));
    const kept = join(folder, "kept");
    const args = ["serve", `kinds=${run}`, "--port", "0", "--json", "--max-batch", "1", "--log-level", "warn", "--monitor", kept]; // prettier-ignore
    const { code, stdout, stderr } = await runCommand("detect", args, /serving kinds at http:\/\/127\.0\.0\.1:\d+ \(Ctrl-C ends it\)/); // prettier-ignore
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/) as string,
      ...{ models: ["kinds"], token: false },
    });
    expect(stderr).toContain("stopping: what is under way is answered first");
  });
});
