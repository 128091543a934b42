import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { writeFileAtomic } from "../../src/base/files.ts";
import { Random } from "../../src/base/random.ts";
import type { World } from "./crop.ts";
import { drawGround } from "./grounds.ts";
import { loadSprites, openSprites, type StoredSprites } from "./sprites.ts";

/** Grounds, and their sides in pixels. */
const GROUNDS = 400;
const SIDE = 352;

/** The world as threads share it. */
export interface StoredWorld {
  sprites: StoredSprites;
  grounds: SharedArrayBuffer;
}

/** Everything that pictures are made of, from a folder where it is kept once it has been drawn (two minutes). */
export async function loadWorld(folder: string): Promise<StoredWorld> {
  const sprites = await loadSprites(folder);
  const file = join(folder, "grounds.bin");
  const found = await readFile(file).catch(() => undefined);
  const grounds = new SharedArrayBuffer(GROUNDS * SIDE * SIDE * 3);
  const bytes = new Uint8Array(grounds);
  if (found?.length === bytes.length) {
    bytes.set(found);
    return { sprites, grounds };
  }
  const opened = openSprites(sprites);
  const random = new Random("grounds");
  for (let i = 0; i < GROUNDS; i++) bytes.set(drawGround(random.fork(i), SIDE, opened).rgb, i * SIDE * SIDE * 3);
  await mkdir(folder, { recursive: true });
  await writeFileAtomic(file, bytes);
  return { sprites, grounds };
}

export function openWorld({ sprites, grounds }: StoredWorld): World {
  const one = SIDE * SIDE * 3;
  const rasters = Array.from({ length: GROUNDS }, (_, i) => ({
    width: SIDE,
    height: SIDE,
    rgb: new Uint8Array(grounds, i * one, one),
  }));
  return { ...openSprites(sprites), grounds: rasters };
}
