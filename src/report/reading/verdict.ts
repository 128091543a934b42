import { mean } from "../../base/statistics.ts";
import { count, countOf } from "../../base/words.ts";
import type { LetterConfusion } from "../../metrics/text/evaluateText.ts";
import { percent } from "../page/text.ts";
import { wilsonInterval } from "../page/wilson.ts";
import type { ReaderReportInput } from "./input.ts";
import type { Verdict } from "../page/opening.tsx";

/** With fewer texts, a share says little. */
const ENOUGH_TEXTS = 30;

export function verdictOf({ images, evaluation }: ReaderReportInput): Verdict {
  if (images.length === 0) return { headline: "There are no images, so nothing was measured.", details: [] };
  const { metrics, text } = evaluation;
  const right = images.filter(({ text: read, truth }) => read === truth).length;
  const share = wilsonInterval(right, images.length);
  const few = images.length < ENOUGH_TEXTS ? "Too few images to judge: reads" : "Reads";
  const { characterErrorRate: rate, characters } = text;
  const details = [
    `Other images like these would give ${percent(share.low)} to ${percent(share.high)} (95% interval). ` +
      `Of ${countOf(characters.truth, "character")}, ${percent(metrics.cer)} are wrong (${percent(rate.low)} to ${percent(rate.high)}): ` +
      `${count(characters.substituted)} taken for another, ${count(characters.missed)} missed, ${count(characters.extra)} too many.`,
    confusedSentence(text.confusions),
    confidenceSentence(mean(images.map(({ confidence }) => confidence)), share),
  ];
  return {
    headline: `${few} ${count(right)} of ${countOf(images.length, "text")} without an error (${percent(share.value)}).`,
    details: details.filter((sentence) => sentence !== ""),
  };
}

function confusedSentence([worst]: readonly LetterConfusion[]): string {
  if (!worst) return "It made no mistake on these images.";
  const { truth, read } = worst;
  const times = worst.count === 1 ? "once" : worst.count === 2 ? "twice" : `${count(worst.count)} times`;
  if (read === "") return `Most often it misses “${truth}”: ${times}.`;
  if (truth === "") return `Most often it reads “${read}” where nothing stands: ${times}.`;
  return `Most often it takes “${truth}” for “${read}”: ${times}.`;
}

/** Whether the mean probability of its texts is more than the share that is right, or less, beyond chance. */
function confidenceSentence(sure: number, { value, low, high }: { value: number; low: number; high: number }): string {
  const numbers = `on average it is ${percent(sure)} sure of a text, and right in ${percent(value)}`;
  if (sure > high) return `It is over-confident: ${numbers}.`;
  if (sure < low) return `It is under-confident: ${numbers}.`;
  return `It is about as sure as it should be: ${numbers}.`;
}
