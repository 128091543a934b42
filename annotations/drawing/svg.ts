import type { Random } from "../../src/base/random.ts";

/** Numbers of an SVG path (or one number) with two digits after the point, so that the text is the same everywhere. */
export function round(value: string | number): string {
  return String(value).replace(/-?\d+\.\d+(e-?\d+)?/g, (number) => String(Math.round(Number(number) * 100) / 100));
}

export function hsl(hue: number, saturation: number, lightness: number): string {
  return `hsl(${Math.round((hue + 360) % 360)},${Math.round(saturation)}%,${Math.round(lightness)}%)`;
}

export function pick<T>(random: Random, list: readonly T[]): T {
  const item = list[random.int(list.length)];
  if (item === undefined) throw new RangeError("pick: the list is empty");
  return item;
}

/** A linear gradient over the box of what it fills: evenly spaced colours, turned by so many degrees. */
export function gradient(
  id: string,
  degrees: number,
  colors: readonly string[],
  opacities?: readonly number[],
): string {
  const stops = colors.map(
    (color, i) =>
      `<stop offset="${round(i / (colors.length - 1))}" stop-color="${color}" stop-opacity="${opacities?.[i] ?? 1}"/>`,
  );
  return `<linearGradient id="${id}" gradientTransform="rotate(${round(degrees)} 0.5 0.5)">${stops.join("")}</linearGradient>`;
}

export function svgDocument(width: number, height: number, content: string): Buffer {
  return Buffer.from(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">${content}</svg>`,
  );
}
