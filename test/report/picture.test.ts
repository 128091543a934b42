import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import sharp from "sharp";
import { expect, it } from "vitest";

import { fromPixels, writePicture } from "../../src/report/picture.ts";

it("writePicture takes the format from the extension, and refuses those it does not know", async () => {
  const folder = await mkdtemp(join(tmpdir(), "picture-"));
  const picture = fromPixels({ data: new Uint8Array(27), width: 3, height: 3 });
  for (const [name, format] of [
    ["a.jpg", "jpeg"],
    ["b.JPEG", "jpeg"],
    ["new/c.png", "png"],
    ["d.webp", "webp"],
  ] as const) {
    await writePicture(picture, join(folder, name));
    expect((await sharp(join(folder, name)).metadata()).format).toBe(format);
  }
  await expect(writePicture(picture, join(folder, "e.bmp"))).rejects.toThrow(
    'e.bmp: pictures are written as .jpg, .png or .webp, not ".bmp"',
  );
  expect((await readdir(folder)).sort()).toEqual(["a.jpg", "b.JPEG", "d.webp", "new"]);
  await rm(folder, { recursive: true });
});
