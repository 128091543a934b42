import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { Random } from "anchorkit";
import sharp from "sharp";

/** What each sign is drawn as, in a square from -1 to 1. */
const SIGNS = {
  circle: "<circle r='0.9' />",
  square: "<rect x='-0.8' y='-0.8' width='1.6' height='1.6' />",
  triangle: "<polygon points='0,-0.95 0.9,0.8 -0.9,0.8' />",
} as const;

/**
 * Draws signs on grey ground, each class in a subfolder: something to train on where there are no photographs at hand.
 *
 * @returns the names of the classes
 */
export async function drawSigns(folder: string, { perClass = 60, side = 48, seed = 1 } = {}): Promise<string[]> {
  const random = new Random(seed);
  for (const [name, shape] of Object.entries(SIGNS)) {
    await mkdir(join(folder, name), { recursive: true });
    for (let i = 0; i < perClass; i++) {
      const size = side * random.uniform(0.22, 0.4);
      const [x, y] = [random.uniform(size, side - size), random.uniform(size, side - size)];
      const [ground, sign] = [random.int(110), 140 + random.int(115)];
      const turned = `translate(${x} ${y}) rotate(${random.uniform(-12, 12)}) scale(${size})`;
      const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${side}" height="${side}">
        <rect width="100%" height="100%" fill="rgb(${ground},${ground},${ground})" />
        <g transform="${turned}" fill="rgb(${sign},${sign},${sign})">${shape}</g></svg>`;
      await sharp(Buffer.from(svg))
        .png()
        .toFile(join(folder, name, `${String(i).padStart(3, "0")}.png`));
    }
  }
  return Object.keys(SIGNS);
}
