import { readFile, stat, writeFile } from "node:fs/promises";
import { basename, join, relative } from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import sharp from "sharp";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { AnchorkitError } from "../../../../src/base/errors.ts";
import { exportLabels } from "../../../../src/data/exportLabels.ts";
import { maskedCrc32c } from "../../../../src/data/formats/tfrecord/crc32c.ts";
import { encodeExample, type Features } from "../../../../src/data/formats/tfrecord/tfExample.ts";
import { encodeTfRecord, readTfRecords } from "../../../../src/data/formats/tfrecord/tfRecordFile.ts";
import { Warnings } from "../../../../src/data/warnings.ts";
import { writeTfrecord } from "../../../../src/data/formats/tfrecord/writeTfrecord.ts";
import { importLabels } from "../../../../src/data/importLabels.ts";
import { readDataset } from "../../../../src/data/readDataset.ts";
import { encodeMask } from "../../../../src/geometry/masks/encodeMask.ts";
import { folderOf, jpeg } from "../../helpers.ts";

const image = await jpeg(100, 80);
const map = "item { id: 1 name: 'cat' }\nitem { id: 2 name: 'dog' }\n";

let cache = "";
beforeEach(async () => {
  cache = await folderOf({});
  vi.stubEnv("XDG_CACHE_HOME", cache);
});

const bytes = (...values: (string | Uint8Array)[]) => ({
  bytesList: { value: values.map((value) => (typeof value === "string" ? Buffer.from(value) : value)) },
});
const floats = (...value: number[]) => ({ floatList: { value } });
const integers = (...value: number[]) => ({ int64List: { value } });

/** An example with one box, and what differs from it. */
function example(features: Features = {}): Features {
  return {
    "image/encoded": bytes(image),
    "image/filename": bytes("a.jpg"),
    "image/format": bytes("jpeg"),
    "image/object/bbox/xmin": floats(0.1),
    "image/object/bbox/ymin": floats(0.25),
    "image/object/bbox/xmax": floats(0.3),
    "image/object/bbox/ymax": floats(0.5),
    "image/object/class/text": bytes("cat"),
    "image/object/class/label": integers(1),
    ...features,
  };
}

function records(...examples: Features[]): Buffer {
  return Buffer.concat(examples.map((features) => encodeTfRecord(encodeExample(features))));
}

/** What is read of a folder with these files. */
async function summary(files: Record<string, string | Uint8Array>, path = "") {
  const folder = await folderOf(files);
  const { dataset, warnings, format } = await readDataset(join(folder, path), path === "" ? {} : { from: "tfrecord" });
  const images = dataset.images.map(({ file, split, objects }) => {
    const rounded = objects.map(({ box, ...said }) => ({ ...said, box: box.map((value) => Number(value.toFixed(3))) }));
    return [basename(file), split, ...rounded] as const;
  });
  const told = warnings.map((line) => line.replaceAll(folder, ".").replaceAll(cache, "cache"));
  return { format, dataset, images, warnings: told.filter((line) => !line.startsWith("images taken out of records")) };
}

test("boxes are fractions, classes text or numbers of the label map, marks and poses are kept", async () => {
  const two = example({
    ...{ "image/object/bbox/xmin": floats(0, 0.5), "image/object/bbox/xmax": floats(0.5, 1) },
    ...{ "image/object/bbox/ymin": floats(0, 0), "image/object/bbox/ymax": floats(1, 1) },
    ...{ "image/object/class/text": bytes(), "image/object/class/label": integers(2, 1) },
    ...{ "image/object/difficult": integers(0, 1), "image/object/truncated": integers(1, 0) },
    ...{ "image/object/view": bytes("Left", "Unspecified"), "image/object/is_crowd": integers(1, 0) },
    "image/filename": bytes("кот, 🐈.jpg"),
    "image/caption": bytes("two"),
  });
  const { format, dataset, images, warnings } = await summary({
    "all.record": records(example(), two),
    "label_map.pbtxt": map,
  });
  expect(format).toBe("tfrecord");
  expect(dataset.classes).toEqual(["cat", "dog"]);
  expect(images).toEqual([
    ["a.jpg", undefined, { class: 0, box: [10, 20, 30, 40] }],
    [
      ...["кот, 🐈.jpg", undefined],
      { class: 1, box: [0, 0, 50, 80], truncated: true, pose: "Left", crowd: true },
      { class: 0, box: [50, 0, 100, 80], difficult: true },
    ],
  ]);
  expect(warnings).toEqual([
    'features of records that are not known, left out: 1 (./all.record: record 2: "image/caption")',
  ]);
});

