import Table from "cli-table3";
import { stringify } from "csv-stringify/sync";
import { markdownTable } from "markdown-table";

/** What is printed: text for people, or a document for a program, a spreadsheet, a web page. */
export const TABLE_FORMATS = ["table", "csv", "markdown"] as const;
export type TableFormat = (typeof TABLE_FORMATS)[number];

export interface Column {
  name: string;
  /** Digits behind the point, for people, or how else a number is written for them; a CSV file has all its digits. */
  digits?: number | ((value: number) => string);
}

/** Rows under columns. A number that is NaN is shown as a dash, and is empty in CSV. */
export interface DataTable {
  /** Printed above, where there are several. */
  title?: string;
  columns: readonly Column[];
  rows: readonly (readonly (string | number)[])[];
}

/** The tables as one text, each after an empty line. */
export function renderTables(tables: readonly DataTable[], format: TableFormat): string {
  const render = { table: asText, csv: asCsv, markdown: asMarkdown }[format];
  return tables.map(render).join("\n\n");
}

function asText(table: DataTable): string {
  const [first, ...rest] = table.columns.map(({ name }) => name);
  const text = new Table({
    head: [first ?? "", ...rest],
    colAligns: table.columns.map((_, i) => (isText(table, i) ? "left" : "right")),
    style: { head: [], border: [], compact: true, "padding-left": 0, "padding-right": 2 },
    chars: NO_LINES,
  });
  text.push(...shownRows(table));
  const title = table.title === undefined ? "" : `${table.title}\n`;
  return title + text.toString().replaceAll(/ +$/gm, "");
}

function asMarkdown(table: DataTable): string {
  const head = table.columns.map(({ name }) => name);
  const align = table.columns.map((_, i) => (isText(table, i) ? "l" : "r"));
  const escaped = [head, ...shownRows(table)].map((row) => row.map((cell) => cell.replaceAll(/[\\|]/g, "\\$&")));
  const title = table.title === undefined ? "" : `**${table.title}**\n\n`;
  return title + markdownTable(escaped, { align });
}

/** The title, where there is one, is the name of the first column, so that each block is a table of its own. */
function asCsv({ title, columns, rows }: DataTable): string {
  const head = columns.map(({ name }, i) => (i === 0 && title !== undefined ? title : name));
  const cells = rows.map((row) => row.map((cell) => (Number.isNaN(cell) ? "" : cell)));
  return stringify([head, ...cells], { escape_formulas: false }).trimEnd();
}

function shownRows({ columns, rows }: DataTable): string[][] {
  return rows.map((row) => row.map((cell, i) => shown(cell, columns[i]?.digits)));
}

function shown(cell: string | number, digits: Column["digits"]): string {
  if (typeof cell === "string") return cell;
  if (Number.isNaN(cell)) return "-";
  if (typeof digits === "function") return digits(cell);
  return digits === undefined ? String(cell) : cell.toFixed(digits);
}

function isText({ rows }: DataTable, column: number): boolean {
  return column === 0 || rows.some((row) => typeof row[column] === "string");
}

/** Columns stand apart by space alone, so that a line can be copied or cut. */
const NO_LINES = Object.fromEntries(
  ["top", "bottom", "left", "right", "mid", "middle"].flatMap((part) => [
    [part, ""],
    [`${part}-mid`, ""],
    [`${part}-left`, ""],
    [`${part}-right`, ""],
    [`left-${part}`, ""],
    [`right-${part}`, ""],
    [`mid-${part}`, ""],
  ]),
);
