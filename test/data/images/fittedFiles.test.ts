import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import sharp from "sharp";
import { expect, it } from "vitest";
import { fittedFiles, readFitted } from "../../../src/data/images/fittedFiles.ts";
import { folderOf } from "../helpers.ts";

const framing = { canvas: { width: 16, height: 16 }, resize: "fit" } as const;

it("gives the same images in threads and in this one, in their order, and goes on after one that cannot be read", async () => {
  const folder = await folderOf({});
  const made = await Promise.all(
    [20, 30, 40].map(async (width) => {
      const file = join(folder, `${width}.jpg`);
      const image = sharp({ create: { width, height: 20, channels: 3, background: { r: 5 * width, g: 90, b: 20 } } });
      await writeFile(file, await image.jpeg().toBuffer());
      return file;
    }),
  );
  const broken = join(folder, "broken.jpg");
  await writeFile(broken, "no image");
  const few = [...made, broken, join(folder, "missing.jpg")];
  const many = Array.from({ length: 300 }, (_, i) => few[i % few.length] as string);
  const expected = await Promise.all(few.map((file) => readFitted(file, framing)));
  expect(expected.map((image) => ("error" in image ? image.error.replace(folder, "") : [image.width, image.height]))).toEqual(
    [[16, 16], [16, 11], [16, 8], "/broken.jpg: is no image that can be read (JPEG, PNG, WebP, AVIF, TIFF, GIF and BMP can)", "/missing.jpg: no such file"],
  ); // prettier-ignore
  for (const files of [few, many]) {
    const seen: string[] = [];
    for await (const chunk of fittedFiles(files, 32, framing)) {
      expect(chunk.length).toBeLessThanOrEqual(32);
      for (const { file, image } of chunk) {
        expect(image).toEqual(expected[seen.length % few.length]);
        seen.push(file);
      }
    }
    expect(seen).toEqual(files);
  }
});
