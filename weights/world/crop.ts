import { Random } from "../../src/base/random.ts";
import { blur, paste, type Raster } from "./raster.ts";
import type { Sprites } from "./sprites.ts";
import { place, randomLook, randomTurn } from "./variations.ts";

/** Everything that pictures are made of. */
export interface World extends Sprites {
  grounds: readonly Raster[];
}

/** One thing, seldom alone, that fills much of a square; `rgb` is filled. @returns which thing it is */
export function drawCrop(random: Random, world: World, raster: Raster): number {
  const { width: side } = raster;
  layGround(random, world, raster);
  const behind = random.chance(0.5) ? 0 : 1 + random.int(2);
  for (let n = 0; n < behind; n++) pasteSomewhere(random, world, raster, 0.3, 0.9);
  const sprite = pickOf(random, world.sprites);
  const size = side * Math.exp(random.uniform(Math.log(0.4), Math.log(1.2)));
  const room = Math.max(0.08 * side, (side - size) / 2);
  const at = { cx: side / 2 + random.uniform(-room, room), cy: side / 2 + random.uniform(-room, room) };
  paste(raster, sprite, place(random, { size, ...at, turn: randomTurn(random) }), randomLook(random));
  if (random.chance(0.25)) coverCorner(random, world, raster, size, at);
  finish(random, raster);
  return sprite.thing;
}

/** A ground, mirrored or turned by chance, fills the raster. */
export function layGround(random: Random, { grounds }: World, { width, height, rgb }: Raster): void {
  const ground = pickOf(random, grounds);
  const [spareX, spareY] = [ground.width - width, ground.height - height];
  const [left, top] = [random.int(Math.max(1, spareX + 1)), random.int(Math.max(1, spareY + 1))];
  const [mirrored, upset] = [random.chance(0.5), random.chance(0.5)];
  for (let y = 0; y < height; y++) {
    const row = ((upset ? height - 1 - y : y) + top) % ground.height;
    for (let x = 0; x < width; x++) {
      const from = (row * ground.width + (((mirrored ? width - 1 - x : x) + left) % ground.width)) * 3;
      const to = (y * width + x) * 3;
      rgb[to] = ground.rgb[from] as number;
      rgb[to + 1] = ground.rgb[from + 1] as number;
      rgb[to + 2] = ground.rgb[from + 2] as number;
    }
  }
}

function pasteSomewhere(random: Random, world: World, raster: Raster, least: number, most: number): void {
  const { width, height } = raster;
  const size = Math.min(width, height) * random.uniform(least, most);
  const at = { cx: random.uniform(0, width), cy: random.uniform(0, height) };
  paste(raster, pickOf(random, world.sprites), place(random, { size, ...at, turn: Math.PI }), randomLook(random));
}

/** Something lies over a part of the thing. */
function coverCorner(random: Random, world: World, raster: Raster, size: number, at: { cx: number; cy: number }): void {
  const angle = random.uniform(0, 2 * Math.PI);
  const cover = size * random.uniform(0.25, 0.6);
  const away = (size + cover * 0.3) / 2;
  const wish = { size: cover, cx: at.cx + away * Math.cos(angle), cy: at.cy + away * Math.sin(angle), turn: Math.PI };
  paste(raster, pickOf(random, world.sprites), place(random, wish), randomLook(random));
}

/** What cameras do: blur and noise. */
export function finish(random: Random, raster: Raster): void {
  if (random.chance(0.3)) blur(raster);
  if (random.chance(0.4)) grain(random, raster, random.uniform(2, 14));
}

const grains = new Random("grain");
const GRAINS = Float32Array.from({ length: 65_521 }, () => grains.normal());

/** Noise out of a table that is begun anywhere: normal numbers are slow to draw. */
function grain(random: Random, { rgb }: Raster, strength: number): void {
  const start = random.int(GRAINS.length);
  for (let i = 0; i < rgb.length; i++) {
    const value = (rgb[i] as number) + strength * (GRAINS[(start + i) % GRAINS.length] as number);
    rgb[i] = value < 0 ? 0 : value > 255 ? 255 : value;
  }
}

export function pickOf<T>(random: Random, list: readonly T[]): T {
  const item = list[random.int(list.length)];
  if (item === undefined) throw new Error("nothing to pick from");
  return item;
}
