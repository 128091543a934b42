/**
 * Sets of vectors whose components are divided by their deviation over `basis`, so that none counts for more because it has
 * larger numbers; components that are constant there are left out.
 */
export function scaledVectors(
  basis: readonly ArrayLike<number>[],
  sets: readonly (readonly ArrayLike<number>[])[],
): Float32Array[][] {
  const size = basis[0]?.length ?? 0;
  const deviations = Array.from({ length: size }, (_, k) => {
    let [sum, squares] = [0, 0];
    for (const vector of basis) sum += vector[k] as number;
    const mean = sum / basis.length;
    for (const vector of basis) squares += ((vector[k] as number) - mean) ** 2;
    return Math.sqrt(squares / basis.length);
  });
  const kept = [...deviations.keys()].filter((k) => (deviations[k] as number) > 1e-9);
  return sets.map((vectors) =>
    vectors.map((vector) => Float32Array.from(kept, (k) => (vector[k] as number) / (deviations[k] as number))),
  );
}

/** |a - b|^2 */
export function squaredDistance(a: Float32Array, b: Float32Array): number {
  let square = 0;
  for (let k = 0; k < a.length; k++) square += ((a[k] as number) - (b[k] as number)) ** 2;
  return square;
}

/**
 * How far each vector is from the nearest of others.
 *
 * @param options `itself: false` where both are the same list: a vector is not its own neighbour
 */
export function nearestDistances(
  vectors: readonly Float32Array[],
  others: readonly Float32Array[],
  { itself = true }: { itself?: boolean } = {},
): Float64Array {
  return Float64Array.from(vectors, (vector, i) => {
    let least = Infinity;
    for (let j = 0; j < others.length; j++) {
      if (!itself && i === j) continue;
      least = Math.min(least, squaredDistance(vector, others[j] as Float32Array));
    }
    return Math.sqrt(least);
  });
}
