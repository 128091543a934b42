import sharp from "sharp";

import type { Random } from "../../src/base/random.ts";
import { clutter, drawBackground } from "./background.ts";
import { pick, round, svgDocument } from "./svg.ts";
import { drawSprite, type Sprite } from "./sprite.ts";
import { THINGS } from "./things.ts";

/** An object of a scene; its box is what its pixels cover, whether something lies over them or not. */
export interface SceneObject {
  name: string;
  /** x1, y1, x2, y2 in whole pixels, inside the picture, x2 and y2 exclusive. */
  box: [number, number, number, number];
  /** The part of its pixels that can be seen, in 0..1. */
  visible: number;
}

export interface Scene {
  width: number;
  height: number;
  /** width * height * 3 bytes, RGB. */
  pixels: Buffer;
  objects: SceneObject[];
}

const SIZES = [
  [320, 240],
  [320, 240],
  [320, 240],
  [320, 240],
  [240, 320],
  [300, 300],
  [360, 240],
  [256, 192],
] as const;
const MIN_LENGTH = 20; // pixels, of the drawing's 100 units
const MAX_LENGTH = 165;
const MIN_VISIBLE = 0.35;

/** Draws one picture: a busy ground, things on it (or none), and what a camera makes of them. */
export async function drawScene(random: Random, empty: boolean): Promise<Scene> {
  const [width, height] = pick(random, SIZES);
  const ground = await sharp(drawBackground(random, width, height))
    .removeAlpha()
    .raw()
    .toBuffer();
  const canvas = new Canvas(Float32Array.from(ground), width, height);
  const light = random.uniform(0, 2 * Math.PI);
  for (let left = empty ? 0 : objectCount(random); left > 0; left--) await addObject(random, canvas, light);
  for (let left = random.int(3); left > 0; left--) {
    const sheet = svgDocument(width, height, clutter(random, width, height));
    canvas.tryPut(await drawSprite(sheet, width, height), 0, 0, undefined);
  }
  return { width, height, pixels: await photograph(random, canvas, light), objects: canvas.objects() };
}

/** From one object to nine, few more often than many. */
function objectCount(random: Random): number {
  return 1 + Math.floor(9 * random.uniform() ** 1.1);
}

/** Draws a thing of a random class and puts it where it covers none of the others too much; gives up after 12 tries. */
async function addObject(random: Random, canvas: Canvas, light: number): Promise<void> {
  const name = pick(random, Object.keys(THINGS));
  const thing = THINGS[name]?.(random);
  if (thing === undefined) return;
  const length = MIN_LENGTH * (MAX_LENGTH / MIN_LENGTH) ** (random.uniform() ** 0.8);
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
  if (others.length > 0 && random.chance(0.35)) {
    const [x1, y1, x2, y2] = pick(random, others).box;
    const reach = (length + Math.max(x2 - x1, y2 - y1)) * 0.45;
    return [(x1 + x2) / 2 + random.uniform(-reach, reach), (y1 + y2) / 2 + random.uniform(-reach, reach)];
  }
  return [random.uniform(0, canvas.width), random.uniform(0, canvas.height)];
}

/** Uneven light, a colour cast, a lens that is never quite sharp, and a noisy sensor. */
async function photograph(random: Random, canvas: Canvas, light: number): Promise<Buffer> {
  const { width, height, rgb } = canvas;
  const slope = random.uniform(0, 0.55);
  const gain = random.uniform(0.7, 1.15);
  const cast = [random.uniform(0.9, 1.1), random.uniform(0.95, 1.05), random.uniform(0.88, 1.1)];
  const lit = rgb.map((value, i) => {
    const pixel = Math.floor(i / 3);
    const u = (pixel % width) / width - 0.5;
    const v = Math.floor(pixel / width) / height - 0.5;
    return value * gain * (cast[i % 3] ?? 1) * (1 - slope * (u * Math.cos(light) + v * Math.sin(light)));
  });
  const seen = await sharp(Uint8ClampedArray.from(lit), { raw: { width, height, channels: 3 } })
    .blur(random.uniform(0.35, 1.3))
    .raw()
    .toBuffer();
  const deviation = random.uniform(1, 9);
  return Buffer.from(Uint8ClampedArray.from(seen, (value) => value + random.normal(0, deviation)));
}

