import sharp from "sharp";

import type { Random } from "../../src/base/random.ts";
import type { Letterform, LetterFont } from "./letterforms.ts";
import { gradient, hsl, pick, round, svgDocument } from "./svg.ts";

export interface TextStrip {
  width: number;
  height: number;
  /** RGB, row by row. */
  pixels: Uint8Array;
}

/**
 * Draws a text as captchas have it: in one font, each letter turned, slanted, moved and coloured a little for itself, on a
 * ground that runs from one colour to another under blots, with strokes and specks over all.
 */
export async function drawTextStrip(random: Random, text: string, fonts: readonly LetterFont[]): Promise<TextStrip> {
  const font = pick(random, fonts);
  const tall = random.uniform(20, 30);
  const gap = tall * random.uniform(0.02, 0.18);
  const letters = Array.from(text, (letter) => font(letter, tall * random.uniform(0.92, 1.08)));
  const long = letters.reduce((sum, { advance }) => sum + advance + gap, 0);
  const width = Math.round(long + random.uniform(12, 40));
  const height = Math.round(tall + random.uniform(16, 34));
  const start = { x: random.uniform(4, width - long - 4), y: height / 2 + tall * random.uniform(0.42, 0.58) };
  const colours = palette(random);
  const turned = `rotate(${round(random.uniform(-4, 4))} ${round(width / 2)} ${round(height / 2)})`;
  const svg = svgDocument(
    width,
    height,
    ground(random, colours) +
      some(random, 4, 14, () => blot(random, width, height, colours)) +
      `<g transform="${turned}">${writing(random, letters, { ...start, gap, colours })}</g>` +
      some(random, 1, 3, () => stroke(random, width, height, colours)),
  );
  const drawn = await sharp(svg).removeAlpha().raw().toBuffer();
  const noise = random.uniform(3, 20);
  const pixels = Uint8ClampedArray.from(drawn, (value) => value + random.normal(0, noise));
  return { width, height, pixels: new Uint8Array(pixels.buffer) };
}

/** Lightness in percent: the letters are darker or lighter than the ground by a third at least. */
interface Colours {
  ground: number;
  ink: number;
  hue: number;
}

function palette(random: Random): Colours {
  const [dark, light] = [random.uniform(5, 38), random.uniform(68, 97)];
  return { hue: random.uniform(0, 360), ...(random.chance(0.65) ? { ground: light, ink: dark } : { ground: dark, ink: light }) }; // prettier-ignore
}

function ground(random: Random, { ground, hue }: Colours): string {
  const shades = [hue, hue + random.uniform(-90, 90)].map((one) =>
    hsl(one, random.uniform(0, 60), ground + random.uniform(-9, 9)),
  );
  return `${gradient("g", random.uniform(0, 360), shades)}<rect width="100%" height="100%" fill="url(#g)"/>`;
}

function blot(random: Random, width: number, height: number, { ground }: Colours): string {
  const [x, y] = [random.uniform(0, width), random.uniform(0, height)].map(round);
  const colour = hsl(random.uniform(0, 360), random.uniform(10, 70), ground + random.uniform(-25, 25));
  const opacity = round(random.uniform(0.15, 0.6));
  const [a, b] = [random.uniform(2, height / 2), random.uniform(2, height / 2)].map(round);
  const turn = `rotate(${random.int(180)} ${x} ${y})`;
  return random.chance(0.5)
    ? `<ellipse cx="${x}" cy="${y}" rx="${a}" ry="${b}" transform="${turn}" fill="${colour}" opacity="${opacity}"/>`
    : `<rect x="${x}" y="${y}" width="${a}" height="${b}" transform="${turn}" fill="${colour}" opacity="${opacity}"/>`;
}

interface Line {
  x: number;
  y: number;
  gap: number;
  colours: Colours;
}

function writing(random: Random, letters: readonly Letterform[], { x, y, gap, colours }: Line): string {
  const saturation = random.uniform(0, 90);
  let at = x;
  let content = "";
  for (const { path, advance } of letters) {
    const colour = hsl(colours.hue + 180 + random.uniform(-60, 60), saturation, colours.ink + random.uniform(-6, 6));
    const centre = `${round(advance / 2)} ${round(-advance / 2)}`;
    const moves = [
      `translate(${round(at)} ${round(y + random.normal(0, 1.3))})`,
      `rotate(${round(random.uniform(-13, 13))} ${centre})`,
      `skewX(${round(random.uniform(-12, 12))})`,
    ];
    content += `<path d="${path}" transform="${moves.join(" ")}" fill="${colour}"/>`;
    at += advance + gap;
  }
  return content;
}

/** From one side to the other, in a colour like that of the letters or of the ground. */
function stroke(random: Random, width: number, height: number, { ground, ink, hue }: Colours): string {
  const heights = Array.from({ length: 4 }, () => round(random.uniform(0.05, 0.95) * height));
  const [third, twoThirds] = [width / 3, (2 * width) / 3].map(round);
  const colour = hsl(hue + random.uniform(-180, 180), random.uniform(0, 80), random.chance(0.6) ? ink : ground);
  const path = `M0 ${heights[0]}C${third} ${heights[1]} ${twoThirds} ${heights[2]} ${width} ${heights[3]}`;
  return `<path d="${path}" fill="none" stroke="${colour}" stroke-width="${round(random.uniform(0.6, 2))}"/>`;
}

/** So many of something, from least to most. */
function some(random: Random, least: number, most: number, draw: () => string): string {
  return Array.from({ length: least + random.int(most - least + 1) }, draw).join("");
}
