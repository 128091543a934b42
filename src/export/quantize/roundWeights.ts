import type { Weights } from "./weights.ts";
import { floatsOf } from "../onnx/tensors.ts";

/** Weights as whole numbers of 8 bits: those of channel c are about scales[c] · values. */
export interface RoundedWeights {
  values: Int8Array;
  scales: Float32Array;
}

/**
 * scale = max |w| / largest for each channel by itself, value = round(w / scale): symmetric, so that 0 stays 0
 * (Krishnamoorthi, "Quantizing deep convolutional networks for efficient inference: A whitepaper", 2018, section 3.1).
 *
 * @param largest the largest whole number, 127 at most @param least what the scales are at least, channel by channel
 */
export function roundWeights({ tensor, axis }: Weights, largest: number, least?: Float32Array): RoundedWeights {
  const weights = floatsOf(tensor);
  const channels = tensor.shape[axis] ?? 1;
  const inner = tensor.shape.slice(axis + 1).reduce((a, b) => a * b, 1);
  const channelOf = (i: number): number => Math.floor(i / inner) % channels;
  const scales = least?.slice() ?? new Float32Array(channels);
  weights.forEach((weight, i) => {
    const c = channelOf(i);
    scales[c] = Math.max(scales[c] as number, Math.abs(weight) / largest);
  });
  const values = Int8Array.from(weights, (weight, i) => {
    const scale = scales[channelOf(i)] as number;
    return scale === 0 ? 0 : Math.max(-largest, Math.min(largest, Math.round(weight / scale)));
  });
  return { values, scales: scales.map((scale) => scale || 1) };
}
