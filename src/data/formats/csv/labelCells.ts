/**
 * The labels in each cell of a list's column. One cell holds several where ";" or "|" stand between them, or where it is
 * a list in brackets with quotes, as JSON and Python write them: `["cat", "dog"]`. In a column whose name is plural, so
 * do commas, and spaces where there are no more different words than different cells: "clear primary", not
 * "golden retriever".
 */
export function labelsInCells(cells: readonly string[], isPlural: boolean): string[][] {
  const plain = cells.filter((cell) => listIn(cell) === undefined);
  const separator = separatorIn(plain, isPlural);
  return cells.map((cell) => listIn(cell) ?? (separator ? partsOf(cell, separator) : partsOf(cell, MARKS)));
}

/**
 * The cell that `labelsInCells` reads as these labels, whatever is in the other cells of the column.
 *
 * @param isPlural whether the column's name is
 */
export function cellOfLabels(labels: readonly string[], isPlural: boolean): string {
  if (labels.length === 0) return isPlural ? NONE : "";
  const isPlain = (label: string) => !(isPlural ? /[;|,\s]/ : /[;|]/).test(label) && listIn(label) === undefined;
  return labels.every(isPlain) ? labels.join("|") : JSON.stringify(labels);
}

/** The cell that says that the image has no label; an empty one leaves it open. */
export const NONE = "[]";

const MARKS = /[;|]/;

function separatorIn(cells: readonly string[], isPlural: boolean): RegExp | undefined {
  if (!isPlural || cells.some((cell) => MARKS.test(cell))) return MARKS;
  if (cells.some((cell) => cell.includes(","))) return /,/;
  const different = new Set(cells.map((cell) => cell.trim()).filter((cell) => cell !== ""));
  const words = new Set([...different].flatMap((cell) => partsOf(cell, /\s+/)));
  return words.size <= different.size ? /\s+/ : undefined;
}

function partsOf(cell: string, separator: RegExp): string[] {
  const parts = cell.split(separator).filter((part) => part.trim() !== "");
  return parts.length === 1 && parts[0]?.trim() === cell.trim() ? [cell] : parts.map((part) => part.trim());
}

const QUOTED = String.raw`"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'`;
const LIST = new RegExp(String.raw`^\[\s*(?:(?:${QUOTED})\s*(?:,\s*(?:${QUOTED})\s*)*)?\]$`);

/** The texts of a list in brackets; undefined for another cell. */
function listIn(cell: string): string[] | undefined {
  const text = cell.trim();
  if (!LIST.test(text)) return undefined;
  return Array.from(text.matchAll(new RegExp(QUOTED, "g")), ([quoted]) => {
    const inside = quoted.slice(1, -1);
    if (quoted.startsWith("'")) return inside.replace(/\\(.)/g, "$1");
    try {
      return JSON.parse(quoted) as string;
    } catch {
      return inside;
    }
  });
}
