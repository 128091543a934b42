import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AnchorkitError } from "../../../../src/base/errors.ts";
import { isZip, openZip } from "../../../../src/base/zip.ts";
import { readTorch } from "../../../../src/core/weights/torch/torchFile.ts";
import { zipOf } from "../../../base/zipFixture.ts";

const fixture = (name: string): Buffer =>
  readFileSync(fileURLToPath(new URL(`../../../fixtures/tensors/${name}`, import.meta.url)));

const read = async (bytes: Uint8Array) =>
  readTorch(bytes, "x.pth", isZip(bytes) ? await openZip(bytes, "x.pth") : undefined);

const text = (value: string): string => `X${String.fromCharCode(value.length)}\0\0\0${value}`;
const int = (value: number): string => {
  const bytes = Buffer.alloc(9);
  bytes.writeBigInt64LE(BigInt(value));
  return `\x8a\x09${bytes.toString("latin1")}`;
};
const tuple = (...values: string[]): string => `(${values.join("")}t`;

interface Given {
  type?: string;
  key?: string;
  count?: number;
  offset?: number;
  shape?: number[];
  strides?: number[];
}

/** A pickle of { w: a tensor }, as torch.save writes it. */
function pickleOf({
  type = "FloatStorage",
  key = "0",
  count = 4,
  offset = 0,
  shape = [4],
  strides = [1],
}: Given): string {
  const storage = tuple(text("storage"), `ctorch\n${type}\n`, text(key), text("cpu"), int(count));
  const args = tuple(`${storage}Q`, int(offset), tuple(...shape.map(int)), tuple(...strides.map(int)), "\x89", "N");
  return `\x80\x02}${text("w")}ctorch._utils\n_rebuild_tensor_v2\n${args}Rs.`;
}

const archive = (pickle: string, storage: Uint8Array = Buffer.alloc(16), compressed?: (name: string) => boolean) =>
  zipOf({ "archive/data.pkl": Buffer.from(pickle, "latin1"), "archive/data/0": storage }, compressed);

describe("files of torch.save", () => {
  it("are views of storages, which strides lead through", async () => {
    const values = new Uint8Array(Float32Array.of(0, 1, 2, 3, 4, 5, 6, 7).buffer);
    const given = { count: 8, offset: 1, shape: [3, 2], strides: [1, 4] };
    const { tensors } = await read(archive(pickleOf(given), values));
    expect(tensors.get("w")).toEqual({ shape: [3, 2], values: Float32Array.of(1, 5, 2, 6, 3, 7) });
    const spread = { count: 8, offset: 2, shape: [2, 2], strides: [0, 3] };
    expect((await read(archive(pickleOf(spread), values))).tensors.get("w")?.values).toEqual(
      Float32Array.of(2, 5, 2, 5),
    );
  });

  it.each<[string, Given, RegExp]>([
    ["beyond its storage", { offset: 1 }, /a tensor of shape \[4\] ends behind its storage 0 of 4 values/],
    ["by its strides", { shape: [2, 2], strides: [3, 1] }, /a tensor of shape \[2, 2\] ends behind its storage/],
    [
      "of an enormous shape",
      { shape: [2 ** 40, 2 ** 40], strides: [0, 0] },
      /speaks of 1\.2\d+e\+24 values in 16 bytes/,
    ],
    ["of a large storage", { count: 2 ** 40 }, /speaks of 4 values in 4398046511104 bytes, and the file has/],
    ["of as many bytes as are not there", { count: 5 }, /the storage 0 has 16 of 20 bytes/],
    ["of no storage", { key: "1" }, /has no archive\/data\/1/],
    ["of a storage elsewhere", { key: "../0" }, /has no archive\/data\/\.\.\/0/],
    ["of a storage that is none", { type: "Storage" }, /asks for torch\.Storage, which is no tensor/],
    ["before its storage", { offset: -1 }, /it builds a tensor of what is none/],
    ["backwards", { strides: [-1], offset: 3 }, /it builds a tensor of what is none/],
    ["with sides and no strides", { strides: [] }, /a tensor has 1 sides and 0 strides/],
    ["of many sides", { shape: Array(17).fill(1) as number[], strides: Array(17).fill(1) as number[] }, /17 sides/],
  ])("are refused with a tensor %s", async (_, given, message) => {
    const reading = read(archive(pickleOf(given)));
    await expect(reading).rejects.toThrow(AnchorkitError);
    await expect(reading).rejects.toThrow(message);
  });

  it("are refused without tensors, without a pickle, and on machines of the other kind", async () => {
    await expect(read(archive("}."))).rejects.toThrow(
      /x\.pth: has no tensors by name, neither itself nor under "state_/,
    );
    await expect(read(zipOf({ "a.txt": "a" }))).rejects.toThrow(/not one of torch\.save: has no data\.pkl/);
    const big = { "a/data.pkl": Buffer.from(pickleOf({}), "latin1"), "a/byteorder": "big", "a/data/0": "" };
    await expect(read(zipOf(big))).rejects.toThrow(/its numbers are big-endian/);
  });

  it("unpack to no more than they have", async () => {
    const bomb = archive(pickleOf({ count: 2 ** 22, shape: [2 ** 22] }), Buffer.alloc(2 ** 24), () => true);
    expect(bomb.length).toBeLessThan(2 ** 15);
    await expect(read(bomb)).rejects.toThrow(/speaks of 4194304 values in 16777216 bytes, and the file has/);
  });

  it("of old are refused when something in them is of another size, or not there", async () => {
    const legacy = fixture("legacy.pth");
    await expect(read(legacy.subarray(0, -1))).rejects.toThrow(/the storage \d+ is not there in full/);
    const count = Buffer.alloc(8);
    count.writeBigInt64LE(48n); // values of conv.weight
    const other = Buffer.from(legacy);
    other[legacy.lastIndexOf(count)] = 47;
    await expect(read(other)).rejects.toThrow(/the storage \d+ is of another size/);
  });

  it.each(["zip.pth", "legacy.pth", "checkpoint.pth"])(
    "are read or refused in one line when damaged: %s",
    async (name) => {
      const sound = fixture(name);
      const place = fc.nat(sound.length - 1);
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.tuple(place, fc.nat(255)), { maxLength: 4 }),
          fc.option(place),
          async (bytes, end) => {
            const damaged = Buffer.from(sound);
            for (const [at, value] of bytes) damaged[at] = value;
            try {
              await read(damaged.subarray(0, end ?? sound.length));
            } catch (error) {
              expect(error).toBeInstanceOf(AnchorkitError);
              expect((error as Error).message).toMatch(/^x\.pth: [^\n]+$/);
            }
          },
        ),
        { numRuns: 300 },
      );
    },
  );

  it("are read or refused in one line whatever their pickle says", async () => {
    const sound = pickleOf({ shape: [2, 2], strides: [2, 1] });
    const damage = fc.array(fc.tuple(fc.nat(sound.length - 1), fc.nat(255)), { minLength: 1, maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(damage, async (bytes) => {
        const damaged = Buffer.from(sound, "latin1");
        for (const [at, value] of bytes) damaged[at] = value;
        try {
          await read(archive(damaged.toString("latin1")));
        } catch (error) {
          expect(error).toBeInstanceOf(AnchorkitError);
          expect((error as Error).message).toMatch(/^x\.pth: [^\n]+$/);
        }
      }),
      { numRuns: 1000 },
    );
  });
});
