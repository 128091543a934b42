import type { OnnxTensor, OnnxType } from "./onnxModel.ts";

/** The values of a tensor of float32. */
export function floatsOf({ bytes }: OnnxTensor): Float32Array {
  return new Float32Array(bytes.slice().buffer); // aligned
}

export function tensorOf(
  name: string,
  type: OnnxType,
  shape: readonly number[],
  { buffer, byteOffset, byteLength }: Float32Array | Int32Array | Int8Array | Uint8Array | Uint16Array | BigInt64Array,
): OnnxTensor {
  return { name, type, shape, bytes: new Uint8Array(buffer, byteOffset, byteLength) };
}
