import { join } from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { AnchorkitError } from "../../../src/base/errors.ts";
import { jsonRecords, placeOf, type RecordBatch } from "../../../src/data/records/jsonRecords.ts";
import { folderOf } from "../helpers.ts";

const LISTS = ["images", "objects"];

/** All records with the names of their lists, each with the place that messages would give. */
async function recordsOf(content: string | Uint8Array, name = "some.json", limit?: number): Promise<unknown[][]> {
  const folder = await folderOf({ [name]: content });
  const found: unknown[][] = [];
  for await (const batch of jsonRecords(
    join(folder, name),
    LISTS,
    limit === undefined ? {} : { maxRecordBytes: limit },
  )) {
    found.push(...batch.values.map((value, i) => [placeOf("", batch, i), value]));
  }
  return found;
}

async function batchesOf(records: AsyncIterable<RecordBatch>): Promise<RecordBatch[]> {
  const batches: RecordBatch[] = [];
  for await (const batch of records) batches.push(batch);
  return batches;
}

function refusal(content: string | Uint8Array, name?: string, limit?: number): Promise<string> {
  return recordsOf(content, name, limit).then(
    (records) => `nothing was refused: ${JSON.stringify(records)}`,
    (error: unknown) => (error instanceof AnchorkitError ? error.message : `not explained: ${String(error)}`),
  );
}

const values = [{ a: 1 }, { b: '[{"\\' }, 3, "x,]}", null, [[], {}], { c: "zwölf 🐱" }];

describe("Records are read from", () => {
  test("a list, whatever strings and brackets it holds", async () => {
    const expected = values.map((value, i) => [`: record ${i}`, value]);
    expect(await recordsOf(JSON.stringify(values))).toEqual(expected);
    expect(await recordsOf(JSON.stringify(values, undefined, 2))).toEqual(expected);
    expect(await recordsOf(`\uFEFF \n${JSON.stringify(values)}\r\n`)).toEqual(expected);
    expect(await recordsOf(gzipSync(JSON.stringify(values)))).toEqual(expected);
  });

  test("JSON Lines, known by the name or by what they hold, and blank lines count", async () => {
    const lines = '{"a":1}\r\n\n  \n{"b":[\n{"c":3}';
    expect(await refusal(lines)).toMatch(/some\.json: line 4: is not valid JSON/);
    const good = lines.replace('{"b":[', '{"b":"}\\n{"}');
    const expected = [
      [": line 1", { a: 1 }],
      [": line 4", { b: "}\n{" }],
      [": line 5", { c: 3 }],
    ];
    expect(await recordsOf(good)).toEqual(expected);
    expect(await recordsOf(`\uFEFF${good}\n\n`)).toEqual(expected);
    expect(await recordsOf('{"a":1}')).toEqual([[": line 1", { a: 1 }]]);
    expect(await recordsOf('{"objects":[1]}\n', "some.jsonl")).toEqual([[": line 1", { objects: [1] }]]);
  });

  test("lists in an object, among members that are not asked for", async () => {
    const content = { info: { objects: [9] }, objects: values, 'odd "}': "[", images: [], last: [[{}]] };
    const expected = values.map((value, i) => [`: objects[${i}]`, value]);
    expect(await recordsOf(JSON.stringify(content))).toEqual(expected);
    expect(await recordsOf(JSON.stringify(content, undefined, 1))).toEqual(expected);
  });

  test("an empty list, which comes as a batch without values", async () => {
    const folder = await folderOf({ "a.json": '{"images": [ ], "objects": []}', "b.json": " [\n] " });
    const batches = await batchesOf(jsonRecords(join(folder, "a.json"), LISTS));
    expect(batches).toEqual([
      { list: "images", first: 0, values: [] },
      { list: "objects", first: 0, values: [] },
    ]);
    expect(await batchesOf(jsonRecords(join(folder, "b.json"), LISTS))).toEqual([{ list: "", first: 0, values: [] }]);
  });

  test("files of many pieces, at whatever byte they are cut", async () => {
    const many = Array.from({ length: 20_000 }, (_, i) => ({ i, text: '"\\ü'.repeat(i % 13), list: [i, [i]] }));
    const first = (content: string | Uint8Array, name?: string) =>
      recordsOf(content, name).then((all) => all.map(([, value]) => value));
    expect(await first(JSON.stringify(many))).toEqual(many);
    expect(await first(JSON.stringify({ x: many, objects: many }))).toEqual(many);
    expect(await first(many.map((one) => JSON.stringify(one)).join("\n"))).toEqual(many);
    expect(await first(gzipSync(JSON.stringify(many)))).toEqual(many);
    const long = [{ text: '\\\\"'.repeat(600_000) }, { i: 2 }];
    expect(await first(JSON.stringify(long))).toEqual(long);
    expect(await first(long.map((one) => JSON.stringify(one)).join("\n"), "some.ndjson")).toEqual(long);
  });
});

