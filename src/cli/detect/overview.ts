import { countOf } from "../../base/words.ts";
import type { SheetImage } from "../../report/contactSheet.ts";

/** More do not fit on a sheet that is looked at as a whole. */
export const SHEET_IMAGES = 24;

/** Writes a contact sheet of the first images of all that were looked at, `total` of them unless all are given. */
export async function writeOverview(
  file: string,
  images: readonly SheetImage[],
  classes: readonly string[],
  {
    total = images.length,
    noun,
    ...options
  }: { scoreThreshold: number; names: boolean; total?: number; noun?: string },
): Promise<void> {
  const { contactSheet } = await import("../../report/contactSheet.ts");
  const { writePicture } = await import("../../report/picture.ts");
  const shown = images.slice(0, SHEET_IMAGES);
  await writePicture(await contactSheet(shown, classes, { ...options, heading: firstOf(total, noun) }), file);
}

/** What is printed of it: "overview: found/overview.jpg (the first 24 of 100 images)". */
export function overviewLine(file: string, images: number, noun?: string): string {
  const part = firstOf(images, noun);
  return `overview: ${file}${part === "" ? "" : ` (${part})`}`;
}

/** "the first 24 of 100 images" where there are more than fit, else nothing. */
function firstOf(images: number, noun = "image"): string {
  return images > SHEET_IMAGES ? `the first ${SHEET_IMAGES} of ${countOf(images, noun)}` : "";
}
