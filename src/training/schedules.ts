/**
 * Learning rate after a linear warm-up, then half a cosine down to a last fraction of the peak (Loshchilov and Hutter,
 * "SGDR", 2017). Progress is the share of the training that is done, by epochs or by time, so that a budget in minutes
 * ends at the bottom of the curve, whatever the speed of the machine.
 *
 * @param step steps done, from 0
 * @param progress 0 at the start, 1 at the end
 */
export function warmupCosine(
  step: number,
  progress: number,
  { peak, warmupSteps, last = 0.01 }: { peak: number; warmupSteps: number; last?: number },
): number {
  if (step < warmupSteps) return (peak * (step + 1)) / warmupSteps;
  const cosine = (1 + Math.cos(Math.PI * Math.min(Math.max(progress, 0), 1))) / 2;
  return peak * (last + (1 - last) * cosine);
}
