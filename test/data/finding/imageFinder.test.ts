import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { imageFinder } from "../../../src/data/finding/imageFinder.ts";
import { folderOf } from "../helpers.ts";

const images = ["/set/a/x.jpg", "/set/b/x.jpg", "/set/b/y.jpg", "/set/c/b/z.jpg", "/set/d/b/z.jpg"].map((file) => resolve(file)); // prettier-ignore
const find = imageFinder(images);
const found = async (name: string, from = "/set/labels.json") => (await find({ names: [name], from })).map((file) => file.slice(resolve("/set").length)); // prettier-ignore

test("a path that leads there wins, then the one that agrees in most folders, then the label file's own folder", async () => {
  expect(await found("a/x.jpg")).toEqual(["/a/x.jpg"]);
  expect(await found("C:\\data\\b\\x.jpg")).toEqual(["/b/x.jpg"]);
  expect(await found("y.jpg")).toEqual(["/b/y.jpg"]);
  expect(await found("x.jpg", "/set/b/labels.json")).toEqual(["/b/x.jpg"]);
  expect(await found("q/x.jpg", "/set/b/labels.json")).toEqual(["/b/x.jpg"]);
  expect(await found("d/b/z.jpg")).toEqual(["/d/b/z.jpg"]);
});

test("where several fit equally all are told, and none for a name that is not there", async () => {
  expect(await found("x.jpg")).toEqual(["/a/x.jpg", "/b/x.jpg"]);
  expect(await found("b/z.jpg")).toEqual(["/c/b/z.jpg", "/d/b/z.jpg"]);
  expect(await found("q.jpg")).toEqual([]);
  expect(await found("")).toEqual([]);
});

test("accents composed in one place and combining in the other are the same", async () => {
  const file = resolve("/set/café.jpg".normalize("NFD"));
  expect(await imageFinder([file])({ names: ["café.jpg".normalize("NFC")], from: "/set/x.json" })).toEqual([file]);
});

test("the first spelling that is found counts; a path may lead out of the folder, to images alone", async () => {
  expect(await find({ names: ["q.jpg", "y.jpg"], from: "/set/l.json" })).toEqual([resolve("/set/b/y.jpg")]);
  const folder = await folderOf({ "far/a.jpg": "", "far/a.txt": "" });
  expect(await find({ names: ["far/a.jpg"], from: join(folder, "l.json") })).toEqual([join(folder, "far/a.jpg")]);
  expect(await find({ names: ["far/a.txt"], from: join(folder, "l.json") })).toEqual([]);
});
