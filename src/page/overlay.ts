import { classColor, textColorOn } from "../report/colors.ts";
import type { LabelMap } from "../geometry/masks/labelMap.ts";
import type { Detections } from "../geometry/detections.ts";
import { contextOf } from "./elements.ts";

/** Pixels of the screen; on a phone, letters are smaller. */
const LINE = 2.5;
const TEXT = { wide: 13, narrow: 10 };
const NARROW = 480;

/** Makes a canvas as large as the image, and empty. */
export function clear(overlay: HTMLCanvasElement, { width, height }: { width: number; height: number }): void {
  overlay.width = width;
  overlay.height = height;
}

/** Draws boxes with their classes and scores, the best one on top; lines and letters are as large on any image. */
export function drawBoxes(
  overlay: HTMLCanvasElement,
  { boxes, scores, classes }: Pick<Detections, "boxes" | "scores" | "classes">,
  names: readonly string[],
): void {
  const context = contextOf(overlay);
  const zoom = zoomOf(overlay);
  const letters = zoom * (overlay.clientWidth < NARROW ? TEXT.narrow : TEXT.wide);
  context.lineWidth = LINE * zoom;
  context.font = `600 ${letters}px system-ui, sans-serif`;
  context.textBaseline = "top";
  for (let i = scores.length - 1; i >= 0; i--) {
    const [x1 = 0, y1 = 0, x2 = 0, y2 = 0] = boxes.subarray(4 * i, 4 * i + 4);
    const k = classes[i] ?? 0;
    context.strokeStyle = classColor(k);
    context.strokeRect(x1, y1, x2 - x1, y2 - y1);
    drawLabel(context, `${names[k] ?? ""} ${(scores[i] ?? 0).toFixed(2)}`, x1, y1, k, letters);
  }
}

/** Above the box where there is room, else within. */
function drawLabel(
  context: CanvasRenderingContext2D,
  text: string,
  x: number,
  y: number,
  k: number,
  letters: number,
): void {
  const [width, height] = [context.measureText(text).width + 0.6 * letters, 1.35 * letters];
  const left = Math.max(0, Math.min(x - context.lineWidth / 2, context.canvas.width - width));
  const top = y >= height ? y - height : y;
  context.fillStyle = classColor(k);
  context.fillRect(left, top, width, height);
  context.fillStyle = textColorOn(classColor(k));
  context.fillText(text, left + 0.3 * letters, top + 0.25 * letters);
}

/** Lays the colours of classes over the pixels that are of them. */
export function drawLabels(
  overlay: HTMLCanvasElement,
  { data, width, height }: LabelMap,
  hidden: ReadonlySet<number>,
): void {
  const context = contextOf(overlay);
  const pixels = context.createImageData(width, height);
  const colors = new Uint32Array(256);
  const bytes = new Uint8Array(colors.buffer);
  for (let label = 1; label < 256; label++) {
    if (hidden.has(label - 1)) continue;
    const color = classColor(label - 1);
    const rgb = [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16));
    bytes.set([...rgb, 140], 4 * label);
  }
  const target = new Uint32Array(pixels.data.buffer);
  for (let i = 0; i < data.length; i++) target[i] = colors[data[i] ?? 0] ?? 0;
  context.putImageData(pixels, 0, 0);
}

/** Pixels of the image for one of the screen. */
function zoomOf(overlay: HTMLCanvasElement): number {
  return overlay.width / Math.max(1, overlay.clientWidth);
}
