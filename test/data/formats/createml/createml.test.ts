import { readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { AnchorkitError } from "../../../../src/base/errors.ts";
import { exportLabels } from "../../../../src/data/exportLabels.ts";
import { readDataset } from "../../../../src/data/readDataset.ts";
import { folderOf, jpeg } from "../../helpers.ts";
import { mutatedJson } from "../mutated.ts";

const image = await jpeg(100, 80);
const cat = { label: "cat", coordinates: { x: 20, y: 30, width: 10, height: 20 } };

/** What is read of a folder with these files. */
async function summary(files: Record<string, unknown>, path = "") {
  const entries = Object.entries(files).map(([name, content]) => {
    return [name, content instanceof Uint8Array ? content : JSON.stringify(content)] as const;
  });
  const folder = await folderOf(Object.fromEntries(entries));
  const { dataset, warnings, format } = await readDataset(join(folder, path));
  const images = dataset.images.map(({ file, objects }) => [basename(file), ...objects.map(({ box }) => box)]);
  return { format, dataset, images, warnings: warnings.map((line) => line.replaceAll(folder, ".")) };
}

test("a box is its centre, width and height in pixels; an image without annotations is a background", async () => {
  const { format, dataset, images, warnings } = await summary({
    "annotations.json": [
      { image: "a.jpg", annotations: [cat, { ...cat, label: "Катя 🐈" }] },
      { image: "b.jpg", annotations: [] },
    ],
    ...{ "a.jpg": image, "b.jpg": image },
  });
  expect(format).toBe("createml");
  expect(dataset.classes).toEqual(["cat", "Катя 🐈"]);
  expect(images).toEqual([["a.jpg", [15, 20, 25, 40], [15, 20, 25, 40]], ["b.jpg"]]);
  expect(warnings).toEqual([]);
});

test("LabelImg's JSON for each image is read with its verified mark, Turi Create's names are known", async () => {
  const { dataset, images } = await summary({
    "a.json": [{ image: "a.jpg", verified: true, annotations: [cat] }],
    "b.json": [{ imagefilename: "b.jpg", annotation: [cat] }],
    ...{ "a.jpg": image, "b.jpg": image },
  });
  expect(images).toEqual([["a.jpg", [15, 20, 25, 40]], ["b.jpg", [15, 20, 25, 40]]]); // prettier-ignore
  expect(dataset.images.map(({ verified }) => verified)).toEqual([true, undefined]);
});

test("Roboflow's folders are splits, a file of their own or the folder of all may be given", async () => {
  const files = {
    "train/_annotations.createml.json": [{ image: "a.jpg", annotations: [cat] }],
    "valid/_annotations.createml.json": [{ image: "a.jpg", annotations: [] }],
    ...{ "train/a.jpg": image, "valid/a.jpg": image },
  };
  const { dataset } = await summary(files);
  expect(dataset.images.map(({ split, objects }) => [split, objects.length])).toEqual([["train", 1], ["val", 0]]); // prettier-ignore
  expect((await summary(files, "valid/_annotations.createml.json")).images).toEqual([["a.jpg"]]);
});

test("a file that holds no number above 1 is of fractions", async () => {
  const coordinates = { x: 0.5, y: 0.5, width: 0.5, height: 1 };
  const { images, warnings } = await summary({
    "x.json": [{ image: "a.jpg", annotations: [{ label: "cat", coordinates }] }],
    "a.jpg": image,
  });
  expect(images).toEqual([["a.jpg", [25, 0, 75, 80]]]);
  expect(warnings).toEqual(["files with no number above 1, read as fractions of the image: 1 (./x.json)"]);
});

test("images are found by name below the folder or next to it; what is missing or doubtful is named", async () => {
  const listed = (names: string[]) =>
    summary(
      {
        "labels/all.json": names.map((name) => ({ image: name, annotations: [cat] })),
        "labels/other.json": { some: "thing" },
        ...{ "photos/it's.jpg": image, "a/x.jpg": image, "b/x.jpg": image, "a/y.jpg": image, "b/y.jpg": image },
      },
      "labels",
    );
  const { images, warnings } = await listed(["C:\\photos\\a b\\it's.jpg", "gone.jpg", "b/y.jpg"]);
  expect(images).toEqual([["it's.jpg", [15, 20, 25, 40]], ["y.jpg", [15, 20, 25, 40]]]); // prettier-ignore
  expect(warnings).toEqual([
    "files that do not look like CreateML JSON, passed over: 1 (./labels/other.json)",
    'images that are not there, left out with their labels: 1 (./labels/all.json: [1]: "gone.jpg")',
    "images that no label file names, left out: 1 (./b/x.jpg)",
  ]);
  await expect(listed(["b/y.jpg", "x.jpg"])).rejects.toThrow(
    /all\.json: \[1\]: 2 images fit "x\.jpg": .*a\/x\.jpg, .*b\/x\.jpg; write the path of the right one .* --images$/,
  );
});

describe("errors name file and record", () => {
  const one = (content: unknown) => summary({ "x.json": content, "a.jpg": image, "y.createml.json": [] }, "x.json");
  test.each<[content: unknown, message: RegExp]>([
    [[{ image: "a.jpg", annotations: [{ ...cat, label: "" }] }], /x\.json: \[0\]\.annotations\[0\]\.label: /],
    [[{ image: "a.jpg", annotations: [{ label: "x", coordinates: { x: 1 } }] }], /annotations\[0\]\.coordinates\.y: /],
    [[{ image: "a.jpg", annotations: [cat] }, { annotations: [cat] }], /x\.json: \[1\]: has no "image"$/],
    [[{ image: "a.jpg", annotations: [cat] }, { image: "./a.jpg" }], /\[1\]: is .*a\.jpg, as .*\[0\] is; keep one of them$/], // prettier-ignore
    [[{ image: "b.jpg", annotations: [cat] }], /none of 1 images is there \(first: "b\.jpg"\); put the images beside/],
    [[{ image: "a.jpg", annotations: [{ ...cat, coordinates: { ...cat.coordinates, x: 1e300 } }] }], /coordinates\.x: must be at most 1000000, got 1e\+300/], // prettier-ignore
  ])("%j", async (content, message) => {
    await expect(one(content)).rejects.toThrow(message);
  });
});

test("written are a folder and a JSON for each split", async () => {
  const folder = await folderOf({ "in/a.jpg": image, "in/b.jpg": image });
  const objects = [{ box: [1, 2, 4, 8] as [number, number, number, number], class: 0, score: 0.5 }];
  const record = { width: 100, height: 80, objects };
  const { warnings } = await exportLabels(
    {
      classes: ['the "red" one'],
      images: [
        { ...record, id: 1, file: join(folder, "in/a.jpg"), split: "train", verified: true },
        { ...record, id: 2, file: join(folder, "in/b.jpg"), objects: [] },
      ],
    },
    "createml",
    join(folder, "out"),
  );
  expect(JSON.parse(await readFile(join(folder, "out/train/_annotations.createml.json"), "utf8"))).toEqual([
    {
      ...{ image: "a.jpg", verified: true },
      annotations: [{ label: 'the "red" one', coordinates: { x: 2.5, y: 5, width: 3, height: 6 } }],
    },
  ]);
  expect(JSON.parse(await readFile(join(folder, "out/_annotations.createml.json"), "utf8"))).toEqual([
    { image: "b.jpg", annotations: [] },
  ]);
  expect(warnings).toEqual([expect.stringMatching(/^scores that CreateML JSON cannot hold, left out: 1 \(/)]);
});

test("whatever the JSON, it is read or refused, and nothing else", async () => {
  const document = [
    { image: "a.jpg", verified: true, annotations: [cat, cat] },
    { image: "b.jpg", annotations: [] },
  ];
  await fc.assert(
    fc.asyncProperty(mutatedJson(document), async (text) => {
      const folder = await folderOf({ "x.json": text, "a.jpg": image, "b.jpg": image });
      await readDataset(join(folder, "x.json"), { from: "createml" }).catch((error: unknown) => {
        expect(error).toBeInstanceOf(AnchorkitError);
      });
    }),
  );
});
