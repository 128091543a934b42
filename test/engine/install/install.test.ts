import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { installEngine } from "../../../src/engine/install/install.ts";
import { engineFolder } from "../../../src/engine/locate.ts";
import { zipOf } from "../../base/zipFixture.ts";

// A package of this project that has a working engine would end every installation at once.
vi.mock("../../../src/engine/locate.ts", async (original) => ({
  ...(await original<object>()),
  findEngines: () => [],
}));

const disk = vi.hoisted(() => ({ freeBytes: 1e12 }));
vi.mock("node:fs/promises", async (original) => ({
  ...(await original<object>()),
  statfs: () => Promise.resolve({ bavail: disk.freeBytes, bsize: 1 }),
}));

const WHEEL = "tensorflow_cpu-2.21.0-cp311-cp311-manylinux_2_27_x86_64.whl";

/** Stands for tfjs-node-gpu: tfjs's cpu kernels under the name `tensorflow`. */
const NODE_PACKAGE = `
const tf = require("@tensorflow/tfjs");
if (!require("fs").existsSync(__dirname + "/lib/napi-v8/tfjs_binding.node")) throw new Error("error: no addon");
tf.copyRegisteredKernels("cpu", "tensorflow");
tf.registerBackend("tensorflow", () => Object.assign(tf.findBackendFactory("cpu")(), { binding: { TF_Version: "2.21.0" } }));
tf.setBackend("tensorflow");`;

/** Programs that do what npm, pip and the compiler do, as far as the installation sees it, and note how they are called. */
const PROGRAMS = {
  npm: `mkdir -p node_modules/@tensorflow/tfjs-node-gpu/binding
    cp "$HOME/package/index.js" node_modules/@tensorflow/tfjs-node-gpu/
    touch node_modules/@tensorflow/tfjs-node-gpu/binding/tfjs_binding.cc
    ln -s ../../tfjs node_modules/@tensorflow/tfjs`,
  python3: `for word in "$@"; do
      if [ "$word" = --version ]; then exit 0; fi
      if [ "$last" = --dest ]; then cp "$HOME/${WHEEL}" "$word/"; fi
      last="$word"
    done`,
  "g++": `for word in "$@"; do if [ "$last" = -o ]; then touch "$word"; fi; last="$word"; done`,
};

let home: string;
let messages: string[];
const onMessage = (line: string) => messages.push(line);
const calls = async () => (existsSync(join(home, "calls")) ? await readFile(join(home, "calls"), "utf8") : "");

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "anchorkit-install-"));
  messages = [];
  await mkdir(join(home, "bin"));
  for (const [name, script] of Object.entries(PROGRAMS)) await program(name, script);
  await mkdir(join(home, "package"));
  await writeFile(join(home, "package", "index.js"), NODE_PACKAGE);
  await writeFile(join(home, WHEEL), wheel());
  for (const name of ["PIP_INDEX_URL", "UV_INDEX_URL", "UV_DEFAULT_INDEX", "PIP_CONFIG_FILE", "VIRTUAL_ENV", "CXX"]) {
    vi.stubEnv(name, undefined);
  }
  vi.stubEnv("HOME", home);
  vi.stubEnv("XDG_CACHE_HOME", join(home, "cache"));
  vi.stubEnv("XDG_CONFIG_HOME", join(home, "config"));
  vi.stubEnv("PATH", join(home, "bin"));
  return () => vi.unstubAllEnvs();
});

async function program(name: string, script: string): Promise<void> {
  const path = join(home, "bin", name);
  const note = `#!/bin/sh\necho "${name} $*" >> "$HOME/calls"\nPATH=/usr/bin:/bin\n`;
  await writeFile(path, note + script);
  await chmod(path, 0o755);
}

function wheel(libraries = ["libtensorflow_cc.so.2", "libtensorflow_framework.so.2"]): Buffer {
  return zipOf({
    "tensorflow/include/tensorflow/c/c_api.h": "// a header",
    "tensorflow/python/huge.so": "not needed",
    ...Object.fromEntries(libraries.map((name) => [`tensorflow/${name}`, "a library"])),
  });
}

