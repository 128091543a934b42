import fc from "fast-check";
import { expect, test } from "vitest";
import { imageStem, pathParts } from "../../../src/data/finding/imageName.ts";
import { NameIndex } from "../../../src/data/finding/nameIndex.ts";
import { nearestTo } from "../../../src/data/finding/nearest.ts";

const found = (files: string[], path: string, context?: string) =>
  new NameIndex(files, (file) => file).find(path, context).map(({ items, folders }) => [items, folders]);

test("the most alike name counts, and of equal ones the folders, from the end", () => {
  const files = ["/x/a.JPG", "/y/a.jpg", "/z/y/a.jpg", "/x/A.png"];
  expect(found(files, "a.jpg")).toEqual([[["/y/a.jpg", "/z/y/a.jpg"], 0]]);
  expect(found(files, "C:\\q\\z\\Y\\a.jpg")).toEqual([[["/z/y/a.jpg"], 2]]);
  expect(found(files, "a.gif")).toEqual([[["/x/a.JPG", "/y/a.jpg", "/z/y/a.jpg"], 0]]);
  expect(found(files, "b.jpg")).toEqual([]);
});

test("where a name less alike agrees in more folders, it is open which is meant", () => {
  expect(found(["/old/a.jpg", "/new/a.JPG"], "/home/new/a.jpg")).toEqual([
    [["/old/a.jpg"], 0],
    [["/new/a.JPG"], 1],
  ]);
});

test("folders thought before the path decide among files that agree in all of its own", () => {
  const files = ["/s/images/day/a.jpg", "/s/images/night/a.jpg"];
  expect(found(files, "a", "/s/labels/night")).toEqual([[["/s/images/night/a.jpg"], 0]]);
});

test("only known endings are endings, dots elsewhere belong to the name", () => {
  expect(["a.rf.12.jpg", "photo.v2", "a.jpg.json", "f.DNG", ".jpg"].map(imageStem)).toEqual(["a.rf.12", "photo.v2", "a.jpg", "f", ".jpg"]); // prettier-ignore
  expect(pathParts("C:\\a/./b\\..\\c.jpg")).toEqual(["C:", "a", "c.jpg"]);
  expect(found(["/photo.jpg", "/photo.v2.png"], "photo.v2")).toEqual([[["/photo.v2.png"], 0]]);
});

test("nearest are those in the folder, then below it, then below the innermost around it", () => {
  const files = ["/s/a.jpg", "/s/train/images/a.jpg", "/s/val/images/a.jpg"];
  expect(nearestTo("/s", files)).toEqual(["/s/a.jpg"]);
  expect(nearestTo("/s/val", files)).toEqual(["/s/val/images/a.jpg"]);
  expect(nearestTo("/s/train/labels", files)).toEqual(["/s/train/images/a.jpg"]);
  expect(nearestTo("/q", files)).toEqual(files);
});

test("whatever the paths: an index finds what a loop over all of them finds", () => {
  const part = fc.constantFrom("a", "A", "b", "é", "e\u0301");
  const path = fc
    .tuple(fc.array(part, { maxLength: 3 }), part, fc.constantFrom(".jpg", ".JPG", ".png", ""))
    .map(([folders, name, ending]) => `/${[...folders, name].join("/")}${ending}`);
  const key = (name: string) => imageStem(name).normalize().toLowerCase();
  fc.assert(
    fc.property(fc.array(path, { maxLength: 12 }), path, (files, wanted) => {
      const [name = "", ...folders] = pathParts(wanted).reverse();
      const agreeing = (file: string) => {
        const own = pathParts(file).reverse().slice(1);
        const differs = folders.findIndex((folder, i) => key(folder) !== key(own[i] ?? "/"));
        return differs < 0 ? folders.length : differs;
      };
      const alike = files.filter((file) => key(pathParts(file).at(-1) ?? "") === key(name));
      const all = new NameIndex(files, (file) => file).find(wanted);
      expect(all.length > 0).toBe(alike.length > 0);
      for (const { items, folders: count } of all) expect(items.map(agreeing)).toEqual(items.map(() => count));
      if (all.length > 0) expect(all.at(-1)?.folders).toBe(Math.max(...alike.map(agreeing)));
    }),
  );
});
