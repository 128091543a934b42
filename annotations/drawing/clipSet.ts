import { join } from "node:path";

import sharp from "sharp";

import { writeFileAtomic } from "../../src/base/files.ts";
import { Random } from "../../src/base/random.ts";
import { mapParallel } from "../../src/data/parallel.ts";

/** The directions, and the steps in x and y that they are. */
const DIRECTIONS = { left: [-1, 0], right: [1, 0], up: [0, -1], down: [0, 1] } as const;
export type Direction = keyof typeof DIRECTIONS;
export const CLIP_CLASSES = Object.keys(DIRECTIONS) as Direction[];

/** Clips of each class. */
const SPLITS = { train: 400, val: 40, test: 100 };
const SIDE = 32;
export const CLIP_FRAMES = 10;
/** Pixels from a border to the nearest centre of a shape. */
const MARGIN = 5;
const SHAPES = ["disc", "square", "diamond", "ring", "cross"] as const;

/**
 * Draws a data set of clips: a shape that sweeps from border to border, to the left, right, up or down, and hops at random across that direction.
 * Of clips of every class, the places of the shape are a random pairing of all columns with all rows, so that nothing but the
 * order of the frames tells the class: a clip backwards is one of the opposite class. The same seed gives the same clips.
 *
 * Written are a folder for each split, in it one for each class, and in it an animated GIF file for each clip.
 *
 * @param only how many clips of each class to draw in each split, at most
 */
export async function drawClipSet(seed: number | string, out: string, only = Infinity): Promise<void> {
  const random = new Random(seed);
  const clips = Object.entries(SPLITS).flatMap(([split, count]) =>
    CLIP_CLASSES.flatMap((name) => Array.from({ length: Math.min(count, only) }, (_, i) => ({ split, name, i }))),
  );
  await mapParallel(clips, 4, async ({ split, name, i }) => {
    const pixels = drawClip(random.fork(`${split} ${name} ${i}`), name);
    const raw = { width: SIDE, height: SIDE * CLIP_FRAMES, channels: 3, pageHeight: SIDE } as const;
    const gif = await sharp(pixels, { raw }).gif({ dither: 0, effort: 3 }).toBuffer();
    await writeFileAtomic(join(out, split, name, `${name}_${String(i + 1).padStart(3, "0")}.gif`), gif);
  });
}

/** Where the shape is in each frame, as column and row, 0 to CLIP_FRAMES - 1: each column once, and each row once. */
export function placesOf(random: Random, direction: Direction): [column: number, row: number][] {
  const [dx, dy] = DIRECTIONS[direction];
  const hops = random.shuffle(Array.from({ length: CLIP_FRAMES }, (_, i) => i));
  return hops.map((hop, t) => {
    const along = dx + dy > 0 ? t : CLIP_FRAMES - 1 - t;
    return dx === 0 ? [hop, along] : [along, hop];
  });
}

/** The pixels of all frames, one under the other. */
function drawClip(random: Random, direction: Direction): Uint8Array {
  const places = placesOf(random, direction);
  const [background, colour] = colours(random);
  const shape = SHAPES[random.int(SHAPES.length)] ?? "disc";
  const radius = random.uniform(3, 4.5);
  const [shiftX, shiftY] = [random.uniform(-0.8, 0.8), random.uniform(-0.8, 0.8)];
  const step = (SIDE - 2 * MARGIN) / (CLIP_FRAMES - 1);
  const noise = random.fork("noise");
  const pixels = new Uint8Array(CLIP_FRAMES * SIDE * SIDE * 3);
  places.forEach(([column, row], t) => {
    const [cx, cy] = [MARGIN + column * step + shiftX, MARGIN + row * step + shiftY];
    for (let y = 0; y < SIDE; y++) {
      for (let x = 0; x < SIDE; x++) {
        const covered = coverage(shape, (x - cx) / radius, (y - cy) / radius, radius);
        const grain = noise.uniform(-8, 8);
        for (let c = 0; c < 3; c++) {
          const value = (background[c] ?? 0) * (1 - covered) + (colour[c] ?? 0) * covered + grain;
          pixels[((t * SIDE + y) * SIDE + x) * 3 + c] = Math.min(255, Math.max(0, Math.round(value)));
        }
      }
    }
  });
  return pixels;
}

/** Two colours that differ enough to be told apart. */
function colours(random: Random): [number[], number[]] {
  const colour = (): number[] => [0, 1, 2].map(() => random.int(256));
  const background = colour();
  let other = colour();
  while (Math.max(...other.map((value, c) => Math.abs(value - (background[c] ?? 0)))) < 90) other = colour();
  return [background, other];
}

/** How much of a pixel at (x, y), in radii from the centre, the shape covers, 0 to 1. */
function coverage(shape: (typeof SHAPES)[number], x: number, y: number, radius: number): number {
  const [ax, ay] = [Math.abs(x), Math.abs(y)];
  const far = Math.hypot(x, y);
  const distance = {
    disc: far - 1,
    square: Math.max(ax, ay) - 0.85,
    diamond: (ax + ay - 1.2) / Math.SQRT2,
    ring: Math.abs(far - 0.75) - 0.3,
    cross: Math.max(Math.min(ax, ay) - 0.3, Math.max(ax, ay) - 1),
  }[shape];
  return Math.min(1, Math.max(0, 0.5 - distance * radius));
}