describe.skipIf(`${process.platform}-${process.arch}` !== "linux-x64")("installEngine", () => {
  it("puts everything into one folder of the cache, and does nothing the second time", async () => {
    const installed = await installEngine({ onMessage });
    const folder = engineFolder("cpu");
    expect(installed).toEqual({ folder, tensorflow: "2.21.0", variant: "cpu", alreadyThere: false });
    expect(await readdir(dirname(folder))).toEqual([folder.slice(dirname(folder).length + 1)]);
    expect((await readdir(folder)).sort()).toEqual([
      "engine.json",
      "node_modules",
      "package.json",
      "tensorflow",
      "tfjs",
      "tfjs-core",
    ]);
    expect((await readdir(join(folder, "tensorflow"))).sort()).toEqual([
      "libtensorflow_cc.so.2",
      "libtensorflow_framework.so.2",
    ]);
    expect(await calls()).toMatch(/npm install --ignore-scripts/);
    expect(await calls()).toMatch(
      /pip download .*--no-deps .*--platform manylinux_2_27_x86_64 .*tensorflow-cpu==2\.21\.0/,
    );

    await writeFile(join(home, "calls"), "");
    expect(await installEngine({ onMessage })).toEqual({ ...installed, alreadyThere: true });
    expect(await calls()).toBe("");
  });

  it("does not take a half-finished installation for a whole one, and clears it away", async () => {
    const folder = engineFolder("cpu");
    await mkdir(join(folder, "tensorflow"), { recursive: true });
    await mkdir(`${folder}.staging-dead`);
    await writeFile(`${folder}.lock`, JSON.stringify({ pid: 2 ** 30, host: "gone" }));
    await utimes(`${folder}.lock`, 0, 0);
    expect((await installEngine({ onMessage })).alreadyThere).toBe(false);
    expect(existsSync(join(folder, "engine.json"))).toBe(true);
    expect(await readdir(dirname(folder))).toHaveLength(1);
  });

  it("installs anew when what is there has been damaged", async () => {
    const { folder } = await installEngine();
    await writeFile(join(folder, "node_modules/@tensorflow/tfjs-node-gpu/index.js"), "throw new Error('damaged')");
    expect((await installEngine({ onMessage })).alreadyThere).toBe(false);
    expect(messages.join("\n")).toMatch(/what is installed does not work \(.*damaged.*\); installing again/);
  });

  it("leaves nothing behind when a step fails, and names the step", async () => {
    await program("g++", "echo 'tfjs_backend.cc:1:1: error: no such thing' >&2; exit 1");
    await expect(installEngine()).rejects.toThrow(
      "engine install: g++ failed: tfjs_backend.cc:1:1: error: no such thing",
    );
    await program("npm", "echo 'npm error code E404' >&2; exit 1");
    await expect(installEngine()).rejects.toThrow("engine install: npm install failed: npm error code E404");
    await program("npm", PROGRAMS.npm);
    await writeFile(join(home, WHEEL), wheel(["libtensorflow_cc.so.2"]));
    await expect(installEngine()).rejects.toThrow(`${WHEEL} has no tensorflow/libtensorflow_framework.so.2`);
    expect(await readdir(dirname(engineFolder("cpu")))).toEqual([]);
  });

  it("does not keep what was built and does not load", async () => {
    await writeFile(join(home, "package", "index.js"), "throw new Error('undefined symbol: TF_Version')");
    await expect(installEngine()).rejects.toThrow(/what was built does not load: .*undefined symbol: TF_Version/);
    expect(await readdir(dirname(engineFolder("cpu")))).toEqual([]);
  });

  it("says how to get a compiler before it downloads anything", async () => {
    await rm(join(home, "bin", "g++"));
    await expect(installEngine()).rejects.toThrow(
      "needs a C++ compiler, and there is none; get one with: apt-get install g++ (Debian, Ubuntu), dnf install gcc-c++ (Fedora), xcode-select --install (macOS)",
    );
    expect(await calls()).toBe("");
  });

  it("says how much disk it needs before it downloads anything", async () => {
    disk.freeBytes = 0.4e9;
    await expect(installEngine()).rejects.toThrow(/needs 1\.3 GB of disk in .*, and 0\.4 GB are free/);
    disk.freeBytes = 1e12;
    expect(await calls()).toBe("");
  });

  it("calls the compiler that CXX names", async () => {
    await program("my-compiler", PROGRAMS["g++"]);
    vi.stubEnv("CXX", "my-compiler -v");
    await installEngine();
    expect(await calls()).toMatch(/^my-compiler -v -std=c\+\+17/m);
    expect(await calls()).not.toMatch(/^g\+\+/m);
  });

  it("waits while another process installs, and uses what that one made", async () => {
    const results = await Promise.all([installEngine({ onMessage }), installEngine({ onMessage })]);
    expect(results.map((result) => result.alreadyThere).sort()).toEqual([false, true]);
    expect(messages.filter((line) => line === "waiting for another installation to finish")).toHaveLength(1);
    expect((await calls()).match(/^npm/gm)).toHaveLength(1);
  });

  it("downloads from the index itself where there is no pip, and checks the sha256", async () => {
    const content = await readFile(join(home, WHEEL));
    let sha256 = createHash("sha256").update(content).digest("hex");
    const server = createServer((request, response) => {
      if (request.url?.endsWith(".whl") === true) response.end(content);
      else response.end(`<a href="/${WHEEL}#sha256=${sha256}">${WHEEL}</a>`);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const index = `http://127.0.0.1:${(server.address() as AddressInfo).port}/simple`;
    await program("python3", "exit 1");
    try {
      expect((await installEngine({ index, onMessage })).alreadyThere).toBe(false);
      expect(messages).toContain("downloading tensorflow-cpu==2.21.0 over HTTPS");
      sha256 = "0".repeat(64);
      vi.stubEnv("XDG_CACHE_HOME", join(home, "cache2"));
      vi.stubEnv("PIP_INDEX_URL", index);
      await expect(installEngine()).rejects.toThrow("but the index says 0000");
    } finally {
      server.close();
    }
  });

  it("asks for pip or an address where it has neither", async () => {
    await program("python3", "exit 1");
    await expect(installEngine()).rejects.toThrow(
      /neither pip nor the address of a package index is here; install pip .*--index <url>/,
    );
  });

  it("gives pip's reason when pip fails", async () => {
    await program(
      "python3",
      'case "$*" in *--version) exit 0;; esac; echo "ERROR: No matching distribution found" >&2; exit 1',
    );
    await expect(installEngine()).rejects.toThrow("tensorflow-cpu==2.21.0: pip: ERROR: No matching distribution found");
  });

  it("hands --index on to pip", async () => {
    await installEngine({ index: "https://mirror.test/simple" });
    expect(await calls()).toContain("--index-url https://mirror.test/simple");
  });

  it("says so when the cache folder cannot be made", async () => {
    await writeFile(join(home, "file"), "");
    vi.stubEnv("XDG_CACHE_HOME", join(home, "file"));
    await expect(installEngine()).rejects.toThrow(/cannot make .*; set XDG_CACHE_HOME to a folder that can be written/);
  });
});
