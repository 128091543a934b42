import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, extname, join, relative } from "node:path";
import { describe, expect, test } from "vitest";
import type { Dataset } from "../../../src/data/dataset.ts";
import { exportLabels } from "../../../src/data/exportLabels.ts";
import { isImageName, listFiles } from "../../../src/data/files.ts";
import type { FormatId } from "../../../src/data/formats/format.ts";
import { type ReadDatasetOptions, readDataset } from "../../../src/data/readDataset.ts";
import { folderOf, jpeg } from "../helpers.ts";

/** A dot that begins no ending, and a letter that Unicode writes in two ways. */
const NAME = "été.v2.jpg";
const photo = await jpeg(100, 80);
const small = await jpeg(50, 40);

/** Formats whose labels name images, and whether they say the images' sizes. */
const NAMING = [
  ...(["coco", "cvat", "labelstudio", "csv"] as const).map((format) => [format, true] as const),
  ...(["createml", "via", "retinanet", "openimages", "yolo"] as const).map((format) => [format, false] as const),
];
/** Formats whose label files are called after images, and whether they say the images' sizes. */
const CALLED = [["voc", true] as const, ["labelme", true] as const, ["yolo", false] as const];

/** A data set of one image, as the format's writer makes it, without the image; in yolo's the image is listed. */
async function labelsOf(format: FormatId): Promise<string> {
  const folder = await folderOf({ [`photos/${NAME}`]: photo });
  const box: [number, number, number, number] = [10, 20, 30, 40];
  const image = { id: 1, file: join(folder, "photos", NAME), width: 100, height: 80, objects: [{ box, class: 0 }] };
  const dataset: Dataset = { classes: ["cat"], images: [image] };
  await exportLabels(dataset, format, join(folder, "set"));
  for (const file of (await listFiles(folder)).filter(isImageName)) await rm(file);
  return join(folder, "set");
}

/** Writes another name of the image into the labels; in yolo's, a list. */
async function nameImage(set: string, format: FormatId, name: string): Promise<void> {
  if (format === "yolo") {
    await writeFile(join(set, "data.yaml"), "train: train.txt\nnames: [cat]\n");
    return writeFile(join(set, "train.txt"), `${name}\n`);
  }
  const quoted = JSON.stringify(name).slice(1, -1);
  const mention = /(?:images\/)?(?:été|%C3%A9t%C3%A9)\.v2(?:\.jpg)?/g;
  for (const file of await listFiles(set)) {
    const text = await readFile(file, "utf8");
    const inUrl = format === "labelstudio" ? encodeURIComponent(name) : quoted;
    await writeFile(
      file,
      text.replace(mention, () => (file.endsWith(".json") ? inUrl : name)),
    );
  }
}

async function put(set: string, images: Record<string, Uint8Array>): Promise<void> {
  for (const [name, content] of Object.entries(images)) {
    await mkdir(dirname(join(set, name)), { recursive: true });
    await writeFile(join(set, name), content);
  }
}

/** The images with an object, relative to the folder. */
async function found(set: string, options: ReadDatasetOptions = {}): Promise<string[]> {
  const { dataset } = await readDataset(set, options);
  const labelled = dataset.images.filter(({ objects }) => objects.length === 1);
  return labelled.map(({ file }) => relative(set, file));
}

/** In the folder with yolo's labels beside the image, where they are found whatever the image's folder is called. */
async function withLabels(set: string, format: FormatId, image: string): Promise<void> {
  if (format !== "yolo") return;
  const text = await readFile(join(set, "labels/train", NAME.replace("jpg", "txt")), "utf8");
  await put(set, { [`${image.slice(0, -extname(image).length)}.txt`]: Buffer.from(text) });
}

