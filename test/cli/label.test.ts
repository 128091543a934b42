import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { callCommand, runCommand } from "./command.ts";

const folder = mkdtempSync(join(tmpdir(), "anchorkit-label-"));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

test("label import writes a COCO JSON and says what to do next", async () => {
  const out = join(folder, "dataset");
  const { code, stdout, stderr } = await callCommand("label", ["import", "annotations", "--out", out]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toMatch(/120 images, \d+ objects, 5 classes: bolt, fish, jug, leaf, mug\n/);
  expect(stdout).toContain(`next: detect train --data ${out}\n`);
  const written = JSON.parse(readFileSync(join(out, "annotations.json"), "utf8")) as { images: unknown[] };
  expect(written.images).toHaveLength(120);
});

test("with --json, standard output is one document", async () => {
  const { code, stdout } = await runCommand("label", ["import", "annotations", "--out", join(folder, "j"), "--json"]);
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ images: 120, warnings: [], splits: { train: {}, val: {}, test: {} } });
});

test("a folder that is not there is one line and exit code 1", async () => {
  const { code, stdout, stderr } = await callCommand("label", ["import", "nowhere", "--out", folder, "--json"]);
  expect({ code, stdout, stderr }).toEqual({
    code: 1,
    stdout: "",
    stderr: "error: nowhere: no such file or folder\n",
  });
});
