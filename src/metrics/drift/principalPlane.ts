/**
 * Vectors seen from where they differ most: their places along the two principal axes (PCA), by power iteration, so that
 * the first has the larger variance; signs are such that each axis' largest component is positive.
 *
 * @param vectors [n][size], at least one
 */
export function principalPlane(vectors: readonly Float32Array[]): { x: number; y: number }[] {
  const size = vectors[0]?.length ?? 0;
  const mean = new Float64Array(size);
  for (const vector of vectors) vector.forEach((value, k) => (mean[k] = (mean[k] as number) + value / vectors.length));
  const centred = vectors.map((vector) => Float64Array.from(vector, (value, k) => value - (mean[k] as number)));
  const first = principalAxis(centred, undefined);
  const second = principalAxis(centred, first);
  return centred.map((vector) => ({ x: dot(vector, first), y: dot(vector, second) }));
}

const ITERATIONS = 60;

/** The direction of the largest variance at right angles to another one. */
function principalAxis(centred: readonly Float64Array[], other: Float64Array | undefined): Float64Array {
  const size = centred[0]?.length ?? 0;
  let axis = normalized(Float64Array.from({ length: size }, (_, k) => 1 + (k % 7) / 7));
  for (let i = 0; i < ITERATIONS; i++) {
    const next = new Float64Array(size);
    for (const vector of centred) {
      const along = dot(vector, axis);
      for (let k = 0; k < size; k++) next[k] = (next[k] as number) + along * (vector[k] as number);
    }
    if (other) {
      const along = dot(next, other);
      for (let k = 0; k < size; k++) next[k] = (next[k] as number) - along * (other[k] as number);
    }
    axis = normalized(next);
  }
  const largest = axis.reduce((best, value) => (Math.abs(value) > Math.abs(best) ? value : best), 0);
  return largest < 0 ? axis.map((value) => -value) : axis;
}

function normalized(vector: Float64Array): Float64Array {
  const length = Math.sqrt(dot(vector, vector));
  return length > 0 ? vector.map((value) => value / length) : vector;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += (a[k] as number) * (b[k] as number);
  return sum;
}
