/** COCO's category id of each class, as `Dataset` and detectors have them: those that their source gave, else the index + 1. */
export function categoryIdsOf({
  classes,
  categoryIds,
}: {
  classes: readonly string[];
  categoryIds?: readonly number[] | undefined;
}): readonly number[] {
  return categoryIds ?? classes.map((_, index) => index + 1);
}
