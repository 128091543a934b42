import { plotSvg, type PlotSpec } from "./plot.ts";
import type { ColorName } from "./theme.ts";

/** A plot with its words. */
export interface Figure {
  title: string;
  /** What it says, or how to read it: a sentence or two. */
  note: string;
  legend: { name: string; color: ColorName }[];
  /** What it shows, for those who cannot see it. */
  label: string;
  /** Of a plot wider than others, in pixels: it has a row of its own, and scrolls where the screen is narrower. */
  width?: number;
  /** One plot, or several side by side. */
  svgs: string[];
}

/** A figure before its plots are drawn. */
export type FigureDraft = Omit<Figure, "svgs"> & { specs: PlotSpec[] };

export async function drawFigures(drafts: readonly FigureDraft[]): Promise<Figure[]> {
  return Promise.all(
    drafts.map(async ({ specs, ...words }) => ({ ...words, svgs: await Promise.all(specs.map(plotSvg)) })),
  );
}
