import type * as tf from "@tensorflow/tfjs";
import type { Backbone } from "../../core/backbones/backbone.ts";

/** A network that says something about every pixel. */
export interface SegmenterNetwork {
  /** Images [n, h + 2 margin, w + 2 margin, 3] to [n, h, w, outputs], without a softmax. */
  model: tf.LayersModel;
  backbone?: Backbone;
  /** Pixels that the input reaches beyond the output on each side: 0 unless convolutions are valid. */
  margin: number;
  /**
   * Pixels that one step of the coarsest map stands for. A window that begins at a multiple of it in the image sees the
   * maps that the whole image has; with a margin, the output's sides must be multiples of it, too.
   */
  alignment: number;
  /** Layers whose weights' last axis is that of the outputs, from coarse to fine. */
  outputLayers: string[];
}
