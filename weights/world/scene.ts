import type { Random } from "../../src/base/random.ts";
import { finish, layGround, pickOf, type World } from "./crop.ts";
import { paste, type Raster } from "./raster.ts";
import type { Sprite } from "./sprites.ts";
import { place, randomLook, randomTurn } from "./variations.ts";

export interface SceneObject {
  thing: number;
  /** x1, y1, x2, y2 in pixels: around all of it that lies in the picture, whether something covers it or not. */
  box: [number, number, number, number];
  /** Share of its pixels in the picture that nothing covers. */
  visible: number;
}

/** Things of which less can be seen are marked difficult. */
export const LEAST_VISIBLE = 0.35;
/** A box has at least so many pixels on each side. */
const LEAST_SIDE = 6;

/** Things on a ground: a few of any kinds, or many of one or two. The raster is filled. */
export function drawScene(random: Random, world: World, raster: Raster): SceneObject[] {
  const { width, height } = raster;
  layGround(random, world, raster);
  const owners = new Int16Array(width * height);
  const drawn: (Omit<SceneObject, "visible"> & { area: number; owner: number })[] = [];
  const draw = (sprite: Sprite, size: number, turn: number, alike?: ReturnType<typeof randomLook>): void => {
    const at = { cx: random.uniform(0, width), cy: random.uniform(0, height) };
    const owner = drawn.length + 1;
    const look = alike && random.chance(0.8) ? alike : randomLook(random);
    const { area, box } = paste(raster, sprite, place(random, { size, ...at, turn }), look, { map: owners, owner });
    drawn.push({ thing: sprite.thing, box, area, owner });
  };
  const sizeIn = (least: number, most: number): number => Math.exp(random.uniform(Math.log(least), Math.log(most)));
  if (random.chance(0.35)) {
    for (let kinds = 1 + random.int(3); kinds > 0; kinds--) {
      const [sprite, look] = [pickOf(random, world.sprites), randomLook(random)];
      const usual = sizeIn(14, 80);
      const count = 1 + random.int(Math.min(16, Math.ceil((0.5 * width * height) / usual ** 2 / 2)));
      for (let n = 0; n < count; n++) draw(sprite, usual * Math.exp(random.normal(0, 0.15)), Math.PI, look);
    }
  } else {
    const usual = sizeIn(30, 110);
    const count = 1 + random.int(Math.min(12, Math.ceil((0.7 * width * height) / usual ** 2)));
    for (let n = 0; n < count; n++)
      draw(pickOf(random, world.sprites), Math.min(200, usual * Math.exp(random.normal(0, 0.45))), randomTurn(random));
  }
  finish(random, raster);
  const seen = new Map<number, number>();
  for (const owner of owners) seen.set(owner, (seen.get(owner) ?? 0) + 1);
  return drawn.flatMap(({ thing, box, area, owner }) => {
    const [x1, y1, x2, y2] = box;
    if (Math.min(x2 - x1, y2 - y1) < LEAST_SIDE) return [];
    return [{ thing, box, visible: (seen.get(owner) ?? 0) / area }];
  });
}
