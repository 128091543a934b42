import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, expect, test } from "vitest";
import { pictureUrl } from "../../../src/report/page/pictureUrl.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "picture-url-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const quality = { quality: 80, side: 24 };

async function sizeOf(url: string | undefined): Promise<(number | undefined)[]> {
  const { width, height } = await sharp(Buffer.from(url?.split(",")[1] ?? "", "base64")).metadata();
  return [width, height];
}

test("a picture is turned as it is shown, and scaled down to its longest side, never up", async () => {
  const file = join(folder, "turned.jpg");
  await sharp({ create: { width: 60, height: 30, channels: 3, background: "#123456" } })
    .jpeg()
    .withMetadata({ orientation: 6 })
    .toFile(file);
  expect(await sizeOf(await pictureUrl(file, undefined, quality))).toEqual([12, 24]);
  expect(await sizeOf(await pictureUrl(file, [5, 10, 25, 50], quality))).toEqual([12, 24]);
  expect(await sizeOf(await pictureUrl(file, [5, 10, 15, 13], quality))).toEqual([10, 3]);
});

test("what cannot be read has no picture", async () => {
  const broken = join(folder, "broken.png");
  await writeFile(broken, "no picture");
  expect(await pictureUrl(broken, undefined, quality)).toBeUndefined();
  expect(await pictureUrl(join(folder, "nowhere.png"), undefined, quality)).toBeUndefined();
});

test("a bitmap is read as every other image", async () => {
  const file = join(folder, "two.bmp");
  const bytes = Buffer.alloc(54 + 8);
  bytes.write("BM", 0, "latin1");
  for (const [at, value] of [
    [2, 62],
    [10, 54],
    [14, 40],
    [18, 2],
    [22, 1],
    [34, 8],
  ] as const)
    bytes.writeUInt32LE(value, at);
  bytes.writeUInt16LE(1, 26);
  bytes.writeUInt16LE(24, 28);
  await writeFile(file, bytes);
  expect(await sizeOf(await pictureUrl(file, undefined, quality))).toEqual([2, 1]);
});
