import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AnchorkitError } from "../../../src/base/errors.ts";
import { readSafetensors, writeSafetensors } from "../../../src/core/weights/safetensors.ts";
import { readTensors } from "../../../src/core/weights/tensorFiles.ts";

function fileOf(header: unknown, body: Uint8Array): Buffer {
  const text = Buffer.from(typeof header === "string" ? header : JSON.stringify(header));
  const size = Buffer.alloc(8);
  size.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([size, text, body]);
}

const at = (begin: number, end: number, shape: unknown = [(end - begin) / 4], dtype = "F32") => ({
  ...{ dtype, shape, data_offsets: [begin, end] },
});

describe("safetensors", () => {
  let folder: string;
  const path = (name: string): string => join(folder, name);
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "safetensors-"));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it("come back as they were written, in float32 exactly and as the nearest half floats", async () => {
    const tensors = new Map([
      ["conv/kernel", { shape: [1, 1, 2, 2], values: Float32Array.of(1, -0.1, 1e-7, 65504) }],
      ["empty", { shape: [0, 3], values: new Float32Array() }],
      ["scalar", { shape: [], values: Float32Array.of(0.5) }],
    ]);
    await writeSafetensors(path("whole"), tensors, { metadata: { made: "hier, für alle" } });
    expect(await readTensors(path("whole"))).toEqual({ tensors, metadata: { made: "hier, für alle" }, leftOut: [] });
    await writeSafetensors(path("half"), tensors, { dtype: "F16" });
    const { tensors: halves, metadata } = await readTensors(path("half"));
    expect([...(halves.get("conv/kernel")?.values ?? [])]).toEqual([1, -0.0999755859375, 2 * 2 ** -24, 65504]);
    expect([halves.get("scalar")?.values, metadata]).toEqual([Float32Array.of(0.5), {}]);
    const size = (await readFile(path("half"))).readUInt32LE(0);
    expect(size % 8).toBe(0);
  });

  it("are not written with values that are not finite or too large, and nothing is left behind", async () => {
    const one = (value: number) => new Map([["w", { shape: [1], values: Float32Array.of(value) }]]);
    const large = writeSafetensors(path("large"), one(65505), { dtype: "F16" });
    await expect(large).rejects.toThrow(/large: not written: w holds 65505, more than a half float can: 65504/);
    await expect(writeSafetensors(path("large"), one(NaN))).rejects.toThrow(/w holds values that are not finite/);
    await writeSafetensors(path("fits"), one(65505));
    expect((await readdir(folder)).filter((name) => name.startsWith("large"))).toEqual([]);
  });

  it.each<[string, unknown, number, RegExp]>([
    ["a hole", { a: at(0, 4), b: at(8, 12) }, 12, /b of shape \[1\] is said to lie at bytes 8 to 12/],
    ["an overlap", { a: at(0, 8), b: at(4, 12) }, 12, /b of shape \[2\] is said to lie at bytes 4 to 12/],
    ["another size than the shape's", { a: at(0, 8, [3]) }, 8, /a of shape \[3\] .* needs 12 of them/],
    ["an end behind the file's", { a: at(0, 12) }, 8, /a of shape \[3\] .*; there are 8/],
    ["an enormous shape", { a: at(0, 8, [2 ** 40, 2 ** 40]) }, 8, /a of shape \[1099511627776, 1099511627776\]/],
    ["bytes of no tensor", { a: at(0, 4) }, 8, /its tensors end at byte 4 of 8/],
    ["a type that is not known", { a: at(0, 4, [4], "Q4") }, 4, /a is of the type Q4, which is not known/],
    ["a type of Object's", { a: at(0, 4, [4], "toString") }, 4, /a is of the type toString, which is not known/],
    ["a negative side", { a: at(0, 4, [-1]) }, 4, /a: shape\[0\]: must be at least 0, got -1/],
    ["no shape", { a: { dtype: "F32" } }, 4, /a: shape: must be a list, but is missing/],
    ["text of no texts", { __metadata__: { a: 1 } }, 0, /__metadata__: a: must be text/],
    ["a header that is no JSON", "{]", 0, /its header is no JSON/],
  ])("are refused with %s", (_, header, size, message) => {
    const read = () => readSafetensors(fileOf(header, Buffer.alloc(size)), "x.safetensors");
    expect(read).toThrow(AnchorkitError);
    expect(read).toThrow(/^x\.safetensors: /);
    expect(read).toThrow(message);
  });

  it("are refused when the header is larger than the file, or than any header", () => {
    const header = fileOf({ a: at(0, 4) }, Buffer.alloc(4));
    header.writeUInt32LE(2 ** 30, 0);
    expect(() => readSafetensors(header, "x")).toThrow("its header is said to have 1073741824 bytes, the file has");
  });

  it("leave integers out, by their names", () => {
    const header = { count: at(4, 12, [], "I64"), a: at(0, 4), flags: at(12, 14, [2], "BOOL") };
    const { tensors, leftOut } = readSafetensors(fileOf(header, Buffer.alloc(14)), "x");
    expect([[...tensors.keys()], leftOut]).toEqual([["a"], ["count", "flags"]]);
  });

  it("are read or refused in one line when they are damaged", () => {
    const sound = fileOf({ __metadata__: { a: "b" }, a: at(0, 8), b: at(8, 16, [2, 1]) }, Buffer.alloc(16, 1));
    fc.assert(
      fc.property(
        fc.nat(sound.length),
        fc.array(fc.tuple(fc.nat(sound.length - 1), fc.nat(255)), { maxLength: 4 }),
        (end, bytes) => {
          const damaged = Buffer.from(sound);
          for (const [place, value] of bytes) damaged[place] = value;
          const given = damaged.subarray(0, Math.max(end, 9));
          try {
            readSafetensors(given, "x");
          } catch (error) {
            expect(error).toBeInstanceOf(AnchorkitError);
            expect((error as Error).message).toMatch(/^x: [^\n]+$/);
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});
