import type { Size } from "../../base/preprocessing.ts";

/** What the four numbers of a box may mean, and how messages call it. */
const LAYOUTS = {
  xywh: "x, y, width, height",
  xyxy: "x1, y1, x2, y2",
  cxcywh: "centre x, centre y, width, height",
  yxyx: "y1, x1, y2, x2",
  "xywh-normalized": "x, y, width, height over the image's size",
  "xyxy-normalized": "x1, y1, x2, y2 over the image's size",
  "cxcywh-normalized": "centre x, centre y, width, height over the image's size",
  "yxyx-normalized": "y1, x1, y2, x2 over the image's size",
} as const;

/** How the four numbers of a result's `bbox` are meant; COCO's own is `xywh`, in pixels. */
export type BoxLayout = keyof typeof LAYOUTS;

export const BOX_LAYOUTS = Object.keys(LAYOUTS) as BoxLayout[];

/** The layout in words. */
export function describeLayout(layout: BoxLayout): string {
  return LAYOUTS[layout];
}

/** A box as evaluation needs it: corners in pixels, its area, and the area of what it holds. */
export interface ResultBox {
  x1: number;
  y1: number;
  x2: number;
  y2: number;
  boxArea: number;
  area: number;
}

export type FourNumbers = readonly [number, number, number, number];

/** One way to understand the numbers of a box: as x1, y1, x2, y2 in pixels of the image, or undefined if that fails. */
export interface BoxReading {
  /** Completes "boxes seem to be …". */
  name: string;
  /** What to do if they are. */
  advice: string;
  read: (box: FourNumbers, size: Size | undefined) => FourNumbers | undefined;
}

/** Four numbers as a box; undefined where a side is negative. The image's size is needed for normalized layouts. */
export function readBoxAs(
  layout: BoxLayout,
  [a, b, c, d]: FourNumbers,
  { width, height }: Size = { width: 1, height: 1 },
): ResultBox | undefined {
  if (layout === "xywh") return c < 0 || d < 0 ? undefined : sized(a, b, c, d);
  const [sx, sy] = isNormalized(layout) ? [width, height] : [1, 1];
  if (layout.startsWith("xyxy")) return between(a * sx, b * sy, c * sx, d * sy);
  if (layout.startsWith("yxyx")) return between(b * sx, a * sy, d * sx, c * sy);
  if (c < 0 || d < 0) return undefined;
  const middle = layout.startsWith("cxcywh") ? 0.5 : 0;
  return sized((a - middle * c) * sx, (b - middle * d) * sy, c * sx, d * sy);
}

/** Whether the numbers are parts of the image's width and height. */
export function isNormalized(layout: BoxLayout): boolean {
  return layout.endsWith("-normalized");
}

function sized(x: number, y: number, width: number, height: number): ResultBox {
  return { x1: x, y1: y, x2: x + width, y2: y + height, boxArea: width * height, area: width * height };
}

function between(x1: number, y1: number, x2: number, y2: number): ResultBox | undefined {
  if (x2 < x1 || y2 < y1) return undefined;
  const area = (x2 - x1) * (y2 - y1);
  return { x1, y1, x2, y2, boxArea: area, area };
}
