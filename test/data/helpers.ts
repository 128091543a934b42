import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import sharp from "sharp";
import { onTestFinished } from "vitest";
import { Random } from "../../src/base/random.ts";

/** A folder that holds the given files (path: content) and is gone after the test. */
export async function folderOf(files: Record<string, string | Uint8Array>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "anchorkit-test-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), content);
  }
  return folder;
}

/** A JPEG of one colour, with an EXIF orientation if asked for. */
export function jpeg(width: number, height: number, orientation?: number): Promise<Buffer> {
  const image = sharp({ create: { width, height, channels: 3, background: "#336699" } });
  return (orientation ? image.withMetadata({ orientation }) : image).jpeg().toBuffer();
}

/** LabelImg XML with the tags in LabelImg's order. */
export function labelImgXml(
  filename: string,
  objects: readonly (readonly [name: string, xmin: number, ymin: number, xmax: number, ymax: number])[],
  [width, height]: readonly [number, number] = [100, 80],
): string {
  const boxes = objects.map(
    ([name, xmin, ymin, xmax, ymax]) => `
	<object>
		<name>${name}</name>
		<pose>Unspecified</pose>
		<truncated>0</truncated>
		<difficult>0</difficult>
		<bndbox>
			<xmin>${xmin}</xmin>
			<ymin>${ymin}</ymin>
			<xmax>${xmax}</xmax>
			<ymax>${ymax}</ymax>
		</bndbox>
	</object>`,
  );
  return `<annotation>
	<folder>photos</folder>
	<filename>${filename}</filename>
	<path>/home/someone/photos/${filename}</path>
	<source>
		<database>Unknown</database>
	</source>
	<size>
		<width>${width}</width>
		<height>${height}</height>
		<depth>3</depth>
	</size>
	<segmented>0</segmented>${boxes.join("")}
</annotation>
`;
}

/** A folder of small photos for all tests of a file, the first 100 x 80, each later one a pixel wider; the caller removes it. */
export async function photoFolder(
  names: readonly string[],
): Promise<{ folder: string; photos: { file: string; width: number; height: number }[] }> {
  const folder = await mkdtemp(join(tmpdir(), "anchorkit-photos-"));
  const photos = names.map((name, i) => ({ file: join(folder, name), width: 100 + i, height: 80 }));
  for (const { file, width, height } of photos) {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, await jpeg(width, height));
  }
  return { folder, photos };
}

/** A made-up photo of 640 x 480: thirty discs of random place, size and colour. */
export async function scene(seed: number): Promise<Buffer> {
  const random = new Random(seed);
  const discs = Array.from({ length: 30 }, () => {
    const [x, y, r] = [random.int(640), random.int(480), 20 + random.int(100)];
    return `<circle cx="${x}" cy="${y}" r="${r}" fill="rgb(${random.int(256)},${random.int(256)},${random.int(256)})"/>`;
  });
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="640" height="480">${discs.join("")}</svg>`;
  return sharp(Buffer.from(svg)).flatten({ background: "#a0b0c0" }).png().toBuffer();
}
