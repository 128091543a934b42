import { basename, join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { AnchorkitError } from "../../../src/base/errors.ts";
import { read } from "../../../src/data/formats/yolo.ts";
import { folderOf, jpeg } from "../helpers.ts";

const image = await jpeg(100, 80);
const yaml = "path: .\ntrain: images/train\nval: [images/val]\nnames:\n  0: cat\n  1: dog\n";

async function summary(folder: string, file = "data.yaml") {
  const { dataset, warnings } = await read(join(folder, file));
  const images = dataset.images.map(({ file, split, objects }) => [basename(file), split, objects.length]);
  return { images, warnings: warnings.map((line) => line.replaceAll(folder, ".")) };
}

test("boxes come out in pixels, splits and classes as the YAML says", async () => {
  const folder = await folderOf({
    "data.yaml": yaml,
    "images/train/a.jpg": image,
    "labels/train/a.txt": "1 0.5 0.5 0.2 0.25\n0 0.1 0.1 0.2 0.2\n",
    "images/val/b.jpg": image,
    "labels/val/b.txt": "",
  });
  const { dataset, warnings } = await read(join(folder, "data.yaml"));
  expect(warnings).toEqual([]);
  expect(dataset.classes).toEqual(["cat", "dog"]);
  expect(dataset.images.map(({ split }) => split)).toEqual(["train", "val"]);
  expect(dataset.images[1]?.objects).toEqual([]);
  const [first, second] = dataset.images[0]?.objects ?? [];
  expect(first).toEqual({ class: 1, box: [40, 30, 60, 50] });
  expect(second?.box.map((corner) => Math.round(corner * 1e6) / 1e6)).toEqual([0, 0, 20, 16]);
});

test("labels may lie beside the images, and images be listed in a text file", async () => {
  const folder = await folderOf({
    "data.yaml": "train: train.txt\nnames: [cat]\n",
    "train.txt": "./photos/a.jpg\nphotos/b.jpg\nphotos/gone.jpg\n",
    "photos/a.jpg": image,
    "photos/a.txt": "0 .5 .5 .1 .1",
    "photos/b.jpg": image,
  });
  expect(await summary(folder)).toEqual({
    images: [
      ["a.jpg", "train", 1],
      ["b.jpg", "train", 0],
    ],
    warnings: [
      'images that are listed but not there, left out: 1 ("photos/gone.jpg" in ./train.txt)',
      "images without a label file, taken as backgrounds without objects: 1 (./photos/b.jpg)",
    ],
  });
});

test("Roboflow's ../train/images is found beside the YAML", async () => {
  const folder = await folderOf({
    "set/data.yaml": "train: ../train/images\nnames: [cat]\n",
    "set/train/images/a.jpg": image,
    "set/train/labels/a.txt": "0 .5 .5 .1 .1",
  });
  expect((await summary(folder, "set/data.yaml")).images).toEqual([["a.jpg", "train", 1]]);
});

test("of a polygon the box around it is taken, and counted", async () => {
  const folder = await folderOf({
    "data.yaml": yaml.replace("val: [images/val]\n", ""),
    "images/train/a.jpg": image,
    "labels/train/a.txt": "0 .1 .2 .5 .1 .3 .6",
  });
  const { dataset, warnings } = await read(join(folder, "data.yaml"));
  expect(dataset.images[0]?.objects[0]?.box).toEqual([10, 8, 50, 48]);
  expect(warnings).toEqual([expect.stringMatching(/^polygons read as the boxes around them: 1 \(.*a\.txt: line 1\)$/)]);
});

test("errors name file and line", async () => {
  const good = { "data.yaml": yaml, "images/train/a.jpg": image, "images/val/b.jpg": image, "labels/val/b.txt": "" };
  const cases: [files: Record<string, string>, message: RegExp][] = [
    [
      { "labels/train/a.txt": "\n2 .5 .5 .1 .1" },
      /a\.txt: line 2: the class must be a whole number from 0 to 1, got 2$/,
    ],
    [{ "labels/train/a.txt": "0 .5 .5 .1" }, /a\.txt: line 1: expected class cx cy width height, got 4 numbers$/],
    [
      { "labels/train/a.txt": "0 50 50 10 10" },
      /a\.txt: line 1: numbers must be fractions of the image from 0 to 1, got 50$/,
    ],
    [{ "labels/train/a.txt": "0 .5 .5 .1 wide" }, /a\.txt: line 1: numbers must be fractions.*got NaN$/],
    [{ "data.yaml": "train: images/train" }, /data\.yaml: is no YOLO data\.yaml: names: /],
    [{ "data.yaml": "names: [cat]" }, /data\.yaml: names no images under train, val or test$/],
    [{ "data.yaml": "names: {0: cat, 2: dog}\ntrain: images/train" }, /names: class 1 of 2 is missing$/],
    [{ "data.yaml": "names: [cat]\ntrain: gone" }, /data\.yaml: there is no .*gone$/],
    [{ "data.yaml": "names: [" }, /data\.yaml: is not valid YAML: /],
    [{ "data.yaml": "names: [cat]\ntrain: images\nval: images/val" }, /b\.jpg is in train and in val$/],
  ];
  for (const [files, message] of cases) {
    const folder = await folderOf({ ...good, ...files });
    await expect(read(join(folder, "data.yaml"))).rejects.toThrow(message);
  }
});

test("whatever the files hold, they are read or refused, and nothing else", async () => {
  const numbers = fc.array(fc.oneof(fc.double().map(String), fc.constantFrom("0", "1", ".5", "x", "-1")), {
    maxLength: 9,
  });
  const lines = fc.array(numbers.map((list) => list.join(" "))).map((list) => list.join("\n"));
  const anyYaml = fc.oneof(
    fc.constant(yaml),
    fc.string(),
    fc.json().map((json) => `names: ${json}\ntrain: images`),
  );
  await fc.assert(
    fc.asyncProperty(anyYaml, fc.oneof(lines, fc.string()), async (yamlText, labels) => {
      const folder = await folderOf({
        "data.yaml": yamlText,
        "images/train/a.jpg": image,
        "labels/train/a.txt": labels,
      });
      await read(join(folder, "data.yaml")).catch((error: unknown) => {
        expect(error).toBeInstanceOf(AnchorkitError);
      });
    }),
  );
});
