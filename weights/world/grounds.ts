import type { Random } from "../../src/base/random.ts";
import { paste, type Raster } from "./raster.ts";
import type { Sprites } from "./sprites.ts";
import { place, randomLook } from "./variations.ts";

/** What things lie on: noise, stripes, cells, blots, pieces of other things, and two of them beside each other. */
export function drawGround(random: Random, side: number, sprites: Sprites): Raster {
  const raster = simpleGround(random, side);
  if (random.chance(0.35)) {
    const other = simpleGround(random, side);
    const mask = noise(random, side, side * random.uniform(0.15, 0.6), 2);
    for (let i = 0; i < side * side; i++) {
      if ((mask[i] as number) > 0.5) for (let c = 0; c < 3; c++) raster.rgb[3 * i + c] = other.rgb[3 * i + c] as number;
    }
  }
  if (random.chance(0.5)) blots(random, raster);
  if (random.chance(0.3)) {
    for (let n = 4 + random.int(20); n > 0; n--) {
      const sprite = sprites.sprites[random.int(sprites.sprites.length)];
      if (!sprite) continue;
      const size = side * random.uniform(0.3, 2.5); // much larger than things are: pieces, not things
      const at = { cx: random.uniform(0, side), cy: random.uniform(0, side) };
      paste(raster, sprite, place(random, { size, ...at, turn: Math.PI }), randomLook(random));
    }
  }
  return raster;
}

function simpleGround(random: Random, side: number): Raster {
  const kind = random.int(7);
  const colours = palette(random);
  let field: Float32Array;
  if (kind === 0) field = ramp(random, side);
  else if (kind === 1) field = noise(random, side, side * random.uniform(0.2, 1), 4);
  else if (kind === 2) field = noise(random, side, random.uniform(3, 25), 3);
  else if (kind === 3) field = waves(random, side);
  else if (kind === 4) field = cells(random, side);
  else if (kind === 5) field = waves(random, side).map((value) => (value > 0.5 ? 0.9 : 0.1));
  else field = mean(ramp(random, side), noise(random, side, random.uniform(2, 8), 2), random.uniform(0.1, 0.5));
  if (random.chance(0.4)) field = mean(field, noise(random, side, random.uniform(1, 4), 1), random.uniform(0.03, 0.25));
  return coloured(field, side, colours);
}

/** Two to five colours, as they are met: mostly dull, sometimes vivid. */
function palette(random: Random): number[][] {
  const dull = random.chance(0.65);
  const near = random.chance(0.5);
  const base = [random.uniform(20, 235), random.uniform(20, 235), random.uniform(20, 235)];
  const grey = (base[0] as number) * 0.35 + (base[1] as number) * 0.45 + (base[2] as number) * 0.2;
  const calm = (value: number): number => (dull ? grey + 0.35 * (value - grey) : value);
  return Array.from({ length: 2 + random.int(4) }, () => {
    const light = random.uniform(-60, 60);
    return base.map((value) => calm(near ? value + light + random.uniform(-20, 20) : random.uniform(0, 255)));
  });
}

function coloured(field: Float32Array, side: number, colours: readonly number[][]): Raster {
  const rgb = new Uint8ClampedArray(side * side * 3);
  const last = colours.length - 1;
  for (const [i, value] of field.entries()) {
    const at = Math.min(0.9999, Math.max(0, value)) * last;
    const from = Math.floor(at);
    for (let c = 0; c < 3; c++) {
      const [low, high] = [colours[from]?.[c] ?? 0, colours[from + 1]?.[c] ?? 0];
      rgb[3 * i + c] = low + (at - from) * (high - low);
    }
  }
  return { width: side, height: side, rgb: new Uint8Array(rgb.buffer) };
}

function ramp(random: Random, side: number): Float32Array {
  const angle = random.uniform(0, 2 * Math.PI);
  const [dx, dy] = [Math.cos(angle) / side, Math.sin(angle) / side];
  const round = random.chance(0.4);
  const [cx, cy] = [random.uniform(0, side), random.uniform(0, side)];
  return fieldOf(side, (x, y) =>
    round ? Math.hypot(x - cx, y - cy) / side : 0.5 + (x - side / 2) * dx + (y - side / 2) * dy,
  );
}

function waves(random: Random, side: number): Float32Array {
  const warp = noise(random, side, side * random.uniform(0.1, 0.6), 2);
  const strength = random.chance(0.5) ? 0 : random.uniform(0, 4);
  const wave = () => {
    const angle = random.uniform(0, Math.PI);
    const frequency = (2 * Math.PI) / Math.exp(random.uniform(Math.log(4), Math.log(60)));
    return [Math.cos(angle) * frequency, Math.sin(angle) * frequency, random.uniform(0, 7)] as const;
  };
  const [ax, ay, a] = wave();
  const [bx, by, b] = wave();
  const crossed = random.int(3); // stripes, a grid, checks
  return fieldOf(side, (x, y, i) => {
    const shift = strength * (warp[i] as number);
    const first = Math.sin(ax * x + ay * y + a + shift);
    if (crossed === 0) return 0.5 + 0.5 * first;
    const second = Math.sin((crossed === 1 ? bx : -ay) * x + (crossed === 1 ? by : ax) * y + b + shift);
    return crossed === 1 ? 0.5 + 0.25 * (first + second) : 0.5 + 0.5 * first * second;
  });
}

