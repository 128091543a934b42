import { z } from "zod";
import { dropoutOf, FREEZE } from "../../training/commonOptions.ts";

export const CELLS = ["lstm", "gru"] as const;
/** What the network's output is added to, see `residualOf`. */
export const RESIDUALS = ["none", "last", "seasonal", "seasonal-change"] as const;
export type Residual = (typeof RESIDUALS)[number];

/**
 * What can be chosen of a model that forecasts, by the names that the command line and config.json have for it;
 * `description` is the help, `placeholder` what stands behind the name there. Loads no TensorFlow.
 */
export const ForecastOptions = z.object({
  column: z.string().min(1).optional().meta({
    description: "the column to forecast, or several separated by commas (default: the only one)",
    placeholder: "names",
  }),
  inputs: z.string().min(1).optional().meta({
    description: "further columns to look at, separated by commas; they are not forecast",
    placeholder: "names",
  }),
  horizon: z.int().min(1).max(1000).default(12).meta({ description: "how many rows to forecast", placeholder: "rows" }),
  window: z.int().min(2).max(2000).optional().meta({
    description: "how many rows before them to look at (default: a season, or twice the horizon, 24 to 96)",
    placeholder: "rows",
  }),
  stride: z
    .int()
    .min(1)
    .max(1000)
    .default(1)
    .meta({ description: "rows from one training window to the next", placeholder: "rows" }),
  season: z.int().min(1).max(2000).optional().meta({
    description: "rows after which the series repeats, 1 for none (default: found from the autocorrelation of train)",
    placeholder: "rows",
  }),
  rnn: z.enum(CELLS).default("gru").meta({ description: "the recurrent layers", placeholder: "cell" }),
  units: z.int().min(1).max(1024).default(32).meta({ description: "numbers that a recurrent layer remembers" }),
  layers: z.int().min(1).max(4).default(1).meta({ description: "recurrent layers, one on the other" }),
  dropout: dropoutOf(0.1),
  freeze: FREEZE,
  residual: z
    .enum(["auto", ...RESIDUALS])
    .default("auto")
    .meta({
      description: "the baseline that the network corrects; auto: the one that is best on val",
      placeholder: "baseline",
    }),
  calendar: z
    .boolean()
    .optional()
    .meta({ description: "also look at the time of day, week and year, as far as times have them" }),
});
export type ForecastOptions = z.infer<typeof ForecastOptions>;

/** The names in a list separated by commas. */
export function namesIn(list: string | undefined): string[] {
  return (list ?? "")
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
}

/** The columns that are to be read, those to forecast first; undefined where that is not said. */
export function columnsAsked({ column, inputs }: Pick<ForecastOptions, "column" | "inputs">): string[] | undefined {
  if (column === undefined) return undefined;
  return [...new Set([...namesIn(column), ...namesIn(inputs)])];
}
