import { asGiven, COLORS, PLOT_HEIGHT, type PlotSpec, share } from "./plot.ts";
import { shorten } from "./text.ts";
import type { ColorName } from "./theme.ts";

/** The rates of a class, and their colours. */
export const RATES = {
  precision: "series0",
  recall: "series1",
  f1: "series2",
} as const satisfies Record<string, ColorName>;

/** Precision, recall and F1 of each class, a group of bars a class. */
export function ratePlot(rows: readonly { name: string; precision: number; recall: number; f1: number }[]): PlotSpec {
  const kinds = Object.keys(RATES) as (keyof typeof RATES)[];
  const values = rows.flatMap((row, at) =>
    kinds.map((kind, bar) => ({ at, bar, value: row[kind], color: COLORS[RATES[kind]] })),
  );
  const names = rows.map(({ name }) => shorten(name, 18));
  return {
    height: Math.max(PLOT_HEIGHT, 50 + 26 * rows.length),
    data: { values },
    mark: { type: "bar", cornerRadiusEnd: 1 },
    encoding: {
      y: {
        ...{ field: "at", type: "ordinal", title: null, scale: { paddingInner: 0.3 } },
        axis: {
          ...{ grid: false, labelColor: COLORS.ink, labelLimit: 120, labelOverlap: false },
          labelExpr: `${JSON.stringify(names)}[datum.value]`,
        },
      },
      yOffset: { field: "bar", type: "ordinal" },
      x: { field: "value", ...share("") },
      color: asGiven("color"),
    },
  };
}
