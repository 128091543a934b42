import { expect, test } from "vitest";
import { crc32c, maskedCrc32c } from "../../../../src/data/formats/tfrecord/crc32c.ts";

test("the checksums of RFC 3720, appendix B.4", () => {
  expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
  expect(crc32c(new Uint8Array(32).fill(255))).toBe(0x62a8ab43);
  expect(crc32c(Uint8Array.from({ length: 32 }, (_, i) => i))).toBe(0x46dd794e);
  expect(crc32c(Uint8Array.from({ length: 32 }, (_, i) => 31 - i))).toBe(0x113fdb5c);
  expect(crc32c(Buffer.from("123456789"))).toBe(0xe3069283);
  expect(crc32c(new Uint8Array(0))).toBe(0);
});

test("masked, it is turned right by 15 bits and added to 0xa282ead8", () => {
  // 0xe3069283: the lower 15 bits, 0x1283, come to the top: 0x2507c60d; the sum is 0xc78ab0e5.
  expect(maskedCrc32c(Buffer.from("123456789"))).toBe(0xc78ab0e5);
  expect(maskedCrc32c(new Uint8Array(0))).toBe(0xa282ead8);
});
