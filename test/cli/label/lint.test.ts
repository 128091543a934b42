import { existsSync } from "node:fs";
import { join, relative } from "node:path";
import { describe, expect, test } from "vitest";
import { folderOf, jpeg, labelImgXml } from "../../data/helpers.ts";
import { everyTrap } from "../../data/lint/everyTrap.ts";
import { callCommand } from "../command.ts";

test("the sample data set is clean, and says so", async () => {
  const { code, stdout, stderr } = await callCommand("label", ["lint", "annotations"]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toMatch(/^LabelImg .* in annotations: 192 images, 810 objects, 5 classes: bolt, fish/);
  expect(stdout).toMatch(/coordinates: labelimg or voc \(sure\)\n +0 of 1620 minima are 0, 192 are 1/);
  expect(stdout).toMatch(/\nclean: no errors, no warnings\n$/);
});

test("of labels of whole images nothing is said that is meant for detectors, unless --size asks for it", async () => {
  const files: Record<string, Buffer> = {};
  for (const [k, name] of ["cat", "dog"].entries()) {
    for (let i = 0; i < 21 - k; i++) files[`${name}/${i}.jpg`] = await jpeg(40 + i, 30 + k);
  }
  const folder = await folderOf(files);
  const { code, stdout } = await callCommand("label", ["lint", folder]);
  expect(code).toBe(0);
  expect(stdout).toMatch(/: 41 images, 41 labels, 2 classes: cat, dog\n/);
  expect(stdout).not.toMatch(/enlarged|shrunk|object|detector|--size/);
  const asked = await callCommand("label", ["lint", folder, "--size", "96"]);
  expect(asked.stdout).toContain("    16  images enlarged more than twice for training");
});

describe("a folder in which everything went wrong once", async () => {
  const files = await everyTrap();

  test("one screen, errors first, each with count, places and what it does; exit code 1", async () => {
    const folder = await folderOf(files);
    const { code, stdout, stderr } = await callCommand("label", ["lint", folder]);
    expect({ code, stderr }).toEqual({ code: 1, stderr: "" });
    const lines = stdout.trimEnd().split("\n");
    expect(lines.length).toBeLessThanOrEqual(42);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(118);
    expect(stdout).toContain(
      `errors\n     4  label files that cannot be read: bomb.xml (has a DOCTYPE, which label files never need; remove it), and 3 more\n        Training stops at the first; label`, // prettier-ignore
    );
    expect(stdout).toContain("        Training stops at the first. --fix puts them in order.\n");
    expect(stdout).toContain("\n     2  classes too rare to learn: class");
    expect(stdout).toMatch(/\nand more: 1 warning, 8 notes; --all shows them\n/);
    expect(stdout).toMatch(
      /kinds of findings: 9 errors, \d+ warnings, \d+ notes; --fix --out <folder> corrects \d+ of them/,
    );
  });

  test("places are shown from the folder on, however it is typed", async () => {
    const folder = await folderOf(Object.fromEntries(Object.entries(files).map(([name, data]) => [`my [x] set/${name}`, data]))); // prettier-ignore
    const typed = join(folder, "my [x] set");
    for (const root of [typed, `${typed}/`, relative(process.cwd(), typed)]) {
      const { stdout } = await callCommand("label", ["lint", root]);
      expect(stdout).toContain("read: bomb.xml (has a DOCTYPE");
      expect(stdout.split("\n").slice(1).join("\n")).not.toContain("set/");
    }
  });

  test("--all shows every kind", async () => {
    const folder = await folderOf(files);
    const { stdout } = await callCommand("label", ["lint", folder, "--all", "--pixels"]);
    expect(stdout).not.toContain("--all shows");
    for (const title of [
      "images whose pixels cannot be decoded",
      "byte order mark",
      "groups of images that look alike",
    ]) {
      expect(stdout).toContain(title);
    }
  });

  test("--json is one document with all places", async () => {
    const folder = await folderOf(files);
    const { code, stdout } = await callCommand("label", ["lint", folder, "--json"]);
    expect(code).toBe(1);
    const report = JSON.parse(stdout) as { findings: { rule: string; count: number; places: unknown[] }[] };
    expect(report).toMatchObject({ counts: { error: 9 }, errorsLeft: 9, convention: { sure: "no" } });
    expect(report.findings.every(({ count, places }) => count === places.length)).toBe(true);
    expect(report.findings[0]).toMatchObject({ rule: "unreadable-labels", severity: "error", count: 4 });
  });

  test("--fix writes a copy; errors that nobody can correct without guessing keep the exit code at 1", async () => {
    const folder = await folderOf(files);
    const out = join(await folderOf({}), "fixed");
    const { code, stdout } = await callCommand("label", ["lint", folder, "--fix", "--out", out]);
    expect(code).toBe(1);
    expect(stdout).toMatch(/corrected copy: .*annotations\.json, with \d+ changes listed in/);
    expect(existsSync(join(out, "changes.csv"))).toBe(true);
    expect((await callCommand("label", ["lint", out])).code).toBe(0);
  });
});

test("--fix of what can be corrected ends with 0", async () => {
  const folder = await folderOf({
    "photos/a.jpg": await jpeg(100, 80),
    "photos/a.xml": labelImgXml("a.jpg", [["cat", 60, 20, 10, 70]]),
  });
  const photos = join(folder, "photos");
  expect((await callCommand("label", ["lint", photos])).code).toBe(1);
  const { code } = await callCommand("label", ["lint", photos, "--fix", "--out", join(folder, "fixed"), "--copy"]);
  expect(code).toBe(0);
  expect(existsSync(join(folder, "fixed", "images", "a.jpg"))).toBe(true);
});

test("--fix and --out go together, and nothing there is a failure", async () => {
  expect(await callCommand("label", ["lint", "annotations", "--fix"])).toMatchObject({
    code: 2,
    stderr: "error: --fix needs --out <folder>, where to write the corrected copy\n",
  });
  expect((await callCommand("label", ["lint", "annotations", "--out", "x"])).code).toBe(2);
  expect(await callCommand("label", ["lint", "nowhere"])).toMatchObject({
    ...{ code: 1, stdout: "", stderr: "error: nowhere: no such file or folder\n" },
  });
});
