import { placeOnCanvas, type Framing, type Placement, type Size } from "../../../base/preprocessing.ts";
import type { Random } from "../../../base/random.ts";
import type { Augmentation, Operation } from "../description.ts";
import type { Flip } from "../presets.ts";

/** The variations that the training graph makes by itself: flips, one crop or shrink, a factor for each channel. */
export interface VariationRanges {
  /** Which mirror images count as equally likely pictures. */
  flip: Flip;
  /** Without it, the image lies as prediction has it. */
  jitter?: {
    /** Smallest and largest zoom, 1 being the size that prediction has; drawn evenly on a logarithmic scale. */
    zoom: [number, number];
    /** Largest relative change of the aspect ratio. */
    aspect: number;
  };
  /** Largest relative change of the brightness, and of each channel by itself. */
  gain: number;
  channelGain: number;
}

/** The augmentation as what the graph can do, or nothing where it takes more than that. */
export function variationRanges({ operations }: Augmentation): VariationRanges | undefined {
  const ranges: VariationRanges = { flip: "none", gain: 0, channelGain: 0 };
  const seen = new Set<Operation["name"]>();
  for (const operation of operations) {
    if (seen.has(operation.name)) return undefined;
    seen.add(operation.name);
    if (operation.name === "flip" && operation.probability === 0.5) ranges.flip = operation.axis;
    else if (operation.name === "scaleJitter" && operation.probability === 1) {
      ranges.jitter = { zoom: operation.factor, aspect: operation.aspect };
    } else if (operation.name === "gain" && operation.probability === 1) {
      [ranges.gain, ranges.channelGain] = [operation.amount, operation.channels];
    } else return undefined;
  }
  return ranges;
}

/** One random variation of an image, as plain data. */
export interface Variation {
  placement: Placement;
  /** Factors of red, green and blue. */
  gains: [number, number, number];
}

/** Draws where the image lies on the canvas and how bright it is. */
export function drawVariation(random: Random, image: Size, framing: Framing, ranges: VariationRanges): Variation {
  const { canvas } = framing;
  const { scaleX, offsetX, scaleY, offsetY } = drawPlacement(random, image, framing, ranges);
  const { flip } = ranges;
  const mirrorX = (flip === "horizontal" || flip === "both") && random.chance(0.5);
  const mirrorY = (flip === "vertical" || flip === "both") && random.chance(0.5);
  const gain = 1 + random.uniform(-ranges.gain, ranges.gain);
  const channel = (): number => gain * (1 + random.uniform(-ranges.channelGain, ranges.channelGain));
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
function drawPlacement(random: Random, image: Size, framing: Framing, { jitter }: VariationRanges): Placement {
  const { canvas } = framing;
  const usual = placeOnCanvas(image, framing);
  if (!jitter) return usual;
  const [low, high] = jitter.zoom;
  const zoom = Math.exp(random.uniform(Math.log(low), Math.log(high)));
  const stretch = Math.sqrt(1 + random.uniform(-jitter.aspect, jitter.aspect));
  const scaleX = usual.scaleX * zoom * stretch;
  const scaleY = (usual.scaleY * zoom) / stretch;
  return {
    scaleX,
    offsetX: random.uniform() * (canvas.width - image.width * scaleX),
    scaleY,
    offsetY: random.uniform() * (canvas.height - image.height * scaleY),
  };
}