describe("Slips are mended and told where somebody listens, and are errors otherwise:", () => {
  const mended = async (content: string) => {
    const folder = await folderOf({ "some.json": content });
    const told: string[] = [];
    const values: unknown[] = [];
    const onSlip = (slip: string, where: string) => told.push(`${where.replace(`${folder}/`, "")}: ${slip}`);
    for await (const batch of jsonRecords(join(folder, "some.json"), LISTS, { onSlip })) values.push(...batch.values);
    return { values, told };
  };

  test("commas before closing brackets", async () => {
    const { values, told } = await mended('{"images":[{"a":[1,\n],},2, ],"objects":[{"b":", ]"},],}');
    expect(values).toEqual([{ a: [1] }, 2, { b: ", ]" }]);
    const places = ["images[0]", "images[2]", "objects[1]", "its last member"];
    expect(told).toEqual(places.map((place) => `some.json: ${place}: commas too many`));
  });

  test("NaN", async () => {
    const { values, told } = await mended('[{"a": NaN, "NaN": ["NaN,]", NaN]}, {"b": "\\"NaN"}]');
    expect(values).toEqual([{ a: null, NaN: ["NaN,]", null] }, { b: '"NaN' }]);
    expect(told).toEqual(["some.json: record 0: NaN in place of null"]);
  });

  test.each(["[1,,2]", "[,]", "[-NaN]", "[NaNs]", '[{"a":1,},{"b" 2}]', "[1 2,]"])("not %s", async (content) => {
    await expect(mended(content)).rejects.toThrow(AnchorkitError);
  });

  test("at whatever byte a long list is cut into pieces, one too many at its end is found, and two are not", async () => {
    for (const spaces of [0, 300_000, 262_143]) {
      const list = `[1,${" ".repeat(spaces)}2,${" ".repeat(spaces)}`;
      expect((await mended(`${list}]`)).values).toEqual([1, 2]);
      await expect(mended(`${list},3]`)).rejects.toThrow(/record 2: is empty: there is a comma too many$/);
    }
  });
});

test("members that hold no list are read where they are asked for", async () => {
  const content = '{"info" : {"a": "]}"} , "images": null, "x": {}, "objects": [1], "last":3}';
  const folder = await folderOf({ "some.json": content });
  const batches = await batchesOf(jsonRecords(join(folder, "some.json"), LISTS, { bare: ["info", "images", "last"] }));
  expect(batches).toEqual([
    { list: "info", first: 0, bare: true, values: [{ a: "]}" }] },
    { list: "images", first: 0, bare: true, values: [null] },
    { list: "objects", first: 0, values: [1] },
    { list: "last", first: 0, bare: true, values: [3] },
  ]);
});

test("ids beyond 2^53 come as text, all other numbers and text as they stand", async () => {
  const content = '[{"id":9007199254740993,"area":9007199254740993,"s":"\\"id\\":9007199254740993"},{"id":1}]';
  expect((await recordsOf(content)).map(([, value]) => value)).toEqual([
    { id: "9007199254740993", area: 2 ** 53, s: '"id":9007199254740993' },
    { id: 1 },
  ]);
});

