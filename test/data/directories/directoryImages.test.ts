import { symlink } from "node:fs/promises";
import { join, relative } from "node:path";
import { expect, test } from "vitest";
import { byCodePoint, directoryImages } from "../../../src/data/directories/directoryImages.ts";
import { folderOf } from "../helpers.ts";

const none = "";

test("a folder's own images come first, then those of folders below by their paths, as os.walk sorts them", async () => {
  const names = [
    "c.png",
    "b/9.png",
    "b/10.png",
    "b-1/x.bmp",
    "b/d/y.GIF",
    "a.JPG",
    "B.png",
    "notes.txt",
    ".x.png",
    ".y/z.png",
  ];
  const folder = await folderOf(Object.fromEntries(names.map((name) => [name, none])));
  const found = (await directoryImages(folder, false)).map((file) => relative(folder, file));
  expect(found).toEqual(["B.png", "a.JPG", "c.png", "b/10.png", "b/9.png", "b-1/x.bmp", "b/d/y.GIF"]);
});

test("links to files are followed, links to folders on demand, a circle once", async () => {
  const folder = await folderOf({ "in/a.png": none, "out/b.png": none });
  await symlink(join(folder, "out"), join(folder, "in/link"));
  await symlink(join(folder, "in"), join(folder, "out/back"));
  await symlink("../out/b.png", join(folder, "in/file.png"));
  const found = async (links: boolean) =>
    (await directoryImages(join(folder, "in"), links)).map((file) => relative(folder, file));
  expect(await found(false)).toEqual(["in/a.png", "in/file.png"]);
  expect(await found(true)).toEqual(["in/a.png", "in/file.png", "in/link/b.png"]);
});

test("names are ordered by code points, as in Python", () => {
  expect(["🐝", "ｆｌｙ", "b", "B"].sort(byCodePoint)).toEqual(["B", "b", "ｆｌｙ", "🐝"]);
});