/** Voronoi cells: their own shade, or the distance to their middle. */
function cells(random: Random, side: number): Float32Array {
  const count = Math.round(Math.exp(random.uniform(Math.log(6), Math.log(150))));
  const points = Array.from(
    { length: count },
    () => [random.uniform(0, side), random.uniform(0, side), random.uniform()] as const,
  );
  const flat = random.chance(0.5);
  const typical = side / Math.sqrt(count);
  return fieldOf(side, (x, y) => {
    let [least, shade] = [Infinity, 0];
    for (const [px, py, own] of points) {
      const distance = (x - px) ** 2 + (y - py) ** 2;
      if (distance < least) [least, shade] = [distance, own];
    }
    return flat ? shade : Math.sqrt(least) / typical;
  });
}

/** Ellipses, filled or as rings, and bars. */
function blots(random: Random, { width, height, rgb }: Raster): void {
  const alike = random.chance(0.5) ? palette(random) : undefined;
  const usual = Math.exp(random.uniform(Math.log(3), Math.log(40)));
  for (let n = 3 + random.int(50); n > 0; n--) {
    const colours = alike ?? palette(random);
    const [inner = [], outer = []] = [colours[random.int(colours.length)], colours[0]];
    const [rx, ry] = [usual * random.uniform(0.5, 1.6), usual * random.uniform(0.3, 1.6)];
    const [cx, cy, turn] = [random.uniform(0, width), random.uniform(0, height), random.uniform(0, Math.PI)];
    const [cos, sin] = [Math.cos(turn), Math.sin(turn)];
    const opacity = random.uniform(0.3, 1);
    const [ring, bar] = [random.chance(0.3) ? random.uniform(0.3, 0.9) : 0, random.chance(0.25)];
    const reach = 1.5 * Math.max(rx, ry);
    for (let y = Math.max(0, Math.floor(cy - reach)); y < Math.min(height, cy + reach); y++) {
      for (let x = Math.max(0, Math.floor(cx - reach)); x < Math.min(width, cx + reach); x++) {
        const [u, v] = [((x - cx) * cos + (y - cy) * sin) / rx, ((y - cy) * cos - (x - cx) * sin) / ry];
        const distance = bar ? Math.max(Math.abs(u), Math.abs(v)) : Math.hypot(u, v);
        if (distance > 1 || distance < ring) continue;
        const share = distance ** 2;
        for (let c = 0; c < 3; c++) {
          const i = (y * width + x) * 3 + c;
          const colour = (1 - share) * (inner[c] ?? 0) + share * (outer[c] ?? 0);
          rgb[i] = Math.min(255, Math.max(0, (1 - opacity) * (rgb[i] as number) + opacity * colour));
        }
      }
    }
  }
}

/** Smooth noise of so many octaves, the first with cells of so many pixels; 0 to 1 about. */
function noise(random: Random, side: number, cell: number, octaves: number): Float32Array {
  const field = new Float32Array(side * side);
  let [size, weight, total] = [Math.max(1, cell), 1, 0];
  for (let octave = 0; octave < octaves; octave++, size = Math.max(1, size / 2.1), weight *= 0.55) {
    const count = Math.ceil(side / size) + 2;
    const knots = Float32Array.from({ length: count * count }, () => random.uniform());
    const places = Array.from({ length: side }, (_, x) => {
      const at = x / size;
      const share = at - Math.floor(at);
      return [Math.floor(at), share * share * (3 - 2 * share)] as const;
    });
    for (const [y, [row, down]] of places.entries()) {
      for (const [x, [column, across]] of places.entries()) {
        const i = row * count + column;
        const top = (1 - across) * (knots[i] as number) + across * (knots[i + 1] as number);
        const bottom = (1 - across) * (knots[i + count] as number) + across * (knots[i + count + 1] as number);
        field[y * side + x] = (field[y * side + x] as number) + weight * ((1 - down) * top + down * bottom);
      }
    }
    total += weight;
  }
  return field.map((value) => 0.5 + 1.6 * (value / total - 0.5));
}

function mean(first: Float32Array, second: Float32Array, share: number): Float32Array {
  return first.map((value, i) => (1 - share) * value + share * (second[i] as number));
}

function fieldOf(side: number, value: (x: number, y: number, i: number) => number): Float32Array {
  const field = new Float32Array(side * side);
  for (let y = 0, i = 0; y < side; y++) for (let x = 0; x < side; x++, i++) field[i] = value(x, y, i);
  return field;
}
