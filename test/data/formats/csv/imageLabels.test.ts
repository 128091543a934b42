import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { AnchorkitError } from "../../../../src/base/errors.ts";
import type { Dataset } from "../../../../src/data/dataset.ts";
import { exportLabels } from "../../../../src/data/exportLabels.ts";
import { tidyClassName } from "../../../../src/data/placing/classNames.ts";
import { readDataset } from "../../../../src/data/readDataset.ts";
import { folderOf, jpeg, labelImgXml } from "../../helpers.ts";
import { mutatedText } from "../mutated.ts";

const image = await jpeg(30, 20);

/** What is read of a folder, or a file in it: of each image its path, split and labels. */
async function summary(files: Record<string, string | Uint8Array>, path = "", from?: "imagelabels") {
  const folder = await folderOf(files);
  const { dataset, warnings, format } = await readDataset(join(folder, path), from && { from });
  const images = dataset.images.map(({ file, split, labels, objects }) => {
    expect(objects).toEqual([]);
    return [relative(folder, file), split, labels?.map((label) => dataset.classes[label])];
  });
  return { format, classes: dataset.classes, images, warnings: warnings.map((line) => line.replaceAll(folder, ".")) };
}

const abc = { "a.jpg": image, "b.jpg": image, "c.jpg": image };

test("file, label and split in any order; classes are in the order of their numbers", async () => {
  const { format, classes, images, warnings } = await summary({
    ...{
      "x.csv": `split,label,width,File Name\ntrain,10,30,photos/a.jpg\nvalid,9,30,b.jpg\ntesting,10,30,"c, d.jpg"\n`,
    },
    ...{ "photos/a.jpg": image, "photos/b.jpg": image, "photos/c, d.jpg": image },
  });
  expect({ format, classes, warnings }).toEqual({ format: "imagelabels", classes: ["9", "10"], warnings: [] });
  expect(images).toEqual([
    ["photos/a.jpg", "train", ["10"]],
    ["photos/b.jpg", "val", ["9"]],
    ["photos/c, d.jpg", "test", ["10"]],
  ]);
});

test("without a header the first cell is a file, the second a label, and a third a split", async () => {
  const two = await summary({ ...abc, "x.tsv": "a.jpg\tSiamese cat\nb.jpg\tdog\nc.jpg\tdog\n" });
  expect(two.images).toEqual([["a.jpg", undefined, ["Siamese cat"]], ["b.jpg", undefined, ["dog"]], ["c.jpg", undefined, ["dog"]]]); // prettier-ignore
  const three = await summary({ ...abc, "x.csv": "a.jpg;cat;train\nb.jpg;dog;val\nc.jpg;dog;\n" });
  expect(three.images).toEqual([["a.jpg", "train", ["cat"]], ["b.jpg", "val", ["dog"]], ["c.jpg", undefined, ["dog"]]]); // prettier-ignore
});

test("Kaggle's ids have no extension, and train.csv is of the folder train", async () => {
  const { images, warnings } = await summary({
    ...{ "train.csv": "id,breed\n1,boston_bull\nf0a.b,dingo\n", "sample_submission.csv": "id,breed\n7,dingo\n" },
    ...{ "train/1.jpg": image, "train/f0a.b.jpg": image, "test/1.jpg": image, "test/7.jpg": image },
  });
  expect(images).toEqual([["train/1.jpg", "train", ["boston_bull"]], ["train/f0a.b.jpg", "train", ["dingo"]]]); // prettier-ignore
  expect(warnings).toEqual([]);
});

