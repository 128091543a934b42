import { join, parse } from "node:path";
import { withoutExtension } from "../../data/files.ts";
import { CLASS_LIST } from "../../data/formats/masks/maskClasses.ts";
import { folded } from "../../data/finding/imageName.ts";

/** What predict writes beside a picture for each image. */
export const [PREDICTIONS, OVERVIEW] = ["predictions.json", "overview.jpg"];

/**
 * The name of the picture of each image: its own where a picture of that type can be written, else with .png behind it.
 * No two differ in case alone, and none is that of the overview: the later ones get a number.
 */
export function pictureNames(names: readonly string[]): string[] {
  const own = names.map((name) => (/\.(jpe?g|png|webp)$/i.test(name) ? name : `${name}.png`));
  return distinct(own, [PREDICTIONS, OVERVIEW]);
}

const MASKS = "masks";
/** The list of classes beside label maps. */
export const MASK_CLASSES = join(MASKS, CLASS_LIST);

/** The segments of all images, in COCO's panoptic form. */
export const PANOPTIC = "panoptic.json";

/** The name of the label map of each image, a PNG in a folder of its own: no two differ in case alone. */
export function maskNames(names: readonly string[], folder = MASKS): string[] {
  return distinct(names.map((name) => join(folder, `${withoutExtension(name)}.png`)));
}

/** The same for panoptic maps. */
export function panopticNames(names: readonly string[]): string[] {
  return maskNames(names, "panoptic");
}

function distinct(names: readonly string[], others: readonly string[] = []): string[] {
  const taken = new Set(others);
  return names.map((own) => {
    const { dir, name: stem, ext } = parse(own);
    let free = own;
    for (let n = 2; taken.has(folded(free)); n++) free = join(dir, `${stem}-${n}${ext}`);
    taken.add(folded(free));
    return free;
  });
}
