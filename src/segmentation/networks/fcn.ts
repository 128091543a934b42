import * as tf from "@tensorflow/tfjs";
import { AnchorkitError } from "../../base/errors.ts";
import type { Random } from "../../base/random.ts";
import { buildBackbone } from "../../core/backbones/buildBackbone.ts";
import { CropTo } from "../../core/layers/upsampling/cropTo.ts";
import { TransposedUpsampling } from "../../core/layers/upsampling/transposedUpsampling.ts";
import { UpSampling2D } from "../../core/layers/upSampling2D.ts";
import { alignmentOf } from "./alignment.ts";
import type { FcnArchitecture } from "./architecture.ts";
import type { SegmenterNetwork } from "./segmenterNetwork.ts";

/**
 * FCN-32s, -16s or -8s (Long et al., "Fully Convolutional Networks for Semantic Segmentation", 2015): the backbone's map
 * of stride 32 is scored by a 1x1 convolution; the scores are enlarged twice and added to those of the map of stride 16,
 * and so on down to the stride; from there bilinear interpolation leads to the pixels, which is what the paper's last,
 * fixed transposed convolution does. The others start as that, and learn. Maps are cut where sizes are no multiples.
 *
 * Layers have the same names in all three: score32, up16, score16, up8, score8. score16 and score8 start at zero, so
 * that a finer network with the weights of a coarser one begins where that one ended, but for what two interpolations
 * in place of one round off. The fully connected layers that the paper makes convolutions of VGG16's (fc6 and fc7, 120
 * million weights) are left out: the last map is scored as it is.
 */
export function buildFcn(architecture: FcnArchitecture, outputs: number, random: Random): SegmenterNetwork {
  const { stride, backbone: name, width, publisher } = architecture;
  const backbone = buildBackbone(name, { random: random.fork("backbone"), width, publisher });
  const image = backbone.model.inputs[0] as tf.SymbolicTensor;
  const mapOf = (of: number): tf.SymbolicTensor => {
    const map = backbone.features.find((feature) => feature.stride === of);
    if (!map) throw new AnchorkitError(`buildFcn: ${name} has no map of stride ${of}`);
    return map.output;
  };
  const seed = random.fork("score32").uint32();
  const outputLayers = ["score32"];
  let scores = score(mapOf(32), "score32", outputs, tf.initializers.glorotUniform({ seed }));
  for (let fine = 16; fine >= stride; fine /= 2) {
    const map = mapOf(fine);
    const large = new TransposedUpsampling({ name: `up${fine}` }).apply(scores) as tf.SymbolicTensor;
    const cut = new CropTo({ name: `cut${fine}` }).apply([large, map]) as tf.SymbolicTensor;
    const own = score(map, `score${fine}`, outputs, tf.initializers.zeros());
    scores = tf.layers.add({ name: `sum${fine}` }).apply([cut, own]) as tf.SymbolicTensor;
    outputLayers.push(`up${fine}`, `score${fine}`);
  }
  const pixels = new UpSampling2D({ name: "pixels", size: stride, interpolation: "bilinear" }).apply(scores);
  const result = new CropTo({ name: "outputs" }).apply([pixels as tf.SymbolicTensor, image]) as tf.SymbolicTensor;
  const model = tf.model({ inputs: image, outputs: result, name: `fcn${stride}` });
  return { model, backbone, margin: 0, alignment: alignmentOf(architecture), outputLayers };
}

function score(
  map: tf.SymbolicTensor,
  name: string,
  filters: number,
  kernelInitializer: tf.serialization.Serializable,
): tf.SymbolicTensor {
  return tf.layers
    .conv2d({ name, filters, kernelSize: 1, kernelInitializer: kernelInitializer as never })
    .apply(map) as tf.SymbolicTensor;
}
