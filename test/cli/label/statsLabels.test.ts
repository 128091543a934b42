import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, expect, test } from "vitest";
import { callCommand } from "../command.ts";

const folder = mkdtempSync(join(tmpdir(), "anchorkit-stats-"));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

test("label stats prints tables with bars, where objects are, and advice with its reason", async () => {
  const { code, stdout, stderr } = await callCommand("label", ["stats", "annotations"]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toMatch(/^192 images with \d+ objects of 5 classes\n\nimages\nsplit +images/);
  expect(stdout).toMatch(/\nclasses\nclass +images +objects .* train +val +test .*\nbolt +\d+/);
  expect(stdout).toMatch(/\npixels +count\n(\d+–\d+ +\d+ {2}[█▏▎▍▌▋▊▉]*\n)+/);
  expect(stdout).toMatch(/\n┌─{32}┐\n(│[ ░▒▓█]{32}│\n){12}└─{32}┘\n/);
  expect(stdout).toMatch(/\nInput size: 320, the usual one\. With it, \d+% of the objects have at least 8 pixels/);
  expect(stdout).toMatch(
    /\nAnchors: \d+ shapes, --anchors [\dx,]+ \(pixels at input size 320\)\. The mean best IoU .* is 0\.\d\d/,
  );
});

test("as CSV and Markdown there are tables alone, without bars; as JSON one document", async () => {
  const csv = await callCommand("label", ["stats", "annotations", "--format", "csv"]);
  expect(csv.stdout).toMatch(/^images,images,without objects,objects,/);
  expect(csv.stdout).not.toMatch(/[█│]|Input size/);
  const markdown = await callCommand("label", ["stats", "annotations", "--format", "markdown"]);
  expect(markdown.stdout).toMatch(/\n\*\*input sizes\*\*\n\n\| longer side +\|/);
  const json = await callCommand("label", ["stats", "annotations", "--json", "--size", "640"]);
  const document = JSON.parse(json.stdout) as { parts: { part: string }[]; anchors: object; words: string[] };
  expect(document.parts.map(({ part }) => part)).toEqual(["train", "val", "test", "all"]);
  expect(document.anchors).toMatchObject({ size: 640, usual: { count: 9 } });
  expect(document.anchors).not.toHaveProperty("widthsHeights");
  expect((await callCommand("label", ["stats", "annotations", "--format", "json", "--size", "640"])).stdout).toBe(
    json.stdout,
  );
});

test("--report writes one page", async () => {
  const report = join(folder, "stats.html");
  const { code, stderr } = await callCommand("label", ["stats", "annotations", "--report", report]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: `report: ${report}\n` });
  expect(readFileSync(report, "utf8")).toMatch(/^<!doctype html>\n<html lang="en">.*<\/html>\n$/s);
});

test("data without any object is no failure", async () => {
  const labels = join(folder, "empty.json");
  await sharp({ create: { width: 20, height: 10, channels: 3, background: "#123456" } }).toFile(join(folder, "a.jpg"));
  const images = [{ id: 1, file_name: "a.jpg", width: 20, height: 10 }];
  writeFileSync(labels, JSON.stringify({ images, annotations: [], categories: [{ id: 1, name: "cat" }] }));
  const report = join(folder, "empty.html");
  const { code, stdout } = await callCommand("label", ["stats", labels, "--report", report]);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^1 image with 0 objects of 1 class\n[^]*\nThere are no objects\.\n$/);
  expect(readFileSync(report, "utf8")).not.toMatch(/NaN|undefined/);
});
