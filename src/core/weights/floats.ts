import { floatsFromBfloat16, floatsFromHalves } from "../../base/halfFloats.ts";
import type { NamedValues } from "../namedWeights.ts";

/** What a file of plain tensors holds. */
export interface Tensors {
  /** Floating-point numbers, by their names in the file. */
  tensors: NamedValues;
  /** What the file says about itself. */
  metadata: Record<string, string>;
  /** Names of what is not among them: integers, such as counters of batches, and other things beside the weights. */
  leftOut: string[];
}

/** Kinds of floating-point numbers, by safetensors' names, and how many bytes each takes. */
export const FLOAT_BYTES = { F64: 8, F32: 4, F16: 2, BF16: 2 } as const;
export type FloatKind = keyof typeof FLOAT_BYTES;

/** Little-endian numbers in float32; of float32 itself a view, where it lies at a multiple of 4 bytes. */
export function floatsFrom(kind: FloatKind, bytes: Uint8Array): Float32Array {
  const size = FLOAT_BYTES[kind];
  const { buffer, byteOffset } = bytes.byteOffset % size === 0 ? bytes : Uint8Array.from(bytes);
  const count = bytes.length / size;
  switch (kind) {
    case "F64":
      return Float32Array.from(new Float64Array(buffer, byteOffset, count));
    case "F32":
      return new Float32Array(buffer, byteOffset, count);
    case "F16":
      return floatsFromHalves(new Uint16Array(buffer, byteOffset, count));
    case "BF16":
      return floatsFromBfloat16(new Uint16Array(buffer, byteOffset, count));
  }
}
