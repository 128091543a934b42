import sharp from "sharp";

import type { Random } from "../../src/base/random.ts";
import { clutter, drawBackground } from "./background.ts";
import { Canvas, type SceneObject } from "./canvas.ts";
import { pick, round, svgDocument } from "./svg.ts";
import { drawSprite } from "./sprite.ts";
import { THINGS } from "./things.ts";

export interface Scene {
  width: number;
  height: number;
  /** width * height * 3 bytes, RGB. */
  pixels: Buffer;
  objects: SceneObject[];
  /** [height * width]: what each pixel shows, 1 + index of the object, 0 for what is none. */
  owners: Int16Array;
}

/** How large pictures and things are. */
export interface Scale {
  sizes: readonly (readonly [width: number, height: number])[];
  /** Pixels, of the drawing's 100 units, at least and at most. */
  lengths: readonly [number, number];
}

/** That of the sample data. */
const TABLE: Scale = {
  sizes: [
    [320, 240],
    [320, 240],
    [304, 228],
    [352, 264],
  ],
  lengths: [44, 160],
};

/** Draws one picture: a busy ground, things on it (or none), and what a camera makes of them. */
export async function drawScene(random: Random, empty: boolean, scale: Scale = TABLE): Promise<Scene> {
  const [width, height] = pick(random, scale.sizes);
  const ground = await sharp(drawBackground(random, width, height))
    .removeAlpha()
    .raw()
    .toBuffer();
  const canvas = new Canvas(Float32Array.from(ground), width, height);
  const light = random.uniform(0, 2 * Math.PI);
  for (let left = empty ? 0 : objectCount(random); left > 0; left--) await addObject(random, canvas, light, scale);
  for (let left = random.int(2); left > 0; left--) {
    const sheet = svgDocument(width, height, clutter(random, width, height));
    canvas.tryPut(await drawSprite(sheet, width, height), 0, 0, undefined);
  }
  const pixels = await photograph(random, canvas, light);
  return { width, height, pixels, objects: canvas.objects(), owners: canvas.owners() };
}

/** Three objects to six. */
function objectCount(random: Random): number {
  return 3 + random.int(4);
}

/** Draws a thing of a random class and puts it where it covers none of the others too much; gives up after 12 tries. */
async function addObject(random: Random, canvas: Canvas, light: number, { lengths }: Scale): Promise<void> {
  const name = pick(random, Object.keys(THINGS));
  const thing = THINGS[name]?.(random);
  if (thing === undefined) return;
  const [shortest, longest] = lengths;
  const length = shortest * (longest / shortest) ** (random.uniform() ** 0.8);
  const side = Math.ceil(length * 1.7) + 8; // room for the shadow
  const flip = random.chance(0.5) ? -1 : 1;
  const transform =
    `translate(${side / 2} ${side / 2}) rotate(${round(random.uniform(-thing.turn, thing.turn))}) ` +
    `skewX(${round(random.uniform(-9, 9))}) scale(${round((flip * length) / 100)} ${round((length / 100) * random.uniform(0.85, 1.15))})`;
  const sprite = await drawSprite(svgDocument(side, side, `<g transform="${transform}">${thing.svg}</g>`), side, side);
  const lift = length * random.uniform(0.02, 0.07);
  const shadow = random.chance(0.8) ? await sprite.blurredAlpha(0.5 + lift * 0.6) : undefined;
  for (let tries = 0; tries < 12; tries++) {
    const [x, y] = somewhere(random, canvas, length);
    const left = Math.round(x - side / 2);
    const top = Math.round(y - side / 2);
    if (!canvas.fits(sprite, left, top)) continue;
    if (shadow) canvas.darken(shadow, sprite, left + Math.cos(light) * lift, top + Math.sin(light) * lift);
    canvas.tryPut(sprite, left, top, name);
    return;
  }
}

/** Anywhere, or (one time in three) close to an object that is there already. */
function somewhere(random: Random, canvas: Canvas, length: number): [number, number] {
  const others = canvas.objects();
  if (others.length > 0 && random.chance(0.2)) {
    const [x1, y1, x2, y2] = pick(random, others).box;
    const reach = (length + Math.max(x2 - x1, y2 - y1)) * 0.45;
    return [(x1 + x2) / 2 + random.uniform(-reach, reach), (y1 + y2) / 2 + random.uniform(-reach, reach)];
  }
  return [random.uniform(0, canvas.width), random.uniform(0, canvas.height)];
}

/** Uneven light, a colour cast, a lens that is never quite sharp, and a noisy sensor. */
async function photograph(random: Random, canvas: Canvas, light: number): Promise<Buffer> {
  const { width, height, rgb } = canvas;
  const slope = random.uniform(0, 0.4);
  const gain = random.uniform(0.7, 1.15);
  const cast = [random.uniform(0.9, 1.1), random.uniform(0.95, 1.05), random.uniform(0.88, 1.1)];
  const lit = rgb.map((value, i) => {
    const pixel = Math.floor(i / 3);
    const u = (pixel % width) / width - 0.5;
    const v = Math.floor(pixel / width) / height - 0.5;
    return value * gain * (cast[i % 3] ?? 1) * (1 - slope * (u * Math.cos(light) + v * Math.sin(light)));
  });
  const seen = await sharp(Uint8ClampedArray.from(lit), { raw: { width, height, channels: 3 } })
    .blur(random.uniform(0.35, 1))
    .raw()
    .toBuffer();
  const deviation = random.uniform(1, 6);
  return Buffer.from(Uint8ClampedArray.from(seen, (value) => value + random.normal(0, deviation)));
}
