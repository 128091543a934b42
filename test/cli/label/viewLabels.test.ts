import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, expect, test } from "vitest";
import { callCommand } from "../command.ts";

const folder = mkdtempSync(join(tmpdir(), "anchorkit-view-"));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

test("label view writes pages of so many images, and says how many there would be", async () => {
  const out = join(folder, "plain");
  const args = ["view", "annotations", "--out", out, "--per-page", "6", "--pages", "2", "--tile", "100"];
  const { code, stdout } = await callCommand("label", args);
  expect(code).toBe(0);
  expect(stdout).toBe(`12 of 192 images on 2 pages; 32 pages would show all: --pages 32\nsheets: ${out}\n`);
  expect(readdirSync(out).filter((name) => !name.startsWith("."))).toEqual(["labels-001.jpg", "labels-002.jpg"]);
  const { width, format } = await sharp(join(out, "labels-001.jpg")).metadata();
  expect({ width, format }).toEqual({ width: 10 + 3 * 110, format: "jpeg" });
  const again = await callCommand("label", args);
  expect(again.stderr).toMatch(
    /^error: .*plain: is not empty; give a new folder, so that nothing is overwritten, or insist with --overwrite\n$/,
  );
});

test("images are chosen by split and class", async () => {
  const out = join(folder, "chosen");
  const args = ["view", "annotations", "--out", out, "--tile", "64", "--json", "--pages", "1"];
  const shown = async (name: string, ...more: string[]): Promise<number> => {
    const { stdout } = await callCommand("label", [...args, "--out", join(out, name), ...more]);
    return (JSON.parse(stdout) as { images: number }).images;
  };
  const all = await shown("all");
  const mugs = await shown("mugs", "--class", "mug", "--sort", "objects");
  const either = await shown("either", "--class", "mug", "--class", "jug");
  expect(all).toBe(192);
  expect(mugs).toBeGreaterThan(0);
  expect(either).toBeGreaterThan(mugs);
  expect(await shown("test", "--split", "test", "--sort", "size")).toBeLessThan(all);
  const unknown = await callCommand("label", ["view", "annotations", "--out", join(out, "x"), "--class", "mugg"]);
  expect(unknown).toMatchObject({ code: 2, stderr: 'error: there is no class "mugg"; did you mean "mug"?\n' });
});

test("variations stand beside their image, the same for the same seed", async () => {
  const draw = async (name: string, seed: string): Promise<Buffer> => {
    const out = join(folder, name);
    const args = ["view", "annotations", "--out", out, "--augment", "strong", "--draws", "2", "--per-page", "6"];
    const { code } = await callCommand("label", [
      ...args,
      "--pages",
      "1",
      "--size",
      "96",
      "--tile",
      "64",
      "--seed",
      seed,
    ]);
    expect(code).toBe(0);
    return readFileSync(join(out, "labels-001.jpg"));
  };
  const first = await draw("seed-1", "1");
  const { width, height } = await sharp(first).metadata();
  expect(width).toBe(10 + 3 * 74); // 2 images with 2 variations each: 3 columns, 2 rows
  expect(height).toBeGreaterThan(2 * 48);
  expect((await draw("seed-1-again", "1")).equals(first)).toBe(true);
  expect((await draw("seed-2", "2")).equals(first)).toBe(false);
});

test.each([[[]], [["--augment", "light", "--draws", "1"]]])(
  "an image that cannot be read is named, the others are drawn, and the exit code is 1 (%j)",
  async (more) => {
    const data = mkdtempSync(join(folder, "broken-"));
    const pixels = Buffer.from(Array.from({ length: 3 * 64 * 64 }, (_, i) => (i * i) % 251));
    const picture = await sharp(pixels, { raw: { width: 64, height: 64, channels: 3 } })
      .jpeg()
      .toBuffer();
    writeFileSync(join(data, "good.jpg"), picture);
    writeFileSync(join(data, "bad.jpg"), picture.subarray(0, picture.length / 2));
    const images = ["bad.jpg", "good.jpg"].map((file_name, i) => ({ id: i + 1, file_name, width: 64, height: 64 }));
    const labels = join(data, "labels.json");
    writeFileSync(labels, JSON.stringify({ images, annotations: [], categories: [{ id: 1, name: "cat" }] }));
    const { code, stdout, stderr } = await callCommand("label", ["view", labels, "--out", join(data, "out"), ...more]);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^2 of 2 images on 1 page\n/);
    expect(stderr).toMatch(/^\S*bad\.jpg: cannot be decoded[^\n]*\n1 image could not be read\n$/);
  },
);
