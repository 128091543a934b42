import type { Random } from "../../src/base/random.ts";
import { gradient, hsl, pick, round } from "./svg.ts";

/** The classes; two pairs of them look alike: a jug is a taller mug with a spout and a neck, a fish is a leaf with a tail and an eye. */
export const THINGS: Record<string, (random: Random) => Thing> = {
  bolt: drawBolt,
  fish: drawFish,
  jug: drawJug,
  leaf: drawLeaf,
  mug: drawMug,
};

/** A drawing around (0, 0), about 100 units long, and how far (in degrees) one would turn it where it lies. */
export interface Thing {
  svg: string;
  turn: number;
}

function drawMug(random: Random): Thing {
  const [body, rim] = pottery(random);
  const half = random.uniform(26, 34); // half the width at the top
  const foot = half * random.uniform(0.75, 1);
  const h = random.uniform(30, 40); // half the height
  const rimHeight = half * random.uniform(0.16, 0.3);
  const reach = random.uniform(18, 26);
  const outline = `M${-half} ${-h} L${-foot} ${h - 6} Q${-foot} ${h} ${-foot + 8} ${h} H${foot - 8} Q${foot} ${h} ${foot} ${h - 6} L${half} ${-h} Z`;
  const handle = `M${half - 2} ${-h * 0.55} C${half + reach} ${-h * 0.7} ${half + reach} ${h * 0.55} ${foot - 1} ${h * 0.5}`;
  return {
    svg:
      cupHandle(handle, body, random.uniform(6, 10)) +
      cupBody(random, outline, body, half, h) +
      cupMouth(half, -h, rimHeight, rim, random),
    turn: random.chance(0.2) ? 180 : 25,
  };
}

function drawJug(random: Random): Thing {
  const [body, rim] = pottery(random);
  const top = random.uniform(15, 21); // half the width of the mouth, of the neck, of the belly, of the foot
  const neck = top * random.uniform(0.75, 0.95);
  const belly = random.uniform(25, 32);
  const foot = random.uniform(16, 24);
  const h = random.uniform(43, 50);
  const spout = random.uniform(8, 14);
  const outline =
    `M${-top} ${-h} C${-neck} ${-h * 0.6} ${-belly} ${-h * 0.4} ${-belly} ${h * 0.2} Q${-belly} ${h * 0.8} ${-foot} ${h} ` +
    `H${foot} Q${belly} ${h * 0.8} ${belly} ${h * 0.2} C${belly} ${-h * 0.4} ${neck} ${-h * 0.6} ${top} ${-h} Z`;
  const lip = `M${-top + 4} ${-h + 14} Q${-top - 2} ${-h + 8} ${-top - spout} ${-h - 3} Q${-top} ${-h - 3} ${-top + 8} ${-h + 1} Z`;
  const handle = `M${top - 3} ${-h * 0.82} C${belly + 24} ${-h * 0.95} ${belly + 18} ${h * 0.1} ${belly - 3} ${h * 0.3}`;
  return {
    svg:
      cupHandle(handle, body, random.uniform(5, 9)) +
      `<path d="${round(lip)}" fill="${rim}"/>` +
      cupBody(random, outline, body, belly, h) +
      cupMouth(top, -h, top * random.uniform(0.18, 0.3), rim, random),
    turn: random.chance(0.2) ? 180 : 25,
  };
}

function drawBolt(random: Random): Thing {
  const [light, dark] = metal(random);
  const width = random.uniform(10, 14); // half of it
  const head = width * random.uniform(1.7, 2.1);
  const headHeight = random.uniform(12, 18);
  const end = random.uniform(38, 50);
  const thread = random.uniform(-15, 15); // where the thread begins
  const shank = gradient("s", 0, [dark, light, dark]);
  const facets = gradient("h", 0, [dark, light, light, dark, dark, light, dark]);
  const nut = random.chance(0.3) ? random.uniform(thread + 8, end - 12) : undefined;
  return {
    svg:
      `<defs>${shank}${facets}</defs>` +
      rect(-width, -40, 2 * width, 40 + end, `fill="url(#s)" rx="2"`) +
      threads(-width, width, thread, end - 2, random.uniform(3.5, 5), 0, dark) +
      rect(-head, -50, 2 * head, headHeight, `fill="url(#h)" stroke="${dark}" rx="1.5"`) +
      rect(-head * 0.42, -50, head * 0.84, headHeight, `fill="${light}" opacity="0.55"`) +
      (random.chance(0.5)
        ? rect(-head * 1.2, -50 + headHeight, head * 2.4, 4, `fill="${light}" stroke="${dark}" rx="2"`)
        : "") +
      (nut === undefined ? "" : rect(-head, nut, 2 * head, 11, `fill="url(#h)" stroke="${dark}" rx="1"`)),
    turn: 40,
  };
}

