import type { Random } from "../../src/base/random.ts";
import { gradient, hsl, pick, round, svgDocument } from "./svg.ts";

/** A busy ground of one of six kinds, with up to a dozen things on it that are none of the classes. */
export function drawBackground(random: Random, width: number, height: number): Buffer {
  const ground = pick(random, [wood, cloth, stone, gravel, paper, tiles]);
  let content = ground(random, width, height);
  for (let count = random.int(5); count > 0; count--) content += clutter(random, width, height);
  return svgDocument(width, height, content);
}

/** One unlabelled thing somewhere in the picture. */
export function clutter(random: Random, width: number, height: number): string {
  const size = Math.min(width, height) * random.uniform(0.03, 0.17);
  const color = hsl(random.uniform(0, 360), random.uniform(5, 75), random.uniform(20, 80));
  const other = hsl(random.uniform(0, 360), random.uniform(5, 60), random.uniform(20, 80));
  const shape = pick(random, [coin, washer, card, star, cable, die, tube])(random, color, other);
  const at = `translate(${round(random.uniform(0, width))} ${round(random.uniform(0, height))})`;
  const turned = `<g transform="${at} rotate(${random.int(360)}) scale(${round(size / 10)})">${shape}</g>`;
  const shadow = `<filter id="k"><feColorMatrix values="0 0 0 0 0  0 0 0 0 0  0 0 0 0 0  0 0 0 0.35 0"/></filter>`;
  return (random.chance(0.6) ? `${shadow}<g transform="translate(2 3)" filter="url(#k)">${turned}</g>` : "") + turned;
}

function coin(_random: Random, color: string, other: string): string {
  return `<circle r="9" fill="${color}" stroke="${other}" stroke-width="1.5"/><circle r="6" fill="none" stroke="${other}"/><path d="M-2 3V-3H2" stroke="${other}" fill="none"/>`;
}

function washer(random: Random, color: string): string {
  return `<circle r="7" fill="none" stroke="${color}" stroke-width="${round(random.uniform(2, 5))}"/>`;
}

function card(_random: Random, color: string, other: string): string {
  return `<rect x="-12" y="-8" width="24" height="16" rx="1.5" fill="${color}"/><path d="M-9 -4H4M-9 0H8M-9 4H1" stroke="${other}" stroke-width="1.4"/>`;
}

function star(random: Random, color: string): string {
  const points = Array.from({ length: 10 }, (_, i) => {
    const radius = i % 2 ? random.uniform(3, 5) : 10;
    return `${round(radius * Math.sin((i * Math.PI) / 5))},${round(radius * Math.cos((i * Math.PI) / 5))}`;
  });
  return `<polygon points="${points.join(" ")}" fill="${color}"/>`;
}

function cable(random: Random, color: string): string {
  const bend = (): string => `${round(random.uniform(-25, 25))} ${round(random.uniform(-25, 25))}`;
  return `<path d="M-20 0 C${bend()} ${bend()} ${bend()} S${bend()} ${bend()}" fill="none" stroke="${color}" stroke-width="${round(random.uniform(1, 2.5))}" stroke-linecap="round"/>`;
}

function die(_random: Random, color: string, other: string): string {
  return `<rect x="-8" y="-8" width="16" height="16" rx="3" fill="${color}"/><g fill="${other}"><circle cx="-4" cy="-4" r="1.8"/><circle r="1.8"/><circle cx="4" cy="4" r="1.8"/></g>`;
}

function tube(random: Random, color: string, other: string): string {
  const length = random.uniform(10, 22);
  return `<rect x="${round(-length)}" y="-3" width="${round(2 * length)}" height="6" rx="3" fill="${color}"/><rect x="${round(-length * 0.5)}" y="-3" width="${round(length * 0.6)}" height="6" fill="${other}"/>`;
}

/** Smooth noise in shades of black or white, laid over what is there. */
function turbulence(random: Random, frequency: string, strength: number): string {
  const matrix = `0 0 0 0 0  0 0 0 0 0  0 0 0 0 0  ${round(strength * 2.5)} 0 0 0 ${round(-strength)}`;
  return (
    `<filter id="t" x="0" y="0" width="1" height="1" color-interpolation-filters="sRGB">` +
    `<feTurbulence type="fractalNoise" baseFrequency="${frequency}" numOctaves="4" seed="${random.int(10000)}"/>` +
    `<feColorMatrix values="${matrix}"/></filter><rect width="100%" height="100%" filter="url(#t)"/>`
  );
}

function fill(color: string): string {
  return `<rect width="100%" height="100%" fill="${color}"/>`;
}