/** What the labels say, the file that is there, and others beside it. */
const NAMES: [what: string, name: string, file: string, others?: string[]][] = [
  ["as it is", NAME, `pics/${NAME}`],
  [".JPG for .jpg", NAME, "pics/été.v2.JPG"],
  [".jpeg for .jpg", NAME, "pics/été.v2.jpeg"],
  [".png for .jpg", NAME, "pics/été.v2.png"],
  ["no ending, and another name up to the first dot", "été.v2", "pics/été.v2.PNG", ["pics/été.jpg"]],
  ["other letter case", NAME, "pics/ÉTÉ.V2.jpg"],
  ["composed in the labels", NAME.normalize("NFC"), `pics/${NAME.normalize("NFD")}`],
  ["composed on the disk", NAME.normalize("NFD"), `pics/${NAME.normalize("NFC")}`],
  ["backslashes", `pics\\${NAME}`, `pics/${NAME}`, [`old/${NAME}`]],
  ["a path of Windows", `C:\\Users\\me\\b\\${NAME}`, `b/${NAME}`, [`a/${NAME}`]],
  ["a network path", `\\\\server\\share\\b\\${NAME}`, `b/${NAME}`, [`a/${NAME}`]],
  ["a path of Linux", `/home/me/b/${NAME}`, `b/${NAME}`, [`a/${NAME}`]],
  ["a folder in other letter case", `/home/me/B/${NAME}`, `b/${NAME}`, [`a/${NAME}`]],
  ["the same characters before other ones", NAME, `b/${NAME}`, ["a/ÉTÉ.V2.JPG", "a/été.v2.png"]],
];

describe.each(NAMING)("%s", (format, saysSize) => {
  test.each(NAMES)("%s", async (_, name, file, others = []) => {
    const set = await labelsOf(format);
    await nameImage(set, format, name);
    await put(set, { [file]: photo, ...Object.fromEntries(others.map((other) => [other, photo])) });
    await withLabels(set, format, file);
    expect(await found(set)).toEqual([file]);
  });

  test("of several, the size decides; where it cannot, all are named", async () => {
    const set = await labelsOf(format);
    await nameImage(set, format, NAME);
    await put(set, { [`a/${NAME}`]: small, [`b/${NAME}`]: photo });
    await withLabels(set, format, `b/${NAME}`);
    const both = /2 images fit "[^"]+": \S*a\/\S*, \S*b\/\S*; write the path/;
    if (saysSize) expect(await found(set)).toEqual([`b/${NAME}`]);
    else await expect(found(set)).rejects.toThrow(both);
    await put(set, { [`a/${NAME}`]: photo });
    await expect(found(set)).rejects.toThrow(both);
  });

  test("--images names the folder, whatever lies beside the labels", async () => {
    const set = await labelsOf(format);
    await nameImage(set, format, NAME);
    await put(set, { [`b/${NAME}`]: photo, [`../far/x/${NAME}`]: photo });
    expect(await found(set, { images: join(set, "../far") })).toEqual([`../far/x/${NAME}`]);
    await expect(found(set, { images: join(set, "gone") })).rejects.toThrow(/gone: is no folder of images$/);
  });
});

/** The label file's name, the image's, and other images. */
const CALLINGS: [what: string, label: string, image: string, others?: string[]][] = [
  ["as it is", "été.v2", NAME],
  ["ending in other letter case", "été.v2", "été.v2.JPG"],
  ["another ending, and another name up to the first dot", "été.v2", "été.v2.png", ["été.jpg"]],
  ["other letter case", "ÉTÉ.v2", NAME],
  ["composed in the label's name", "été.v2".normalize("NFC"), NAME.normalize("NFD")],
  ["composed in the image's name", "été.v2".normalize("NFD"), NAME.normalize("NFC")],
  ["after the whole name", "été.v2.jpg", NAME, ["été.v2.png"]],
];

