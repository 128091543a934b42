import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { AnchorkitError } from "../../../src/base/errors.ts";
import type { Dataset } from "../../../src/data/dataset.ts";
import { listFiles } from "../../../src/data/files.ts";
import type { FormatId } from "../../../src/data/formats/format.ts";
import { FORMATS } from "../../../src/data/formats/registry.ts";
import { lintDataset } from "../../../src/data/lint/lintDataset.ts";
import { readDataset } from "../../../src/data/readDataset.ts";
import { folderOf, photoFolder } from "../helpers.ts";
import { mutatedText } from "../formats/mutated.ts";

let source: Awaited<ReturnType<typeof photoFolder>>;
let cache: string | undefined;
beforeAll(async () => {
  source = await photoFolder(["p0.jpg", "p1.jpg", "p2.jpg"]);
  cache = process.env.XDG_CACHE_HOME;
  process.env.XDG_CACHE_HOME = join(tmpdir(), "anchorkit-test-damaged");
});
afterAll(async () => {
  await rm(source.folder, { recursive: true });
  await rm(join(tmpdir(), "anchorkit-test-damaged"), { recursive: true, force: true });
  if (cache === undefined) delete process.env.XDG_CACHE_HOME;
  else process.env.XDG_CACHE_HOME = cache;
});

/** Three images with a cat and a dog each, written in a format. */
async function written(format: FormatId, splits = false): Promise<string> {
  const images = source.photos.map(({ file, width, height }, i): Dataset["images"][number] => ({
    ...{
      id: i + 1,
      file,
      width,
      height,
      ...((format === "folders" || format === "imagelabels") && { labels: [0] }),
      ...((format === "texts" || format === "textnames") && { text: `AB${i}` }),
      ...(splits && { split: i === 2 ? "val" : "train" }),
    },
    objects: [
      { box: [10, 10, 40, 50], class: 0 },
      { box: [50, 30, 90, 70], class: 1 },
    ],
  }));
  const folder = join(await folderOf({}), "data");
  await mkdir(folder);
  await FORMATS[format].write?.({ classes: ["cat", "dog"], images }, folder, { copy: true });
  return folder;
}

const TOLD: string[] = ["cannot-read", "unreadable-labels", "bad-object", "two-splits", "missing-folder"];

type Edit = (text: string) => string | Buffer;
const BAD_UTF8 = Buffer.from([0x30, 0x20, 0xff, 0xfe, 0x80]);

/** What lint says of the written data set, with some of its files edited. */
async function linted(format: FormatId, edits: Record<string, Edit>, splits = false) {
  const folder = await written(format, splits);
  for (const [name, edit] of Object.entries(edits)) {
    const file = join(folder, name);
    await writeFile(file, edit(await readFile(file, "latin1")), "latin1");
  }
  const report = await lintDataset(folder);
  const told = report.findings
    .filter(({ rule }) => TOLD.includes(rule))
    .flatMap(({ rule, places }) => places.map(({ file, object, detail }) => [rule, file.replace(folder, "."), object, detail])); // prettier-ignore
  return { folder, images: report.images, objects: report.objects, told };
}

/** `text` with the n-th occurrence of a piece replaced. */
function replaced(piece: string, by: string, n = 1): Edit {
  return (text) => {
    const parts = text.split(piece);
    if (parts.length <= n) throw new Error(`the text has no ${piece}: ${text}`);
    return `${parts.slice(0, n).join(piece)}${by}${parts.slice(n).join(piece)}`;
  };
}
const all =
  (...edits: Edit[]): Edit =>
  (text) =>
    edits.reduce((before, edit) => edit(before).toString("latin1"), text);
const cut: Edit = (text) => text.slice(0, Math.round(text.length * 0.6));

