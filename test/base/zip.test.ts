import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AnchorkitError } from "../../src/base/errors.ts";
import { isZip, openZip } from "../../src/base/zip.ts";
import { zipOf } from "./zipFixture.ts";

const SOUND = zipOf({ "a/one.txt": "first", "two.bin": Buffer.alloc(5000, 7), "a/": "" }, (name) => name === "two.bin");

async function outcome(bytes: Uint8Array, names?: readonly string[]): Promise<string> {
  try {
    const zip = await openZip(bytes, "x.zip");
    for (const name of names ?? zip.names) await zip.read(name, 10_000);
    return "";
  } catch (error) {
    expect(error).toBeInstanceOf(AnchorkitError);
    return (error as Error).message;
  }
}

describe("openZip", () => {
  it("reads files that are stored or compressed, under their names", async () => {
    expect([isZip(SOUND), isZip(Buffer.from("PK"))]).toEqual([true, false]);
    const zip = await openZip(SOUND, "x.zip");
    expect(zip.names).toEqual(["a/one.txt", "two.bin"]);
    expect(Buffer.from(await zip.read("a/one.txt", 5)).toString()).toBe("first");
    expect(await zip.read("two.bin", 5000)).toEqual(Buffer.alloc(5000, 7));
  });

  it("reads no more than it may, whatever a file unpacks to", async () => {
    const zip = await openZip(SOUND, "x.zip");
    await expect(zip.read("two.bin", 4999)).rejects.toThrow("x.zip: two.bin: 5000 bytes, more than the 4999 that ");
    const bomb = Buffer.from(SOUND);
    const central = bomb.indexOf("PK\x01\x02", bomb.indexOf("PK\x01\x02") + 1);
    bomb.writeUInt32LE(10, central + 24); // says that it unpacks to 10 bytes
    expect(await outcome(bomb, ["two.bin"])).toMatch(/x\.zip: damaged, or cut off: .*; take it from a copy$/);
  });

  it("says what is missing, twice there, damaged or cut off", async () => {
    expect(await outcome(SOUND, ["three"])).toBe("x.zip: has no three; take it from a copy");
    const wrong = Buffer.from(SOUND);
    wrong[wrong.indexOf("first")] = 0;
    expect(await outcome(wrong)).toMatch(/a\/one\.txt has not the checksum that the archive says/);
    expect(await outcome(SOUND.subarray(0, -3))).toMatch(/^x\.zip: damaged, or cut off: /);
    const both = zipOf({ "a/one.txt": "first", "a/two.txt": "second" });
    expect(await outcome(Buffer.from(both.toString("latin1").replaceAll("two", "one"), "latin1"))).toMatch(
      /there twice/,
    );
  });

  it("reads or refuses damaged archives in one line", async () => {
    const damage = fc.array(fc.tuple(fc.nat(SOUND.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(damage, fc.nat(SOUND.length), async (bytes, end) => {
        const damaged = Buffer.from(SOUND);
        for (const [at, value] of bytes) damaged[at] = value;
        expect(await outcome(damaged)).toMatch(/^(x\.zip: .*)?$/);
        expect(await outcome(SOUND.subarray(0, end))).toMatch(end === SOUND.length ? /^$/ : /^x\.zip: /);
      }),
    );
  });
});
