import type { ImageRecord, SplitName } from "../dataset.ts";
import { shownPath } from "../files.ts";
import { SPLIT_NAMES, type SplitFractions } from "./iterativeStratification.ts";

/** How often a class occurs in each split. */
export interface ClassSplits {
  name: string;
  /** Images in which it occurs. */
  images: Record<SplitName, number>;
  objects: Record<SplitName, number>;
}

/** One line for each split that a group is too large for. */
export function largeGroups(
  groups: readonly (readonly number[])[],
  images: readonly ImageRecord[],
  targets: SplitFractions,
): string[] {
  return SPLIT_NAMES.flatMap((split) => {
    const larger = groups.filter((group) => group.length > targets[split]).sort((a, b) => b.length - a.length);
    const [largest] = larger;
    if (targets[split] === 0 || !largest) return [];
    const first = shownPath(images[largest[0] ?? 0]?.file ?? "");
    const what = larger.length === 1 ? "a group is" : `${larger.length} groups are`;
    return [
      `${what} larger than ${split} is to be (${targets[split]} images): ` +
        `${largest.length} images that belong together${larger.length === 1 ? "" : " in the largest"}, such as ${first}`,
    ];
  });
}

/** One line for each split that lacks classes, and one for classes without any image. */
export function missingClasses(table: readonly ClassSplits[], fractions: SplitFractions): string[] {
  const total = ({ images }: ClassSplits): number => images.train + images.val + images.test;
  const named = ({ name, images }: ClassSplits): string => {
    const count = images.train + images.val + images.test;
    return count === 0 ? `"${name}"` : `"${name}" (in ${count} ${count === 1 ? "image" : "images"})`;
  };
  const lines = SPLIT_NAMES.filter((split) => fractions[split] > 0).flatMap((split) => {
    const missing = table.filter((one) => total(one) > 0 && one.images[split] === 0);
    return missing.length > 0 ? [`${split} has no ${listed(missing.map(named))}`] : [];
  });
  const unused = table.filter((one) => total(one) === 0);
  if (unused.length > 0) lines.push(`no image has ${listed(unused.map(named))}`);
  return lines;
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, 8);
  const all = names.length > 8 ? [...shown, `${names.length - 8} more`] : shown;
  return all.length === 1 ? (all[0] ?? "") : `${all.slice(0, -1).join(", ")} or ${all.at(-1) ?? ""}`;
}
