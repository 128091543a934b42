import { z } from "zod";
import { Checksum } from "../../training/run/modelDescription.ts";
import { CELLS, RESIDUALS } from "./options.ts";

/** What fixes the network's layers. */
const Architecture = z.object({
  rnn: z.enum(CELLS),
  units: z.int().min(1).max(1024),
  layers: z.int().min(1).max(4),
  dropout: z.number().min(0).max(0.9),
});

/** A value less `mean`, over `deviation`, is what the network sees. */
const Spread = z.object({ mean: z.number(), deviation: z.number().positive() });
export type Spread = z.infer<typeof Spread>;

const Column = z.object({
  name: z.string(),
  /** Of its values in the window; with a residual, `mean` is 0 and they are less the last one. */
  level: Spread,
  /**
   * Of its differences from a season before, where there is a season; with the residual `seasonal-change`, `mean` is 0 and
   * they are less the last one.
   */
  change: Spread.optional(),
  /** What the network's output is multiplied by. */
  output: z.number().positive(),
  /** What MASE divides by: of train, see `naiveScale`. */
  scale: z.number().positive(),
});

/** The cycles of the calendar that a row's time can be looked at by. */
export const CYCLES = ["day", "week", "year"] as const;

/** Forecasts with these shares of val's residuals below and above: see `residualQuantiles`. */
export const INTERVAL = { low: 0.1, high: 0.9 } as const;

/** All that a saved forecaster is besides its weights: the content of forecaster.json. */
export const ForecasterDescription = z
  .object({
    format: z.literal("anchorkit-forecaster"),
    version: z.literal(1),
    model: z.string().min(1),
    classes: z.array(z.string()).max(0),
    /** What is forecast. */
    columns: z.array(Column).min(1).max(1000),
    /** What is looked at beside that. */
    inputs: z.array(z.object({ name: z.string(), level: Spread })).max(1000),
    /** The column of times, where there is one. */
    time: z.string().optional(),
    calendar: z.array(z.enum(CYCLES)).max(CYCLES.length),
    window: z.int().min(2).max(2000),
    horizon: z.int().min(1).max(1000),
    /** Rows; 1 for none. */
    season: z.int().min(1).max(2000),
    residual: z.enum(RESIDUALS),
    architecture: Architecture,
    /** Of each column, for each step of the horizon: what is added to a forecast for its bounds, see `INTERVAL`. */
    intervals: z
      .array(z.array(z.tuple([z.number().nullable(), z.number().nullable()])).max(1000))
      .max(1000)
      .optional(),
    /** The weights.bin beside it. */
    weights: Checksum.optional(),
  })
  .refine(({ columns, season }) => columns.every(({ change }) => (change !== undefined) === season > 1), {
    path: ["columns"],
    message: "must have a spread of changes where there is a season, and none otherwise",
  })
  .refine(({ intervals, columns }) => intervals === undefined || intervals.length === columns.length, {
    path: ["intervals"],
    message: "must be one for each column",
  });
export type ForecasterDescription = z.infer<typeof ForecasterDescription>;

/** How many numbers of a row the network sees. */
export function featuresOf({
  columns,
  inputs,
  season,
  calendar,
}: Pick<ForecasterDescription, "columns" | "inputs" | "season" | "calendar">): number {
  return columns.length * (season > 1 ? 2 : 1) + inputs.length + 2 * calendar.length;
}

/** The columns of a series that it reads, those that it forecasts first. */
export function columnsRead({ columns, inputs }: Pick<ForecasterDescription, "columns" | "inputs">): string[] {
  return [...columns, ...inputs].map(({ name }) => name);
}

/** Rows before a forecast that must be there: the window, and a season before each of its rows. */
export function reachOf({ window, season }: Pick<ForecasterDescription, "window" | "season">): number {
  return window + (season > 1 ? season : 0);
}
