import type { Size } from "../../../base/preprocessing.ts";
import { flatBoxes } from "../../../geometry/readBoxes.ts";
import type { EvaluationImage } from "../../../metrics/detection/evaluationImage.ts";
import { readImageHeader } from "../../../data/images/images.ts";
import { pictureUrl, type PictureQuality } from "../../page/pictureUrl.ts";
import type { Region } from "./regions.ts";

/** Size of an image in pixels, EXIF orientation applied: as given, or the picture's, or as far as its boxes reach. */
export async function sizeOf(image: EvaluationImage): Promise<Size> {
  const { size } = image;
  if (size && size.width > 0 && size.height > 0) return size;
  return (await pictureSize(image.file ?? "")) ?? reachOf(image);
}

/** A part of an image (of `size`) as a data URL, scaled down; undefined where there is no picture that can be read. */
export async function cropOf(
  { file = "" }: EvaluationImage,
  size: Size,
  region: Region,
  quality: PictureQuality,
): Promise<string | undefined> {
  const picture = await pictureSize(file);
  if (picture === undefined) return undefined;
  const [scaleX, scaleY] = [picture.width / size.width, picture.height / size.height];
  const left = Math.min(picture.width - 1, Math.round(region.x * scaleX));
  const top = Math.min(picture.height - 1, Math.round(region.y * scaleY));
  const width = Math.max(1, Math.min(picture.width - left, Math.round(region.width * scaleX)));
  const height = Math.max(1, Math.min(picture.height - top, Math.round(region.height * scaleY)));
  return pictureUrl(file, [left, top, left + width, top + height], quality);
}

async function pictureSize(file: string): Promise<Size | undefined> {
  if (file === "") return undefined;
  try {
    return await readImageHeader(file);
  } catch {
    return undefined; // not there, or no picture
  }
}

function reachOf({ truth, detections }: EvaluationImage): Size {
  const reach = { width: 1, height: 1 };
  for (const boxes of [truth, detections].map((columns) => flatBoxes("boxes", columns.boxes))) {
    for (let i = 0; i < boxes.length; i += 4) {
      reach.width = Math.max(reach.width, Math.ceil(boxes[i + 2] as number));
      reach.height = Math.max(reach.height, Math.ceil(boxes[i + 3] as number));
    }
  }
  return reach;
}