function drawLeaf(random: Random): Thing {
  const hue = pick(random, [95, 110, 75, 45, 130]) + random.uniform(-8, 8);
  const color = hsl(hue, random.uniform(35, 75), random.uniform(28, 50));
  const vein = hsl(hue + 10, 40, random.chance(0.5) ? 70 : 20);
  const width = random.uniform(17, 30);
  const middle = random.uniform(-14, 10); // where it is widest
  const bend = random.uniform(-10, 10);
  const stem = random.uniform(10, 22);
  const veins = Array.from({ length: 5 }, (_, i) => {
    const y = -26 + i * 13;
    const reach = width * 0.7 * (1 - Math.abs(y - middle) / 60);
    return `M${(bend * (1 - Math.abs(y) / 42)) / 2} ${y + 6} L${-reach} ${y - 6} M${(bend * (1 - Math.abs(y) / 42)) / 2} ${y + 6} L${reach} ${y - 6}`;
  });
  return {
    svg:
      `<defs>${gradient("l", random.uniform(0, 90), [color, hsl(hue + 12, 55, random.uniform(35, 58))])}</defs>` +
      `<path d="${round(`M0 38 Q${bend * 0.2} 45 ${-bend * 0.4} ${38 + stem * 0.6}`)}" stroke="${vein}" stroke-width="3.5" fill="none" stroke-linecap="round"/>` +
      `<path d="${round(`M0 -44 C${width + bend} ${middle - 20} ${width + bend} ${middle + 18} 0 40 C${-width + bend} ${middle + 18} ${-width + bend} ${middle - 20} 0 -44 Z`)}" fill="url(#l)"/>` +
      `<path d="${round(`M0 -40 Q${bend} ${middle} 0 40 ${veins.join(" ")}`)}" stroke="${vein}" stroke-width="1.6" fill="none" opacity="0.8"/>`,
    turn: 180,
  };
}

function drawFish(random: Random): Thing {
  const hue = pick(random, [15, 190, 205, 220, 350]) + random.uniform(-8, 8);
  const back = hsl(hue, random.uniform(35, 75), random.uniform(28, 50));
  const bellyColor = hsl(hue + 20, random.uniform(25, 60), random.uniform(55, 78));
  const fin = hsl(hue - 15, 50, random.uniform(25, 45));
  const height = random.uniform(14, 24);
  const tail = random.uniform(14, 22);
  const stripes = random.chance(0.4)
    ? Array.from(
        { length: 3 },
        (_, i) =>
          `<path d="M${-12 + 14 * i} ${-height * 0.72} q5 ${height * 0.7} 0 ${height * 1.4}" stroke="${fin}" stroke-width="5" fill="none" opacity="0.7"/>`,
      ).join("")
    : "";
  return {
    svg:
      `<defs>${gradient("f", 90, [back, bellyColor])}</defs>` +
      `<path d="${round(`M28 0 L50 ${-tail} Q43 0 50 ${tail} Z M-12 ${-height * 0.7} Q5 ${-height - 14} 22 ${-height * 0.4} Z M-2 ${height * 0.7} L10 ${height + 8} L14 ${height * 0.5} Z`)}" fill="${fin}"/>` +
      `<path d="${round(`M-48 0 C-30 ${-height * 1.3} 12 ${-height * 1.3} 36 0 C12 ${height * 1.3} -30 ${height * 1.3} -48 0 Z`)}" fill="url(#f)"/>` +
      stripes +
      `<path d="M-24 ${round(-height * 0.6)} q8 ${round(height * 0.6)} 0 ${round(height * 1.2)}" stroke="${fin}" stroke-width="2" fill="none"/>` +
      `<circle cx="-34" cy="${round(-height * 0.2)}" r="4" fill="#f4f4ee"/><circle cx="-34.5" cy="${round(-height * 0.2)}" r="2.2" fill="#111"/>`,
    turn: 40,
  };
}

