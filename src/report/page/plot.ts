import type { TopLevelSpec } from "vega-lite";
import { svgColors } from "./theme.ts";

/** A Vega-Lite view, without what all plots have in common. */
export type PlotSpec = object;

/** Width of a plot with its axes, in pixels: that of a phone's screen, so that letters keep their size. */
export const PLOT_WIDTH = 340;

/** Height of a plot with its axes: one for all, so that cards in a row are filled alike. */
export const PLOT_HEIGHT = 280;

/**
 * Draws a Vega-Lite view as SVG (a string) whose colours follow the page's, light or dark: specs name them as
 * `COLORS` has them. Vega is loaded at the first plot, so that nobody else waits for it.
 */
export async function plotSvg(spec: PlotSpec): Promise<string> {
  const [{ compile }, vega] = await Promise.all([import("vega-lite"), import("vega")]);
  measureTextClosely(vega);
  const complete = {
    width: PLOT_WIDTH,
    height: PLOT_HEIGHT,
    autosize: { type: "fit", contains: "padding" },
    ...spec,
    config: CONFIG,
  } as unknown as TopLevelSpec;
  const view = new vega.View(vega.parse(compile(complete).spec), { renderer: "none" });
  try {
    return withPageColors(responsive(await view.toSVG()));
  } finally {
    view.finalize();
  }
}

/** As names of the page's colours: `var(--muted)` and so on, written so that Vega takes them for colours. */
export const COLORS = svgColors.names;

/** A scale for shares, 0 to 1. */
export const share = (title: string): object => ({
  type: "quantitative",
  title,
  scale: { domain: [0, 1] },
  axis: { values: [0, 0.2, 0.4, 0.6, 0.8, 1], tickCount: 6, format: ".1f", labelOverlap: false },
});

/** Colours as they are: the field holds them. */
export const asGiven = (field: string): object => ({ field, type: "nominal", scale: null });

const text = { labelColor: COLORS.muted, titleColor: COLORS.muted, labelFontSize: 11, titleFontSize: 11.5 };

const CONFIG = {
  aria: false,
  background: null,
  font: "inherit",
  padding: 4,
  view: { stroke: null },
  axis: {
    ...text,
    titleFontWeight: "normal",
    titlePadding: 8,
    gridColor: COLORS.line,
    domainColor: COLORS.line,
    tickColor: COLORS.line,
    domain: false,
    tickSize: 0,
    labelPadding: 6,
    tickCount: 5,
  },
  text: { color: COLORS.ink, fontSize: 11 },
  bar: { cornerRadiusEnd: 2 },
  rule: { color: COLORS.muted },
  line: { strokeWidth: 2, strokeCap: "round", strokeJoin: "round" },
};

/** As wide as its place, and no wider than it was drawn by more than the text bears. */
function responsive(svg: string): string {
  return svg.replace(/^<svg ([^>]*?)width="(\d+(?:\.\d+)?)" height="[^"]*"/, '<svg $1style="max-width:$2px" ');
}

/**
 * Where there is no canvas, Vega takes a letter to be 0.8 of its size wide, and so leaves half as much room again for
 * labels as they need, or cuts them; a letter of the usual fonts is about LETTER.
 */
function measureTextClosely(vega: object): void {
  const { textMetrics } = vega as { textMetrics: Record<"width" | "estimateWidth", TextWidth> };
  if (textMetrics.width !== textMetrics.estimateWidth) return;
  textMetrics.width = ({ text, fontSize = 11 }, value = text) => LETTER * fontSize * lengthOf(value);
}

const LETTER = 0.64;

function lengthOf(text: unknown): number {
  return typeof text === "string" || typeof text === "number" ? String(text).length : 0;
}

/** The width of a mark's text, or of another text set like it. */
type TextWidth = (mark: { text?: unknown; fontSize?: number }, text?: unknown) => number;

function withPageColors(svg: string): string {
  return svg.replaceAll(svgColors.pattern, (color) => svgColors.variableOf(color));
}