test("images are written into the cache as they are, once, under names that stay in there", async () => {
  const folder = await folderOf({
    "a.record": records(
      ...["../../evil.jpg", "C:\\photos\\b", ".x.png"].map((name) => example({ "image/filename": bytes(name) })),
    ),
  });
  const { dataset, warnings } = await readDataset(folder);
  const files = dataset.images.map(({ file }) => file);
  expect(files.map((file) => relative(cache, file))).toEqual(
    ["evil.jpg", "b.jpg", "_x.png"].map(
      (name) => expect.stringMatching(`^anchorkit/tfrecord/../[0-9a-f]{16}/${name}$`) as string,
    ),
  );
  expect(await readFile(files[0] ?? "")).toEqual(image);
  expect(warnings).toEqual([expect.stringMatching(/^images taken out of records into the cache .*: 3 \(first: /)]);
  const { mtimeMs } = await stat(files[0] ?? "");
  await readDataset(folder);
  expect((await stat(files[0] ?? "")).mtimeMs).toBe(mtimeMs);
  const imported = await importLabels(folder, join(folder, "out"), { copy: true });
  expect(imported.dataset.images.every(({ file }) => file.startsWith(join(folder, "out/images")))).toBe(true);
});

test("splits are in names of files, of shards, too, or folders; a missing shard is named; gzip is unpacked", async () => {
  const of = (name: string) => records(example({ "image/filename": bytes(name) }));
  const { images, warnings } = await summary({
    "coco_train.record-00000-of-00003": of("a.jpg"),
    "coco_train.record-00002-of-00003": of("b.jpg"),
    "val.tfrecord": of("c.jpg"),
    "test/cells.tfrecord": of("d.jpg"),
    "x.tfrecord.gz": gzipSync(of("e.jpg")),
  });
  expect(images.map(([name, split]) => [name, split])).toEqual([
    ...[["a.jpg", "train"], ["b.jpg", "train"], ["d.jpg", "test"], ["c.jpg", "val"], ["e.jpg", undefined]], // prettier-ignore
  ]);
  expect(warnings).toEqual([
    "sharded records of which files are missing: 1 (./coco_train.record-of-00003: 2 are there)",
  ]);
});

test("of several label maps the one beside the records counts, display names are taken", async () => {
  const only = example({ "image/object/class/text": bytes(), "image/object/class/label": integers(2) });
  const { dataset } = await summary({
    "train/a.tfrecord": records(only),
    "train/a_label_map.pbtxt": map,
    "valid/a.tfrecord": records({ ...only, "image/filename": bytes("b.jpg") }),
    "valid/a_label_map.pbtxt": 'item { id: 2 name: "/m/1" display_name: "Ant" }',
    "pipeline.pbtxt": "model { ssd { } }",
  });
  expect(dataset.images.map(({ objects }) => dataset.classes[objects[0]?.class ?? 0])).toEqual(["dog", "Ant"]);
});

test("masks of objects are PNGs", async () => {
  const inside = new Uint8Array(8000).fill(1, 2010, 2031);
  const png = await sharp(inside, { raw: { width: 100, height: 80, channels: 1 } })
    .png()
    .toBuffer();
  const { dataset } = await summary({ "a.record": records(example({ "image/object/mask": bytes(png) })) });
  expect(dataset.images[0]?.objects[0]?.segmentation).toEqual(encodeMask(inside, 80, 100));
});

describe("errors name file and record", () => {
  const box = "image/object/bbox/";
  test.each<[features: Features, message: RegExp]>([
    [{ "image/encoded": bytes() }, /a\.record: record 2: is .*a\.jpg, as .*record 1 is; keep one of them$/],
    [{ "image/encoded": bytes("GIF") }, /a\.record: record 2: "image\/encoded": is no image that can be read/],
    [{ [`${box}xmin`]: floats(0, 1) }, /record 2: "image\/object\/bbox\/ymin" has 1 entries for 2 boxes$/],
    [{ [`${box}xmin`]: integers(0) }, /record 2: "image\/object\/bbox\/xmin" must hold floats$/],
    [{ [`${box}xmin`]: floats(30) }, /record 2: object 1: corners must be fractions of the image from 0 to 1, got 30$/],
    [
      { [`${box}xmin`]: floats(NaN) },
      /record 2: object 1: corners must be fractions of the image from 0 to 1, got NaN$/,
    ],
    [{ [`${box}ymin`]: floats(0.75) }, /record 2: object 1: ymax \(0\.5\) must exceed ymin \(0\.75\)$/],
    [{ "image/object/difficult": integers(0, 1) }, /record 2: "image\/object\/difficult" has 2 entries for 1 boxes$/],
    [{ "image/object/class/text": bytes("") }, /record 2: "image\/object\/class\/text": entry 1 is empty$/],
    [{ "image/object/class/text": bytes(Uint8Array.of(255)) }, /class\/text" is not text in UTF-8$/],
    [{ "image/object/class/text": bytes() }, /record 2: class 1 has no name; put the label_map\.pbtxt beside/],
    [{ "image/object/class/text": bytes(), "image/object/class/label": bytes() }, /class\/label" must hold whole/],
    [{ "image/object/class/text": bytes(), "image/object/class/label": integers() }, /have not an entry for each of 1/],
    [{ "image/object/mask": bytes("x") }, /record 2: object 1: the mask: is no image/],
    [{}, /record 2: is .*a\.jpg, as .*record 1 is; keep one of them$/],
  ])("%#", async (features, message) => {
    await expect(summary({ "a.record": records(example(), example(features)) })).rejects.toThrow(message);
  });

  const good = records(example());
  const withByte = (at: number) => Buffer.from(good.map((byte, i) => (i === at ? byte ^ 1 : byte)));
  test.each<[file: Uint8Array, message: RegExp]>([
    [Buffer.concat([good, good.subarray(0, 5)]), /a\.record: record 2: the file ends within it$/],
    [good.subarray(0, -1), /a\.record: record 1: the file ends within it$/],
    [withByte(3), /a\.record: record 1: the checksum of its length is wrong: damaged$/],
    [withByte(100), /a\.record: record 1: its checksum is wrong: damaged$/],
    [encodeTfRecord(Buffer.from("hello")), /a\.record: record 1: is no tf\.train\.Example: /],
    [encodeTfRecord(new Uint8Array(0)), /a\.record: record 1: has neither "image\/encoded" nor "image\/filename"$/],
    [new Uint8Array(0), /a\.record: holds no images$/],
  ])("%#", async (file, message) => {
    await expect(summary({ "a.record": file }, "a.record")).rejects.toThrow(message);
  });

  test("and a length beyond the limit is refused before anything is read", async () => {
    // 2^40 bytes, with the right checksum of the length.
    const header = Buffer.alloc(12);
    header.writeBigUInt64LE(2n ** 40n, 0);
    header.writeUInt32LE(maskedCrc32c(header.subarray(0, 8)), 8);
    await expect(summary({ "a.record": header }, "a.record")).rejects.toThrow(/has 1099511627776 bytes, more than the/);
  });
});

describe("written", () => {
  test("are a file for each split and a label map; images byte for byte, or upright, or as PNG", async () => {
    const webp = await sharp(image).webp().toBuffer();
    const folder = await folderOf({ "in/a.jpg": image, "in/t.jpg": await jpeg(80, 100, 6), "in/w.webp": webp });
    const record = (id: number, name: string) => {
      return { id, file: join(folder, "in", name), width: 100, height: 80, objects: [], split: "val" as const };
    };
    const { warnings, images } = await exportLabels(
      { classes: ["cat", 'the "red"'], images: [record(1, "a.jpg"), record(2, "t.jpg"), record(3, "w.webp")] },
      "tfrecord",
      join(folder, "out"),
    );
    expect(images).toBe("copied");
    expect(await readFile(join(folder, "out/label_map.pbtxt"), "utf8")).toContain('id: 2\n  name: "the \\"red\\""');
    const { dataset } = await readDataset(join(folder, "out"));
    expect(dataset.images.map(({ file, width, height, split }) => [basename(file), width, height, split])).toEqual([
      ...["a.jpg", "t.jpg", "w.png"].map((name) => [name, 100, 80, "val"]),
    ]);
    expect(await readFile(dataset.images[0]?.file ?? "")).toEqual(image);
    expect(warnings).toEqual([
      expect.stringMatching(/^photos that EXIF turns, encoded anew as they are shown: 1 \(.*t\.jpg\)$/),
      expect.stringMatching(/^images that TensorFlow does not read, .* written as PNG: 1 \(.*w\.webp\)$/),
    ]);
  });

  test("are masks of all objects of an image where one has an outline, and labels of whole images", async () => {
    const folder = await folderOf({ "in/a.jpg": image });
    const segmentation = [[10, 20, 30, 20, 30, 40]];
    const box: [number, number, number, number] = [10, 20, 30, 40];
    const objects = [{ box, class: 0, segmentation }, { box, class: 1 }]; // prettier-ignore
    const { warnings } = await exportLabels(
      { classes: ["cat", "dog"], images: [{ id: 1, file: join(folder, "in/a.jpg"), width: 100, height: 80, objects, labels: [1] }] }, // prettier-ignore
      "tfrecord",
      join(folder, "out"),
    );
    const { dataset } = await readDataset(join(folder, "out"));
    expect(dataset.images[0]?.labels).toEqual([1]);
    const filled = new Uint8Array(8000);
    for (let y = 20; y < 40; y++) filled.fill(1, y * 100 + 10, y * 100 + 30);
    expect(dataset.images[0]?.objects[1]?.segmentation).toEqual(encodeMask(filled, 80, 100));
    expect(warnings).toEqual([expect.stringMatching(/^objects without an outline beside others .*: 1 \(/)]);
  });

  test("are shards where a file would be too large", async () => {
    const folder = await folderOf({ "in/a.jpg": image, "in/b.jpg": image, "in/c.jpg": image });
    const images = ["a.jpg", "b.jpg", "c.jpg"].map((name, i) => {
      return { id: i + 1, file: join(folder, "in", name), width: 100, height: 80, objects: [] };
    });
    await writeTfrecord({ classes: [], images }, join(folder, "out"), { shardBytes: 2 * image.length });
    const counts = [0, 0];
    for (const i of counts.keys()) {
      for await (const { content } of readTfRecords(
        join(folder, `out/data.record-0000${i}-of-00002`),
        new Warnings(),
      )) {
        counts[i] = (counts[i] ?? 0) + (content.length > image.length ? 1 : 0);
      }
    }
    expect(counts).toEqual([2, 1]);
  });
});

test("whatever the content, it is read or refused, and nothing else", async () => {
  const png = await sharp({ create: { width: 100, height: 80, channels: 3, background: "white" } })
    .png()
    .toBuffer();
  const content = Buffer.from(encodeExample(example({ "image/encoded": bytes(png.subarray(0, 60)) })));
  const folder = await folderOf({});
  const file = join(folder, "a.record");
  const change = fc.tuple(fc.nat(content.length - 1), fc.uint8Array({ maxLength: 6 }));
  await fc.assert(
    fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 4 }), fc.nat(20), async (changes, cut) => {
      const mutated = Buffer.from(content);
      for (const [at, by] of changes) mutated.set(by.subarray(0, content.length - at), at);
      await writeFile(file, encodeTfRecord(mutated.subarray(0, content.length - cut)));
      await readDataset(file, { from: "tfrecord" }).catch((error: unknown) => {
        expect(error).toBeInstanceOf(AnchorkitError);
      });
    }),
    { numRuns: 300 },
  );
});

describe("records without images", () => {
  const bare = (features: Features = {}) => {
    const { "image/encoded": _, ...others } = example(features);
    return others;
  };
  const size = { "image/width": integers(200), "image/height": integers(160) };

  test("name files that lie beside them, or beside their folder", async () => {
    const photo = { "image/filename": bytes("photos/a.jpg") };
    for (const files of [
      { "photos/a.jpg": image, "x.record": records(bare(photo)) },
      { "photos/a.jpg": image, "r/x.record": records(bare({ ...photo, ...size })) },
    ]) {
      const folder = await folderOf(files);
      const { dataset } = await readDataset("r/x.record" in files ? join(folder, "r") : folder);
      expect(dataset.images.map(({ file }) => file)).toEqual([join(folder, "photos/a.jpg")]);
      expect(dataset.images[0]?.objects[0]?.box.map(Math.round)).toEqual([10, 20, 30, 40]);
    }
  });

  test("and say so where these are not there", async () => {
    const folder = await folderOf({ "x.record": records(bare()), "b.jpg": image });
    await expect(readDataset(folder)).rejects.toThrow(
      /none of 1 images is there \(first: "a\.jpg"\); "a\.jpg" is not there, and the records hold no images/,
    );
  });
});

describe("a label map with other names than the records", async () => {
  const german = "item { id: 1 name: 'Katze' }\nitem { id: 2 name: 'Hund' }\n";
  const dog = {
    "image/encoded": bytes(await jpeg(60, 40)),
    "image/filename": bytes("b.jpg"),
    "image/object/class/text": bytes("dog"),
  };
  const read = async (...examples: Features[]) => {
    const { dataset, warnings } = await readDataset(
      await folderOf({ "x.record": records(...examples), "m.pbtxt": german }),
    );
    const names = dataset.images.flatMap(({ objects }) => objects.map((object) => dataset.classes[object.class]));
    return { classes: dataset.classes, names, warnings: warnings.slice(1) };
  };

  test("names them by their numbers, with a warning", async () => {
    const { classes, names, warnings } = await read(
      example(),
      example({ ...dog, "image/object/class/label": integers(2) }),
    );
    expect([classes, names]).toEqual([["Katze", "Hund"], ["Katze", "Hund"]]); // prettier-ignore
    expect(warnings).toEqual([
      expect.stringMatching(
        /^classes with another name in the label map, called as .*: 2 \(first: .*record 1: "cat" is "Katze"\)$/,
      ),
    ]);
  });

  test("adds what its numbers do not tell apart, with a warning", async () => {
    const { classes, warnings } = await read(example(), example({ ...dog, "image/object/class/label": integers(1) }));
    expect(classes).toEqual(["Katze", "Hund", "cat", "dog"]);
    expect(warnings).toEqual([expect.stringMatching(/^classes that the label map lacks, added: 2 /)]);
  });
});
