import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { exportLabels } from "../../../../src/data/exportLabels.ts";
import { importLabels } from "../../../../src/data/importLabels.ts";
import { readDataset } from "../../../../src/data/readDataset.ts";
import { folderOf, jpeg } from "../../helpers.ts";

const picture = await jpeg(40, 20);
const pictures = { "images/a.jpg": picture, "images/b.jpg": picture, "images/c.jpg": picture };

/** What is read of each image: its name, text and split. */
async function read(files: Record<string, string | Uint8Array>, options: Parameters<typeof readDataset>[1] = {}) {
  const { dataset, format, warnings } = await readDataset(await folderOf(files), options);
  const images = dataset.images.map(({ file, text, split }) => [file.split("/").at(-1), text, split]);
  return { images, format, warnings, classes: dataset.classes };
}

test("a list of files and texts is known by its columns; splits, quotes and composed letters are read", async () => {
  const csv = 'file,text,split\nimages/a.jpg,"A, B",train\nimages/b.jpg,Cafe\u0301,val\nc.jpg, 007 ,\n';
  const { images, format, classes } = await read({ ...pictures, "texts.csv": csv });
  expect(format).toBe("texts");
  expect(classes).toEqual([]);
  expect(images).toEqual([
    ["a.jpg", "A, B", "train"],
    ["b.jpg", "Café", "val"],
    ["c.jpg", "007", undefined],
  ]);
});

test("where texts are wanted, a list without a header, and a column of labels, are taken for texts", async () => {
  const icdar = { ...pictures, "gt.txt": 'a.jpg, "Tiredness"\nb.jpg, "It"\nc.jpg, "x"\n' };
  expect((await read(icdar, { wanted: "texts" })).images.map(([, text]) => text)).toEqual(["Tiredness", "It", "x"]);
  const labels = { ...pictures, "labels.csv": "filename;label\na.jpg;12\nb.jpg;34\nc.jpg;56\n" };
  expect(await read(labels, { wanted: "texts" })).toMatchObject({ format: "texts" });
  expect(await read(labels)).toMatchObject({ format: "imagelabels" });
});

test.each([
  ["file,text\na.jpg,A\nb.jpg,  \n", "labels.csv: line 3: the text is empty; leave out images without one"],
  ['file,text\na.jpg,"A\nB"\n', 'the text "A\\nB" has several lines; cut the image into one for each'],
  [`file,text\na.jpg,${"A".repeat(1001)}\n`, "the text has 1001 characters; no more than 1000 are read"],
  ["file,text\n,A\n", "labels.csv: line 2: the file is empty"],
  ["file,text\na.jpg,A,B\n", "labels.csv: line 2: has 3 cells for 2 columns"],
  ["file,text\nx.jpg,A\n", "x.jpg"],
])("%j is told in one line", async (csv, message) => {
  const error = await read({ ...pictures, "labels.csv": csv }).catch((thrown: unknown) => thrown as Error);
  expect((error as Error).message).toContain(message);
  expect((error as Error).message).not.toContain("\n");
});

test("an image that is not there is left out, and counted", async () => {
  const { images, warnings } = await read({ ...pictures, "t.csv": "file,text\na.jpg,A\nx.jpg,B\n" });
  expect(images).toEqual([["a.jpg", "A", undefined]]);
  expect(warnings[0]).toContain("images that are not there, left out with their labels: 1");
});

test("crops named by their texts are taken for that only where texts are asked for", async () => {
  const crops = { "train/AB12.png": picture, "train/AB12_2.png": picture, "val/é 7.jpg": picture };
  const expected = [
    ["AB12.png", "AB12", "train"],
    ["AB12_2.png", "AB12", "train"],
    ["é 7.jpg", "é 7", "val"],
  ];
  expect((await read(crops, { wanted: "texts" })).images).toEqual(expected);
  expect((await read(crops, { from: "textnames" })).images).toEqual(expected);
  await expect(read(crops)).rejects.toThrow(/no labels found beside 3 images/);
  const numbered = Object.fromEntries([1, 2, 3, 4].map((i) => [`img_${i}.jpg`, picture]));
  await expect(read(numbered, { wanted: "texts" })).rejects.toThrow(/all 4 images would have the text "img"/);
});

test("images are written under their texts, and read again, whatever the texts end with", async () => {
  const texts = ["AB", "ab", "AB", "A_7", "é 猫"];
  const source = await folderOf({
    ...Object.fromEntries(texts.map((_, i) => [`${i}.jpg`, picture])),
    "t.csv": ["file,text,split", ...texts.map((text, i) => `${i}.jpg,${text},${i < 3 ? "train" : "val"}`)].join("\n"),
  });
  const { dataset } = await readDataset(source);
  const out = `${source}-named`;
  await exportLabels(dataset, "textnames", out);
  const again = await readDataset(out, { wanted: "texts" });
  const of = ({ images }: typeof dataset) => images.map(({ text, split }) => `${split ?? ""} ${text ?? ""}`).sort();
  expect(of(again.dataset)).toEqual(of(dataset));
  const slash = { ...dataset, images: dataset.images.map((image) => ({ ...image, text: "A/B" })) };
  await expect(exportLabels(slash, "textnames", `${source}-slash`)).rejects.toThrow(
    /no file can be named by its text "A\/B"/,
  );
});

test("texts come through an import and an export unchanged", async () => {
  const csv = 'file,text,split\na.jpg,"=1, ""x""",train\nb.jpg,猫,val\nc.jpg,-,test\n';
  const source = await folderOf({ ...pictures, "texts.csv": csv });
  const [imported, exported] = [join(source, "imported"), join(source, "..", `${source.split("/").at(-1) ?? ""}-out`)];
  await importLabels(source, imported);
  const said = await readDataset(imported, { wanted: "texts" });
  expect(said.format).toBe("coco");
  const textsOf = ({ dataset }: { dataset: typeof said.dataset }) =>
    dataset.images.map(({ text, split }) => [text, split]);
  expect(textsOf(said)).toEqual([
    ['=1, "x"', "train"],
    ["猫", "val"],
    ["-", "test"],
  ]);
  await exportLabels(said.dataset, "texts", exported);
  expect(await readFile(join(exported, "texts.csv"), "utf8")).toMatch(/^file,text,split\nimages\/a\.jpg,/);
  expect(textsOf(await readDataset(exported))).toEqual(textsOf(said));
});
