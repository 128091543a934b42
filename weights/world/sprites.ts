import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import sharp from "sharp";
import { z } from "zod";
import { writeFileAtomic } from "../../src/base/files.ts";
import { readPictures } from "./sources.ts";

/** A thing cut out, in premultiplied alpha, at several sizes: each half of the one before. */
export interface Sprite {
  /** Which thing it is: index into `things`. */
  thing: number;
  levels: readonly Level[];
}

export interface Level {
  width: number;
  height: number;
  /** [height, width, 4] */
  rgba: Uint8Array;
}

export interface Sprites {
  /** Names of the things. */
  things: readonly string[];
  sprites: readonly Sprite[];
}

/** Pixels of the longer side at the first size. */
const LARGEST = 128;
const LEVELS = 3;

const Index = z.object({
  things: z.array(z.string()),
  sprites: z.array(
    z.object({
      thing: z.number(),
      levels: z.array(z.object({ width: z.number(), height: z.number(), offset: z.number() })),
    }),
  ),
});
type Index = z.infer<typeof Index>;

/** All things, from a folder where they are kept once they have been drawn. The pixels are shared between threads. */
export async function loadSprites(folder: string): Promise<{ index: Index; pixels: SharedArrayBuffer }> {
  const [indexFile, pixelFile] = [join(folder, "sprites.json"), join(folder, "sprites.bin")];
  const found = await readFile(indexFile, "utf8").catch(() => undefined);
  if (found === undefined) await drawSprites(indexFile, pixelFile);
  const index = Index.parse(JSON.parse(found ?? (await readFile(indexFile, "utf8"))));
  const bytes = await readFile(pixelFile);
  const pixels = new SharedArrayBuffer(bytes.length);
  new Uint8Array(pixels).set(bytes);
  return { index, pixels };
}

export type StoredSprites = Awaited<ReturnType<typeof loadSprites>>;

export function openSprites({ index, pixels }: StoredSprites): Sprites {
  const sprites = index.sprites.map(({ thing, levels }) => ({
    thing,
    levels: levels.map(({ width, height, offset }) => ({
      width,
      height,
      rgba: new Uint8Array(pixels, offset, width * height * 4),
    })),
  }));
  return { things: index.things, sprites };
}

async function drawSprites(indexFile: string, pixelFile: string): Promise<void> {
  const pictures = await readPictures();
  const things = [...new Set(pictures.map(({ thing }) => thing))].sort();
  const numbers = new Map(things.map((thing, i) => [thing, i]));
  const sprites: Index["sprites"] = [];
  const parts: Uint8Array[] = [];
  let offset = 0;
  for (const { thing, encoded } of pictures) {
    const levels: Index["sprites"][number]["levels"] = [];
    for (const { width, height, rgba } of await levelsOf(encoded)) {
      levels.push({ width, height, offset });
      parts.push(rgba);
      offset += rgba.length;
    }
    if (levels.length > 0) sprites.push({ thing: numbers.get(thing) ?? 0, levels });
  }
  await mkdir(join(indexFile, ".."), { recursive: true });
  await writeFileAtomic(pixelFile, Buffer.concat(parts));
  await writeFileAtomic(indexFile, JSON.stringify({ things, sprites }));
}

/** None for a picture in which nothing is to be seen. */
async function levelsOf(encoded: Uint8Array): Promise<Level[]> {
  const trimmed = await sharp(encoded).ensureAlpha().trim({ background: "#00000000", threshold: 20 }).png().toBuffer();
  const levels: Level[] = [];
  for (let i = 0; i < LEVELS; i++) {
    const side = LARGEST >> i;
    const { data, info } = await sharp(trimmed)
      .resize(side, side, { fit: "inside" })
      .raw()
      .toBuffer({ resolveWithObject: true });
    if (info.channels !== 4 || Math.min(info.width, info.height) < 4) return [];
    levels.push({ width: info.width, height: info.height, rgba: premultiplied(data) });
  }
  return levels;
}

function premultiplied(rgba: Uint8Array): Uint8Array {
  const made = new Uint8Array(rgba.length);
  for (let i = 0; i < rgba.length; i += 4) {
    const alpha = rgba[i + 3] as number;
    for (let c = 0; c < 3; c++) made[i + c] = Math.round(((rgba[i + c] as number) * alpha) / 255);
    made[i + 3] = alpha;
  }
  return made;
}
