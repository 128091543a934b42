/**
 * Time of `label lint` on a folder of LabelImg: images of random sizes with an XML each, written to a temporary folder
 * first. No pixel is decoded; images hold one colour, so that their files are small, and only headers are read.
 *
 *   npx tsx bench/lint.ts [--images 10000] [--seed 1]
 */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import sharp from "sharp";
import { Random } from "../src/base/random.ts";
import { lintDataset } from "../src/data/lint/lintDataset.ts";

const { values: options } = parseArgs({
  options: { images: { type: "string", default: "10000" }, seed: { type: "string", default: "1" } },
});
const count = Number(options.images);
const random = new Random(Number(options.seed));
const folder = await mkdtemp(join(tmpdir(), "anchorkit-bench-"));
try {
  const jpegs = await drawImages();
  for (let i = 0; i < count; i++) await writeLabelled(`photo-${i}`, jpegs[random.int(jpegs.length)]);
  const start = performance.now();
  const report = await lintDataset(folder);
  const seconds = (performance.now() - start) / 1000;
  const { rss } = process.memoryUsage();
  console.log(`${report.images} XML files with ${report.objects} objects, Node ${process.versions.node}`);
  console.log(
    `${seconds.toFixed(1)} s, ${Math.round(report.images / seconds)} files/s, ${Math.round(rss / 2 ** 20)} MB`,
  );
  for (const { count: found, title } of report.findings) console.log(`${String(found).padStart(8)}  ${title}`);
} finally {
  await rm(folder, { recursive: true });
}

interface Drawn {
  width: number;
  height: number;
  bytes: Buffer;
}

/** Sixteen images of photos' sizes. */
async function drawImages(): Promise<Drawn[]> {
  const drawn: Drawn[] = [];
  for (let i = 0; i < 16; i++) {
    const [width, height] = [640 + 32 * random.int(20), 480 + 32 * random.int(20)];
    const bytes = await sharp({ create: { width, height, channels: 3, background: "#336699" } })
      .jpeg()
      .toBuffer();
    drawn.push({ width, height, bytes });
  }
  return drawn;
}

/** An image, its own by a number behind its last byte, and an XML with 1 to 10 objects. */
async function writeLabelled(name: string, image: Drawn | undefined): Promise<void> {
  if (!image) return;
  const { width, height, bytes } = image;
  await writeFile(join(folder, `${name}.jpg`), Buffer.concat([bytes, Buffer.from(name)]));
  const objects = Array.from({ length: 1 + random.int(10) }, () => object(width, height)).join("");
  const size = `<size><width>${width}</width><height>${height}</height><depth>3</depth></size>`;
  const head = `<folder>photos</folder><filename>${name}.jpg</filename><path>/home/someone/photos/${name}.jpg</path>`;
  const source = "<source><database>Unknown</database></source>";
  const xml = `<annotation>\n\t${head}\n\t${source}\n\t${size}\n\t<segmented>0</segmented>${objects}\n</annotation>\n`;
  await writeFile(join(folder, `${name}.xml`), xml);
}

function object(width: number, height: number): string {
  const [w, h] = [Math.ceil(20 * Math.exp(random.normal(1, 0.5))), Math.ceil(20 * Math.exp(random.normal(1, 0.5)))];
  const [x, y] = [random.int(Math.max(1, width - w)), random.int(Math.max(1, height - h))];
  const corners = [Math.max(1, x), Math.max(1, y), Math.min(width, x + w), Math.min(height, y + h)];
  const box = ["xmin", "ymin", "xmax", "ymax"].map((tag, i) => `\n\t\t\t<${tag}>${corners[i] ?? 0}</${tag}>`).join("");
  const marks = "<pose>Unspecified</pose>\n\t\t<truncated>0</truncated>\n\t\t<difficult>0</difficult>";
  const name = `class ${"abcdefgh"[random.int(8)] ?? ""}`;
  return `\n\t<object>\n\t\t<name>${name}</name>\n\t\t${marks}\n\t\t<bndbox>${box}\n\t\t</bndbox>\n\t</object>`;
}