describe.each(CALLED)("label files of %s", (format, saysSize) => {
  const imageFolder = { voc: "JPEGImages", labelme: "", yolo: "images/train" }[format];

  /** Renames the label file, and gives it an ending in other letter case. */
  async function callLabels(set: string, name: string): Promise<void> {
    const [file = ""] = (await listFiles(set)).filter((one) => one.includes("été"));
    await rename(file, join(dirname(file), name + extname(file).toUpperCase()));
    if (format === "labelme") {
      const renamed = join(dirname(file), name + extname(file).toUpperCase());
      await writeFile(renamed, (await readFile(renamed, "utf8")).replace(NAME, ""));
    }
  }

  test.each(CALLINGS)("%s", async (_, label, image, others = []) => {
    const set = await labelsOf(format);
    await callLabels(set, label);
    const files = [image, ...others].map((name) => join(imageFolder, name));
    await put(set, Object.fromEntries(files.map((file) => [file, photo])));
    expect(await found(set)).toEqual(files.slice(0, 1));
  });

  test("are the image's that lies in a folder like theirs; else the size decides, or all are named", async () => {
    const set = await labelsOf(format);
    const [file = ""] = (await listFiles(set)).filter((one) => one.includes("été"));
    const text = await readFile(file);
    await rm(file);
    const ending = extname(file);
    if (format === "yolo") {
      await rm(join(set, "data.yaml"));
      await put(set, { "classes.txt": Buffer.from("cat\n") });
    }
    const like = { [`texts/day/a${ending}`]: text, "pics/day/a.jpg": photo, "pics/night/a.jpg": small };
    await put(set, like);
    expect(await found(set)).toEqual(["pics/day/a.jpg"]);
    await rename(join(set, `texts/day/a${ending}`), join(set, `texts/a${ending}`));
    if (saysSize) expect(await found(set)).toEqual(["pics/day/a.jpg"]);
    await put(set, { "pics/night/a.jpg": photo });
    await expect(found(set)).rejects.toThrow(/2 images fit "[^"]+": \S*day\/a\.jpg, \S*night\/a\.jpg; write the path/);
  });

  test("--images names the folder", async () => {
    const set = await labelsOf(format);
    await put(set, { [`../far/${NAME}`]: photo });
    expect(await found(set, { images: join(set, "../far") })).toEqual([`../far/${NAME}`]);
  });
});

test("CVAT's subset says which of two images is meant, and so does its absence", async () => {
  const image = (attributes: string, label: string) =>
    `<image ${attributes} width="100" height="80"><box label="${label}" xtl="1" ytl="2" xbr="30" ybr="40"/></image>`;
  const xml = `<annotations>${image('name="a.jpg" subset="Train"', "x")}${image('name="a.jpg" subset="Lot 7"', "y")}${image('name="a.jpg"', "z")}</annotations>`; // prettier-ignore
  const files = ["images/a.jpg", "images/Train/a.jpg", "images/Lot 7/a.jpg"];
  const set = await folderOf({ "annotations.xml": xml, ...Object.fromEntries(files.map((file) => [file, photo])) });
  const { dataset } = await readDataset(set);
  const classOf = dataset.images.map(({ file, objects }) => [relative(set, file), dataset.classes[objects[0]?.class ?? 9]]); // prettier-ignore
  expect(classOf).toEqual([["images/Train/a.jpg", "x"], ["images/Lot 7/a.jpg", "y"], ["images/a.jpg", "z"]]); // prettier-ignore
});

test("yolo: what is another image's label by a name more alike is not taken, and of two label files neither is", async () => {
  const line = Buffer.from("0 0.5 0.5 0.2 0.2\n");
  const set = await folderOf({
    "data.yaml": "train: images\nnames: [cat]\n",
    ...{ "images/a.jpg": photo, "images/A.jpg": photo, "labels/a.txt": line },
  });
  const { dataset, warnings } = await readDataset(set);
  expect(dataset.images.map(({ file, objects }) => [relative(set, file), objects.length])).toEqual([
    ["images/A.jpg", 0],
    ["images/a.jpg", 1],
  ]);
  expect(warnings).toEqual([expect.stringMatching(/^images without a label file, .*: 1 \(.*images\/A\.jpg\)$/)]);
  await put(set, { "labels/a.TXT": line });
  await rm(join(set, "images/A.jpg"));
  await expect(found(set)).rejects.toThrow(/images\/a\.jpg: 2 label files fit: .*a\.TXT, .*a\.txt; keep one of them$/);
});

test("yolo: a list of which not one image is there says so", async () => {
  const set = await folderOf({
    "data.yaml": "train: train.txt\nnames: [cat]\n",
    ...{ "train.txt": "gone.jpg\nlost.jpg\n", "images/a.jpg": photo },
  });
  await expect(readDataset(set)).rejects.toThrow(/train\.txt: none of 2 images is there \(first: "gone\.jpg"\)/);
});

test("--images is refused where images are among the labels", async () => {
  const set = await folderOf({ "cat/a.jpg": photo, "dog/b.jpg": photo });
  await expect(readDataset(set, { images: set })).rejects.toThrow(/a folder for each class has its images in itself/);
});
