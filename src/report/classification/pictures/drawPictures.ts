import { groupBy } from "../../../data/files.ts";
import { mapParallel } from "../../../data/parallel.ts";
import type { LabelledClassification } from "../../../classification/classifyLabelled.ts";
import { clipUrl, pictureUrl, type PictureQuality } from "../../page/pictureUrl.ts";
import type { Chapter } from "./cards.ts";

/** From good to none: the first with which the page is small enough is taken. */
export const QUALITIES: readonly PictureQuality[] = [
  { quality: 76, side: 360 },
  { quality: 68, side: 280 },
  { quality: 60, side: 200 },
  { quality: 50, side: 128 },
];

const AT_ONCE = 8;

/** The pictures of images, as data URLs; undefined for those that cannot be read. */
export type Pictures = ReadonlyMap<LabelledClassification, string | undefined>;

/** Reads each image of the gallery once; of objects that were cut out, the cut. */
export async function drawPictures(chapters: readonly Chapter[], quality: PictureQuality): Promise<Pictures> {
  const cards = chapters.flatMap(({ groups }) => groups.flatMap((group) => group.cards));
  const images = [...new Set(cards.map(({ image }) => image))];
  const places = [...groupBy(images, placeOf).values()];
  const drawn = await mapParallel(places, AT_ONCE, async (same) => {
    const [first] = same;
    const url = first && (await urlOf(first, quality));
    return same.map((image) => [image, url] as const);
  });
  return new Map(drawn.flat());
}

/** The same for what is the same picture. */
function placeOf({ file, crop, frames = [] }: LabelledClassification): string {
  return [file, ...(crop ?? []), ...frames.map((frame) => `${frame.file} ${frame.page ?? ""}`)].join("\n");
}

function urlOf(
  { file, crop, frames, size }: LabelledClassification,
  quality: PictureQuality,
): Promise<string | undefined> {
  return frames ? clipUrl({ frames, size }, quality) : pictureUrl(file, crop, quality);
}
