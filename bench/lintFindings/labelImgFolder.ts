/** Folders of LabelImg for bench/lintFindings.ts: what is written, from where, and what `label lint` says of it. */
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { extname, join, resolve } from "node:path";
import sharp from "sharp";
import { Random } from "../../src/base/random.ts";
import type { SplitName } from "../../src/data/dataset.ts";
import { lintDataset, type LintOptions } from "../../src/data/lint/lintDataset.ts";
import type { LintReport } from "../../src/data/lint/report.ts";
import { readDataset } from "../../src/data/readDataset.ts";

/** A box as an XML file is to have it. */
export interface WrittenBox {
  name: string;
  /** xmin, ymin, xmax, ymax */
  corners: [number, number, number, number];
  truncated: boolean;
}

/** An image and its XML. */
export interface LabelledFile {
  stem: string;
  /** The image's file, or its bytes. */
  image: string | Buffer;
  width: number;
  height: number;
  split?: SplitName;
  boxes: WrittenBox[];
}

/** A data set as LabelImg would have written it: whole numbers, 1 for 0. */
export async function readFolder(path: string): Promise<LabelledFile[]> {
  const { dataset } = await readDataset(path);
  return dataset.images.map(({ file, width, height, objects, split }, i): LabelledFile => ({
    ...{ stem: `image-${i}`, image: resolve(file), width, height, ...(split && { split }) },
    boxes: objects.map(({ box: [x1, y1, x2, y2], class: k, truncated }) => ({
      name: dataset.classes[k] ?? "",
      corners: [Math.max(1, Math.round(x1)), Math.max(1, Math.round(y1)), Math.round(x2), Math.round(y2)],
      truncated: truncated ?? false,
    })),
  }));
}

/** Classes of the synthetic set: median of the square root of the area in pixels, and of width over height. */
const CLASSES = [
  { name: "bottle", size: 70, aspect: 0.35 },
  { name: "bicycle", size: 150, aspect: 1.6 },
  { name: "person", size: 110, aspect: 0.4 },
  { name: "traffic light", size: 30, aspect: 0.45 },
  { name: "car", size: 120, aspect: 1.7 },
  { name: "dog", size: 90, aspect: 1.2 },
] as const;

/**
 * Images of 640 x 480, smooth noise, with 2 to 9 objects each. Sizes scatter by a factor of 1.5, shapes by 1.2 (log-normal);
 * centres lie anywhere, and what leaves the image is cut at its border, as people draw it.
 */
export async function synthesize(count: number, seed: number): Promise<LabelledFile[]> {
  const random = new Random(seed);
  const [width, height] = [640, 480];
  const files: LabelledFile[] = [];
  for (let i = 0; i < count; i++) {
    const boxes = Array.from({ length: 2 + random.int(8) }, (): WrittenBox => {
      const kind = CLASSES[random.int(CLASSES.length)] ?? CLASSES[0];
      const size = kind.size * Math.exp(random.normal(0, Math.log(1.5)));
      const shape = Math.sqrt(kind.aspect * Math.exp(random.normal(0, Math.log(1.2))));
      const [w, h] = [Math.min(0.95 * width, size * shape), Math.min(0.95 * height, size / shape)];
      const [x, y] = [random.uniform(0, width) - w / 2, random.uniform(0, height) - h / 2];
      const corners: WrittenBox["corners"] = [
        Math.max(1, Math.round(x)),
        Math.max(1, Math.round(y)),
        Math.min(width, Math.round(x + w)),
        Math.min(height, Math.round(y + h)),
      ];
      return { name: kind.name, corners, truncated: false };
    });
    const whole = boxes.filter(({ corners: [x1, y1, x2, y2] }) => x2 - x1 > 8 && y2 - y1 > 8);
    files.push({ stem: `image-${i}`, image: await picture(random, width, height), width, height, boxes: whole });
  }
  return files;
}

async function picture(random: Random, width: number, height: number): Promise<Buffer> {
  const pixels = Uint8Array.from({ length: 12 * 9 * 3 }, () => random.int(256));
  const small = sharp(pixels, { raw: { width: 12, height: 9, channels: 3 } });
  return small.resize(width, height, { kernel: "cubic", fit: "fill" }).jpeg({ quality: 80 }).toBuffer();
}

/** What `label lint` finds in a folder with these files; places are told from the folder. */
export async function lintFiles(files: readonly LabelledFile[], options: LintOptions = {}): Promise<LintReport> {
  const folder = await mkdtemp(join(tmpdir(), "anchorkit-bench-"));
  try {
    for (const file of files) await writeLabelled(file, join(folder, file.split ?? ""));
    const report = await lintDataset(folder, { ...options, places: Infinity });
    return JSON.parse(JSON.stringify(report).replaceAll(`${folder}/`, "")) as LintReport;
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function writeLabelled({ stem, image, width, height, boxes }: LabelledFile, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const name = `${stem}${typeof image === "string" ? extname(image) : ".jpg"}`;
  if (typeof image === "string") await symlink(image, join(folder, name));
  else await writeFile(join(folder, name), image);
  const objects = boxes.map(({ name: className, corners, truncated }) => {
    const tags = ["xmin", "ymin", "xmax", "ymax"].map((tag, i) => `<${tag}>${corners[i] ?? 0}</${tag}>`).join("");
    const mark = `<truncated>${truncated ? 1 : 0}</truncated>`;
    return `<object><name>${className}</name>${mark}<bndbox>${tags}</bndbox></object>\n`;
  });
  const size = `<size><width>${width}</width><height>${height}</height><depth>3</depth></size>`;
  const xml = `<annotation><filename>${name}</filename>${size}\n${objects.join("")}</annotation>\n`;
  await writeFile(join(folder, `${stem}.xml`), xml);
}
