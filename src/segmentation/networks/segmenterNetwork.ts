import type * as tf from "@tensorflow/tfjs";
import type { Backbone } from "../../core/backbones/backbone.ts";

/** A network that says something about every pixel. */
export interface SegmenterNetwork {
  /** Images [n, h + 2 margin, w + 2 margin, 3] to [n, h, w, outputs], without a softmax. */
  model: tf.LayersModel;
  backbone?: Backbone;
  /** Pixels that the input reaches beyond the output on each side: 0 unless convolutions are valid. */
  margin: number;
  /** See `alignmentOf`. */
  alignment: number;
  /** Layers whose weights' last axis is that of the outputs, from coarse to fine. */
  outputLayers: string[];
}
