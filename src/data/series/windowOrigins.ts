/** What a window takes of a series. */
export interface WindowLengths {
  /** Rows before the first one that is forecast which must be there. */
  reach: number;
  /** Rows that are forecast. */
  horizon: number;
  /** Rows from one window to the next. */
  stride?: number;
}

/**
 * Where the windows of some rows begin to forecast: the origins t whose targets, rows t to before t + horizon, all lie in
 * [from, to). What a window sees, the rows before t, may lie before `from`: it is known by then. So no window of train
 * sees or learns a row of val, and none of val a row of test.
 */
export function windowOrigins(
  [from, to]: readonly [number, number],
  { reach, horizon, stride = 1 }: WindowLengths,
): Uint32Array {
  const first = Math.max(from, reach);
  const count = Math.max(0, Math.floor((to - horizon - first) / stride) + 1);
  return Uint32Array.from({ length: count }, (_, i) => first + i * stride);
}
