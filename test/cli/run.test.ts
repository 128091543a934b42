import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { runCommand } from "./command.ts";

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
] as const)("wrong usage is one line on stderr and exit code 2: %s %j", async (name, args, message) => {
  const { code, stdout, stderr } = await runCommand(name, [...args]);
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  if (typeof message === "string") expect(stderr).toBe(message);
  else expect(stderr).toMatch(message);
});

test("a command without a subcommand shows what there is, as wrong usage", async () => {
  const { code, stdout, stderr } = await runCommand("detect", []);
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(stderr).toContain("Usage: detect");
});

test("--help and --version succeed", async () => {
  const help = await runCommand("label", ["import", "--help"]);
  expect({ code: help.code, stderr: help.stderr }).toEqual({ code: 0, stderr: "" });
  expect(help.stdout).toMatch(/Examples:\n {2}\$ label import /);
  const version = await runCommand("detect", ["--version"]);
  expect(version.stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
});

test("--debug shows the stack of a failure, which is hidden otherwise", async () => {
  const args = ["import", "nowhere", "--out", "x"];
  expect((await runCommand("label", args)).stderr).not.toContain("at ");
  expect((await runCommand("label", [...args, "--debug"])).stderr).toMatch(/no such file or folder\n\s+at /);
});

test("a reader that goes away ends the command without a word", () => {
  const script = fileURLToPath(new URL("../../src/cli/detect.ts", import.meta.url));
  const command = `"${process.execPath}" --import tsx "${script}" --help | true; echo "\${PIPESTATUS[0]}"`;
  const { stdout, stderr } = spawnSync("bash", ["-c", command], { encoding: "utf8" });
  expect({ stdout, stderr }).toEqual({ stdout: "0\n", stderr: "" });
});
