/** Features of pictures, a row each, and their classes. */
export interface Labelled {
  features: readonly Float64Array[];
  labels: readonly number[];
}

const PENALTIES = [1e-4, 1e-3, 1e-2, 1e-1, 1, 10];

/**
 * Least squares with a penalty, one against the rest: W = (X'X + n penalty I)^-1 X'Y of standardised features; the penalty
 * is chosen on `val`. @returns the share of `test` whose class is told
 */
export function ridge(train: Labelled, val: Labelled, test: Labelled, classes: number): number {
  const n = train.features.length;
  const d = train.features[0]?.length ?? 0;
  const mean = new Float64Array(d);
  const deviation = new Float64Array(d);
  for (const row of train.features) for (let j = 0; j < d; j++) mean[j] = at(mean, j) + at(row, j) / n;
  for (const row of train.features)
    for (let j = 0; j < d; j++) deviation[j] = at(deviation, j) + (at(row, j) - at(mean, j)) ** 2 / n;
  const standard = (row: Float64Array): Float64Array =>
    row.map((value, j) => (value - at(mean, j)) / Math.sqrt(at(deviation, j) + 1e-9));
  const rows = train.features.map(standard);
  const gram = new Float64Array(d * d);
  const sums = new Float64Array(d * classes);
  const shares = Array.from({ length: classes }, (_, c) => train.labels.filter((label) => label === c).length / n);
  for (const [i, row] of rows.entries()) {
    for (let j = 0; j < d; j++) {
      const value = at(row, j);
      for (let k = 0; k <= j; k++) gram[j * d + k] = at(gram, j * d + k) + value * at(row, k);
      for (let c = 0; c < classes; c++) {
        const target = (train.labels[i] === c ? 1 : 0) - (shares[c] ?? 0);
        sums[j * classes + c] = at(sums, j * classes + c) + value * target;
      }
    }
  }
  const rightOf = (weights: Float64Array, { features, labels }: Labelled): number => {
    const right = features.filter((row, i) => {
      const scores = shares.map((share, c) =>
        standard(row).reduce((sum, value, j) => sum + value * at(weights, j * classes + c), share),
      );
      return scores.indexOf(Math.max(...scores)) === labels[i];
    });
    return right.length / features.length;
  };
  let best = { val: -1, test: 0 };
  for (const penalty of PENALTIES) {
    const weights = solve(gram, sums, d, classes, n * penalty);
    const found = rightOf(weights, val);
    if (found > best.val) best = { val: found, test: rightOf(weights, test) };
  }
  return best.test;
}

/** (A + ridge I)^-1 B by Cholesky's decomposition; A [d, d], its lower triangle alone, B [d, classes]. */
function solve(a: Float64Array, b: Float64Array, d: number, classes: number, penalty: number): Float64Array {
  const l = a.slice();
  for (let j = 0; j < d; j++) {
    for (let k = 0; k <= j; k++) {
      let sum = at(a, j * d + k) + (j === k ? penalty : 0);
      for (let i = 0; i < k; i++) sum -= at(l, j * d + i) * at(l, k * d + i);
      l[j * d + k] = j === k ? Math.sqrt(Math.max(sum, 1e-12)) : sum / at(l, k * d + k);
    }
  }
  const x = b.slice();
  for (let c = 0; c < classes; c++) {
    for (let j = 0; j < d; j++) {
      let sum = at(x, j * classes + c);
      for (let i = 0; i < j; i++) sum -= at(l, j * d + i) * at(x, i * classes + c);
      x[j * classes + c] = sum / at(l, j * d + j);
    }
    for (let j = d - 1; j >= 0; j--) {
      let sum = at(x, j * classes + c);
      for (let i = j + 1; i < d; i++) sum -= at(l, i * d + j) * at(x, i * classes + c);
      x[j * classes + c] = sum / at(l, j * d + j);
    }
  }
  return x;
}

function at(values: Float64Array, index: number): number {
  return values[index] ?? 0;
}
