import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { AnchorkitError } from "../../../../src/base/errors.ts";
import type { CocoTruth } from "../../../../src/data/comparison/comparedImage.ts";
import { type CocoFile, readCocoFile } from "../../../../src/data/formats/coco/cocoFile.ts";
import { readCocoResults } from "../../../../src/data/formats/coco/cocoResults.ts";
import { readCocoTruth } from "../../../../src/data/formats/coco/cocoTruth.ts";
import type { Orphans } from "../../../../src/data/formats/format.ts";
import { Warnings } from "../../../../src/data/warnings.ts";
import { evaluateCoco } from "../../../../src/metrics/index.ts";
import { folderOf } from "../../helpers.ts";
import { mutatedJson } from "../mutated.ts";

// A file of labels is read for training (readCocoFile) and as the truth of an evaluation (readCocoTruth): the same files
// are read, with the same boxes, and the same ones refused, with the same words.

const polygon = [[60, 40, 90, 40, 90, 60, 60, 60]];
const labels = () => ({
  info: { exif_orientation: "applied" },
  images: [
    { id: 4, file_name: "a.jpg", width: 100, height: 80 } as Record<string, unknown>,
    { id: 9, file_name: "b.jpg", width: 120, height: 90 } as Record<string, unknown>,
  ],
  annotations: [
    { id: 1, image_id: 4, category_id: 3, bbox: [10, 20, 30, 40], area: 1100, iscrowd: 0 } as Record<string, unknown>,
    { id: 2, image_id: 9, category_id: 7, bbox: [60, 40, 30, 20], segmentation: polygon } as Record<string, unknown>,
  ],
  categories: [{ id: 3, name: "cell" } as Record<string, unknown>, { id: 7, name: "rod" } as Record<string, unknown>],
});
type Labels = ReturnType<typeof labels>;

function changed(edit: (document: Labels) => void): Labels {
  const document = labels();
  edit(document);
  return document;
}

interface Read {
  file: CocoFile;
  truth: CocoTruth;
  warnings: string[];
}

/** What both readers make of a file; where they refuse it, what each of them says. */
async function readBoth(content: unknown, orphans?: Orphans, name = "labels.json"): Promise<Read | [string, string]> {
  const bytes = typeof content === "string" || content instanceof Uint8Array ? content : JSON.stringify(content);
  const path = join(await folderOf({ [name]: bytes }), name);
  return readPath(path, orphans);
}

async function readPath(path: string, orphans?: Orphans): Promise<Read | [string, string]> {
  const warnings = new Warnings();
  const [file, truth] = await Promise.allSettled([
    readCocoFile(path, { warnings, orphans }),
    readCocoTruth(path, orphans ? { orphans } : {}),
  ]);
  if (file.status === "fulfilled" && truth.status === "fulfilled") {
    return { file: file.value, truth: truth.value, warnings: warnings.lines() };
  }
  return [reasonOf(file, path), reasonOf(truth, path)];
}

function reasonOf(result: PromiseSettledResult<unknown>, path: string): string {
  if (result.status === "fulfilled") return "read";
  if (!(result.reason instanceof AnchorkitError)) throw result.reason;
  return result.reason.message.replaceAll(path, "F");
}

/** Image names, category names and corners of all objects, as each of the readers has them. */
function objectsOf({ file, truth }: Read): [string[], string[]] {
  const own = file.images.flatMap(({ fileName, annotations }) =>
    annotations.map(
      ({ box, category, crowd }) =>
        `${fileName ?? ""} ${file.categories[category]?.name ?? ""} ${box.join(" ")}${crowd ? " crowd" : ""}`,
    ),
  );
  const measured = truth.images.flatMap(({ fileName, truth: { boxes, classes, crowd = [] } }) =>
    Array.from(
      classes,
      (k, i) =>
        `${fileName ?? ""} ${truth.classes[k] ?? ""} ${Array.from(boxes)
          .slice(4 * i, 4 * i + 4)
          .join(" ")}${crowd[i] ? " crowd" : ""}`,
    ),
  );
  return [own.sort(), measured.sort()];
}

async function objectsIn(content: unknown, orphans?: Orphans, name?: string): Promise<string[]> {
  const read = await readBoth(content, orphans, name);
  if (Array.isArray(read)) throw new Error(read.join(" | "));
  const [own, measured] = objectsOf(read);
  expect(measured).toEqual(own);
  return own;
}

