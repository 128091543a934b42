import { mkdirSync, readFileSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "csv-parse/sync";
import sharp from "sharp";
import { lintDataset } from "../../../src/data/lint/lintDataset.ts";
import type { LintFinding, LintReport } from "../../../src/data/lint/report.ts";
import { RULES, type RuleId } from "../../../src/data/lint/rules.ts";
import { readDataset } from "../../../src/data/readDataset.ts";
import { folderOf, labelImgXml } from "../helpers.ts";
import { everyTrap, picture } from "./everyTrap.ts";
import { placesOf } from "./helpers.ts";

const byRule = (report: LintReport) =>
  Object.fromEntries(report.findings.map((finding) => [finding.rule, finding])) as Partial<Record<RuleId, LintFinding>>;

/** The report with paths from the folder. */
function relativeTo<T>(folder: string, report: T): T {
  return JSON.parse(JSON.stringify(report).replaceAll(`${folder}/`, "")) as T;
}

describe("a folder in which everything went wrong once", async () => {
  const files = await everyTrap();

  test("each trap is found, once, where it is", async () => {
    const folder = await folderOf(files);
    const report = relativeTo(folder, await lintDataset(folder, { pixels: true, places: 100 }));
    const found = byRule(report);
    const places = Object.fromEntries(Object.entries(found).map(([rule, finding]) => [rule, placesOf(finding).sort()]));
    expect(places).toMatchObject({
      "unreadable-labels": [
        "bomb.xml (has a DOCTYPE, which label files never need; remove it)",
        "doctype.xml (has a DOCTYPE, which label files never need; remove it)",
        "empty.xml (the file is empty)",
        expect.stringMatching(/^truncated\.xml \(is not well-formed XML: line \d+: the file ends before/),
      ],
      "bad-object": [
        "exchanged.xml: object 1 (xmax (60) must exceed xmin (70))",
        "no-name.xml: object 1 (<name> is missing or empty)",
        'not-a-number.xml: object 1 (<xmin> must be a number, got "ten")',
      ],
      "swapped-corners": ["swapped.xml: object 1 (xmax (10) must exceed xmin (60))"],
      "two-label-files": [expect.stringContaining("belongs to two-names-copy/two-files.jpg")],
      "other-size": ["wrong-size.xml (says 500 x 80, the image is 100 x 80)"],
      outside: ["outside.xml: object 1 (in an image of 100 x 80)"],
      "partly-outside": ["overhang.xml: object 1 (in an image of 100 x 80)"],
      "zero-area": ["zero-area.xml: object 1"],
      "tiny-box": ["tiny.xml: object 1 (2 x 50)"],
      "alike-classes": [expect.stringMatching(/"Cat" \(1 object\) and "cat"/)],
      "untidy-classes": ['classes ("cat" and " cat ")'],
      "similar-classes": ['classes ("elephnat" (1) for "elephant" (7)?)'],
      "unreadable-image": [expect.stringMatching(/^broken-image\.jpg/)],
      "damaged-image": [expect.stringMatching(/^cut-image\.jpg \(cannot be decoded/)],
      "other-filename": ["other-image.xml"],
      "filename-without-extension": ['no-extension.xml ("no-extension")'],
      "foreign-path": [expect.stringMatching(/^other-folder\.xml \("C:/)],
      "float-coordinates": ["float.xml: object 1 (10.5, 20.25, 60, 70)"],
      "size-missing": ["mirrored.xml", "size-0.xml"],
      resized: ["resized.xml (says 200 x 160, the image is 100 x 80)"],
      "stored-frame": ["mirrored.xml", "turned.xml"],
      encoding: ["bom.xml (utf-8 with a byte order mark)", "utf-16.xml (utf-16le)"],
      "image-without-labels": ["no-xml.jpg"],
      "labels-without-image": ['no-image.xml ("no-image.jpg")'],
      "same-image": ["twice.xml (is good-0.jpg, with the same labels)"],
      "near-duplicate": ["alike.jpg (like good-1.jpg)"],
      "duplicate-box": ["same-box.xml: object 2 (cat)"],
      "overlapping-box": ["near-box.xml: object 2 (cat)"],
      "two-classes": ['two-names.xml: object 2 ("elephant" and "cat")'],
      marks: [expect.stringMatching(/^difficult objects \(1 of/), expect.stringMatching(/^verified images \(1 of/)],
      "no-splits": ["data set"],
    });
    expect(report.counts.error).toBe(10);
  });

  test("an image whose labels cannot be read is no background", async () => {
    const folder = await folderOf(files);
    const out = join(await folderOf({}), "fixed");
    await lintDataset(folder, { fix: { out } });
    const { dataset } = await readDataset(out);
    const names = dataset.images.map(({ file }) => file.slice(folder.length + 1));
    expect(names).toContain("good-0.jpg");
    for (const name of ["empty", "truncated", "bomb", "doctype"]) expect(names).not.toContain(`${name}.jpg`);
  });

  test("the corrected copy has what was meant, its changes are listed, and the input is as it was", async () => {
    const folder = await folderOf(files);
    const out = join(await folderOf({}), "fixed");
    const { fixed } = await lintDataset(folder, { fix: { out } });
    const { dataset, warnings } = await readDataset(out);
    expect(warnings).toEqual([]);
    expect(dataset.classes).toEqual(["cat", "elephant", "elephnat"]); // a typo is a guess
    const boxesOf = (name: string) => dataset.images.find(({ file }) => file.endsWith(`/${name}.jpg`))?.objects.map(({ box }) => box); // prettier-ignore
    expect(boxesOf("swapped")).toEqual([[10, 20, 60, 70]]);
    expect(boxesOf("overhang")).toEqual([[50, 20, 100, 70]]);
    expect(boxesOf("resized")).toEqual([[10, 20, 60, 70]]);
    expect(boxesOf("turned")).toEqual([[10, 10, 60, 60]]); // stored 100 x 80: x is 80 - y, y is x
    expect(boxesOf("same-box")).toHaveLength(1);
    expect(boxesOf("near-box")).toHaveLength(2);
    for (const name of ["outside", "zero-area", "exchanged"]) expect(boxesOf(name)).toEqual([]);

    const csv = await readFile(join(out, "changes.csv"), "utf8");
    const changes = parse<Record<string, string>>(csv, { columns: true });
    expect(changes).toHaveLength(fixed?.changes ?? NaN);
    const changeOf = (rule: string) => changes.filter((change) => change.rule === rule).map(({ before, after }) => `${before} -> ${after}`); // prettier-ignore
    expect(changeOf("swapped-corners")).toEqual(["60, 20, 10, 70 -> 10, 20, 60, 70"]);
    expect(changeOf("partly-outside")).toEqual(["50, 20, 120, 70 -> 50, 20, 100, 70"]);
    expect(changeOf("zero-area")).toEqual(["10, 20, 10, 70 -> "]);
    expect(changeOf("alike-classes")).toEqual(['"Cat" -> "cat"']);
    expect(changeOf("untidy-classes")).toEqual(['" cat " -> "cat"']);
    expect(changeOf("duplicate-box")).toEqual(["cat at 10, 20, 60, 70 -> "]);
    expect(changeOf("other-filename")).toEqual(["good-1.jpg -> other-image.jpg"]);
    expect(changeOf("size-missing")).toHaveLength(2);

    for (const [name, content] of Object.entries(files)) {
      expect(readFileSync(join(folder, name)).equals(Buffer.from(content)), name).toBe(true);
    }
    expect((await readdir(folder)).length).toBe(new Set(Object.keys(files).map((name) => name.split("/")[0])).size);
  });

  test("nothing that is fixed is found in the corrected copy", async () => {
    const folder = await folderOf(files);
    const out = join(await folderOf({}), "fixed");
    await lintDataset(folder, { fix: { out } });
    const again = await lintDataset(out);
    expect(again.findings.filter(({ fix }) => fix !== undefined)).toEqual([]);
    expect(again.counts.error).toBe(0);
  });
});

test("a clean data set has no errors and no warnings", async () => {
  const files: Record<string, string | Uint8Array> = {};
  for (let i = 0; i < 30; i++) {
    files[`${i}.jpg`] = await picture(i + 1);
    files[`${i}.xml`] = labelImgXml(`${i}.jpg`, [["cat", 20, 10, 70, 60]]);
  }
  const { counts, findings } = await lintDataset(await folderOf(files), { pixels: true, size: 100 });
  expect({ counts, rules: findings.map(({ rule }) => rule) }).toEqual({
    counts: { error: 0, warning: 0, note: 1 },
    rules: ["no-splits"],
  });
});

test("copies in two splits are an error, images that look alike a warning", async () => {
  const folder = await folderOf({
    ...{ "train/a.jpg": await picture(1), "val/b.jpg": await picture(1) },
    ...{ "train/c.jpg": await picture(2), "test/d.jpg": await picture(2, 40) },
    ...Object.fromEntries(
      ["train/a", "val/b", "train/c", "test/d"].map((path) => {
        return [`${path}.xml`, labelImgXml(`${path.slice(-1)}.jpg`, [["cat", 20, 10, 70, 60]])];
      }),
    ),
  });
  const found = byRule(relativeTo(folder, await lintDataset(folder, { pixels: true })));
  expect(placesOf(found.leak)).toEqual(["val/b.xml (val; train/a.jpg is in train)"]);
  expect(placesOf(found["near-leak"])).toEqual(["train/c.jpg (train; looks like test/d.jpg in test)"]);
  expect(found["same-image"]).toBeUndefined();
  expect(byRule(await lintDataset(folder))["near-leak"]).toBeUndefined(); // pixels only when asked
});

test("an image in two split lists is told of, and keeps the first", async () => {
  const folder = await folderOf({
    ...{ "JPEGImages/a.jpg": await picture(1), "Annotations/a.xml": labelImgXml("a.jpg", [["cat", 20, 10, 70, 60]]) },
    ...{ "ImageSets/Main/train.txt": "a\nb\n", "ImageSets/Main/val.txt": "a\n" },
  });
  const found = byRule(relativeTo(folder, await lintDataset(folder)));
  expect(placesOf(found["two-splits"])).toEqual([
    expect.stringMatching(/^JPEGImages\/a\.jpg \(stands in .*train.*val/),
  ]);
  expect(found["unknown-in-list"]?.count).toBe(1);
});

test("COCO: records that are wrong are told of by their place in the file, the others are read", async () => {
  const coco = {
    images: [
      { id: 1, file_name: 5 },
      { id: 2, file_name: "a.jpg" },
      { id: 2, file_name: "b.jpg" },
      { id: 3, file_name: "gone.jpg" },
    ],
    annotations: [
      { image_id: 2, category_id: 1, bbox: [10, 20, -5, 30] },
      { image_id: 2, category_id: 1, bbox: [10, 20, 30, 30] },
      { image_id: 7, category_id: 1, bbox: [10, 20, 30, 30] },
      { image_id: 2, category_id: 9, bbox: [10, 20, 30, 30] },
      { image_id: 2, category_id: 1, bbox: [10, 20, 0, 30] },
    ],
    categories: [{ id: 1, name: "cat" }],
  };
  const folder = await folderOf({ "labels.json": JSON.stringify(coco), "a.jpg": await picture(1) });
  const report = relativeTo(folder, await lintDataset(join(folder, "labels.json")));
  const found = byRule(report);
  expect(report).toMatchObject({ images: 1, objects: 1 });
  expect(placesOf(found["bad-object"]).map((place) => place.split(" (")[0])).toEqual([
    "labels.json: images[0]",
    "labels.json: images[2]",
    "labels.json: annotations[0]",
    "labels.json: annotations[2]",
    "labels.json: annotations[3]",
  ]);
  expect(placesOf(found["zero-area"])).toEqual(["labels.json: annotations[4]"]);
  expect(placesOf(found["labels-without-image"])).toEqual(["labels.json: images[3] (\"gone.jpg\")"]); // prettier-ignore
});

test("YOLO: lines that are wrong are told of, the others are read", async () => {
  const folder = await folderOf({
    ...{ "classes.txt": "cat\n", "a.jpg": await picture(1), "b.jpg": await picture(2) },
    "a.txt": "0 0.5 0.5 0.2 0.2\n3 0.5 0.5 0.2 0.2\n0 50 50 20 20\n0 0.5 0.5 0 0.2\n",
  });
  const report = relativeTo(folder, await lintDataset(folder));
  const found = byRule(report);
  expect(report).toMatchObject({ images: 2, objects: 1 });
  expect(placesOf(found["bad-object"]).map((place) => place.split(" (")[0])).toEqual([
    "a.txt: line 2",
    "a.txt: line 3",
  ]);
  expect(placesOf(found["zero-area"])).toEqual(["a.txt: line 4"]);
  expect(placesOf(found["image-without-labels"])).toEqual(["b.jpg"]);
});

test("labels of a photo that EXIF mirrors, with nothing to tell whether they were made before", async () => {
  const mirrored = await sharp(await picture(1)).withMetadata({ orientation: 2 }).jpeg().toBuffer(); // prettier-ignore
  const folder = await folderOf({ "a.jpg": mirrored, "a.xml": labelImgXml("a.jpg", [["cat", 20, 10, 70, 60]]) });
  expect(placesOf(byRule(relativeTo(folder, await lintDataset(folder)))["unknown-frame"])).toEqual(["a.xml"]);
});

test("minima of 0 say that counting starts there, unless it is read so", async () => {
  const files: Record<string, string | Uint8Array> = { "a.jpg": await picture(1) };
  for (let i = 0; i < 20; i++) {
    files[`${i}.jpg`] = await picture(i + 10);
    files[`${i}.xml`] = labelImgXml(`${i}.jpg`, [["cat", 0, 10 + i, 70, 60]]);
  }
  const folder = await folderOf(files);
  const report = await lintDataset(folder);
  expect(report.convention).toMatchObject({ verdict: "zero-based", sure: "yes" });
  expect(placesOf(byRule(report).convention)).toEqual(["data set (zero-based: pass --coordinates zero-based)"]);
  expect(byRule(await lintDataset(folder, { coordinates: "zero-based" })).convention).toBeUndefined();
});

test("what readers find without a rule of its own is passed on in their words", async () => {
  const folder = await folderOf({
    ...{ "data.yaml": "train: images\nnames: [cat]\nkpt_shape: [1, 2]\n", "images/a.jpg": await picture(1) },
    "labels/a.txt": "0 0.5 0.5 0.2 0.2 0.5 0.5\n",
  });
  expect(byRule(await lintDataset(folder)).other).toMatchObject({
    ...{ title: "data sets of keypoints, read as the boxes alone", severity: "warning", count: 1 },
  });
});

describe("what cannot be linted or written", () => {
  test("nothing there is an error, a data set that nobody can read a finding", async () => {
    await expect(lintDataset("nowhere")).rejects.toThrow("nowhere: no such file or folder");
    const folder = await folderOf({ "a.jpg": await picture(1) });
    const { findings, images } = await lintDataset(folder);
    expect(images).toBe(0);
    expect(findings).toMatchObject([{ rule: "cannot-read", severity: "error", count: 1 }]);
  });

  test("the corrected copy goes to a new folder outside of what is read", async () => {
    const folder = await folderOf({ "in/a.jpg": await picture(1), "in/a.xml": labelImgXml("a.jpg", []), "full/x": "" });
    const to = (out: string) => lintDataset(join(folder, "in"), { fix: { out: join(folder, out) } });
    await expect(to("full")).rejects.toThrow(/full: is not empty; give a new folder/);
    await expect(to("full/x")).rejects.toThrow(/is a file; give a new folder/);
    await expect(to("in/fixed")).rejects.toThrow(/in\/fixed: lies in the data set that is read/);
    await expect(to("in")).rejects.toThrow(/in: is the input itself/);
    mkdirSync(join(folder, "in-fixed"));
    expect((await to("in-fixed")).fixed).toMatchObject({ changes: 0 });
  });
});

test("every rule says what it does to training, and only sentences end with a full stop", () => {
  for (const [rule, { title, meaning, fix }] of Object.entries(RULES)) {
    expect(meaning, rule).toMatch(/^[A-Z'].*\.$/);
    expect(`${title} ${fix ?? ""}`, rule).not.toMatch(/\.( |$)/);
  }
});
