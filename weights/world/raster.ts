import type { Level, Sprite } from "./sprites.ts";

/** A picture that is being drawn: [height, width, 3]. */
export interface Raster {
  width: number;
  height: number;
  rgb: Uint8Array;
}

/** Where a sprite goes: x' = a x + b y + cx, y' = c x + d y + cy, of sprites whose longer side is 1 and whose middle is 0. */
export interface Placement {
  a: number;
  b: number;
  c: number;
  d: number;
  cx: number;
  cy: number;
}

/** What becomes of a colour: a matrix, row by row, and a shift (of 255). */
export interface Look {
  matrix: readonly number[];
  shift: readonly number[];
  /** Light over the picture: 1 + x lightX + y lightY, from the middle of the sprite, in its own size. */
  lightX: number;
  lightY: number;
  opacity: number;
}

/** What of the raster a pixel belongs to, to be kept beside it: 0 for the ground. */
export interface Owners {
  map: Int16Array;
  owner: number;
}

/** What was drawn: pixels more solid than not, and the box around them, cut at the borders of the picture. */
export interface Drawn {
  /** Inside the picture. */
  area: number;
  /** x1, y1, x2, y2 in pixels. */
  box: [number, number, number, number];
}

/** Draws a sprite over what is there, interpolating between its pixels. */
export function paste(
  raster: Raster,
  sprite: Sprite,
  { a, b, c, d, cx, cy }: Placement,
  look: Look,
  owners?: Owners,
): Drawn {
  const { width, height, rgb } = raster;
  const determinant = a * d - b * c;
  const level = levelFor(sprite, Math.sqrt(Math.abs(determinant)));
  const longer = Math.max(level.width, level.height);
  const [halfX, halfY] = [level.width / longer / 2, level.height / longer / 2];
  const reachX = Math.abs(a) * halfX + Math.abs(b) * halfY;
  const reachY = Math.abs(c) * halfX + Math.abs(d) * halfY;
  const [left, right] = [Math.max(0, Math.floor(cx - reachX)), Math.min(width, Math.ceil(cx + reachX))];
  const [top, bottom] = [Math.max(0, Math.floor(cy - reachY)), Math.min(height, Math.ceil(cy + reachY))];
  const [stepU, stepV] = [(d / determinant) * longer, (-c / determinant) * longer]; // along x
  const { rgba, width: w, height: h } = level;
  const [m0 = 1, m1 = 0, m2 = 0, m3 = 0, m4 = 1, m5 = 0, m6 = 0, m7 = 0, m8 = 1] = look.matrix;
  const [s0 = 0, s1 = 0, s2 = 0] = look.shift;
  const { lightX, lightY, opacity } = look;
  let [area, x1, y1, x2, y2] = [0, width, height, 0, 0];
  for (let y = top; y < bottom; y++) {
    const [dx, dy] = [left + 0.5 - cx, y + 0.5 - cy];
    let u = ((d * dx - b * dy) / determinant) * longer + w / 2 - 0.5;
    let v = ((a * dy - c * dx) / determinant) * longer + h / 2 - 0.5;
    for (let x = left; x < right; x++, u += stepU, v += stepV) {
      if (u <= -1 || v <= -1 || u >= w || v >= h) continue;
      const [u0, v0] = [Math.floor(u), Math.floor(v)];
      const [fu, fv] = [u - u0, v - v0];
      const inLeft = u0 >= 0;
      const inRight = u0 + 1 < w;
      let [r, g, bl, al] = [0, 0, 0, 0];
      for (let row = 0; row < 2; row++) {
        const vv = v0 + row;
        if (vv < 0 || vv >= h) continue;
        const share = row === 0 ? 1 - fv : fv;
        let at = (vv * w + u0) * 4;
        if (inLeft) {
          const weight = share * (1 - fu);
          r += weight * (rgba[at] as number);
          g += weight * (rgba[at + 1] as number);
          bl += weight * (rgba[at + 2] as number);
          al += weight * (rgba[at + 3] as number);
        }
        if (inRight) {
          at += 4;
          const weight = share * fu;
          r += weight * (rgba[at] as number);
          g += weight * (rgba[at + 1] as number);
          bl += weight * (rgba[at + 2] as number);
          al += weight * (rgba[at + 3] as number);
        }
      }
      if (al < 4) continue;
      const light = opacity * (1 + lightX * (u / w - 0.5) + lightY * (v / h - 0.5));
      const clear = 1 - (al * opacity) / 255;
      const i = (y * width + x) * 3;
      rgb[i] = byte(clear * (rgb[i] as number) + light * (m0 * r + m1 * g + m2 * bl + s0 * al));
      rgb[i + 1] = byte(clear * (rgb[i + 1] as number) + light * (m3 * r + m4 * g + m5 * bl + s1 * al));
      rgb[i + 2] = byte(clear * (rgb[i + 2] as number) + light * (m6 * r + m7 * g + m8 * bl + s2 * al));
      if (al < 128) continue;
      area++;
      if (x < x1) x1 = x;
      if (x >= x2) x2 = x + 1;
      if (y < y1) y1 = y;
      if (y >= y2) y2 = y + 1;
      if (owners) owners.map[y * width + x] = owners.owner;
    }
  }
  return { area, box: [x1, y1, x2, y2] };
}

/** The smallest of a sprite's sizes that need not be made larger, or the largest there is. */
function levelFor({ levels }: Sprite, pixels: number): Level {
  const fitting = levels.findLast(({ width, height }) => Math.max(width, height) >= pixels * 0.75) ?? levels[0];
  if (!fitting) throw new Error("a sprite without pixels");
  return fitting;
}

function byte(value: number): number {
  return value < 0 ? 0 : value > 255 ? 255 : Math.round(value);
}

/** Each pixel the mean of its 3 x 3. */
export function blur({ width, height, rgb }: Raster): void {
  const source = rgb.slice();
  for (let y = 0; y < height; y++) {
    const [above, below] = [Math.max(0, y - 1) * width, Math.min(height - 1, y + 1) * width];
    const here = y * width;
    for (let x = 0; x < width; x++) {
      const [left, right] = [Math.max(0, x - 1), Math.min(width - 1, x + 1)];
      for (let c = 0; c < 3; c++) {
        let sum = 0;
        for (const row of [above, here, below]) {
          sum +=
            (source[(row + left) * 3 + c] as number) +
            (source[(row + x) * 3 + c] as number) +
            (source[(row + right) * 3 + c] as number);
        }
        rgb[(here + x) * 3 + c] = sum / 9;
      }
    }
  }
}