const usual = ["a.jpg cell 10 20 40 60", "b.jpg rod 60 40 90 60"];
const text = JSON.stringify(labels());

describe("both readers read", () => {
  test.each<[string, unknown]>([
    ["the file as it should be", labels()],
    [
      "numbers and ids as text",
      changed(({ images, annotations, categories }) => {
        for (const image of images) {
          image.id = String(image.id);
          image.width = String(image.width);
          image.height = ` ${String(image.height)}.0`;
        }
        Object.assign(annotations[0] ?? {}, { image_id: "4", bbox: ["10", "2e1", "30.0", 40], area: "1100" });
        Object.assign(categories[1] ?? {}, { id: "7" });
      }),
    ],
    [
      "flags in every spelling of no",
      changed(({ annotations }) => {
        Object.assign(annotations[0] ?? {}, { iscrowd: "0", difficult: false, truncated: 0, occluded: null });
      }),
    ],
    [
      "null for what is not said",
      changed(({ images, annotations }) => {
        Object.assign(annotations[0] ?? {}, { id: null, iscrowd: null, area: null, score: null, attributes: null });
        Object.assign(images[0] ?? {}, { width: null, height: null, split: null, category_ids: null });
      }),
    ],
    ["no box, or an empty one, beside a segmentation", changed(({ annotations }) => (annotations[1] = { ...annotations[1], bbox: [] }))], // prettier-ignore
    [
      "the same id for two annotations",
      changed(({ annotations }) => {
        annotations.forEach((one) => (one.id = 1));
      }),
    ],
    [
      "annotations without ids",
      changed(({ annotations }) => {
        annotations.forEach((one) => delete one.id);
      }),
    ],
    ["a byte order mark", `\uFEFF${text}`],
    ["UTF-16", Buffer.from(`\uFEFF${text}`, "utf16le")],
    ["UTF-16 the other way round", Buffer.from(`\uFEFF${text}`, "utf16le").swap16()],
    ["UTF-16 without a mark", Buffer.from(text, "utf16le")],
    ["commas too many", text.replaceAll("]", ",]").replaceAll("}", ", }").replace("80,", "80,\n\t")],
    ["NaN for null", text.replace('"area":1100', '"area":NaN').replace('"width":100', '"width": NaN ')],
    ["LVIS, whose images have an address alone", changed(({ images }) => { images.forEach((image) => {
      image.coco_url = `http://images.cocodataset.org/${String(image.file_name)}?x=1`;
      delete image.file_name;
    }); })], // prettier-ignore
    ["a path in place of the name", changed(({ images }) => { images.forEach((image) => {
      image.path = image.file_name;
      delete image.file_name;
    }); })], // prettier-ignore
    ["lists in another order", { categories: labels().categories, annotations: labels().annotations, images: labels().images }], // prettier-ignore
  ])("%s", async (_, content) => {
    expect(await objectsIn(content)).toEqual(usual);
  });

  test("gzip", async () => {
    expect(await objectsIn(gzipSync(text), undefined, "labels.json.gz")).toEqual(usual);
  });

  test("sizes of images, whatever they are written as", async () => {
    const { file, truth } = (await readBoth(changed(({ images }) => (images[0] = { ...images[0], width: "100" })))) as Read; // prettier-ignore
    expect(file.images[0]?.size).toEqual({ width: 100, height: 80 });
    expect(truth.images[0]?.size).toEqual({ width: 100, height: 80 });
  });

  test("ids as text, beyond 2^53 too, each of which stands for itself", async () => {
    // as images have them, and as annotations do; 9007199254740993 and …992 are the same double
    const ids = [
      ["9007199254740992", '"9007199254740992"'],
      ['"9007199254740993"', "9007199254740993"],
      ["-9007199254740993", "-9007199254740993"],
      ['"img-1"', '"img-1"'],
      ['"012"', '"012"'],
      ["12", '"12"'],
      ['"1e3"', '"1e3"'],
      ["1000", "1000.0"],
    ] as const;
    const images = ids.map(([id], i) => `{"id": ${id}, "file_name": "\\"id\\": 9007199254740993 ${i}"}`);
    const annotations = ids.map(
      ([, id], i) => `{"category_id":9007199254740995,"image_id" : ${id} ,"bbox":[${i},0.30000000000000004,10,10]}`,
    );
    const categories = '{"id":9007199254740995,"name":"c"},{"id":9007199254740996,"name":"d"}';
    const content = `{"images":[${images.join()}],"annotations":[${annotations.join()}],"categories":[${categories}]}`;
    const read = (await readBoth(content)) as Read;
    const [own, measured] = objectsOf(read);
    expect(measured).toEqual(own);
    for (const [i, image] of read.file.images.entries()) {
      expect(image.annotations.map(({ box }) => box.slice(0, 2))).toEqual([[i, 0.30000000000000004]]);
      expect(image.fileName).toBe(`"id": 9007199254740993 ${i}`); // strings are not touched
    }
    expect(read.truth.categoryIds).toEqual(["9007199254740995", "9007199254740996"]);
    const sorted = [12, 1000, "-9007199254740993", "012", "1e3", "9007199254740992", "9007199254740993", "img-1"];
    expect(read.truth.images.map(({ id }) => id)).toEqual(sorted);
  });
});

