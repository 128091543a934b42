import sharp, { type Sharp } from "sharp";
import { AnchorkitError } from "../../base/errors.ts";
import { loadLabelFont } from "../labelFont.ts";
import { fitText, svgText, textWidth } from "../svgText.ts";

/** More rows are not drawn: nobody could read them. */
const MOST_ROWS = 40;
/** Pixels. */
const [CELL, LETTERS, GAP, LONGEST] = [44, 13, 8, 190];

/**
 * A confusion matrix as a picture: a row for each true class, a column for each predicted one, counts in the cells, and
 * the darker a cell, the larger its share of the row.
 *
 * @param matrix counts [n][n]; `names` of the n rows and columns
 * @throws AnchorkitError if they do not fit together, or there are more than 40
 */
export async function confusionPicture(
  matrix: readonly (readonly number[])[],
  names: readonly string[],
): Promise<{ picture: Sharp; width: number; height: number }> {
  const n = names.length;
  if (n === 0 || n > MOST_ROWS || matrix.length !== n || matrix.some((row) => row.length !== n)) {
    throw new AnchorkitError(
      `confusionPicture: needs a count for each pair of 1 to ${MOST_ROWS} classes, got ${n} names`,
    );
  }
  await loadLabelFont();
  const shown = names.map((name) => fitText(name, LETTERS, LONGEST));
  const side = Math.max(...shown.map((name) => textWidth(name, LETTERS)), textWidth("true", LETTERS)) + 2 * GAP;
  const [width, height] = [Math.ceil(side + n * CELL + GAP), Math.ceil(side + n * CELL + GAP)];
  const parts = shown.map((name, i) => {
    const at = side + (i + 0.5) * CELL;
    const row = svgText(name, side - GAP - textWidth(name, LETTERS), at, LETTERS, INK);
    const column = `<g transform="translate(${at.toFixed(1)} ${(side - GAP).toFixed(1)}) rotate(-90)">${svgText(name, 0, 0, LETTERS, INK)}</g>`;
    return row + column;
  });
  const cells = matrix.flatMap((row, i) => {
    const total = row.reduce((sum, count) => sum + count, 0);
    return row.map((count, k) => cell(side + k * CELL, side + i * CELL, count, total > 0 ? count / total : 0));
  });
  const corner =
    svgText("true", GAP, side - GAP, LETTERS, MUTED) +
    svgText("found", side - GAP - textWidth("found", LETTERS), GAP + LETTERS, LETTERS, MUTED);
  const svg =
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">` +
    `<rect width="100%" height="100%" fill="#ffffff"/>${cells.join("")}${parts.join("")}${corner}</svg>`;
  return { picture: sharp(Buffer.from(svg)).removeAlpha(), width, height };
}

const [INK, MUTED] = ["#14171c", "#59616e"];

function cell(x: number, y: number, count: number, share: number): string {
  const mix = (light: number, dark: number): number => Math.round(light + (dark - light) * share);
  const fill = `rgb(${mix(244, 0)},${mix(246, 84)},${mix(248, 150)})`;
  const text = fitText(shortCount(count), LETTERS, CELL - 2) || "…";
  const at = x + (CELL - textWidth(text, LETTERS)) / 2;
  const rect = `<rect x="${x + 1}" y="${y + 1}" width="${CELL - 2}" height="${CELL - 2}" fill="${fill}"/>`;
  return rect + (count === 0 ? "" : svgText(text, at, y + CELL / 2, LETTERS, share > 0.5 ? "#ffffff" : INK));
}

/** Pixels are many: 12,345 is 12k, and 1,234,567 is 1.2M. */
function shortCount(count: number): string {
  if (count < 10_000) return String(count);
  const [unit, letter] = count < 1e6 ? [1e3, "k"] : count < 1e9 ? [1e6, "M"] : [1e9, "G"];
  const value = count / unit;
  return `${value < 9.95 ? value.toFixed(1) : String(Math.round(value))}${letter}`;
}
