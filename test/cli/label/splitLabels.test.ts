import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { callCommand } from "../command.ts";

const folder = mkdtempSync(join(tmpdir(), "anchorkit-split-"));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

interface Written {
  images: { file_name: string; split: string }[];
}

function read(out: string): Written {
  return JSON.parse(readFileSync(join(out, "annotations.json"), "utf8")) as Written;
}

test("label split writes a data set with splits, and prints classes x splits", async () => {
  const out = join(folder, "plain");
  const { code, stdout, stderr } = await callCommand("label", ["split", "annotations", "--out", out]);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^class +images in train +images in val +images in test +objects in train/);
  expect(stdout).toMatch(/\nmug +\d+ +\d+ +\d+ +\d+ +\d+ +\d+\n[^]*\n\(all\) +154 +19 +19 /);
  expect(stderr).toContain(`next: detect train --data ${out}\n`);
  const { images } = read(out);
  expect(images).toHaveLength(192);
  expect(images.filter(({ split }) => split === "val")).toHaveLength(19);
  const again = await callCommand("label", ["split", out, "--out", join(folder, "again")]);
  expect(again.code).toBe(0);
});

test("shares, groups and the seed decide; the same seed gives the same file", async () => {
  const split = async (name: string, seed: number): Promise<string> => {
    const out = join(folder, name);
    const args = ["split", "annotations", "--out", out, "--train", "0.5", "--test", ".5", "--no-near-duplicates"];
    const { code } = await callCommand("label", [...args, "--seed", String(seed), "--group", "(\\d)\\.jpg$", "--json"]);
    expect(code).toBe(0);
    return readFileSync(join(out, "annotations.json"), "utf8");
  };
  const first = await split("a", 1);
  expect(await split("b", 1)).toBe(first);
  expect(await split("c", 2)).not.toBe(first);
  const splits = new Map<string, Set<string>>();
  for (const { file_name, split: name } of (JSON.parse(first) as Written).images) {
    const digit = file_name.at(-5) ?? "";
    splits.set(digit, (splits.get(digit) ?? new Set()).add(name));
  }
  expect([...splits.values()].map((names) => names.size)).toEqual(Array(10).fill(1));
});

test("shares that do not add up, and a folder that is read and written, are told", async () => {
  const out = join(folder, "wrong");
  const wrong = await callCommand("label", ["split", "annotations", "--out", out, "--train", ".8", "--val", ".1"]);
  expect(wrong).toEqual({
    code: 2,
    stdout: "",
    stderr: "error: the shares must add up to 1, not 0.9: --train 0.8, --val 0.1, --test 0\n",
  });
  const same = await callCommand("label", ["split", "annotations", "--out", "annotations"]);
  expect(same.code).toBe(1);
  expect(same.stderr).toBe("error: annotations: is the input itself; give another folder to write to\n");
});

test("an image that cannot be decoded is named, with the way around it", async () => {
  const labels = join(folder, "broken.json");
  const image = { id: 1, file_name: "broken.jpg", width: 10, height: 10 };
  writeFileSync(join(folder, "broken.jpg"), "no image");
  writeFileSync(labels, JSON.stringify({ images: [image], annotations: [], categories: [{ id: 1, name: "cat" }] }));
  const { code, stderr } = await callCommand("label", ["split", labels, "--out", join(folder, "x")]);
  expect(code).toBe(1);
  expect(stderr).toMatch(/^error: .*broken\.jpg: /);
});
