import { join } from "node:path";
import { expect, test } from "vitest";
import { readDataset } from "../../../src/data/readDataset.ts";
import { folderOf, jpeg, labelImgXml } from "../helpers.ts";

const image = await jpeg(100, 80);

/** What became of the images a to d, and the warnings, where a table lies beside them. */
async function splitsBy(table: string, name = "split.csv") {
  const files: Record<string, string | Uint8Array> = { [name]: table };
  for (const stem of ["a", "b", "c", "d"]) {
    files[`images/${stem}.jpg`] = image;
    files[`images/${stem}.xml`] = labelImgXml(`${stem}.jpg`, [["cat", 1, 20, 30, 40]]);
  }
  const folder = await folderOf(files);
  const { dataset, warnings } = await readDataset(folder);
  const splits = dataset.images.map(({ split }) => split ?? "-").join(" ");
  return { splits, warnings: warnings.map((line) => line.replaceAll(`${folder}/`, "")) };
}

test("a table names images by file, path or stem, and says their splits", async () => {
  for (const [table, splits] of [
    ["id,split\na,train\nb,test\nc,validation\nd,train\n", "train test val train"],
    ['File Name,Split\n"a.jpg",train\n', "- - - -"], // no column that is known
    ["split,filename\ntest,images/b.jpg\nTRAIN,C:\\photos\\c.jpg\n", "- test train -"],
    ["\ufeffimage,fold,subset\r\nd,3,val\r\n", "- - - val"],
    ["a,train\nb,train\n", "- - - -"],
    ["image,split\r\nimages\\a.jpg,dev\r\nb, Training \r\na,dev\r\n", "val train - -"],
  ] as const) {
    expect(await splitsBy(table)).toEqual({ splits, warnings: [] });
  }
  expect((await splitsBy("id,set\na,train", "Splits.csv")).splits).toBe("train - - -");
  expect((await splitsBy("id,set\na,train", "other.csv")).splits).toBe("- - - -");
});

test("names without an image, and splits of other names, are counted", async () => {
  expect(await splitsBy("id,split\na,train\nx,test\nb,fold 3\n,\n")).toEqual({
    splits: "train - - -",
    warnings: [
      'names in split lists without an image: 2 (first: "x" in split.csv: line 3)',
      'splits that are neither train, val nor test, not taken: 1 ("fold 3" in split.csv: line 4)',
    ],
  });
});

test("an image in two splits is refused", async () => {
  await expect(splitsBy("id,split\na,train\nb,val\na.jpg,test\n")).rejects.toThrow(
    /split\.csv: line 4: "a\.jpg" is test, and train in a line above; keep one$/,
  );
});

test("splits of the format come first, and a table of a folder below is of something else", async () => {
  const files = {
    "set/train/a.jpg": image,
    "set/train/a.xml": labelImgXml("a.jpg", [["cat", 1, 20, 30, 40]]),
    "set/split.csv": "id,split\na,test\n",
  };
  const folder = await folderOf(files);
  expect((await readDataset(join(folder, "set"))).dataset.images[0]?.split).toBe("train");
  expect((await readDataset(folder)).dataset.images[0]?.split).toBe("train");
});

test("a damaged table is an error that names its line", async () => {
  await expect(splitsBy('id,split\na,"train\n')).rejects.toThrow(
    /split\.csv: line \d+: a quote is opened and not closed$/,
  );
});
