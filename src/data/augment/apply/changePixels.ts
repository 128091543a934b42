import sharp, { type Sharp } from "sharp";
import { Random } from "../../../base/random.ts";
import type { StoredImage } from "../../images/imageStore.ts";
import { changeColours, clamped } from "./colour.ts";
import type { ColourChange, Draw, PixelChange, Window } from "../draw/draw.ts";

/** sharp would cut the bell off at a fifth of its height: up to 10 levels of difference to a Gaussian, with these 1. */
const WHOLE_BELL = { minAmplitude: 0.02, precision: "float" } as const;

/** Does the drawn changes in their order, in place. Blur and JPEG run in sharp's threads, the rest here. */
export async function changePixels(
  image: StoredImage,
  { changes, fill }: Pick<Draw, "changes" | "fill">,
): Promise<void> {
  let colours: ColourChange[] = []; // those in a row are done at once
  for (const change of changes) {
    if (isColourChange(change)) {
      colours.push(change);
      continue;
    }
    changeColours(image.pixels, colours);
    colours = [];
    if (change.name === "noise") addNoise(image.pixels, change.deviation, change.seed);
    else if (change.name === "cutout") {
      for (const rectangle of change.rectangles) blank(image, rectangle, fill);
    } else if (change.name === "blur")
      await throughSharp(image, (input) => input.blur({ sigma: change.sigma, ...WHOLE_BELL }));
    else {
      const { quality } = change;
      await throughSharp(image, async (input) => sharp(await input.jpeg({ quality }).toBuffer()));
    }
  }
  changeColours(image.pixels, colours);
}

function isColourChange(change: PixelChange): change is ColourChange {
  return !["noise", "cutout", "blur", "jpeg"].includes(change.name);
}

async function throughSharp(
  { pixels, width, height }: StoredImage,
  change: (input: Sharp) => Sharp | Promise<Sharp>,
): Promise<void> {
  const output = await change(sharp(pixels, { raw: { width, height, channels: 3 } }));
  pixels.set(await output.raw().toBuffer());
}

/** Adds to each value a normal one, drawn from a fixed sample of them: a generator for each value would take longer. */
function addNoise(pixels: Uint8Array, deviation: number, seed: number): void {
  normals ??= Float32Array.from({ length: 2 ** 16 }, normalFrom(new Random("noise")));
  const result = clamped(pixels);
  let state = seed | 1; // Marsaglia's xorshift must not begin at 0
  for (let i = 0; i < pixels.length; i++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    result[i] = (pixels[i] as number) + deviation * (normals[state >>> 16] as number);
  }
}

let normals: Float32Array | undefined;

function normalFrom(random: Random): () => number {
  return () => random.normal();
}

function blank({ pixels, width }: StoredImage, [x1, y1, x2, y2]: Window, fill: number): void {
  for (let y = y1; y < y2; y++) pixels.fill(fill, 3 * (y * width + x1), 3 * (y * width + x2));
}
