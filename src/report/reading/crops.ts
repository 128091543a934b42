import { mapParallel } from "../../data/parallel.ts";
import { editDistance } from "../../metrics/text/align.ts";
import { charactersOf } from "../../data/text/texts.ts";
import type { LabelledReading } from "../../sequence/reading/readLabelled.ts";
import { pictureUrl, type PictureQuality } from "../page/pictureUrl.ts";

/** A crop that is shown, and its picture as a data URL; undefined where it cannot be read. */
export interface Crop {
  image: LabelledReading;
  /** Characters that are wrong, missed or too many. */
  errors: number;
  url: string | undefined;
}

/** Crops that show one thing. */
export interface CropGroup {
  title: string;
  lead: string;
  crops: Crop[];
}

/** Crops of a kind, at most. */
const OF_KIND = 24;

/** From good to none: the first with which the page is small enough is taken. */
export const QUALITIES: readonly PictureQuality[] = [
  { quality: 76, side: 360 },
  { quality: 64, side: 240 },
  { quality: 50, side: 160 },
];

/** The crops from which most is learned, with their pictures; groups without one are left out. */
export async function drawCrops(images: readonly LabelledReading[], quality: PictureQuality): Promise<CropGroup[]> {
  const measured = images.map((image) => ({
    image,
    errors: editDistance(charactersOf(image.truth), charactersOf(image.text)),
  }));
  const wrong = measured.filter(({ errors }) => errors > 0);
  const share = ({ image, errors }: (typeof wrong)[number]): number => errors / charactersOf(image.truth).length;
  const groups = [
    {
      title: "The worst crops",
      lead: "Those with the largest share of wrong characters.",
      chosen: wrong.toSorted((a, b) => share(b) - share(a) || b.image.confidence - a.image.confidence),
    },
    {
      title: "The surest mistakes",
      lead: "Wrong, with the highest confidence. Look at the labels first: such crops are often labelled wrongly.",
      chosen: wrong.toSorted((a, b) => b.image.confidence - a.image.confidence),
    },
    {
      title: "Right, but hardly sure",
      lead: "Right with the lowest confidence: more training images like these may help most.",
      chosen: measured.filter(({ errors }) => errors === 0).sort((a, b) => a.image.confidence - b.image.confidence),
    },
  ].map(({ chosen, ...words }) => ({ ...words, chosen: chosen.slice(0, OF_KIND) }));
  const shown = [...new Set(groups.flatMap(({ chosen }) => chosen))];
  const urls = await mapParallel(shown, 8, ({ image }) => pictureUrl(image.file, image.crop, quality));
  const drawn = new Map(shown.map((one, i) => [one, { ...one, url: urls[i] }]));
  return groups
    .map(({ chosen, ...words }) => ({ ...words, crops: chosen.flatMap((one) => drawn.get(one) ?? []) }))
    .filter(({ crops }) => crops.length > 0);
}
