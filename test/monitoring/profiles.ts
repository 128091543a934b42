import type { Random } from "../../src/base/random.ts";
import type { Profile } from "../../src/monitoring/profile.ts";

/** What the images of a draw are like. */
export interface Scenery {
  /** Factor on the brightness. */
  light?: number;
  /** Shares of the three classes among the detections. */
  shares?: readonly [number, number, number];
  /** What is added to the first components of the embedding. */
  shift?: number;
}

/** Images as a detector of three classes sees them; detections of one image are alike, and their number varies. */
export function drawProfiles(
  count: number,
  random: Random,
  { light = 1, shares = [0.8, 0.15, 0.05], shift = 0 }: Scenery = {},
): Profile[] {
  return Array.from({ length: count }, (_, i): Profile => {
    const amount = Math.max(0, Math.round(random.normal(8, 3)));
    const level = random.uniform(0.4, 0.9);
    const favourite = random.int(3);
    const classes = Array.from({ length: amount }, () => {
      if (random.chance(0.3)) return favourite % 2; // an image has more of one
      const at = random.uniform();
      return at < shares[0] ? 0 : at < shares[0] + shares[1] ? 1 : 2;
    });
    return {
      ...{ name: `${i}.jpg`, file: `/images/${i}.jpg`, width: 640, height: 480 },
      brightness: light * random.normal(120, 8),
      contrast: light * random.normal(40, 5),
      sharpness: Math.exp(random.normal(4, 0.4)),
      ...{ amount, classes },
      scores: classes.map(() => Math.min(1, level + random.normal(0, 0.04))),
      sizes: classes.map(() => random.uniform(0.05, 0.3)),
      uncertainty: random.uniform(0, 10),
      embedding: Float32Array.from({ length: 12 }, (_, k) => random.normal() + (k < 4 ? shift : 0)),
    };
  });
}