/** The picture while it is drawn, and which object each of its pixels shows. */
class Canvas {
  readonly #owner: Int16Array; // 1 + index of the object on top, 0 for the ground
  readonly #things: { name: string; box: SceneObject["box"]; area: number; seen: number }[] = [];

  constructor(
    readonly rgb: Float32Array,
    readonly width: number,
    readonly height: number,
  ) {
    this.#owner = new Int16Array(width * height);
  }

  objects(): SceneObject[] {
    return this.#things.map(({ name, box, area, seen }) => ({ name, box, visible: seen / area }));
  }

  /** Whether enough of the sprite lies in the picture, and enough of each object stays in sight. */
  fits(sprite: Sprite, left: number, top: number): boolean {
    const covered = new Map<number, number>();
    let inside = 0;
    this.#forEachSolidPixel(sprite, left, top, (at) => {
      inside++;
      const owner = this.#owner[at] ?? 0;
      covered.set(owner, (covered.get(owner) ?? 0) + 1);
    });
    return (
      inside >= 0.6 * sprite.area &&
      this.#things.every(({ area, seen }, i) => seen - (covered.get(i + 1) ?? 0) >= MIN_VISIBLE * area)
    );
  }

  /** Lays the sprite over the picture if it fits; with a name it becomes one of the objects. */
  tryPut(sprite: Sprite, left: number, top: number, name: string | undefined): void {
    if (!this.fits(sprite, left, top)) return;
    let seen = 0;
    const box: SceneObject["box"] = [this.width, this.height, 0, 0];
    this.#forEachSolidPixel(sprite, left, top, (at, x, y) => {
      const before = this.#things[(this.#owner[at] ?? 0) - 1];
      if (before) before.seen--;
      this.#owner[at] = name === undefined ? 0 : this.#things.length + 1;
      box[0] = Math.min(box[0], x);
      box[1] = Math.min(box[1], y);
      box[2] = Math.max(box[2], x + 1);
      box[3] = Math.max(box[3], y + 1);
      seen++;
    });
    if (name !== undefined) this.#things.push({ name, box, area: sprite.area, seen });
    this.#blend(left, top, sprite.width, sprite.height, (at, from) => {
      const alpha = (sprite.rgba[4 * from + 3] ?? 0) / 255;
      for (let c = 0; c < 3; c++) {
        const under = this.rgb[3 * at + c] ?? 0;
        this.rgb[3 * at + c] = under + alpha * ((sprite.rgba[4 * from + c] ?? 0) - under);
      }
    });
  }

  darken(alpha: Uint8Array, sprite: Sprite, left: number, top: number): void {
    this.#blend(Math.round(left), Math.round(top), sprite.width, sprite.height, (at, from) => {
      const keep = 1 - (0.5 * (alpha[from] ?? 0)) / 255;
      for (let c = 0; c < 3; c++) this.rgb[3 * at + c] = (this.rgb[3 * at + c] ?? 0) * keep;
    });
  }

  #forEachSolidPixel(
    sprite: Sprite,
    left: number,
    top: number,
    visit: (at: number, x: number, y: number) => void,
  ): void {
    this.#blend(left, top, sprite.width, sprite.height, (at, from) => {
      if ((sprite.rgba[4 * from + 3] ?? 0) >= 128) visit(at, at % this.width, Math.floor(at / this.width));
    });
  }

  /** Visits each pixel that a layer at (left, top) shares with the picture: its index here and in the layer. */
  #blend(left: number, top: number, width: number, height: number, visit: (at: number, from: number) => void): void {
    for (let y = Math.max(0, -top); y < height && y + top < this.height; y++) {
      for (let x = Math.max(0, -left); x < width && x + left < this.width; x++) {
        visit((y + top) * this.width + x + left, y * width + x);
      }
    }
  }
}
