import { LABEL_FONT } from "./labelFont.ts";

/** The width of every letter of the label font over its size. */
const LETTER_WIDTH = 0.65;

/** Text for the inside of an SVG element: markup escaped, control characters (which XML forbids) replaced. */
function escapeXml(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Cs}\uFFFE\uFFFF]/gu, "\uFFFD")
    .replace(/[&<>"']/g, (character) => `&#${character.codePointAt(0) ?? 0};`);
}

/** The width in pixels that {@link svgText} takes; ideographs and emoji count as two letters. */
export function textWidth(text: string, fontSize: number): number {
  const wide = text.match(
    /[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}\p{Emoji_Presentation}]/gu,
  );
  return (Array.from(text).length + (wide?.length ?? 0)) * LETTER_WIDTH * fontSize;
}

/** The text, cut with an ellipsis where it would be wider than `width` pixels; empty when not even that fits. */
export function fitText(text: string, fontSize: number, width: number): string {
  if (textWidth(text, fontSize) <= width) return text;
  const letters = Array.from(text);
  while (letters.length > 0 && textWidth(`${letters.join("")}…`, fontSize) > width) letters.pop();
  return letters.length > 0 ? `${letters.join("")}…` : "";
}

/** One line of monospaced text as an SVG element; x is its left end, y the middle of the letters. */
export function svgText(text: string, x: number, y: number, fontSize: number, color: string): string {
  // A third of the size from the middle down to the base line: librsvg has no dominant-baseline for all fonts.
  return (
    `<text x="${x.toFixed(1)}" y="${(y + fontSize * 0.35).toFixed(1)}" font-family="${LABEL_FONT}, monospace" font-weight="bold" ` +
    `font-size="${fontSize}" fill="${color}" xml:space="preserve">${escapeXml(text)}</text>`
  );
}
