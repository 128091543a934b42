import type { Random } from "../../src/base/random.ts";
import type { Look, Placement } from "./raster.ts";

/** Where a thing goes: its longer side in pixels, its middle, and the farthest it may be turned (radians). */
export interface Wish {
  size: number;
  cx: number;
  cy: number;
  turn: number;
}

/** As wished, with a little shear and another aspect, mirrored every other time. */
export function place(random: Random, { size, cx, cy, turn }: Wish): Placement {
  const angle = random.uniform(-turn, turn);
  const aspect = Math.exp(random.uniform(-0.22, 0.22));
  const shear = random.chance(0.4) ? random.uniform(-0.25, 0.25) : 0;
  const mirror = random.chance(0.5) ? -1 : 1;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const [sx, sy] = [size * Math.sqrt(aspect) * mirror, size / Math.sqrt(aspect)];
  return { a: cos * sx, b: (cos * shear - sin) * sy, c: sin * sx, d: (sin * shear + cos) * sy, cx, cy };
}

/** How far things are turned: mostly little, sometimes any way. */
export function randomTurn(random: Random): number {
  return random.chance(0.5) ? 0.25 : random.chance(0.6) ? Math.PI / 4 : Math.PI;
}

/** Other light and colours: mostly slightly other ones, sometimes another hue, or none. */
export function randomLook(random: Random): Look {
  const saturation = random.chance(0.12) ? 0 : random.uniform(0.5, 1.4);
  const hue = random.chance(0.25) ? random.uniform(-Math.PI, Math.PI) : random.normal(0, 0.12);
  const contrast = random.uniform(0.6, 1.2);
  const gains = [0, 1, 2].map(() => contrast * Math.exp(random.normal(0, 0.08)));
  const matrix = turnedHue(hue, saturation).map((value, i) => value * (gains[Math.floor(i / 3)] as number));
  const light = (1 - contrast) * random.uniform(0, 1) + random.normal(0, 0.05);
  const lit = random.chance(0.5) ? random.uniform(0, 0.8) : 0;
  const from = random.uniform(0, 2 * Math.PI);
  return {
    matrix,
    shift: [light, light, light],
    lightX: lit * Math.cos(from),
    lightY: lit * Math.sin(from),
    opacity: random.chance(0.15) ? random.uniform(0.6, 1) : 1,
  };
}

/** Turns hues around the grey axis, and scales the distance from it: rows of a 3 x 3 matrix. */
function turnedHue(angle: number, saturation: number): number[] {
  const [cos, sin] = [saturation * Math.cos(angle), (saturation * Math.sin(angle)) / Math.sqrt(3)];
  const rows: number[] = [];
  for (let row = 0; row < 3; row++) {
    for (let column = 0; column < 3; column++) {
      const third = (1 - cos) / 3 + (row === column ? cos : 0);
      const way = (column - row + 3) % 3; // 0: itself, 1 and 2: to either side
      rows.push(third + (way === 0 ? 0 : way === 1 ? -sin : sin));
    }
  }
  return rows;
}
