import { basename } from "node:path";
import { AnchorkitError } from "../../../base/errors.ts";
import { readHead, readText, shownPath } from "../../files.ts";
import { columnsOf, csvRows, csvText, firstRow, isHeader, numberIn, textIn } from "../../records/csvRows.ts";

/** What the values of masks are called; a value that is missing is a class without a name. */
export interface MaskClasses {
  /** Whether the values are colours (red * 65536 + green * 256 + blue) or numbers. */
  colours: boolean;
  names: Map<number, string>;
}

/** The list that is written, and that Roboflow writes. */
export const CLASS_LIST = "_classes.csv";

const NUMBERS = ["Pixel Value", "Class"] as const;
const COLOURS = ["name", "r", "g", "b"] as const;
const MAX_LIST_BYTES = 1_000_000;

/** What that list holds for masks whose values are 0 for the background and then the classes, in their order. */
export function classListText(classes: readonly string[]): string {
  return csvText([NUMBERS, ...["background", ...classes].map((name, value) => [value, name])]);
}

/**
 * Reads the list of classes that lies beside masks: `_classes.csv` (Pixel Value, Class), a CSV with the columns name, r,
 * g and b, `labelmap.txt` as CVAT writes it (`name:r,g,b:parts:actions`), or `class_names.txt` as labelme does (a name a
 * line, the first of 0).
 *
 * @returns undefined where there is none
 * @throws AnchorkitError naming file and line, and when there are two with different content
 */
export async function readMaskClasses(files: readonly string[]): Promise<MaskClasses | undefined> {
  const lists: { file: string; classes: MaskClasses }[] = [];
  for (const file of files) {
    const classes = await classesOf(file);
    if (classes) lists.push({ file, classes });
  }
  const [first, ...others] = lists;
  const keyOf = ({ classes }: (typeof lists)[number]) => JSON.stringify([...classes.names]);
  const other = others.find((list) => first && keyOf(list) !== keyOf(first));
  if (first && other) {
    throw new AnchorkitError(`${shownPath(other.file)}: lists other classes than ${shownPath(first.file)}`);
  }
  return first?.classes;
}

async function classesOf(file: string): Promise<MaskClasses | undefined> {
  if (basename(file).toLowerCase() === "labelmap.txt") return labelMapOf(file);
  if (basename(file).toLowerCase() === "class_names.txt") return namesOf(file);
  if (!/\.csv$/i.test(file)) return undefined;
  const header = firstRow(await readHead(file, 4096));
  if (isHeader(header, NUMBERS)) return tableOf(file, false);
  return isHeader(header, COLOURS) ? tableOf(file, true) : undefined;
}

async function tableOf(file: string, colours: boolean): Promise<MaskClasses> {
  const names = new Map<number, string>();
  let columns: { value: number[]; name: number } | undefined;
  for await (const row of csvRows(file, { ltrim: true })) {
    const { cells, where } = row;
    if (columns) {
      const value = columns.value.map((at) => numberIn(row, at, "a value"));
      add(names, valueOf(value, where), textIn(cells[columns.name], "the name", where), where);
    } else if (colours) {
      const { name, r, g, b } = columnsOf(row, COLOURS, []);
      columns = { value: [r, g, b], name };
    } else {
      const found = columnsOf(row, NUMBERS, []);
      columns = { value: [found["Pixel Value"]], name: found.Class };
    }
  }
  return { colours, names };
}

async function labelMapOf(file: string): Promise<MaskClasses> {
  const names = new Map<number, string>();
  for (const [i, line] of (await readText(file, MAX_LIST_BYTES)).split(/\r?\n/).entries()) {
    const where = `${shownPath(file)}: line ${i + 1}`;
    if (line.trim() === "" || line.startsWith("#")) continue;
    const [, name = "", colour = ""] = /^(.+?):(\d+,\d+,\d+)(?::|$)/.exec(line) ?? [];
    if (name === "") throw new AnchorkitError(`${where}: expected name:r,g,b:parts:actions`);
    add(names, valueOf(colour.split(",").map(Number), where), name, where);
  }
  return { colours: true, names };
}

async function namesOf(file: string): Promise<MaskClasses> {
  const names = (await readText(file, MAX_LIST_BYTES)).split(/\r?\n/).map((name) => name.trim());
  return { colours: false, names: new Map([...names.entries()].filter(([, name]) => name !== "")) };
}

function valueOf(numbers: readonly number[], where: string): number {
  const limit = numbers.length === 3 ? 255 : 65_535;
  const wrong = numbers.find((value) => !Number.isInteger(value) || value < 0 || value > limit);
  if (wrong !== undefined)
    throw new AnchorkitError(`${where}: values must be whole numbers from 0 to ${limit}, got ${wrong}`);
  return numbers.reduce((all, value) => all * 256 + value, 0);
}

function add(names: Map<number, string>, value: number, name: string, where: string): void {
  if (names.has(value))
    throw new AnchorkitError(`${where}: the value of "${name}" is "${names.get(value) ?? ""}" already`);
  names.set(value, name);
}
