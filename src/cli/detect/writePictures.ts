import { join } from "node:path";
import type { Sharp } from "sharp";
import { Progress } from "../progress.ts";

/** A picture to be drawn, and the names of the image and of its file. */
export interface Drawing {
  name: string;
  picture: string;
  draw: () => Promise<Sharp>;
}

/** Draws pictures into a folder, one after the other, with a progress line. */
export async function writePictures(out: string, drawings: readonly Drawing[]): Promise<void> {
  const { writePicture } = await import("../../report/picture.ts");
  const progress = new Progress("drawing");
  try {
    for (const [i, { name, picture, draw }] of drawings.entries()) {
      await writePicture(await draw(), join(out, picture));
      progress.update({ fraction: (i + 1) / drawings.length, text: name });
    }
  } finally {
    progress.stop();
  }
}