function wood(random: Random, width: number, height: number): string {
  const hue = random.uniform(18, 40);
  const plank = height / (2 + random.int(4));
  let planks = "";
  for (let y = 0; y < height; y += plank) {
    planks += `<rect y="${round(y)}" width="${width}" height="${round(plank)}" fill="${hsl(hue + random.uniform(-4, 4), random.uniform(25, 50), random.uniform(32, 62))}" stroke="#000" stroke-opacity="0.4"/>`;
  }
  return planks + turbulence(random, `${round(random.uniform(0.006, 0.02))} ${round(random.uniform(0.12, 0.3))}`, 0.55);
}

function cloth(random: Random): string {
  const hue = random.uniform(0, 360);
  const step = random.uniform(12, 46);
  const stripe = hsl(hue + random.uniform(-60, 60), random.uniform(20, 60), random.uniform(25, 75));
  const across = random.chance(0.6)
    ? `<rect width="${round(step)}" height="${round(step / 2)}" fill="${stripe}" opacity="0.5"/>`
    : "";
  return (
    `<defs><pattern id="p" width="${round(step)}" height="${round(step)}" patternUnits="userSpaceOnUse" patternTransform="rotate(${random.int(90)})">` +
    `<rect width="${round(step / 2)}" height="${round(step)}" fill="${stripe}" opacity="0.6"/>${across}</pattern></defs>` +
    fill(hsl(hue, random.uniform(15, 55), random.uniform(35, 75))) +
    `<rect width="100%" height="100%" fill="url(#p)"/>` +
    turbulence(random, "0.4", 0.4)
  );
}

function stone(random: Random): string {
  const hue = random.uniform(0, 360);
  const lightness = random.uniform(30, 75);
  return (
    `<defs>${gradient("g", random.uniform(0, 360), [hsl(hue, 12, lightness), hsl(hue + 40, 20, lightness - 18)])}</defs>` +
    `<rect width="100%" height="100%" fill="url(#g)"/>` +
    turbulence(random, round(random.uniform(0.015, 0.09)), 0.8)
  );
}

function gravel(random: Random, width: number, height: number): string {
  const hue = pick(random, [30, 40, 90, 110, 210]);
  const long = random.uniform(1, 3.5); // pebbles, or blades of grass
  let pebbles = fill(hsl(hue, 20, 22));
  for (let i = 0; i < 420; i++) {
    const size = random.uniform(3, 10);
    const at = `${round(random.uniform(0, width))} ${round(random.uniform(0, height))}`;
    pebbles += `<ellipse transform="translate(${at}) rotate(${random.int(180)})" rx="${round(size * Math.sqrt(long))}" ry="${round(size / long)}" fill="${hsl(hue + random.uniform(-15, 15), random.uniform(8, 40), random.uniform(22, 62))}"/>`;
  }
  return pebbles;
}

function paper(random: Random, width: number, height: number): string {
  let sheets = fill(hsl(random.uniform(0, 360), 15, random.uniform(25, 65)));
  for (let i = 0; i < 7; i++) {
    let lines = "";
    for (let y = 12; y < 120; y += 7) lines += `M8 ${y}h${round(random.uniform(40, 90))}`;
    const color = hsl(random.uniform(20, 70), random.uniform(3, 35), random.uniform(70, 94));
    sheets +=
      `<g transform="translate(${round(random.uniform(-40, width))} ${round(random.uniform(-40, height))}) rotate(${random.int(360)}) scale(${round(random.uniform(0.7, 1.6))})">` +
      `<rect width="105" height="130" fill="${color}" stroke="#000" stroke-opacity="0.3"/><path d="${lines}" stroke="#333" stroke-width="${round(random.uniform(1, 3))}" opacity="0.55"/></g>`;
  }
  return sheets;
}

function tiles(random: Random, width: number, height: number): string {
  const size = random.uniform(22, 70);
  const hue = random.uniform(0, 360);
  const lightness = random.uniform(35, 70);
  let grid = fill(hsl(hue, 8, random.chance(0.5) ? 20 : 85));
  for (let y = 0; y < height; y += size) {
    for (let x = 0; x < width; x += size) {
      grid += `<rect x="${round(x + 1.5)}" y="${round(y + 1.5)}" width="${round(size - 3)}" height="${round(size - 3)}" rx="2" fill="${hsl(hue + random.uniform(-20, 20), random.uniform(12, 45), lightness + random.uniform(-10, 10))}"/>`;
    }
  }
  return grid + turbulence(random, "0.03", 0.5);
}
