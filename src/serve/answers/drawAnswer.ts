import type { DecodedImage } from "../../data/images/images.ts";
import { instanceMap } from "../../geometry/masks/drawMasks.ts";
import { drawDetections } from "../../report/drawDetections.ts";
import { encodePicture, type RgbImage } from "../../report/picture.ts";
import { drawSegmentation } from "../../report/segmentation/drawSegmentation.ts";
import type { Answer } from "../inference/messages.ts";
import { type Choice, type Description, shownClasses } from "./chosenPart.ts";

/** Names of files that pictures of each media type have. */
export const PICTURES = { "image/png": "a.png", "image/jpeg": "a.jpg", "image/webp": "a.webp" } as const;
/** A media type of pictures. */
export type PictureType = keyof typeof PICTURES;

/**
 * The image with what a model says of it: boxes, coloured pixels, or the class or the text in a frame around all of it.
 *
 * @param image at its own size @param answer with the labels of pixels, of segmenters
 */
export async function drawAnswer(
  image: DecodedImage,
  answer: Answer,
  description: Description,
  choice: Choice,
  type: PictureType,
): Promise<Uint8Array> {
  const picture = await drawn(image, answer, description, choice);
  return encodePicture(picture, PICTURES[type]).toBuffer();
}

function drawn(image: RgbImage, answer: Answer, description: Description, choice: Choice) {
  const { classes } = description;
  const all = { scoreThreshold: 0 };
  const whole = [0, 0, image.width, image.height];
  switch (answer.kind) {
    case "detection":
      return drawDetections(image, answer.detections, classes, all);
    case "classification": {
      const shown = shownClasses(answer, description, choice).slice(0, 1);
      const scores = shown.map((k) => answer.probabilities[k] ?? 0);
      return drawDetections(image, { boxes: shown.flatMap(() => answer.box ?? whole), scores, classes: shown }, classes, all); // prettier-ignore
    }
    case "segmentation": {
      const { labels, regions } = answer;
      if (!labels) throw new Error("the labels of the pixels were not asked for");
      return drawSegmentation(image, labels, classes, { objects: instanceMap(regions.map(({ mask }) => mask), image) }); // prettier-ignore
    }
    case "reading": {
      const { text, confidence } = answer;
      return drawDetections(image, { boxes: whole, scores: [confidence], classes: [0] }, [text], all);
    }
  }
}
