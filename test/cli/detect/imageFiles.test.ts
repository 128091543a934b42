import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { listImageFiles } from "../../../src/cli/detect/imageFiles.ts";

const folder = mkdtempSync(join(tmpdir(), "anchorkit-images-"));
beforeAll(() => {
  for (const path of ["a/1.jpg", "a/deep/2.PNG", "a/notes.txt", "b/1.jpg", "b/10.webp"]) {
    mkdirSync(join(folder, path, ".."), { recursive: true });
    writeFileSync(join(folder, path), "");
  }
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

test("a folder gives its images and those of its folders, named by their paths within it", async () => {
  const images = await listImageFiles([join(folder, "a")]);
  expect(images).toEqual([
    { file: join(folder, "a/1.jpg"), name: "1.jpg" },
    { file: join(folder, "a/deep/2.PNG"), name: "deep/2.PNG" },
  ]);
});

test("images of one name get different names, and an image named twice is listed once", async () => {
  const images = await listImageFiles([join(folder, "a/1.jpg"), join(folder, "b"), join(folder, "b/1.jpg")]);
  expect(images.map(({ name }) => name)).toEqual(["1.jpg", "1-2.jpg", "10.webp"]);
});

test("a pattern gives the files that match it", async () => {
  const images = await listImageFiles([`${folder}/b/1*`]);
  expect(images.map(({ name }) => name)).toEqual(["1.jpg", "10.webp"]);
});

test("a file that is named itself may have any name", async () => {
  expect(await listImageFiles([join(folder, "a/notes.txt")])).toHaveLength(1);
});

test("what names no image is an error", async () => {
  await expect(listImageFiles([join(folder, "c")])).rejects.toThrow("/c: there is no such file or folder");
  await expect(listImageFiles([`${folder}/*.jpg`])).rejects.toThrow("*.jpg: there are no images here");
  mkdirSync(join(folder, "empty"));
  await expect(listImageFiles([join(folder, "empty")])).rejects.toThrow("/empty: there are no images here");
});
