import sharp from "sharp";
import { mapParallel } from "../../data/parallel.ts";
import { pictureUrl, type PictureQuality } from "../page/pictureUrl.ts";
import type { ShownImage } from "./extremes.ts";
import { errorLayer, labelLayer, type RgbaImage } from "./layers.ts";

/** From good to poor: the first with which the page is small enough is taken. */
export const QUALITIES: readonly PictureQuality[] = [
  { quality: 78, side: 560 },
  { quality: 68, side: 400 },
  { quality: 55, side: 280 },
];

/** An image and what lies over it, as data URLs. */
export interface DrawnImage {
  /** Undefined where it is not there or cannot be read. */
  photo: string | undefined;
  truth: string;
  prediction: string;
  errors: string;
}

const [AT_ONCE, OPACITY] = [4, 0.75];

export async function drawImages(
  images: readonly ShownImage[],
  quality: PictureQuality,
  pictures: boolean,
): Promise<Map<ShownImage, DrawnImage>> {
  const drawn = await mapParallel(images, AT_ONCE, async (image) => {
    const { file, truth, prediction } = image;
    const layers = {
      photo: pictures ? await pictureUrl(file, undefined, quality) : undefined,
      truth: await layerUrl(labelLayer(truth, OPACITY)),
      prediction: await layerUrl(labelLayer(prediction, OPACITY)),
      errors: await layerUrl(errorLayer(truth, prediction)),
    };
    return [image, layers] as const;
  });
  return new Map(drawn);
}

async function layerUrl({ data, width, height }: RgbaImage): Promise<string> {
  const webp = await sharp(data, { raw: { width, height, channels: 4 } })
    .webp({ lossless: true, effort: 2 })
    .toBuffer();
  return `data:image/webp;base64,${webp.toString("base64")}`;
}
