import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test, vi } from "vitest";
import { anchorkitProgram } from "../../src/cli/commands.ts";
import { execute, run } from "../../src/cli/run.ts";
import { callCommand, runCommand } from "./command.ts";

test.each([
  ["label", ["imprt", "x"], "error: unknown command 'imprt' (Did you mean import?)\n"],
  ["label", ["import", "x", "--ot", "y"], "error: unknown option '--ot' (Did you mean --out?)\n"],
  ["label", ["import", "x"], "error: required option '--out <dataset>' not specified\n"],
  ["label", ["import", "--out", "x"], "error: missing required argument 'source'\n"],
  ["label", ["import", "a", "b", "--out", "x"], /^error: too many arguments for 'import'.*\n$/],
  [
    "label",
    ["import", "x", "--out", "y", "--coordinates", "pixel"],
    /^error: option '--coordinates <how>' argument 'pixel' is invalid. Allowed choices are labelimg, voc, zero-based.\n$/,
  ],
  ["detect", ["trian"], "error: unknown command 'trian' (Did you mean train?)\n"],
  ["detect", ["train", "--dta", "x"], "error: unknown option '--dta' (Did you mean --data?)\n"],
  ["detect", ["train"], "error: required option '--data <dataset>' not specified\n"],
  ["detect", ["train", "--resume"], "error: --resume needs --out, the folder of the run to continue\n"],
  ["detect", ["train", "--resume", "--out", "nowhere"], "error: --resume: nowhere holds no training to continue\n"],
  ["detect", ["train", "--data", "x", "--epochs", "3", "--minutes", "2"], /^error: option '--minutes <m>' cannot be/],
  ["detect", ["train", "--data", "x", "--epochs", "0"], /^error: option '--epochs <n>' argument '0' .* at least 1.\n$/],
  [
    "detect",
    ["train", "--data", "x", "--minutes", "-1"],
    /^error: option '--minutes <m>' argument '-1' .* above 0.\n$/,
  ],
  ["detect", ["train", "--data", "x", "--size", "abc"], /^error: option '--size <pixels>' .* from 32 to 2048.\n$/],
  ["detect", ["predict", "--weights", "x", "--out", "y"], "error: missing required argument 'images'\n"],
  ["detect", ["predict", "x"], "error: required option '--weights <run>' not specified\n"],
  ["detect", ["predict", "x", "--weights", "x", "--out", "y", "--score", "2"], /'--score <s>' .* from 0 to 1.\n$/],
] as const)("wrong usage is one line on stderr and exit code 2: %s %j", async (name, args, message) => {
  const { code, stdout, stderr } = await callCommand(name, [...args]);
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  if (typeof message === "string") expect(stderr).toBe(message);
  else expect(stderr).toMatch(message);
});

test("a process ends with the code and the line", async () => {
  const { code, stdout, stderr } = await runCommand("detect", ["train", "--epochs", "0"]);
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(stderr).toMatch(/^error: option '--epochs <n>' argument '0' is invalid. .*\n$/);
});

test("a command without a subcommand shows what there is, as wrong usage", async () => {
  const { code, stdout, stderr } = await callCommand("detect", []);
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(stderr).toContain("Usage: detect");
});

test("--help and --version succeed", async () => {
  const help = await callCommand("label", ["import", "--help"]);
  expect({ code: help.code, stderr: help.stderr }).toEqual({ code: 0, stderr: "" });
  expect(help.stdout).toMatch(/Examples:\n {2}\$ label import /);
  const version = await runCommand("detect", ["--version"]);
  expect(version.stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
});

test("--debug shows the stack of a failure, which is hidden otherwise", async () => {
  const args = ["import", "nowhere", "--out", "x"];
  expect((await callCommand("label", args)).stderr).not.toContain("at ");
  expect((await callCommand("label", [...args, "--debug"])).stderr).toMatch(/no such file or folder\n\s+at /);
});

test("a reader that goes away ends the command without a word", () => {
  const script = fileURLToPath(new URL("../../src/cli/detect.ts", import.meta.url));
  const command = `"${process.execPath}" --import tsx "${script}" --help | true; echo "\${PIPESTATUS[0]}"`;
  const { stdout, stderr } = spawnSync("bash", ["-c", command], { encoding: "utf8" });
  expect({ stdout, stderr }).toEqual({ stdout: "0\n", stderr: "" });
});

test("anchorkit is both commands under one name", async () => {
  const shown: string[] = [];
  const write = vi.spyOn(process.stderr, "write").mockImplementation((text) => shown.push(String(text)) > 0);
  expect(await execute(anchorkitProgram(), ["label", "imprt"])).toBe(2);
  expect(await execute(anchorkitProgram(), ["detect", "predict", "x"])).toBe(2);
  expect(await execute(anchorkitProgram(), ["detct"])).toBe(2);
  write.mockRestore();
  expect(shown.join("")).toBe(
    "error: unknown command 'imprt' (Did you mean import?)\n" +
      "error: required option '--weights <run>' not specified\n" +
      "error: unknown command 'detct' (Did you mean detect?)\n",
  );
});

test("a package that was left out is named, with what to do", async () => {
  const exit = vi.spyOn(process, "exit").mockImplementation((() => undefined) as () => never);
  const written = (_: unknown, done?: () => void) => (done?.(), true);
  const write = vi.spyOn(process.stderr, "write").mockImplementation(written as typeof process.stderr.write);
  await run(() => Promise.reject(new Error("Cannot find package 'sharp' imported from /x/y.js")), []);
  const [[text] = []] = write.mock.calls;
  const [[code] = []] = exit.mock.calls;
  write.mockRestore();
  exit.mockRestore();
  expect(text).toBe(
    "error: the package sharp is not installed; install anchorkit without --omit=optional, commands need all of it\n",
  );
  expect(code).toBe(1);
});
