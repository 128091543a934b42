import type { Sprite } from "./sprite.ts";

/** No object is covered or cut off so far that less than this part of it can be seen. */
const MIN_VISIBLE = 0.35;

/** An object of a scene; its box is what its pixels cover, whether something lies over them or not. */
export interface SceneObject {
  name: string;
  /** x1, y1, x2, y2 in whole pixels, inside the picture, x2 and y2 exclusive. */
  box: [number, number, number, number];
  /** The part of its pixels that can be seen, in 0..1. */
  visible: number;
}

/** The picture while it is drawn, and which object each of its pixels shows. */
export class Canvas {
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

  /** What each pixel shows: 1 + index of an object, 0 for the ground and what is none of the classes. */
  owners(): Int16Array {
    return this.#owner.slice();
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