// Each edit, and what is told of it: rule, file, record, the beginning of the reason; images and objects that are left.
const cases: [
  string,
  FormatId,
  Record<string, Edit>,
  [string, string, string | undefined, RegExp][],
  number,
  number,
][] = [
  [
    ...(["four records of COCO", "coco"] as const),
    {
      "annotations.json": all(
        replaced('"bbox":[10,', '"bbox":["ten",'),
        replaced('"image_id":1,"category_id":2', '"category_id":2'),
        replaced('"image_id":2,"category_id":1', '"image_id":2,"category_id":9'),
        replaced('"file_name":"images/p2.jpg"', '"file_name":3'),
        replaced('{"id":2,"name":"dog"', '{"id":2,"name":[5]},{"id":2,"name":"dog"'),
      ),
    },
    [
      ["bad-object", "./annotations.json", "images[2]", /^file_name must be text, got 3$/],
      ["bad-object", "./annotations.json", "annotations[0]", /^bbox must be four finite numbers, got \["ten", /],
      ["bad-object", "./annotations.json", "annotations[1]", /^image_id must be a whole number or text, got nothing$/],
      ["bad-object", "./annotations.json", "annotations[2]", /^no category has the id 9$/],
      ["bad-object", "./annotations.json", "annotations[4]", /^no image has the id 3$/],
      ["bad-object", "./annotations.json", "annotations[5]", /^no image has the id 3$/],
      ["bad-object", "./annotations.json", "categories[1]", /^name must be text, got \[5\]$/],
    ],
    ...([2, 1] as const),
  ],
  [
    ...(["a record and an annotation of CreateML", "createml"] as const),
    { "_annotations.createml.json": all(replaced('"x":25', '"x":"25"'), replaced('"image":"p1.jpg"', '"image":1')) },
    [
      ["bad-object", "./_annotations.createml.json", "[0].annotations[0]", /^coordinates\.x: must be a number/],
      ["bad-object", "./_annotations.createml.json", "[1]", /^image: /],
    ],
    ...([2, 3] as const),
  ],
  [
    ...(["a shape of labelme, and a file cut off", "labelme"] as const),
    { "p0.json": replaced('"label": "cat"', '"label": null'), "p1.json": cut },
    [
      ["unreadable-labels", "./p1.json", undefined, /^is not valid JSON/],
      ["bad-object", "./p0.json", "shapes[0]", /^label: /],
    ],
    ...([2, 3] as const),
  ],
  [
    ...(["an image and two regions of VIA", "via"] as const),
    {
      "via_project.json": all(
        replaced('"filename":"p1.jpg"', '"filename":null'),
        replaced('"x":10', '"x":"a"'),
        replaced('{"shape_attributes":{"name":"rect","x":50', '{"shape":{"name":"rect","x":50', 3),
      ),
    },
    [
      ["bad-object", "./via_project.json", expect.stringMatching(/^_via_img_metadata\.p1\.jpg\d+$/) as string, /^filename: /], // prettier-ignore
      ["bad-object", "./via_project.json", expect.stringMatching(/^_via_img_metadata\.p2\.jpg\d+\.regions\[1\]$/) as string, /^shape_attributes: /], // prettier-ignore
      ["bad-object", "./via_project.json", '"p0.jpg": region 0', /^x must be a number/],
    ],
    ...([2, 2] as const),
  ],
  [
    ...(["an image and a shape of CVAT", "cvat"] as const),
    { "annotations.xml": all(replaced('name="p1.jpg"', 'name=""'), replaced('xtl="10"', 'xtl="1O"')) },
    [
      ["bad-object", "./annotations.xml", '"p0.jpg": shape 1 (box)', /^xtl must be a number of pixels, got "1O"$/],
      ["bad-object", "./annotations.xml", "image 2", /^has no name$/],
    ],
    ...([2, 3] as const),
  ],
  [
    ...(["two tasks of Label Studio and a number", "labelstudio"] as const),
    { "tasks.json": all(replaced('"annotations":[', '"annotations":[5,'), replaced('\n{"id":2', '\n7,\n{"id":2'), replaced('"x":49.50', '"x":"49", "_":1')) }, // prettier-ignore
    [
      ["bad-object", "./tasks.json", "[1]", /must be an object/],
      ["bad-object", "./tasks.json", "[0]", /^annotations\[0\]: /],
      ["bad-object", "./tasks.json", "[2]: result[1]", /^x must be a number/],
    ],
    ...([2, 3] as const),
  ],
  [
    ...(["two rows of TensorFlow's CSV", "csv"] as const),
    { "labels.csv": all(replaced("cat,10", "cat,ten"), replaced("dog,50,30,90,70\n", "dog,50\n")) },
    [
      ["bad-object", "./labels.csv", "line 2", /^xmin must be a number, got "ten"$/],
      ["bad-object", "./labels.csv", "line 3", /^ymin must be a number, got ""$/],
    ],
    ...([2, 4] as const),
  ],
  [
    ...(["a quote that is not closed in a CSV: what comes before counts", "csv"] as const),
    { "labels.csv": replaced("p2.jpg,102", '"p2.jpg,102') },
    [["unreadable-labels", "./labels.csv", undefined, /a quote is opened and not closed$/]],
    ...([2, 4] as const),
  ],
  [
    ...(["a row of RetinaNet's CSV, and its list of classes", "retinanet"] as const),
    { "annotations.csv": replaced("10,10,40", "10,40", 2), "classes.csv": replaced("dog,1", "dog,one") },
    [
      ["unreadable-labels", "./classes.csv", undefined, /^line 2: the number of a class must be a number, got "one"$/],
      ["bad-object", "./annotations.csv", "line 3", /^expected path,x1,y1,x2,y2,class, got 5 cells$/],
    ],
    ...([3, 5] as const),
  ],
  [
    ...(["a row of Open Images, and its names of classes", "openimages"] as const),
    { "annotations-bbox.csv": replaced("0.1,0.4", "10,0.4"), "class-descriptions-boxable.csv": () => BAD_UTF8 },
    [
      ["unreadable-labels", "./class-descriptions-boxable.csv", undefined, /^is not text in utf-8/],
      ["bad-object", "./annotations-bbox.csv", "line 2", /^XMin must be a fraction/],
    ],
    ...([3, 5] as const),
  ],
  [
    ...(["YOLO labels that are no text, a line, and a split that is not there", "yolo"] as const),
    {
      "labels/train/p0.txt": () => BAD_UTF8,
      "labels/train/p1.txt": replaced("0 0.2475", "7 0.2475"),
      "data.yaml": replaced("train: images/train", "train: images/train\nval: images/valid"),
    },
    [
      ["missing-folder", "./data.yaml", undefined, /^val: images\/valid$/],
      ["unreadable-labels", "./labels/train/p0.txt", undefined, /^is not text in utf-8; save it as UTF-8$/],
      ["bad-object", "./labels/train/p1.txt", "line 1", /^the class must be a whole number from 0 to 1, got 7$/],
    ],
    ...([2, 3] as const),
  ],
  [
    ...(["an XML cut off, and an object without a number", "voc"] as const),
    { "Annotations/p0.xml": cut, "Annotations/p1.xml": replaced("<xmin>10<", "<xmin>ten<") },
    [
      ["unreadable-labels", "./Annotations/p0.xml", undefined, /the file ends before <\/annotation>$/],
      ["bad-object", "./Annotations/p1.xml", "object 1", /^<xmin> must be a number, got "ten"$/],
    ],
    ...([2, 3] as const),
  ],
  [
    ...(["a record of TFRecord whose bytes changed, one that is cut off, and the label map", "tfrecord"] as const),
    {
      "data.record": (text) => Buffer.from(replaced("p0.jpg", "q0.jpg")(text).slice(0, -20) as string, "latin1"),
      "label_map.pbtxt": replaced("id: 2", "id: two"),
    },
    [
      ["unreadable-labels", "./data.record", undefined, /^record 3: the file ends within it$/],
      ["unreadable-labels", "./label_map.pbtxt", undefined, /^item 2: the id/],
      ["bad-object", "./data.record", "record 1", /^its checksum is wrong: damaged$/],
    ],
    ...([1, 2] as const),
  ],
  [
    ...(["a mask that is no image", "masks"] as const),
    { "masks/p0.png": () => Buffer.from("no image") },
    [["unreadable-labels", "./masks/p0.png", undefined, /./]],
    ...([2, 4] as const),
  ],
];

test.each(cases)(
  "%s: a finding each, and the rest is looked at",
  async (_, format, edits, expected, images, objects) => {
    const { folder, told, ...left } = await linted(format, edits);
    const key = (place: readonly unknown[]) => JSON.stringify(place.slice(0, 3));
    const wanted = expected.map(([rule, file, object, reason]) => [
      rule,
      file,
      object,
      expect.stringMatching(reason) as string,
    ]);
    expect(told.toSorted((a, b) => (key(a) < key(b) ? -1 : 1))).toEqual(expect.arrayContaining(wanted));
    expect({ ...left, told: told.length }).toEqual({ images, objects, told: wanted.length });
    await expect(readDataset(folder)).rejects.toThrow(AnchorkitError); // training and import refuse it
  },
);

test.each(["coco", "createml", "labelstudio", "cvat", "via"] as const)(
  "the only file of %s is cut off: a report with the reason, and nothing else",
  async (format) => {
    const folder = await written(format);
    const [file = ""] = (await listFiles(folder)).filter((path) => /annotations.*|tasks.json|via.*$/.test(path) && !path.endsWith(".jpg") && !path.includes("config")); // prettier-ignore
    await writeFile(file, cut(await readFile(file, "utf8")));
    const { images, findings } = await lintDataset(folder);
    expect({ images, rules: findings.map(({ rule }) => rule) }).toEqual({ images: 0, rules: ["cannot-read"] });
    expect(findings[0]?.places[0]).toMatchObject({
      file,
      detail: expect.stringMatching(
        /^(is not (valid JSON|well-formed XML): |ends (inside|inside or after) )/,
      ) as string,
    });
  },
);

test.each([
  ['{"images":[],"annotations":[{"bbox":[Infinity,1,2,3]}],"categories":[]}', /: holds Infinity, which is not JSON/],
  ["version https://git-lfs.github.com/spec/v1\noid sha256:4d\n", /^is a Git LFS pointer/],
  ["<!doctype html><title>Log in</title>", /^is a web page \(HTML\), not JSON/],
])("what is no JSON is called what it is: %s", async (text, reason) => {
  const folder = await written("coco");
  await writeFile(join(folder, "annotations.json"), text);
  const { findings } = await lintDataset(folder, { from: "coco" });
  expect(findings).toMatchObject([
    { rule: "cannot-read", places: [{ detail: expect.stringMatching(reason) as string }] },
  ]);
});

test("of COCO files for each split, one that is no JSON does not hide the others", async () => {
  const folder = await written("coco");
  const json = await readFile(join(folder, "annotations.json"), "utf8");
  await writeFile(join(folder, "instances_train.json"), json);
  await writeFile(join(folder, "instances_val.json"), cut(json));
  await rm(join(folder, "annotations.json"));
  const { images, findings } = await lintDataset(folder);
  expect(images).toBe(3);
  expect(findings.filter(({ severity }) => severity === "error")).toMatchObject([
    {
      rule: "unreadable-labels",
      count: 1,
      places: [{ detail: expect.stringMatching(/^ends inside .*: the file seems to be cut off$/) as string }],
    },
  ]);
});

test("what is found in a record is told with its image, also where it was found before the image was known", async () => {
  const folder = await written("coco");
  const file = join(folder, "annotations.json");
  await writeFile(file, replaced('"bbox":[50,30,40,40]', '"bbox":[50,30,400,1]', 2)(await readFile(file, "utf8")));
  const { findings } = await lintDataset(folder);
  const placesOf = (rule: string) => findings.find((finding) => finding.rule === rule)?.places;
  const place = { file, object: "annotations[3]", image: join(folder, "images", "p1.jpg") };
  expect(placesOf("partly-outside")).toMatchObject([place]);
  expect(placesOf("tiny-box")).toMatchObject([place]);
});

test("a data.yaml that gives an image to two splits: the first counts", async () => {
  const yaml = replaced("val: images/val", "val: [images/val, images]");
  const { told, images } = await linted("yolo", { "data.yaml": yaml }, true);
  expect({ images, told: told.map(([rule]) => rule) }).toEqual({ images: 3, told: ["two-splits", "two-splits"] });
});

test("what the corrected copy leaves out stands in its list of changes", async () => {
  const edits = { "labels/train/p0.txt": () => BAD_UTF8, "labels/train/p1.txt": replaced("0 0.2475", "7 0.2475") };
  const { folder } = await linted("yolo", edits);
  const out = join(await folderOf({}), "fixed");
  const { fixed } = await lintDataset(folder, { fix: { out } });
  const lines = (await readFile(fixed?.changesFile ?? "", "utf8")).trim().split("\n");
  expect(lines.slice(1).map((line) => line.replace(/^.*\/labels/, "labels"))).toEqual([
    "labels/train/p0.txt,,unreadable-labels,left out,is not text in utf-8; save it as UTF-8,",
    'labels/train/p1.txt,line 1,bad-object,left out,"the class must be a whole number from 0 to 1, got 7",',
  ]);
  const copy = await lintDataset(out);
  expect(copy.counts.error).toBe(0);
  expect([copy.images, copy.objects]).toEqual([2, 3]);
});

describe("whatever happens to the files, lint ends with a report", () => {
  const formats = Object.values(FORMATS).filter(({ write }) => write);
  test.each(formats.map(({ id }) => id))("%s", async (format) => {
    const folder = await written(format, true);
    const files = (await listFiles(folder)).sort();
    const texts = await Promise.all(files.map((file) => readFile(file, "latin1")));
    const noImages = files.map((_, i) => i).filter((i) => !/\.jpg$/.test(files[i] ?? ""));
    const damage = fc.constantFrom(...(noImages.length > 0 ? noImages : files.keys())).chain((i) => {
      return fc.tuple(fc.constant(files[i] ?? ""), fc.constant(texts[i] ?? ""), mutatedText(texts[i] ?? ""));
    });
    await fc.assert(
      fc.asyncProperty(fc.array(damage, { minLength: 1, maxLength: 3 }), async (damages) => {
        try {
          for (const [file, , text] of damages) await writeFile(file, text, "latin1");
          const { counts, images } = await lintDataset(folder);
          expect(images > 0 || counts.error > 0).toBe(true);
        } finally {
          for (const [file, before] of damages) await writeFile(file, before, "latin1");
        }
      }),
      { numRuns: 15 },
    );
  });
});
