import { h } from "preact";
import { renderToString } from "preact-render-to-string";
import { writeFileAtomic } from "../../base/files.ts";
import type { RateTest } from "../../training/rateTest/rateTest.ts";
import { drawFigures, type FigureDraft } from "../page/figure.ts";
import { pageStyle } from "../page/pageStyle.ts";
import { COLORS, type PlotSpec } from "../page/plot.ts";
import { RatePage } from "./page.tsx";
import { rateWords, shownRate } from "./words.ts";

/** Writes the loss at each learning rate, and the rates that are suggested, as one HTML file. */
export async function writeRateReport(file: string, title: string, test: RateTest): Promise<void> {
  const [figures, style] = await Promise.all([drawFigures([curve(test)]), pageStyle()]);
  const page = h(RatePage, { title, words: rateWords(test), figures, style });
  await writeFileAtomic(file, `<!doctype html>\n${renderToString(page)}\n`);
}

function curve({ rates, losses, smoothed, suggestion }: RateTest): FigureDraft {
  const marks = suggestion
    ? ([["valley", "right", suggestion.valley], ["steepest fall", "missed", suggestion.steepest]] as const) // prettier-ignore
    : [];
  const said = marks.map(([name, , rate]) => `${name} at ${shownRate(rate)}`).join(", ");
  return {
    title: "Loss by learning rate",
    note: "The rate rises at each update; where the loss falls, it is high enough, and where the loss turns up, too high.",
    legend: [
      { name: "smoothed loss", color: "series0" },
      { name: "loss of each update", color: "series7" },
      ...marks.map(([name, color]) => ({ name, color })),
    ],
    label: `Loss over a rising learning rate${said === "" ? "" : `: ${said}`}.`,
    specs: [
      ratePlot(
        rates.map((rate, i) => ({ rate, loss: losses[i] ?? NaN, smoothed: smoothed[i] ?? NaN })),
        marks.map(([, color, rate]) => ({ rate, color: COLORS[color] })),
      ),
    ],
  };
}

/** Losses above so many times the smoothed ones' largest are outside of the plot. */
const TALLEST = 1.3;

function ratePlot(
  points: readonly { rate: number; loss: number; smoothed: number }[],
  marks: readonly { rate: number; color: string }[],
): PlotSpec {
  const highest = TALLEST * Math.max(...points.map(({ smoothed }) => smoothed));
  const x = {
    ...{ field: "rate", type: "quantitative", title: "learning rate", scale: { type: "log", nice: false } },
    axis: { grid: false, format: ".0e", tickCount: 5, labelOverlap: true },
  };
  const y = (field: string): object => ({ field, type: "quantitative", title: "loss", scale: { zero: false } });
  return {
    layer: [
      {
        data: { values: points.filter(({ loss }) => loss <= highest) },
        mark: { type: "line", color: COLORS.series7, strokeWidth: 0.8 },
        encoding: { x, y: y("loss") },
      },
      { data: { values: points }, mark: { type: "line", color: COLORS.series0 }, encoding: { x, y: y("smoothed") } },
      {
        data: { values: marks },
        mark: { type: "rule", strokeWidth: 2 },
        encoding: { x, color: { field: "color", type: "nominal", scale: null } },
      },
    ],
  };
}