describe("several labels of an image are", () => {
  test.each([
    ["several rows", "file,label\na.jpg,cat\nb.jpg,dog\na.jpg,dog\n./a.jpg,cat\nc.jpg,bird\n"],
    ["parted by |", "Image Index,Finding Labels\na.jpg,cat|dog\nb.jpg,dog\nc.jpg,bird\n"],
    ["parted by ; in a column of any name", "file,label\na.jpg,cat; dog\nb.jpg,dog\nc.jpg,bird\n"],
    ["parted by commas in a column of a plural name", 'file,labels\na.jpg,"cat, dog"\nb.jpg,dog\nc.jpg,bird\n'],
    ["parted by spaces in a column of a plural name", "image_name,tags\na,cat dog\nb,dog\nc,bird\n"],
    ["lists of Python or JSON", `file,label\na.jpg,"['cat', ""dog""]"\nb.jpg,['dog']\nc.jpg,"[""bird""]"\n`],
  ])("%s", async (_, text) => {
    const { images, classes, warnings } = await summary({ ...abc, "x.csv": text });
    expect({ classes, warnings }).toEqual({ classes: ["bird", "cat", "dog"], warnings: [] });
    expect(images).toEqual([["a.jpg", undefined, ["cat", "dog"]], ["b.jpg", undefined, ["dog"]], ["c.jpg", undefined, ["bird"]]]); // prettier-ignore
  });

  test("columns of 0 and 1, as Roboflow has them, in their order; none are none", async () => {
    const { format, classes, images, warnings } = await summary({
      "train/_classes.csv": "filename, zebra, ant, never\na.jpg, 1, 1, 0\nb.jpg, 0, 0, 0\n",
      "valid/_classes.csv": "filename,zebra,ant,never,age\nc.jpg,0.0,1.0,0,31\n",
      ...{ "train/a.jpg": image, "train/b.jpg": image, "valid/c.jpg": image },
    });
    expect({ format, classes }).toEqual({ format: "imagelabels", classes: ["zebra", "ant", "never"] });
    expect(images).toEqual([["train/a.jpg", "train", ["zebra", "ant"]], ["train/b.jpg", "train", []], ["valid/c.jpg", "val", ["ant"]]]); // prettier-ignore
    expect(warnings).toEqual(['columns that hold no labels, passed over: 1 ("age" in ./valid/_classes.csv)']);
  });
});

test("words of names are no labels of their own", async () => {
  const text = "file,labels\na.jpg,golden retriever\nb.jpg,Bengal cat\nc.jpg,Labrador retriever\n";
  expect((await summary({ ...abc, "x.csv": text })).classes).toEqual([
    "Bengal cat",
    "Labrador retriever",
    "golden retriever",
  ]);
});

test("an empty cell is no label: in a list of several, none; in one of single labels, not known, which is told", async () => {
  const several = await summary({ ...abc, "x.csv": "file,label\na.jpg,cat|dog\nb.jpg,\nc.jpg\n" });
  expect(several.images.map(([, , labels]) => labels)).toEqual([["cat", "dog"], [], []]);
  const single = await summary({ ...abc, "x.csv": "file,label\na.jpg,cat\nb.jpg,\nc.jpg,dog\n" });
  expect(single.images.map(([, , labels]) => labels)).toEqual([["cat"], undefined, ["dog"]]);
  expect(single.warnings).toEqual(["images without a label among others with one: 1 (./x.csv: line 3)"]);
});

test("the same row twice is one; few contradictions in a list of single labels are told, the first label kept", async () => {
  const names = Array.from({ length: 6 }, (_, i) => `${i}.jpg`);
  const rows = names.map((name, i) => `${name},${i % 2 === 0 ? "cat" : "dog"}\n`);
  const { images, classes, warnings } = await summary({
    ...Object.fromEntries(names.map((name) => [name, image])),
    "x.csv": `file,label\n${rows.join("")}0.jpg,cat \n2.jpg,dog\n`,
  });
  expect(images.map(([, , labels]) => labels)).toEqual([["cat"], ["dog"], ["cat"], ["dog"], ["cat"], ["dog"]]);
  expect(classes).toEqual(["cat", "dog"]);
  expect(warnings).toEqual([
    'images with two labels in a list of single ones, the first kept (a column called "labels" may have several): 1 ' +
      '(./x.csv: line 9: "2.jpg" is "cat" and "dog")',
  ]);
});

