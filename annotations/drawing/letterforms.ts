import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

import opentype from "opentype.js";

const require = createRequire(import.meta.url);

/** Upright, slab, typewriter, narrow and handwritten; all under the Open Font License. */
const FILES = [
  require.resolve("@expo-google-fonts/b612-mono/400Regular/B612Mono_400Regular.ttf"),
  require.resolve("@expo-google-fonts/b612-mono/700Bold/B612Mono_700Bold.ttf"),
  require.resolve("@expo-google-fonts/bitter/400Regular/Bitter_400Regular.ttf"),
  require.resolve("@expo-google-fonts/bitter/800ExtraBold/Bitter_800ExtraBold.ttf"),
  require.resolve("@expo-google-fonts/courier-prime/700Bold/CourierPrime_700Bold.ttf"),
  require.resolve("@expo-google-fonts/oswald/300Light/Oswald_300Light.ttf"),
  require.resolve("@expo-google-fonts/oswald/600SemiBold/Oswald_600SemiBold.ttf"),
  require.resolve("@expo-google-fonts/patrick-hand/400Regular/PatrickHand_400Regular.ttf"),
];

/** A letter as an outline: the data of an SVG path whose baseline is y = 0. */
export interface Letterform {
  path: string;
  /** How far it is to the next letter, in pixels. */
  advance: number;
}

/** The outline of a letter in a font, whose capitals are so many pixels high. */
export type LetterFont = (letter: string, height: number) => Letterform;

/** The fonts that texts are drawn in: outlines, so that no font of the machine has a part in it. */
export function letterFonts(): LetterFont[] {
  return FILES.map((file) => {
    const bytes = new Uint8Array(readFileSync(file));
    const font = opentype.parse(bytes.buffer);
    const capital = font.charToGlyph("H").getBoundingBox().y2 / font.unitsPerEm;
    return (letter, height) => {
      const glyph = font.charToGlyph(letter);
      const size = height / capital;
      const path = glyph.getPath(0, 0, size).toPathData(2);
      return { path, advance: ((glyph.advanceWidth ?? 0) / font.unitsPerEm) * size };
    };
  });
}
