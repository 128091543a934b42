import { countOf } from "../../base/words.ts";
import { rivalOf } from "../../sequence/forecasting/measure.ts";
import { percent, rate, shorten } from "../page/text.ts";
import { WORDS } from "./figures.ts";
import type { ForecasterReportInput } from "./input.ts";
import type { Verdict } from "../page/opening.tsx";

/** Fewer forecasts that do not overlap say little of the next ones. */
const ENOUGH = 5;

export function verdictOf({ evaluation, description }: ForecasterReportInput): Verdict {
  const { metrics, windows, columns } = evaluation;
  const { season, horizon } = description;
  const { skill = NaN } = metrics;
  if (!Number.isFinite(skill)) return { headline: "No value is known, so nothing was measured.", details: [] };
  const rival = WORDS[rivalOf(season)] ?? "";
  const headline =
    skill > 0
      ? `Its error is ${percent(skill)} smaller than that of the ${rival}.`
      : `It is no better than the ${rival}: its error is ${percent(-skill)} larger.`;
  const apart = Math.floor((windows - 1) / horizon) + 1;
  const few =
    apart < ENOUGH
      ? [`These are only ${countOf(apart, "forecast")} that do not overlap: the next ones may be different.`]
      : [];
  const details = columns.slice(0, 1).map(({ name, model, baselines }) => {
    const best = baselines.reduce((a, b) => (b.errors.mae < a.errors.mae ? b : a));
    const than = best.errors.mae < model.errors.mae ? "is closer than the model" : "is the closest of the others";
    return `“${shorten(name, 40)}” is off by ${rate(model.errors.mae)} on average; the ${WORDS[best.name] ?? best.name} ${than}, with ${rate(best.errors.mae)}.`;
  });
  return { headline, details: [...details, ...few] };
}