describe("both readers refuse, in the same words,", () => {
  const annotation = (fields: object) => changed(({ annotations }) => Object.assign(annotations[1] ?? {}, fields));
  const image = (fields: object) => changed(({ images }) => Object.assign(images[1] ?? {}, fields));
  test.each<[unknown, RegExp]>([
    ["{", /^F: ends inside its first bracket: the file seems to be cut off$/],
    [[], /^F: COCO labels are one object with images, annotations and categories, not a list$/],
    [{}, /^F: COCO labels are one object .*, and it has none of them$|^F: has no list named images/],
    [{ ...labels(), categories: undefined }, /^F: COCO labels need a list "categories", and there is none$/],
    [{ ...labels(), categories: { "1": "cell" } }, /^F: categories must be a list, got an object$/],
    [{ ...labels(), annotations: null }, /^F: annotations must be a list, got null$/],
    [text.replace("{", '{"images":[{"id":1}],'), /^F: the list "images" is there twice$/],
    [text.replace('"bbox"', '"bbox":,"b"'), /^F: annotations\[0\]: is not valid JSON/],
    [text.replace("1100", "Infinity"), /^F: annotations\[0\]: holds Infinity, which is not JSON/],
    [text.replace('},{"id":9', '},,{"id":9'), /^F: images\[1\]: is empty: there is a comma too many$/],
    [{ ...labels(), images: [3] }, /^F: images\[0\]: must be an object, got 3$/],
    [image({ id: 4 }), /^F: images\[1\]: the id 4 is there twice$/],
    [image({ id: "4" }), /^F: images\[1\]: the id 4 is there twice$/],
    [image({ id: 1.5 }), /^F: images\[1\]: id must be a whole number or text, got 1\.5$/],
    [image({ id: true }), /^F: images\[1\]: id must be a whole number or text, got true$/],
    [image({ id: " " }), /^F: images\[1\]: id must be a whole number or text, got " "$/],
    [image({ width: "wide" }), /^F: images\[1\]: width must be a number, got "wide"$/],
    [image({ file_name: 3 }), /^F: images\[1\]: file_name must be text, got 3$/],
    [image({ verified: 2 }), /^F: images\[1\]: verified must be 0 or 1, got 2$/],
    [image({ category_ids: 3 }), /^F: images\[1\]: category_ids must be a list of ids, got 3$/],
    [image({ category_ids: [3, {}] }), /^F: images\[1\]: category_ids\[1\] must be a whole number or text, got an object$/],
    [annotation({ image_id: null }), /^F: annotations\[1\]: image_id must be a whole number or text, got null$/],
    [annotation({ category_id: undefined }), /^F: annotations\[1\]: category_id must be .* text, got nothing$/],
    [annotation({ bbox: [1, 2, "x", 4] }), /^F: annotations\[1\]: bbox must be four finite numbers, got \[1, 2, "x", 4\]$/],
    [annotation({ bbox: [1, 2, -3, 4] }), /^F: annotations\[1\]: bbox \[1, 2, -3, 4\] has a negative width; /],
    [annotation({ bbox: [1, 2, 3, 4, 45] }), /^F: looks like COCO with oriented boxes .* write the upright box around each/],
    [annotation({ bbox: [1, null, 3, 4] }), /^F: annotations\[1\]: bbox \[1, null, 3, 4\] holds null/],
    [annotation({ bbox: [1, 2, 1e308, 1e308] }), /^F: annotations\[1\]: bbox must be four finite numbers/],
    [annotation({ bbox: undefined, segmentation: [] }), /^F: annotations\[1\]: bbox is missing, and there is no segmentation/],
    [annotation({ bbox: [], segmentation: [[1, 2]] }), /bbox is missing, and the segmentation cannot be read: a polygon has/],
    [annotation({ bbox: null, segmentation: [[-1e308, 0, 1e308, 0, 5, 5]] }), /numbers that are too large$/],
    [annotation({ area: "big" }), /^F: annotations\[1\]: area must be a number, got "big"$/],
    [annotation({ iscrowd: 2 }), /^F: annotations\[1\]: iscrowd must be 0 or 1, got 2$/],
    [annotation({ occluded: "partly" }), /^F: annotations\[1\]: occluded must be 0 or 1, got "partly"$/],
    [annotation({ pose: 3 }), /^F: annotations\[1\]: pose must be text, got 3$/],
    [annotation({ attributes: [1] }), /^F: annotations\[1\]: attributes must be an object, got \[1\]$/],
    [changed(({ categories }) => (categories[1] = { id: 7, name: "" })), /^F: categories\[1\]: name must be text, got ""$/],
    [changed(({ categories }) => (categories[1] = { id: 3, name: "rod" })), /^F: categories\[1\]: the id 3 is there twice$/],
  ])("%j", async (content, message) => {
    const [own, measured] = (await readBoth(content)) as [string, string];
    expect(own).toMatch(message);
    expect(measured).toBe(own);
  }); // prettier-ignore
});

