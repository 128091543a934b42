import { crc32, deflateSync } from "node:zlib";
import fc from "fast-check";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { profileToSrgb } from "../../../src/data/images/colourProfile.ts";

/** Every 15th value of each channel with each of the others: 18 x 18 x 18 colours. */
const COLOURS = Uint8Array.from(
  Array.from({ length: 18 ** 3 }, (_, i) => [i % 18, Math.floor(i / 18) % 18, Math.floor(i / 324)]).flat(),
  (step) => step * 15,
);

/** What Little CMS makes of the colours, in sharp. */
async function reference(profile: Uint8Array): Promise<Uint8Array> {
  const raw = { width: 18 * 18, height: 18, channels: 3 as const };
  const png = await sharp(COLOURS, { raw }).png().toBuffer();
  return sharp(withProfile(png, profile)).toColourspace("srgb").raw({ depth: "uchar" }).toBuffer();
}

/** The PNG with a profile in its iCCP chunk, behind the header. */
function withProfile(png: Uint8Array, profile: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from("iCCPx\0\0"), deflateSync(profile)]);
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(body));
  const length = Buffer.alloc(4);
  length.writeUInt32BE(body.length - 4);
  return Buffer.concat([png.subarray(0, 33), length, body, sum, png.subarray(33)]);
}

/** An RGB profile of the given tags, each its type's name and what follows it. */
function profileOf(tags: Record<string, Buffer>, { space = "RGB ", to = "XYZ " } = {}): Buffer {
  const names = Object.keys(tags);
  const start = 132 + 12 * names.length;
  const header = Buffer.alloc(start);
  header.write("lcms", 4);
  header.writeUInt32BE(0x02400000, 8);
  header.write("mntr", 12);
  header.write(space, 16);
  header.write(to, 20);
  header.write("acsp", 36);
  [0.9642, 1, 0.8249].forEach((value, i) => header.writeInt32BE(Math.round(value * 65536), 68 + 4 * i));
  header.writeUInt32BE(names.length, 128);
  let at = start;
  names.forEach((name, i) => {
    header.write(name, 132 + 12 * i);
    header.writeUInt32BE(at, 136 + 12 * i);
    header.writeUInt32BE(tags[name]?.length ?? 0, 140 + 12 * i);
    at += tags[name]?.length ?? 0;
  });
  header.writeUInt32BE(at, 0);
  return Buffer.concat([header, ...Object.values(tags)]);
}

function numbers(type: string, values: readonly number[], before: readonly number[] = []): Buffer {
  const own = Buffer.alloc(4 * values.length);
  values.forEach((value, i) => own.writeInt32BE(Math.round(value * 65536), 4 * i));
  return Buffer.concat([Buffer.from(`${type}\0\0\0\0`), Buffer.from(before), own]);
}

function curve(values: readonly number[]): Buffer {
  const own = Buffer.alloc(4 + 2 * values.length + (values.length % 2) * 2);
  own.writeUInt32BE(values.length);
  values.forEach((value, i) => own.writeUInt16BE(value, 4 + 2 * i));
  return Buffer.concat([Buffer.from("curv\0\0\0\0"), own]);
}

const parametric = (kind: number, values: readonly number[]): Buffer => numbers("para", values, [0, kind, 0, 0]);

/** Adobe RGB (1998), brought to D50. */
const ADOBE = [[0.60974, 0.31111, 0.01947], [0.20528, 0.62567, 0.06087], [0.14919, 0.06322, 0.74457]] as const; // prettier-ignore

function rgbProfile(trc: Buffer, columns: readonly (readonly number[])[] = ADOBE): Buffer {
  const [r = [], g = [], b = []] = columns;
  const [rXYZ, gXYZ, bXYZ] = [numbers("XYZ ", r), numbers("XYZ ", g), numbers("XYZ ", b)];
  return profileOf({ rXYZ, gXYZ, bXYZ, rTRC: trc, gTRC: trc, bTRC: trc });
}

