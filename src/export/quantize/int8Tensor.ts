import type { OnnxTensor } from "../onnx/onnxModel.ts";

/** Weights as whole numbers of 8 bits: those of channel c are about scales[c] · values. */
export interface Int8Weights {
  values: Int8Array;
  scales: Float32Array;
}

/**
 * scale = max |w| / largest for each channel by itself, values = round(w / scale): symmetric, so that 0 stays 0 (Krishnamoorthi,
 * "Quantizing deep convolutional networks for efficient inference", 2018).
 *
 * @param axis that of the channels @param largest the largest whole number, 127 at most
 */
export function int8Weights(tensor: OnnxTensor, axis: number, largest: number): Int8Weights {
  const weights = floatsOf(tensor);
  const channelOf = channels(tensor.shape, axis);
  const scales = new Float32Array(tensor.shape[axis] ?? 0);
  weights.forEach((w, i) => {
    const c = channelOf(i);
    scales[c] = Math.max(scales[c] as number, Math.abs(w) / largest);
  });
  scales.forEach((scale, c) => { if (scale === 0) scales[c] = 1; }); // prettier-ignore
  const values = Int8Array.from(weights, (w, i) => {
    const rounded = Math.round(w / (scales[channelOf(i)] as number));
    return Math.max(-largest, Math.min(largest, rounded));
  });
  return { values, scales };
}

/** The values of a tensor of float32. */
export function floatsOf({ bytes }: OnnxTensor): Float32Array {
  return new Float32Array(bytes.slice().buffer);
}

/** A tensor with a name. */
export function tensorOf(
  name: string,
  type: OnnxTensor["type"],
  shape: readonly number[],
  values: Float32Array | Int32Array | Int8Array | Uint8Array | Uint16Array,
): OnnxTensor {
  return { name, type, shape, bytes: new Uint8Array(values.buffer, values.byteOffset, values.byteLength) };
}

/** Which channel a value of a tensor belongs to. */
function channels(shape: readonly number[], axis: number): (i: number) => number {
  const inner = shape.slice(axis + 1).reduce((a, b) => a * b, 1);
  const count = shape[axis] ?? 1;
  return (i) => Math.floor(i / inner) % count;
}
