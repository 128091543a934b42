import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
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
  expect(stdout).toMatch(/192 images, \d+ objects, 5 classes: bolt, fish, jug, leaf, mug\n/);
  expect(stdout).toContain(`next: detect train --data ${out}\n`);
  const written = JSON.parse(readFileSync(join(out, "annotations.json"), "utf8")) as { images: unknown[] };
  expect(written.images).toHaveLength(192);
});

test("with --json, standard output is one document", async () => {
  const { code, stdout } = await runCommand("label", ["import", "annotations", "--out", join(folder, "j"), "--json"]);
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ images: 192, warnings: [], splits: { train: {}, val: {}, test: {} } });
});

test("a folder that is not there is one line and exit code 1", async () => {
  const { code, stdout, stderr } = await callCommand("label", ["import", "nowhere", "--out", folder, "--json"]);
  expect({ code, stdout, stderr }).toEqual({
    code: 1,
    stdout: "",
    stderr: "error: nowhere: no such file or folder\n",
  });
});

test.each([
  ["voc", "voc"],
  ["yolo", "yolo/data.yaml"],
  ["coco", "coco/annotations.json"],
])("label export writes %s, which label import reads again", async (to, path) => {
  const out = join(folder, to);
  const exported = await callCommand("label", ["export", "annotations", "--to", to, "--out", out, "--json"]);
  expect(exported.code).toBe(0);
  const written = JSON.parse(exported.stdout) as { objects: number; path: string };
  expect(written).toMatchObject({ to, images: 192, path: join(folder, path) });
  const imported = await callCommand("label", ["import", written.path, "--out", join(folder, `${to}-again`), "--json"]);
  expect(JSON.parse(imported.stdout)).toMatchObject({ images: 192, objects: written.objects });
});

test("label export says how the images went along, and what the format cannot hold", async () => {
  const labels = {
    images: [{ id: 1, file_name: join(process.cwd(), "annotations", "photo.jpg") }],
    annotations: [{ image_id: 1, category_id: 1, bbox: [1, 2, 3, 4], score: 0.5 }],
    categories: [{ id: 1, name: "cat" }],
  };
  const image = readdirSync("annotations", { recursive: true, encoding: "utf8" }).find((name) => name.endsWith(".jpg"));
  const text = JSON.stringify(labels).replace("photo.jpg", (image ?? "").replaceAll("\\", "/"));
  writeFileSync(join(folder, "labels.json"), text);
  const out = join(folder, "from-coco");
  const call = ["export", join(folder, "labels.json"), "--to", "yolo", "--out", out, "--from", "coco", "--copy"];
  const { code, stdout, stderr } = await callCommand("label", call);
  expect(code).toBe(0);
  expect(stderr).toMatch(/^warning: scores that YOLO cannot hold, left out: 1 \(.*: object 1\)\nwarning: splits .*\n$/);
  expect(stdout).toMatch(/: 1 image, 1 object\nwritten to .*data\.yaml, images copied\n$/);
  const again = await callCommand("label", call);
  expect(again).toMatchObject({ code: 1, stdout: "" });
  expect(again.stderr).toMatch(/^error: .*from-coco: is not empty; give a new folder/);
});

test("a format that does not exist is wrong usage, with those that do", async () => {
  const { code, stderr } = await callCommand("label", ["export", "annotations", "--to", "cocoa", "--out", folder]);
  expect(code).toBe(2);
  expect(stderr).toMatch(/'cocoa' is invalid.*voc, coco, yolo/);
});
