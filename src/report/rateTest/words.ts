import type { RateTest } from "../../training/rateTest/rateTest.ts";
import { countOf } from "../../base/words.ts";

/** A learning rate with two digits: 0.0023, 4.1e-7. */
export function shownRate(rate: number): string {
  return rate >= 1e-4 ? String(Number(rate.toPrecision(2))) : rate.toExponential(1);
}

/** What a range test says, a sentence each. */
export function rateWords({ rates, exploded, suggestion }: RateTest): string[] {
  const span = `${shownRate(rates[0] ?? NaN)} to ${shownRate(rates.at(-1) ?? NaN)}`;
  const seen = `${countOf(rates.length, "update")} at rates from ${span}${exploded ? ", where the loss exploded" : ""}.`;
  if (!suggestion) {
    return [
      "No learning rate can be suggested: the loss did not fall at any of them.",
      `${seen} A larger batch, or gradients of several batches, make it less noisy; look at the labels, too.`,
    ];
  }
  const { valley, steepest } = suggestion;
  return [
    `A learning rate of ${shownRate(valley)} suits.`,
    `${seen} ${shownRate(valley)} lies in the longest valley of the loss; it falls fastest at ${shownRate(steepest)}.`,
  ];
}
