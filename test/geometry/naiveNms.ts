/** Non-maximum suppression as a double loop in float32: the definition, to compare the fast one with. */
export function naiveNms(boxes: Float32Array, scores: ArrayLike<number>, iouThreshold: number): number[] {
  const order = Array.from({ length: scores.length }, (_, i) => i);
  order.sort((i, j) => {
    const [a = 0, b = 0] = [scores[i], scores[j]];
    return a === b ? i - j : a > b ? -1 : 1;
  });
  const kept: number[] = [];
  for (const i of order) if (!kept.some((j) => float32Iou(boxes, i, j) > iouThreshold)) kept.push(i);
  return kept;
}

/** Each operation rounded to float32; NaN where both areas are 0 or one is infinite. */
export function float32Iou(boxes: Float32Array, i: number, j: number): number {
  const { fround, max, min } = Math;
  const [ax1, ay1, ax2, ay2] = [at(boxes, 4 * i), at(boxes, 4 * i + 1), at(boxes, 4 * i + 2), at(boxes, 4 * i + 3)];
  const [bx1, by1, bx2, by2] = [at(boxes, 4 * j), at(boxes, 4 * j + 1), at(boxes, 4 * j + 2), at(boxes, 4 * j + 3)];
  const areaA = fround(fround(ax2 - ax1) * fround(ay2 - ay1));
  const areaB = fround(fround(bx2 - bx1) * fround(by2 - by1));
  const width = max(0, fround(min(ax2, bx2) - max(ax1, bx1)));
  const height = max(0, fround(min(ay2, by2) - max(ay1, by1)));
  const intersection = fround(width * height);
  return fround(intersection / fround(fround(areaA + areaB) - intersection));
}

function at(data: Float32Array, i: number): number {
  return data[i] ?? NaN;
}
