/** Black over purple and orange to light yellow: five of the colours of matplotlib's "inferno", which grey print keeps in order. */
const STOPS = [
  [0, 0, 4],
  [87, 16, 110],
  [188, 55, 84],
  [249, 142, 9],
  [252, 255, 164],
] as const;

/** How much of the picture the hottest place covers. */
const COVER = 0.75;

/** The colour of a heat from 0 to 1: red, green, blue, 0 to 255. */
export function heatColor(heat: number): [number, number, number] {
  const place = Math.min(Math.max(heat, 0), 1) * (STOPS.length - 1);
  const i = Math.min(Math.floor(place), STOPS.length - 2);
  const [from, to] = [STOPS[i] ?? STOPS[0], STOPS[i + 1] ?? STOPS[0]];
  const mixed = (channel: 0 | 1 | 2): number => from[channel] + (to[channel] - from[channel]) * (place - i);
  return [mixed(0), mixed(1), mixed(2)];
}

/**
 * Lays heat over pixels, in place: cold places show the picture as it is, hot ones the colour of their heat.
 *
 * @param pixels 3 bytes each @param heat 0 to 1 of each pixel
 */
export function blendHeat(pixels: Uint8Array, heat: Float32Array): void {
  const table = Array.from({ length: 256 }, (_, i) => heatColor(i / 255));
  for (let i = 0; i < heat.length; i++) {
    const value = Math.min(Math.max(heat[i] ?? 0, 0), 1);
    const color = table[Math.round(value * 255)] ?? table[0];
    const share = COVER * Math.sqrt(value);
    for (let c = 0; c < 3; c++) {
      const before = pixels[3 * i + c] ?? 0;
      pixels[3 * i + c] = Math.round(before + ((color?.[c] ?? 0) - before) * share);
    }
  }
}