/** Glaze outside and inside. */
function pottery(random: Random): [string, string] {
  const hue = random.uniform(0, 360);
  const saturation = random.chance(0.3) ? random.uniform(3, 15) : random.uniform(30, 80);
  const lightness = random.uniform(28, 80);
  return [hsl(hue, saturation, lightness), hsl(hue, saturation * 0.6, lightness * 0.5)];
}

/** Steel, brass, black or rust: the light and the dark side. */
function metal(random: Random): [string, string] {
  const [hue, saturation, light, dark] = pick(random, [
    [215, 8, 80, 38],
    [210, 6, 66, 30],
    [45, 50, 68, 32],
    [220, 8, 42, 14],
    [20, 45, 48, 22],
  ] as const);
  const shift = random.uniform(-6, 6);
  return [hsl(hue + shift, saturation, light + shift), hsl(hue + shift, saturation, dark + shift)];
}

function cupHandle(path: string, color: string, width: number): string {
  const d = round(path);
  return (
    `<path d="${d}" stroke="${color}" stroke-width="${round(width)}" fill="none"/>` +
    `<path d="${d}" stroke="#000" stroke-width="${round(width * 0.35)}" fill="none" opacity="0.25"/>`
  );
}

/** The outline in its colour, with bands, dots or nothing on it, and the light of a cylinder over it. */
function cupBody(random: Random, outline: string, color: string, half: number, h: number): string {
  const decoration = hsl(random.uniform(0, 360), 60, random.uniform(25, 85));
  const kind = random.int(4);
  const bandY = random.uniform(-h * 0.3, h * 0.3);
  let pattern = "";
  if (kind === 0) pattern = rect(-half - 5, bandY, 2 * half + 10, random.uniform(5, 18), `fill="${decoration}"`);
  if (kind === 1) {
    for (let i = 0; i < 9; i++) {
      pattern += `<circle cx="${round(random.uniform(-half, half))}" cy="${round(random.uniform(-h * 0.6, h * 0.8))}" r="${round(random.uniform(2.5, 6))}" fill="${decoration}"/>`;
    }
  }
  return (
    `<defs><clipPath id="c"><path d="${round(outline)}"/></clipPath>${gradient("b", 0, ["#000", "#fff", "#000"], [0.35, 0.3, 0.5])}</defs>` +
    `<path d="${round(outline)}" fill="${color}"/><g clip-path="url(#c)">${pattern}</g>` +
    `<path d="${round(outline)}" fill="url(#b)"/>`
  );
}

function cupMouth(half: number, y: number, height: number, inside: string, random: Random): string {
  const drink = random.chance(0.4) ? hsl(25, 50, random.uniform(12, 30)) : inside;
  return (
    `<ellipse cx="0" cy="${round(y)}" rx="${round(half)}" ry="${round(height)}" fill="${inside}" stroke="#fff" stroke-opacity="0.35" stroke-width="2"/>` +
    `<ellipse cx="0" cy="${round(y + height * 0.25)}" rx="${round(half * 0.82)}" ry="${round(height * 0.6)}" fill="${drink}"/>`
  );
}

/** Slanted lines across, from y to the end. */
function threads(x1: number, x2: number, y: number, end: number, step: number, slant: number, color: string): string {
  let d = "";
  for (; y < end; y += step) d += `M${x1} ${y + slant} L${x2} ${y}`;
  return d && `<path d="${round(d)}" stroke="${color}" stroke-width="1.8" stroke-linecap="round"/>`;
}

function rect(x: number, y: number, width: number, height: number, rest: string): string {
  return `<rect x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${round(height)}" ${rest}/>`;
}
