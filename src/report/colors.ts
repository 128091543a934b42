/**
 * Colours that people with any of the common colour vision deficiencies can tell apart: Okabe and Ito's set ("Color
 * Universal Design", 2008) without its black, then five of Paul Tol's "muted" scheme (technical note SRON/EPS/TN/09-002).
 */
const PALETTE = [
  "#e69f00",
  "#56b4e9",
  "#009e73",
  "#f0e442",
  "#d55e00",
  "#cc79a7",
  "#0072b2",
  "#332288",
  "#999933",
  "#882255",
  "#44aa99",
  "#dddddd",
] as const;

/** The colour of a class, `#rrggbb`; the same class has the same colour in every picture. After 12 they come again. */
export function classColor(classIndex: number): string {
  return PALETTE[classIndex % PALETTE.length] ?? PALETTE[0];
}

/** Black or white, whichever is easier to read on the colour `#rrggbb` (the contrast ratio of WCAG 2). */
export function textColorOn(color: string): "#000000" | "#ffffff" {
  const luminance = [0.2126, 0.7152, 0.0722].reduce((sum, weight, i) => {
    const value = parseInt(color.slice(1 + 2 * i, 3 + 2 * i), 16) / 255;
    return sum + weight * (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
  }, 0);
  return (luminance + 0.05) / 0.05 > 1.05 / (luminance + 0.05) ? "#000000" : "#ffffff";
}