describe("profileToSrgb", () => {
  it.each<[string, Buffer]>([
    ["a power", rgbProfile(curve([563]))],
    ["light itself", rgbProfile(curve([]))],
    ["a table", rgbProfile(curve(Array.from({ length: 33 }, (_, i) => Math.round(65535 * (i / 32) ** 1.8))))],
    ["a parametric power", rgbProfile(parametric(0, [2.2]))],
    ["a power from a value on", rgbProfile(parametric(1, [2, 1.1, -0.1]))],
    ["a power above a value", rgbProfile(parametric(2, [2, 1.2, -0.2, 0]))],
    ["sRGB's curve", rgbProfile(parametric(3, [2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045]))],
    ["a curve of seven numbers", rgbProfile(parametric(4, [2.4, 0.9, 0.1, 0.208, 0.04, 0, 0]))],
  ])("is within 1 of Little CMS: %s", async (_, profile) => {
    const expected = await reference(profile);
    const rgb = Uint8Array.from(COLOURS);
    profileToSrgb(profile)?.(rgb);
    let [worst, changed] = [0, 0];
    rgb.forEach((value, i) => {
      worst = Math.max(worst, Math.abs(value - (expected[i] ?? NaN)));
      if (value !== COLOURS[i]) changed++;
    });
    expect(worst).toBeLessThanOrEqual(1);
    expect(changed).toBeGreaterThan(COLOURS.length / 3); // it did something
  });

  it("leaves colours of sRGB's own profile as they are, within 1", async () => {
    const jpeg = await sharp({ create: { width: 8, height: 8, channels: 3, background: "red" } })
      .withIccProfile("srgb")
      .jpeg()
      .toBuffer();
    const { icc } = await sharp(jpeg).metadata();
    const rgb = Uint8Array.from(COLOURS);
    profileToSrgb(icc ?? Buffer.alloc(0))?.(rgb);
    rgb.forEach((value, i) => {
      expect(Math.abs(value - (COLOURS[i] ?? NaN))).toBeLessThanOrEqual(1);
    });
  });

  it("knows no profiles of grey, of inks, of tables, nor damaged ones", () => {
    const whole = rgbProfile(curve([563]));
    expect(profileToSrgb(whole)).toBeTypeOf("function");
    const trc = curve([563]);
    const xyz = numbers("XYZ ", [0.3, 0.3, 0.3]);
    const all = { rXYZ: xyz, gXYZ: xyz, bXYZ: xyz, rTRC: trc, gTRC: trc, bTRC: trc };
    expect(profileToSrgb(profileOf(all))).toBeTypeOf("function");
    expect(profileToSrgb(profileOf(all, { space: "GRAY" }))).toBeUndefined();
    expect(profileToSrgb(profileOf(all, { space: "CMYK", to: "Lab " }))).toBeUndefined();
    expect(profileToSrgb(profileOf({ ...all, A2B0: Buffer.from("mft2\0\0\0\0") }))).toBeUndefined();
    expect(profileToSrgb(profileOf({ ...all, gTRC: Buffer.from("zzzz\0\0\0\0") }))).toBeUndefined();
    expect(profileToSrgb(profileOf({ ...all, gTRC: parametric(2, [2, 0.9, -0.1, 0.1]) }))).toBeUndefined(); // a grey black
    expect(profileToSrgb(profileOf({ rXYZ: xyz, gXYZ: xyz, rTRC: trc, gTRC: trc, bTRC: trc }))).toBeUndefined();
    for (let length = 0; length < whole.length; length += 7) {
      expect(profileToSrgb(whole.subarray(0, length))).toBeUndefined();
    }
  });

  it("converts or not, whatever the bytes", () => {
    const whole = rgbProfile(parametric(4, [2.4, 0.9, 0.05, 0.08, 0.04, 0.03, 0.001]));
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { maxLength: 8 }), (edits) => {
        const bytes = Buffer.from(whole);
        for (const [at, value] of edits) bytes[at] = value;
        const rgb = Uint8Array.of(0, 128, 255);
        profileToSrgb(bytes)?.(rgb);
        expect(rgb).toHaveLength(3);
      }),
      { numRuns: 1000 },
    );
  });
});
