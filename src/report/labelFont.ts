import { createRequire } from "node:module";

import sharp from "sharp";

/** The family that labels are written in: made for cockpits, monospaced, under the Open Font License. */
export const LABEL_FONT = "B612 Mono";

let loaded: Promise<void> | undefined;

/**
 * Makes the label font known to this process: a machine without any font (a bare container) would show boxes in place
 * of letters, and where there are fonts, each machine would have another. sharp takes a font file for its own text images only, but
 * what it has taken that way is there for the text of every SVG after it (TrueType files only, no WOFF).
 */
export function loadLabelFont(): Promise<void> {
  loaded ??= writeOneLetter();
  return loaded;
}

async function writeOneLetter(): Promise<void> {
  const require = createRequire(import.meta.url);
  const fontfile = require.resolve("@expo-google-fonts/b612-mono/700Bold/B612Mono_700Bold.ttf");
  await sharp({ text: { text: "a", font: `${LABEL_FONT} bold`, fontfile } })
    .toColourspace("srgb")
    .raw()
    .toBuffer();
}
