import fc from "fast-check";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { readJpegHeader } from "../../../src/data/images/jpegHeader.ts";

const plain = () => sharp({ create: { width: 7, height: 5, channels: 3, background: "red" } });

/** A segment of a marker, put behind the file's first two bytes. */
function withSegment(jpeg: Uint8Array, marker: number, ...content: (string | number[])[]): Buffer {
  const body = Buffer.concat(content.map((part) => (typeof part === "string" ? Buffer.from(part) : Buffer.from(part))));
  const head = Buffer.from([0xff, marker, (body.length + 2) >> 8, (body.length + 2) & 255]);
  return Buffer.concat([jpeg.subarray(0, 2), head, body, jpeg.subarray(2)]);
}

describe("readJpegHeader", () => {
  it("reads size, channels and orientation", async () => {
    const header = { width: 7, height: 5, channels: 3, orientation: 1 };
    expect(readJpegHeader(await plain().jpeg().toBuffer())).toEqual(header);
    expect(readJpegHeader(await plain().jpeg({ progressive: true }).toBuffer())).toEqual(header);
    const grey = await plain().toColourspace("b-w").jpeg().toBuffer();
    expect(readJpegHeader(grey)).toEqual({ ...header, channels: 1 });
    const cmyk = await plain().toColourspace("cmyk").jpeg().toBuffer();
    expect(readJpegHeader(cmyk)).toMatchObject({ channels: 4 });
    for (const orientation of [1, 2, 3, 4, 5, 6, 7, 8]) {
      const turned = await plain().withMetadata({ orientation }).jpeg().toBuffer();
      expect(readJpegHeader(turned)).toMatchObject({ orientation, width: 7, height: 5 });
    }
  });

  it("reads an EXIF block of either byte order, and one without an orientation", async () => {
    const jpeg = await plain().jpeg().toBuffer();
    const exif = (bytes: number[]) => readJpegHeader(withSegment(jpeg, 0xe1, "Exif\0\0", bytes))?.orientation;
    expect(exif([0x4d, 0x4d, 0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0])).toBe(6);
    expect(exif([0x49, 0x49, 42, 0, 8, 0, 0, 0, 1, 0, 0x12, 1, 3, 0, 1, 0, 0, 0, 8, 0, 0, 0])).toBe(8);
    expect(exif([0x4d, 0x4d, 0, 42, 0, 0, 0, 8, 0, 0])).toBe(1);
    // a byte order that there is not, a directory behind the end, an orientation of 9, one of two numbers
    expect(exif([0x4e, 0x4e, 0, 42, 0, 0, 0, 8, 0, 0])).toBeUndefined();
    expect(exif([0x4d, 0x4d, 0, 42, 0, 0, 9, 8, 0, 0])).toBeUndefined();
    expect(exif([0x4d, 0x4d, 0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, 9, 0, 0])).toBeUndefined();
    expect(exif([0x4d, 0x4d, 0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 2, 0, 6, 0, 0])).toBeUndefined();
  });

  it("joins a profile's parts, and refuses one that lacks a part", async () => {
    const jpeg = await plain().jpeg().toBuffer();
    const part = (bytes: Uint8Array, number: number, of: number, text: string) =>
      withSegment(bytes, 0xe2, "ICC_PROFILE\0", [number, of], text);
    const both = part(part(jpeg, 2, 2, "second"), 1, 2, "first ");
    expect(Buffer.from(readJpegHeader(both)?.profile ?? []).toString()).toBe("first second");
    expect(readJpegHeader(part(jpeg, 1, 2, "first"))).toBeUndefined();
    expect(readJpegHeader(part(part(jpeg, 1, 2, "first"), 2, 2, "second"))).toBeUndefined();
  });

  it("knows no other kinds, and no damaged ones", async () => {
    const jpeg = await plain().jpeg().toBuffer();
    const frame = jpeg.indexOf(Buffer.from([0xff, 0xc0]));
    const changed = (at: number, value: number) => Buffer.from(jpeg).fill(value, at, at + 1);
    expect(readJpegHeader(changed(frame + 1, 0xc3))).toBeUndefined(); // lossless
    expect(readJpegHeader(changed(frame + 1, 0xc9))).toBeUndefined(); // arithmetic codes
    expect(readJpegHeader(changed(frame + 4, 12))).toBeUndefined(); // 12 bits
    expect(readJpegHeader(changed(frame, 0))).toBeUndefined();
    expect(readJpegHeader(changed(0, 0))).toBeUndefined();
    expect(readJpegHeader(jpeg.subarray(0, frame))).toBeUndefined();
    expect(readJpegHeader(Buffer.alloc(0))).toBeUndefined();
    expect(readJpegHeader(await plain().png().toBuffer())).toBeUndefined();
  });

  it("gives a header or none, whatever the bytes", async () => {
    const turned = await plain().withIccProfile("p3").withMetadata({ orientation: 6 }).jpeg().toBuffer();
    const damaged = fc
      .tuple(fc.array(fc.tuple(fc.nat(700), fc.nat(255)), { maxLength: 5 }), fc.nat(turned.length))
      .map(([edits, length]) => {
        const bytes = Buffer.from(turned);
        for (const [at, value] of edits) bytes[at % bytes.length] = value;
        return bytes.subarray(0, length);
      });
    fc.assert(
      fc.property(damaged, (bytes) => {
        const header = readJpegHeader(bytes);
        if (header) expect(header.width * header.height * header.channels).toBeGreaterThan(0);
      }),
      { numRuns: 1000 },
    );
  });
});