describe("labels of images and categories that are not listed", () => {
  const orphans = changed(({ images, annotations }) => {
    images.pop();
    annotations.push({ id: 3, image_id: 4, category_id: 8, bbox: [0, 0, 5, 5] });
    images.push({ id: 5, file_name: "c.jpg", category_ids: [3, 8] });
  });

  test("are refused, with how many there are and what leaves them out", async () => {
    const refused =
      "F: images[1]: no category has the id 8 (3 labels are of images or categories that the file does not list; --orphans drop leaves them out)";
    expect(await readBoth(orphans)).toEqual([refused, refused]);
    const one = changed(({ annotations }) => (annotations[0] = { ...annotations[0], image_id: "x" }));
    const message =
      "F: annotations[0]: no image has the id x (1 label is of images or categories that the file does not list; --orphans drop leaves them out)";
    expect(await readBoth(one)).toEqual([message, message]);
  });

  test("are left out where that is asked for, and counted", async () => {
    const read = (await readBoth(orphans, "drop")) as Read;
    expect(objectsOf(read)).toEqual([usual.slice(0, 1), usual.slice(0, 1)]);
    expect(read.file.images[1]?.labels).toEqual([0]);
    const line =
      /^labels of images or categories that the file does not list, left out: 3 \(first: .*images\[1\]: no category has the id 8\)$/;
    expect(read.warnings).toEqual([expect.stringMatching(line)]);
    expect(read.truth.warnings).toEqual([expect.stringMatching(line)]);
  });
});

test("what was mended or is doubtful is counted, once a kind", async () => {
  const slips = text.replace('"area":1100', '"area":NaN').replace("}]}", "},],}").replaceAll('"id":2', '"id":1');
  const { warnings, truth } = (await readBoth(slips)) as Read;
  expect(warnings).toEqual([
    expect.stringMatching(/^places that are no JSON and could be mended \(NaN in place of null\): 1 \(.*annotations\[0\]\)$/),
    expect.stringMatching(/^annotations whose id another one has, too, all kept: 1 \(.*annotations\[1\]: id 1\)$/),
    expect.stringMatching(/^places that are no JSON and could be mended \(commas too many\): 2 \(first: .*categories\[2\]\)$/),
  ]); // prettier-ignore
  expect(truth.warnings).toEqual(warnings);
});

test("truths of images and categories that share a name: told, and the classes can be told apart", async () => {
  const shared = changed(({ images, categories }) => {
    Object.assign(images[1] ?? {}, { file_name: "a.jpg" });
    Object.assign(categories[1] ?? {}, { name: " cell" });
  });
  const { truth } = (await readBoth(shared)) as Read;
  expect(truth.classes).toEqual(["cell (id 3)", "cell (id 7)"]);
  expect(truth.warnings).toEqual([
    expect.stringMatching(/^images whose file_name another one has, too, .*: 1 \(.*: "a\.jpg", ids 4 and 9\)$/),
    expect.stringMatching(/^names that several categories have, .*: 1 \(.*: "cell", ids 3, 7\)$/),
  ]);
});

