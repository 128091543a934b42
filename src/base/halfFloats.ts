/** The largest finite half float. */
export const LARGEST_HALF = 65504;

let halves: Float32Array | undefined;

/** Half floats (IEEE 754 binary16), given as their bits, in float32: exact. */
export function floatsFromHalves(bits: Uint16Array): Float32Array {
  halves ??= Float32Array.from({ length: 65536 }, (_, half) => floatFromHalf(half));
  const table = halves;
  return Float32Array.from(bits, (half) => table[half] ?? NaN);
}

/** bfloat16, given as their bits: the upper half of float32, so that nothing is lost. */
export function floatsFromBfloat16(bits: Uint16Array): Float32Array {
  return new Float32Array(Uint32Array.from(bits, (upper) => upper << 16).buffer);
}

/**
 * The bits of the nearest half floats; of two that are as near, the even one. What is beyond the largest, 65504, by half
 * a step and more becomes infinite, and what is nearer to 0 than to 2 ** -24 becomes 0.
 */
export function halvesFromFloats(values: Float32Array): Uint16Array {
  const bits = new Uint32Array(Float32Array.from(values).buffer);
  return Uint16Array.from(bits, halfFromBits);
}

/** 1 bit of sign, 5 of exponent (bias 15), 10 of fraction. */
function floatFromHalf(half: number): number {
  const [exponent, fraction] = [(half >> 10) & 31, half & 1023];
  const size = exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15);
  const value = exponent < 31 ? size : fraction === 0 ? Infinity : NaN;
  return half >> 15 ? -value : value;
}

/** @param bits of a float32: 1 of sign, 8 of exponent (bias 127), 23 of fraction */
function halfFromBits(bits: number): number {
  const sign = (bits >>> 16) & 0x8000;
  const size = bits & 0x7fffffff;
  if (size > 0x7f800000) return sign | 0x7e00; // not a number
  if (size >= 0x47800000) return sign | 0x7c00; // 2 ** 16 and more
  if (size < 0x38800000) return sign | smallHalf(size); // below 2 ** -14: steps of 2 ** -24
  // A carry out of the fraction raises the exponent, as it should; 112 is what the two biases differ by.
  return sign | ((size + 0xfff + ((size >> 13) & 1) - (112 << 23)) >> 13);
}

const single = new DataView(new ArrayBuffer(4));

/** The number of steps of 2 ** -24, which float32 itself rounds in a sum with 1/2. */
function smallHalf(size: number): number {
  single.setUint32(0, size);
  single.setFloat32(0, single.getFloat32(0) + 0.5);
  return single.getUint32(0) - 0x3f000000;
}
