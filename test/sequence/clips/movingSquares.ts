import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { writeFileAtomic } from "../../../src/base/files.ts";
import type { Dataset, ImageRecord } from "../../../src/data/dataset.ts";

/**
 * A bright square that moves to the right or left, 3 to 5 frames: nine clips in folders of PNG files, six of them for
 * training and two for val, and classes by the direction.
 */
export async function movingSquares(): Promise<{ folder: string; clips: Dataset }> {
  const folder = await mkdtemp(join(tmpdir(), "anchorkit-clips-"));
  const images: ImageRecord[] = [];
  for (let i = 0; i < 9; i++) {
    const count = 3 + (i % 3);
    const file = join(folder, `clip${i}`);
    const frames = Array.from({ length: count }, (_, t) => ({ file: join(file, `${t}.png`) }));
    for (const [t, frame] of frames.entries()) {
      const left = 5 * (i % 2 === 0 ? t : count - 1 - t);
      const square = await sharp({ create: { width: 8, height: 8, channels: 3, background: "white" } })
        .png()
        .toBuffer();
      const png = await sharp({ create: { width: 32, height: 24, channels: 3, background: "#305070" } })
        .composite([{ input: square, left, top: 2 + i }])
        .png()
        .toBuffer();
      await writeFileAtomic(frame.file, png);
    }
    const split = i < 6 ? "train" : i < 8 ? "val" : "test";
    images.push({ id: i + 1, file, width: 32, height: 24, objects: [], labels: [i % 2], frames, split });
  }
  return { folder, clips: { classes: ["right", "left"], images } };
}
