import { Random } from "../../../src/base/random.ts";
import type { World } from "../../../weights/world/crop.ts";
import { drawGround } from "../../../weights/world/grounds.ts";
import type { Level, Sprite } from "../../../weights/world/sprites.ts";

/** A rectangle of one colour, or of one on the left and another on the right. */
export function plainSprite(thing: number, width: number, height: number, left: number[], right = left): Sprite {
  const levels = [1, 2, 4].map((part): Level => {
    const [w, h] = [width / part, height / part];
    const rgba = new Uint8Array(w * h * 4);
    for (let i = 0; i < w * h; i++) rgba.set([...(i % w < w / 2 ? left : right), 255], i * 4);
    return { width: w, height: h, rgba };
  });
  return { thing, levels };
}

/** A world of three coloured rectangles. */
export function smallWorld(): World {
  const sprites = [
    plainSprite(0, 64, 64, [255, 0, 0]),
    plainSprite(1, 128, 32, [0, 255, 0], [0, 0, 255]),
    plainSprite(2, 32, 64, [250, 240, 10]),
  ];
  const things = ["red", "two", "yellow"];
  const random = new Random("world");
  const grounds = [0, 1, 2].map((i) => drawGround(random.fork(i), 120, { things, sprites }));
  return { things, sprites, grounds };
}