test("fastai's is_valid, unknown splits, images that are not there, names that differ by white space or case", async () => {
  const { images, classes, warnings } = await summary({
    ...abc,
    "x.csv": "fname,labels,is_valid\na.jpg,cat,True\nb.jpg,\u00a0cat,false\nz.jpg,dog,maybe\nc.jpg,Cat,0\n",
  });
  expect(images).toEqual([["a.jpg", "val", ["cat"]], ["b.jpg", "train", ["cat"]], ["c.jpg", "train", ["Cat"]]]); // prettier-ignore
  expect(classes).toEqual(["Cat", "cat", "dog"]);
  expect(warnings).toEqual([
    'splits that are neither train, val nor test, not taken: 1 ("maybe" in ./x.csv: line 4)',
    'images that are not there, left out with their labels: 1 (./x.csv: line 4: "z.jpg")',
    'classes whose names differ in outer white space or Unicode form alone, merged: 1 (classes: "cat" and "\u00a0cat")',
    'classes that differ in case alone, kept apart: 1 ("Cat" and "cat")',
  ]);
});

test("what label fetch could not get is left out", async () => {
  const text = "url,file,status,label\nhttp://x/a,a.jpg,ok,cat\nhttp://x/b,,failed,dog\nhttp://x/c,c.jpg,ok,dog\n";
  const { images, warnings } = await summary({ ...abc, "images.csv": text });
  expect(images.map(([file]) => file)).toEqual(["a.jpg", "c.jpg"]);
  expect(warnings[0]).toBe("images that were not fetched, left out: 1 (./images.csv: line 3 (failed))");
});

test("lists of boxes, of splits alone and of something else are no lists of image labels; beside XML they are not taken", async () => {
  const xml = labelImgXml("a.jpg", [["cat", 1, 2, 9, 9]]);
  const list = "file,label\na.jpg,cat\n";
  const folder = await folderOf({ ...abc, "a.jpg": await jpeg(100, 80), "a.xml": xml, "x.csv": list });
  expect((await readDataset(folder)).format).toBe("voc");
  for (const text of ["id,split\na,test\n", "file,caption\na.jpg,a cat\n", "image,bbox,label\na,[1],cat\n", "a.jpg,b.jpg\n"])
    await expect(summary({ ...abc, "x.csv": text })).rejects.toThrow(/no labels found beside 3 images/); // prettier-ignore
});

describe("errors name file and line", () => {
  test.each([
    ["file,label\na.jpg,cat\n ,dog\n", /x\.csv: line 3: the file is empty$/],
    ["file,label\na.jpg,cat,dog\n", /x\.csv: line 2: has 3 cells for 2 columns;/],
    ["file,cat,dog\na.jpg,1,0\nb.jpg,2,0\n", /x\.csv: line 3: cat must be 0 or 1, got "2"$/],
    ["file,cat,dog\na.jpg,1,0\nb.jpg,1\n", /x\.csv: line 3: dog must be 0 or 1, got ""$/],
    ["file,label,split\na.jpg,cat,train\na.jpg,cat,val\n", /line 3: "a.jpg" is val, and train in a line above; keep one$/], // prettier-ignore
    ["file,label\nx.jpg,cat\n", /none of 1 images is there \(first: "x.jpg"\)/],
    ["file,label\na.jpg,\n", /x\.csv: not one image has a label$/],
    ["file,label\n", /x\.csv: lists no images$/],
    ["name,label\na.jpg,cat\n", /x\.csv: line 1: there is no column "file" \(filename, path, image, image_id\)$/],
    ["file,age\na.jpg,31\n", /x\.csv: line 1: there is no column "label" \(class, category, species\), and none of 0 and 1/], // prettier-ignore
    ["", /x\.csv: the file is empty$/],
  ])("%j", async (text, message) => {
    await expect(summary({ ...abc, "x.csv": text }, "x.csv", "imagelabels")).rejects.toThrow(message);
  });
});

test("a damaged list is read or refused in one line", async () => {
  const text = 'file,label,split\na.jpg,cat|dog,train\n"b.jpg","[""x""]",val\nc.jpg,dog,\n';
  await fc.assert(
    fc.asyncProperty(mutatedText(text), async (mutated) => {
      try {
        await summary({ ...abc, "x.csv": mutated }, "x.csv", "imagelabels");
      } catch (error) {
        expect(error).toBeInstanceOf(AnchorkitError);
        expect((error as Error).message).not.toContain("\n");
      }
    }),
    { numRuns: 25 },
  );
});

