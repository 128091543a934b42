import { join, parse } from "node:path";
import { folded } from "../../data/finding/imageName.ts";

/** What predict writes beside a picture for each image. */
export const [PREDICTIONS, OVERVIEW] = ["predictions.json", "overview.jpg"];

/**
 * The name of the picture of each image: its own where a picture of that type can be written, else with .png behind it.
 * No two differ in case alone, and none is that of the overview: the later ones get a number.
 */
export function pictureNames(names: readonly string[]): string[] {
  const taken = new Set([PREDICTIONS, OVERVIEW]);
  return names.map((name) => {
    const own = /\.(jpe?g|png|webp)$/i.test(name) ? name : `${name}.png`;
    const { dir, name: stem, ext } = parse(own);
    let free = own;
    for (let n = 2; taken.has(folded(free)); n++) free = join(dir, `${stem}-${n}${ext}`);
    taken.add(folded(free));
    return free;
  });
}
