import type { Placement, Size } from "../base/preprocessing.ts";
import { fitToCanvas } from "../base/preprocessing.ts";
import type { Random } from "../base/random.ts";

/** How far training images are varied. */
export interface Augmentation {
  /** Which mirror images count as equally likely pictures. */
  flip: "none" | "horizontal" | "vertical" | "both";
  /** Smallest and largest zoom, 1 being the fit to the canvas; drawn evenly on a logarithmic scale. */
  zoom: [number, number];
  /** Largest relative change of the aspect ratio. */
  aspect: number;
  /** Largest relative change of the brightness, and of each channel by itself. */
  gain: number;
  channelGain: number;
  /** An object of which less than this share is left in the picture is not a target any more. */
  minVisible: number;
}

export const DEFAULT_AUGMENTATION: Augmentation = {
  flip: "horizontal",
  zoom: [0.65, 1.5],
  aspect: 0.1,
  gain: 0.2,
  channelGain: 0.08,
  minVisible: 0.35,
};

/** One random variation of an image, as plain data. */
export interface Variation {
  placement: Placement;
  /** Factors of red, green and blue. */
  gains: [number, number, number];
}

/** Draws where the image lies on the canvas and how bright it is. */
export function drawVariation(random: Random, image: Size, canvas: Size, augmentation: Augmentation): Variation {
  const fit = fitToCanvas(image, canvas);
  const [low, high] = augmentation.zoom;
  const zoom = Math.exp(random.uniform(Math.log(low), Math.log(high)));
  const stretch = Math.sqrt(1 + random.uniform(-augmentation.aspect, augmentation.aspect));
  const { flip } = augmentation;
  const [scaleX, offsetX] = place(random, image.width, canvas.width, fit.scaleX * zoom * stretch);
  const [scaleY, offsetY] = place(random, image.height, canvas.height, (fit.scaleY * zoom) / stretch);
  const mirrorX = (flip === "horizontal" || flip === "both") && random.chance(0.5);
  const mirrorY = (flip === "vertical" || flip === "both") && random.chance(0.5);
  const gain = 1 + random.uniform(-augmentation.gain, augmentation.gain);
  const channel = (): number => gain * (1 + random.uniform(-augmentation.channelGain, augmentation.channelGain));
  return {
    placement: {
      scaleX: mirrorX ? -scaleX : scaleX,
      offsetX: mirrorX ? canvas.width - offsetX : offsetX,
      scaleY: mirrorY ? -scaleY : scaleY,
      offsetY: mirrorY ? canvas.height - offsetY : offsetY,
    },
    gains: [channel(), channel(), channel()],
  };
}

/** A larger image shows some part of itself; a smaller one lies anywhere on the canvas. */
function place(random: Random, image: number, canvas: number, scale: number): [scale: number, offset: number] {
  return [scale, random.uniform() * (canvas - image * scale)];
}
