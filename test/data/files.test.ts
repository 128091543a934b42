import { symlink } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import {
  byName,
  groupBy,
  isImageName,
  kindOf,
  listFiles,
  posixPath,
  readText,
  shownPath,
} from "../../src/data/files.ts";
import { folderOf } from "./helpers.ts";

test("files are listed in order, hidden ones left out, links followed once", async () => {
  const folder = await folderOf({
    "b.txt": "",
    "a/2.txt": "",
    "a/1/x.txt": "",
    ".git/x": "",
    "node_modules/x": "",
    ".hidden": "",
  });
  await symlink(folder, join(folder, "loop"));
  await symlink(join(folder, "b.txt"), join(folder, "c.txt"));
  await symlink(join(folder, "gone"), join(folder, "d.txt"));
  const names = async (depth?: number) => (await listFiles(folder, depth)).map((path) => path.slice(folder.length + 1));
  expect(await names()).toEqual(["a/1/x.txt", "a/2.txt", "b.txt", "c.txt"]);
  expect(await names(1)).toEqual(["a/2.txt", "b.txt", "c.txt"]);
});

test("text is read in the encoding it is in", async () => {
  const text = '<?xml version="1.0"?><a>кот é</a>';
  const utf16be = Buffer.from(`\ufeff${text}`, "utf16le").swap16();
  const files = {
    plain: text,
    bom: `\ufeff${text}`,
    utf16le: Buffer.from(`\ufeff${text}`, "utf16le"),
    utf16be,
    bare16le: Buffer.from(text, "utf16le"),
    bare16be: utf16be.subarray(2),
  };
  const folder = await folderOf(files);
  for (const name of Object.keys(files)) expect(await readText(join(folder, name))).toBe(text);
});

test("an XML declaration's encoding counts, unless it says UTF-16 in single bytes", async () => {
  const declared = (encoding: string) => `<?xml version="1.0" encoding="${encoding}"?>`;
  const folder = await folderOf({
    gbk: Buffer.concat([Buffer.from(declared("GBK")), Buffer.of(0xc3, 0xa8)]),
    liar: `${declared("utf-16")}é`,
  });
  expect(await readText(join(folder, "gbk"))).toBe(`${declared("GBK")}猫`);
  expect(await readText(join(folder, "liar"))).toBe(`${declared("utf-16")}é`);
});

test("text that is missing, empty, too large or in no known encoding is refused by name", async () => {
  const folder = await folderOf({
    empty: " \n",
    large: "12345",
    latin: Buffer.of(0x3c, 0xe9, 0x3e),
    odd: '<?xml encoding="no-such"?>',
  });
  await expect(readText(join(folder, "gone"))).rejects.toThrow(/gone: no such file$/);
  await expect(readText(join(folder, "empty"))).rejects.toThrow(/empty: the file is empty$/);
  await expect(readText(join(folder, "large"), 4)).rejects.toThrow(/large: 5 bytes are more than the limit of 4$/);
  await expect(readText(join(folder, "latin"))).rejects.toThrow(/latin: is not text in utf-8; save it as UTF-8$/);
  await expect(readText(join(folder, "odd"))).rejects.toThrow(/odd: is not text in no-such; save it as UTF-8$/);
  expect(await readText(join(folder, "empty"), 4, { allowEmpty: true })).toBe(" \n");
});

test("names and paths", async () => {
  expect(["a.JPG", "b.jpeg", "c.png", "d.txt", "png"].filter(isImageName)).toEqual(["a.JPG", "b.jpeg", "c.png"]);
  expect(["b", "a", "B", "10", "9"].sort(byName)).toEqual(["10", "9", "B", "a", "b"]);
  expect(posixPath(join("a", "b"))).toBe("a/b");
  expect(shownPath(join(process.cwd(), "a", "b.xml"))).toBe(join("a", "b.xml"));
  expect(shownPath("/elsewhere/b.xml")).toBe("/elsewhere/b.xml");
  expect([...groupBy(["ab", "c", "de"], (text) => String(text.length))]).toEqual([
    ["2", ["ab", "de"]],
    ["1", ["c"]],
  ]);
  const folder = await folderOf({ a: "" });
  expect([await kindOf(folder), await kindOf(join(folder, "a")), await kindOf(join(folder, "b"))]).toEqual([
    "folder",
    "file",
    undefined,
  ]);
});
