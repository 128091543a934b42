import { mapParallel } from "../../../data/parallel.ts";
import type { DetectionMatches } from "../../../metrics/detection/coco/matching.ts";
import type { Card, Cards } from "./cards.ts";
import type { PictureQuality } from "../../page/pictureUrl.ts";
import { cropOf, sizeOf } from "./crops.ts";
import type { DrawnCard, DrawnCards } from "./gallery.tsx";
import type { EvaluationImage } from "../../../metrics/detection/evaluationImage.ts";
import { type Region, regionAround } from "./regions.ts";
import { type SceneBox, type Scene, scenesOf } from "./scenes.ts";
import type { Thresholds } from "../thresholds.ts";

/** How good pictures are, and how many of each group there are at most; the best that fits into the report is taken. */
export const QUALITIES: readonly (PictureQuality & { most: number })[] = [
  { quality: 74, side: 560, most: 24 },
  { quality: 62, side: 440, most: 24 },
  { quality: 52, side: 340, most: 16 },
  { quality: 45, side: 260, most: 6 },
  { quality: 1, side: 1, most: 0 },
];

const AT_ONCE = 8;

/** Gets the pictures of the cards, and what is in them. */
export async function drawCards(
  cards: Cards,
  images: readonly EvaluationImage[],
  matches: DetectionMatches,
  thresholds: Thresholds,
  { most, ...quality }: (typeof QUALITIES)[number],
): Promise<DrawnCards> {
  const groups = {
    wrong: cards.wrong.slice(0, most),
    missed: cards.missed.slice(0, most),
    duplicates: cards.duplicates.slice(0, most),
    images: cards.images.slice(0, most),
  };
  const wanted = new Set(Object.values(groups).flatMap((group: Card[]) => group.map(({ image }) => image)));
  const scenes = scenesOf(wanted, images, matches, thresholds);
  const draw = <T extends Card>(group: readonly T[]): Promise<DrawnCard<T>[]> =>
    mapParallel(group, AT_ONCE, async (card) => {
      const image = images[card.image] as EvaluationImage;
      const scene = scenes.get(card.image) as Scene;
      const size = await sizeOf(image);
      const box = focusBox(card, scene);
      const region: Region = box === undefined ? { x: 0, y: 0, ...size } : regionAround(box, size);
      const larger = card.kind === "image" ? 1.3 : 1;
      const side = Math.round(quality.side * larger);
      return { card, scene, size, region, href: await cropOf(image, size, region, { ...quality, side }) };
    });
  return {
    wrong: await draw(groups.wrong),
    missed: await draw(groups.missed),
    duplicates: await draw(groups.duplicates),
    images: await draw(groups.images),
  };
}

function focusBox(card: Card, scene: Scene): SceneBox | undefined {
  if (card.kind === "wrong") return scene.detections.get(card.detection)?.box;
  return card.kind === "missed" ? scene.truths[card.truth]?.box : undefined;
}
