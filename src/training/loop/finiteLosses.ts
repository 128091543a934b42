import { AnchorkitError } from "../../base/errors.ts";

/** A training whose weights are no longer worth saving. */
export class Diverged extends AnchorkitError {}

/** @throws Diverged for a loss that is no number, with the samples and what probably caused it; `step` counts from 0 */
export function assertFinite(
  losses: Record<string, number>,
  step: number,
  names: readonly string[],
  learningRate: number,
): void {
  const bad = Object.entries(losses).find(([, value]) => !Number.isFinite(value));
  if (!bad) return;
  const [name, value] = bad;
  const rate = learningRate.toPrecision(2);
  const cause =
    step < 100
      ? `the learning rate (${rate}) is probably too high: try ${(learningRate / 4).toPrecision(1)}`
      : `a lower learning rate (it was ${rate}) or the precision float32 usually helps; look at the labels of these samples`;
  throw new Diverged(`step ${step + 1}: the loss "${name}" became ${value} on ${names.join(", ")}; ${cause}`);
}
