import * as tf from "@tensorflow/tfjs";
import type { Random } from "../../base/random.ts";
import { blocks } from "../../core/backbones/blocks.ts";
import { alignmentOf } from "./alignment.ts";
import type { UnetArchitecture } from "./architecture.ts";
import type { SegmenterNetwork } from "./segmenterNetwork.ts";
import { convolutions, upsampled } from "./unetBlocks.ts";
import { encodeByBackbone, encodePlainly } from "./unetEncoders.ts";
import { validSizes } from "./unetSizes.ts";
import { CropTo } from "../../core/layers/upsampling/cropTo.ts";

/**
 * A U-Net (Ronneberger et al., "U-Net: Convolutional Networks for Biomedical Image Segmentation", 2015): `depth` times
 * the map is halved and its channels doubled, and as often enlarged again, to half the channels, and joined with the map
 * of the same size from the way down; 3x3 convolutions, each with batch normalisation and ReLU, two on a level.
 *
 * With `padding` same, images may have any size: odd maps are halved rounding up, and cut on the way up. With valid, as
 * in the paper, no zeros are seen: the input reaches beyond the output by `margin`, the joined maps are cut to their
 * middle, and sides of the output must be multiples of `alignment`. A window then gives what the whole image gives.
 *
 * Layers: down1_conv1, down1_conv1_bn, down1_conv1_relu, …, bottom_conv1, …, up4_enlarge, up4_conv1, …, outputs.
 *
 * @throws AnchorkitError if a backbone is to be used with valid convolutions, unpooling, or a depth that it has not
 */
export function buildUnet(architecture: UnetArchitecture, outputs: number, random: Random): SegmenterNetwork {
  const { filters, padding, upsampling } = architecture;
  const b = blocks({ random: random.fork("layers") }, { momentum: 0.9, epsilon: 1e-3 });
  const encoder = architecture.backbone
    ? encodeByBackbone(b, architecture, architecture.backbone, random.fork("backbone"))
    : encodePlainly(b, architecture);
  let x = encoder.bottom;
  for (const [i, level] of [...encoder.levels.entries()].reverse()) {
    const name = `up${i + 1}`;
    const channels = filters * 2 ** i;
    const large = upsampled(b, x, name, { channels, upsampling, padding, switches: level.switches });
    const crop = new CropTo({ name: `${name}_crop`, keep: padding === "valid" ? "middle" : "start" });
    const pair = padding === "valid" ? [large, crop.apply([level.skip, large])] : [crop.apply([large, level.skip]), level.skip]; // prettier-ignore
    const joined = tf.layers.concatenate({ name: `${name}_join` }).apply(pair as tf.SymbolicTensor[]);
    x = convolutions(b, joined as tf.SymbolicTensor, name, { channels, padding, count: level.convolutions });
  }
  const { margin, cut } = padding === "valid" ? validSizes(architecture) : { margin: 0, cut: 0 };
  if (cut > 0) {
    const cropping: [[number, number], [number, number]] = [[cut, cut], [cut, cut]]; // prettier-ignore
    x = tf.layers.cropping2D({ name: "cut", cropping }).apply(x) as tf.SymbolicTensor;
  }
  const kernelInitializer = tf.initializers.glorotUniform({ seed: random.fork("outputs").uint32() });
  const head = tf.layers.conv2d({ name: "outputs", filters: outputs, kernelSize: 1, kernelInitializer });
  const model = tf.model({ inputs: encoder.image, outputs: head.apply(x) as tf.SymbolicTensor, name: "unet" });
  const { backbone } = encoder;
  const alignment = alignmentOf(architecture);
  return { model, ...(backbone && { backbone }), margin, alignment, outputLayers: ["outputs"] };
}