test("written and read again, made-up labels of images are the same", async () => {
  const folder = await folderOf({ "s/a.jpg": image, "t/a.jpg": image, "t/b, c.jpg": image, "t/d.jpg": image });
  const files = ["s/a.jpg", "t/a.jpg", "t/b, c.jpg", "t/d.jpg"].map((name) => join(folder, name));
  const name = fc
    .oneof(fc.constantFrom("a|b", "a", "b", "x; y", '["a"]', "['b']", "two words", "1,5", "label", '"', "0", "007"), fc.string({ unit: "grapheme", minLength: 1, maxLength: 6 }))
    .map(tidyClassName)
    .filter((text) => text !== ""); // prettier-ignore
  const labels = (most: number) => fc.uniqueArray(fc.nat(3), { minLength: most === 1 ? 1 : 0, maxLength: most });
  const sets = fc
    .tuple(fc.uniqueArray(name, { minLength: 4, maxLength: 4 }), fc.constantFrom(1, 3), fc.boolean())
    .chain(([classes, most, hasSplits]) =>
      fc.array(fc.tuple(labels(most), fc.constantFrom("train", "val", "test")), { minLength: 4, maxLength: 4 }).map((all): Dataset => ({
        classes,
        images: all.map(([own, split], i) => ({ id: i + 1, file: files[i] ?? "", width: 30, height: 20, objects: [], labels: own, ...(hasSplits && { split }) })),
      })),
    ); // prettier-ignore
  const said = ({ images, classes }: Dataset) =>
    images.map(({ split, labels: own }) => [split, own?.map((label) => classes[label])]);
  let run = 0;
  await fc.assert(
    fc.asyncProperty(sets, async (before) => {
      fc.pre(before.images.some(({ labels: own = [] }) => own.length > 0));
      const out = join(folder, `out${run++}`);
      const { warnings } = await exportLabels(before, "imagelabels", out);
      expect(warnings.filter((line) => !line.startsWith("images of the same name"))).toEqual([]);
      const { dataset: after, format } = await readDataset(out);
      expect(format).toBe("imagelabels");
      expect(said(after)).toEqual(said(before));
    }),
    { numRuns: 25 },
  );
});

test("boxes are named as left out, and a data set without labels of images is refused", async () => {
  const folder = await folderOf(abc);
  const boxed = { box: [1, 2, 3, 4] as [number, number, number, number], class: 0 };
  const record = (name: string, labels?: number[]) => {
    return { id: 1, file: join(folder, name), width: 30, height: 20, objects: [boxed], ...(labels && { labels }) };
  };
  const { warnings } = await exportLabels(
    { classes: ["cat"], images: [record("a.jpg", [0]), record("b.jpg")] },
    "imagelabels",
    join(folder, "out"),
  );
  expect(warnings[0]).toMatch(/^boxes, which a list of image labels cannot hold, left out: 2/);
  expect(await readFile(join(folder, "out", "labels.csv"), "utf8")).toBe(
    "file,label\nimages/a.jpg,cat\nimages/b.jpg,\n",
  );
  const none = { classes: ["cat"], images: [record("c.jpg")] };
  await expect(exportLabels(none, "imagelabels", join(folder, "none"))).rejects.toThrow(/none of 1 images has a class/);
});

const signs = "../shared/data/sign-digits/split.csv";
test.skipIf(!existsSync(signs))("the list of sign-digits is read with its splits", async () => {
  const { dataset, warnings } = await readDataset(signs);
  expect(dataset.classes).toEqual(["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"]);
  const count = (split: string) => dataset.images.filter((record) => record.split === split).length;
  expect([dataset.images.length, count("train"), count("test"), warnings]).toEqual([2059, 1648, 411, []]);
  for (const { file, labels } of dataset.images) expect(file).toContain(`/Dataset/${labels?.[0] ?? "none"}/`);
});