test("results find images and categories by ids of every kind", async () => {
  const big = "7306418092853329921";
  const truth = text
    .replaceAll(/"(id|image_id)":4\b/g, `"$1":${big}`)
    .replaceAll(/"(id|category_id)":7\b/g, '"$1":"u-7"');
  const results = `[{"image_id":${big},"category_id":"3","bbox":[10,20,30,40],"score":0.9},{"image_id":"9","category_id":"u-7","bbox":[60,40,30,20],"score":0.8}]`;
  const folder = await folderOf({ "truth.json": truth, "found.json": results });
  const read = (found = "found.json") => readCocoResults(join(folder, "truth.json"), join(folder, found));
  const { images, classes, warnings } = await read();
  expect(warnings).toEqual([]);
  expect(evaluateCoco(images, classes).AP).toBeCloseTo(1, 12);
  await writeFile(join(folder, "other.json"), results.replace(big, "7306418092853329920"));
  await expect(read("other.json")).rejects.toThrow(/record 0: image_id "7306418092853329920" is not in /);
});

test("masks without boxes are measured: pycocotools' segm AP of this file is 1", async () => {
  const truth = changed(({ annotations }) => (annotations[1] = { ...annotations[1], bbox: undefined, image_id: 4 }));
  truth.annotations.shift();
  const found = [{ image_id: 4, category_id: 7, segmentation: polygon, score: 0.9 }];
  const folder = await folderOf({ "truth.json": JSON.stringify(truth), "found.json": JSON.stringify(found) });
  for (const overlap of ["box", "mask"] as const) {
    const options = { masks: overlap === "mask" };
    const { images, classes } = await readCocoResults(join(folder, "truth.json"), join(folder, "found.json"), options);
    expect(evaluateCoco(images, classes, { overlap }).AP).toBeCloseTo(1, 12);
  }
});

test("whatever a file holds, both read the same objects, or both refuse it in the same words", { timeout: 120_000 }, async () => {
  const value = fc.oneof(
    fc.jsonValue({ maxDepth: 2 }),
    fc.constantFrom<unknown>(null, 3, 4, 7, 9, "4", "7", "x", "", 1e300, 2 ** 53, true, "0", "1", [], [1, 2, 3, 4]),
    fc.constantFrom<unknown>(["1", 2, "3", 4], polygon, { size: [80, 100], counts: [8000] }, { size: [1e9, 1e9], counts: "1" }),
  );
  const fields = (...names: string[]) => fc.record(Object.fromEntries(names.map((name) => [name, value])), { requiredKeys: [] }); // prettier-ignore
  const { images, annotations, categories } = labels();
  const image = fields("id", "file_name", "coco_url", "width", "height", "split", "verified", "category_ids");
  const annotation = fields(
    ...["id", "image_id", "category_id", "bbox", "area", "segmentation", "attributes", "pose", "score"],
    ...["iscrowd", "difficult", "truncated", "occluded"],
  );
  const mixed = (good: readonly object[], odd: fc.Arbitrary<unknown>) =>
    fc.array(fc.oneof({ weight: 2, arbitrary: odd.map((one) => Object.assign({}, good[0], one)) }, { weight: 1, arbitrary: value }, { weight: 1, arbitrary: odd }), { maxLength: 2 }).map((some) => [...good.slice(1), ...some]); // prettier-ignore
  const odd = fc
    .record({ images: mixed(images, image), annotations: mixed(annotations, annotation), categories: mixed(categories, fields("id", "name", "supercategory")) })
    .map((document) => JSON.stringify(document)); // prettier-ignore
  const path = join(await folderOf({}), "labels.json");
  let accepted = 0;
  const same = async (content: string, orphans: Orphans) => {
    await writeFile(path, content);
    const read = await readPath(path, orphans);
    if (Array.isArray(read)) {
      expect(read[1]).toBe(read[0]);
      return;
    }
    accepted++;
    const count = ({ file, truth }: Read): [number, number] => [
      file.images.reduce((sum, { annotations: own }) => sum + own.length, 0),
      truth.images.reduce((sum, { truth: { classes } }) => sum + classes.length, 0),
    ];
    expect(count(read)[1]).toBe(count(read)[0]);
    expect(read.truth.images).toHaveLength(read.file.images.length);
  };
  const how = fc.constantFrom<Orphans>("refuse", "drop");
  await fc.assert(fc.asyncProperty(fc.oneof(odd, mutatedJson(labels())), how, same), { numRuns: 400 });
  expect(accepted).toBeGreaterThan(20);
}); // prettier-ignore
