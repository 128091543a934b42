import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { importLabels } from "../../src/data/importLabels.ts";
import { readDataset } from "../../src/data/readDataset.ts";
import { folderOf, jpeg, labelImgXml } from "./helpers.ts";

const image = await jpeg(100, 80);

async function photos() {
  return folderOf({
    "photos/train/a.jpg": image,
    "photos/train/a.xml": labelImgXml("a.jpg", [["cat", 1, 20, 30, 40]]),
    "photos/test/a.jpg": image,
    "photos/test/a.xml": labelImgXml("a.jpg", [["dog", 5, 20, 30, 40]]).replace("<difficult>0", "<difficult>1"),
  });
}

test("LabelImg XML becomes a COCO JSON beside which the images may stay where they are", async () => {
  const folder = await photos();
  const { file, dataset, source } = await importLabels(join(folder, "photos"), join(folder, "out"));
  expect(file).toBe(join(folder, "out/annotations.json"));
  expect(source).toMatch(/LabelImg/);
  const names = (JSON.parse(await readFile(file, "utf8")) as { images: { file_name: string }[] }).images;
  expect(names.map(({ file_name }) => file_name)).toEqual(["../photos/test/a.jpg", "../photos/train/a.jpg"]);
  const again = (await readDataset(join(folder, "out"))).dataset;
  const plain = again.images.map((image) => ({
    ...image,
    objects: image.objects.map(({ area, ...object }) => {
      expect(area).toBe((object.box[2] - object.box[0]) * (object.box[3] - object.box[1]));
      return object;
    }),
  }));
  expect(plain).toEqual(dataset.images);
  expect(plain[0]).toMatchObject({ split: "test", objects: [{ box: [5, 20, 30, 40], class: 1, difficult: true }] });
});

test("with copy, the images come along, folders kept", async () => {
  const folder = await photos();
  const { dataset } = await importLabels(join(folder, "photos"), join(folder, "out"), { copy: true });
  expect(dataset.images.map(({ file }) => file)).toEqual([
    join(folder, "out/images/test/a.jpg"),
    join(folder, "out/images/train/a.jpg"),
  ]);
  expect(await readFile(join(folder, "out/images/train/a.jpg"))).toEqual(image);
  expect((await readDataset(join(folder, "out"))).dataset.images.map(({ file }) => file)).toEqual(
    dataset.images.map(({ file }) => file),
  );
});

test("the input is never overwritten", async () => {
  const folder = await photos();
  const out = join(folder, "out");
  const { file } = await importLabels(join(folder, "photos"), out);
  const before = await readFile(file);
  for (const overwrite of [false, true]) {
    await expect(importLabels(out, out, { overwrite })).rejects.toThrow(
      /out: is the input itself; give another folder/,
    );
    await expect(importLabels(file, out, { overwrite })).rejects.toThrow(/annotations\.json: is read by this command/);
  }
  expect(await readFile(file)).toEqual(before);
  await importLabels(join(folder, "photos"), out); // another time from the XML is fine
});