describe("What is wrong is named", () => {
  test.each<[string, string | Uint8Array, RegExp]>([
    ["nothing", "", /some\.json: the file is empty$/],
    ["white space", " \n ", /some\.json: the file is empty$/],
    ["a cut list", '[{"a":1},{"a":', /some\.json: ends inside record 1: the file seems to be cut off$/],
    ["a cut object", '{"objects":[1,2,{', /some\.json: ends inside objects\[2\]: the file seems to be cut off$/],
    ["an object cut between lists", '{"images":[],', /some\.json: ends inside or after its member "images": /],
    ["an object cut in a value", '{"images":[], "x": {"y":', /some\.json: ends inside or after its member "x": /],
    ["cut lines", '{"a":1}\n{"a":', /some\.json: line 2: is cut off, and so seems to be the file$/],
    ["a cut gzip file", gzipSync(JSON.stringify(values)).subarray(0, -9), /the gzip file ends too early/],
    ["no gzip file", Buffer.from([0x1f, 0x8b, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]), /some\.json: is not valid gzip/],
    ["a broken record", '[{"a":1},{"b" 2},{}]', /some\.json: record 1: is not valid JSON: Expected ':'/],
    ["a trailing comma", "[1,2,]", /some\.json: record 2: is empty: there is a comma too many$/],
    ["a doubled comma", "[1,,2]", /some\.json: record 1: is empty/],
    ["a line of Python's text", "{'a': [1]}", /line 1: is not valid JSON; is it printed by Python\?/],
    ["Python's text", "[{'a': 1}]", /record 0: is not valid JSON; is it printed by Python\?/],
    ["NaN", '[{"a": "NaN"}, {"a": -Infinity}]', /record 1: holds -Infinity, which is not JSON/],
    ["text after the list", "[1] 2", /some\.json: is not valid JSON: "2" after its last bracket$/],
    ["a name over lines", '{"a\\nb\n c" [1]}', /some\.json: is not valid JSON: "\[" after its member "a.*c"$/],
    ["a missing colon", '{"images" [1]}', /some\.json: is not valid JSON: "\[" after its member "images"$/],
    ["another bracket", "[1}", /some\.json: is not valid JSON: record 0 is followed by a "}"$/],
    ["other members", '{\n"a": 1,\n"b": []}', /some\.json: has no list named images or objects; it holds a, b$/],
    ["bytes that are no UTF-8", Buffer.from([0x5b, 0x22, 0xff, 0x22, 0x5d]), /record 0: is not text in UTF-8$/],
    [
      "broken UTF-16",
      Buffer.from("\uFEFF[1]\uD800", "utf16le"),
      /some\.json: is not text in utf-16le; save it as UTF-8$/,
    ],
    ["XML", "<annotation/>", /some\.json: is XML, not JSON/],
    ["a page", "<!DOCTYPE html>", /some\.json: is a web page \(HTML\)/],
    ["an LFS pointer", "version https://git-lfs.github.com/spec/v1", /is a Git LFS pointer/],
    ["an archive", "PK\u0003\u0004", /is a zip archive/],
    ["a pickle", Buffer.from([0x80, 4, 0x95]), /is a Python pickle/],
    ["a word", "hello", /some\.json: is not JSON: it begins with "hello"$/],
  ])("%s", async (_, content, message) => {
    expect(await refusal(content)).toMatch(message);
  });

  test("a file that is not there, and a folder", async () => {
    const folder = await folderOf({});
    await expect(batchesOf(jsonRecords(join(folder, "no.json"), LISTS))).rejects.toThrow(/no\.json: no such file$/);
    await expect(batchesOf(jsonRecords(folder, LISTS))).rejects.toThrow(/is a folder, not a file$/);
  });

  test("a record that never ends is refused before it fills the memory", async () => {
    const text = `[{"a": 1}, {"b": "${"x".repeat(2_000_000)}`;
    expect(await refusal(text, "some.json", 1_000_000)).toMatch(/record 1 is longer than 1000000 bytes: is a quote/);
    expect(await refusal(text.slice(1), "some.jsonl", 1_000_000)).toMatch(/a line is longer than 1000000 bytes/);
    expect(await refusal(" ".repeat(2_000_000), "some.json", 1_000_000)).toMatch(/longer than 1000000 bytes/);
    expect(await refusal(`{"${"x".repeat(2_000_000)}`, "some.json")).toMatch(/a name of more than 100000 bytes/);
  });

  test("whatever else: JSON.parse's records or an explanation", { timeout: 60_000 }, async () => {
    const json = fc.array(fc.jsonValue({ maxDepth: 3 })).map((list) => JSON.stringify(list));
    const wrapped = fc
      .array(fc.jsonValue({ maxDepth: 2 }))
      .map((objects) => JSON.stringify({ a: [], objects, b: "]" }));
    const damaged = fc.tuple(
      fc.oneof(json, wrapped),
      fc.nat(),
      fc.constantFrom("", ",", "[", "}", '"', "\\", "\n", "\u0000"),
    );
    const text = fc.oneof(
      json,
      fc.string(),
      damaged.map(
        ([good, at, insert]) => good.slice(0, at % good.length) + insert + good.slice((at % good.length) + 1),
      ),
    );
    await fc.assert(
      fc.asyncProperty(text, async (content) => {
        const outcome = await recordsOf(content).catch((error: unknown) => error);
        if (outcome instanceof AnchorkitError) return;
        expect(outcome).toBeInstanceOf(Array);
        if (content.startsWith("["))
          expect((outcome as unknown[][]).map(([, value]) => value)).toEqual(JSON.parse(content));
      }),
      { numRuns: 300 },
    );
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 50 }), async (content) => {
        expect(await refusal(content)).toMatch(/some\.json|nothing was refused/);
      }),
      { numRuns: 300 },
    );
  });
});
