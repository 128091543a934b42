import { expect, test } from "vitest";
import { type DataTable, renderTables } from "../../src/cli/tables.ts";

const table: DataTable = {
  columns: [{ name: "class" }, { name: "objects" }, { name: "AP", digits: 3 }, { name: "worst image" }],
  rows: [
    ["cat", 12, 1 / 3, "a.jpg"],
    ['"teddy", bear | 🧸', 0, NaN, ""],
  ],
};

test("as text, numbers stand to the right with their digits, and a dash where there is none", () => {
  expect(renderTables([{ ...table, rows: table.rows.slice(0, 1) }], "table")).toBe(
    "class  objects     AP  worst image\ncat         12  0.333  a.jpg",
  );
  expect(renderTables([table], "table")).toMatch(/ +0 +-$/m);
});

test("as Markdown, bars in names do not end a cell", () => {
  expect(renderTables([{ ...table, title: "Classes" }], "markdown").split("\n")).toEqual([
    "**Classes**",
    "",
    expect.stringMatching(/^\| class +\| objects \| +AP \| worst image \|$/),
    expect.stringMatching(/^\| :-+ \| -+: \| -+: \| :-+ \|$/),
    expect.stringMatching(/^\| cat +\| +12 \| 0\.333 \| a\.jpg +\|$/),
    expect.stringMatching(/^\| "teddy", bear \\\| 🧸 +\| +0 \| +- \| +\|$/),
  ]);
});

test("as CSV, numbers have all their digits, names are quoted, and several tables stand apart with their titles", () => {
  expect(renderTables([table, { ...table, title: "again", rows: [] }], "csv")).toBe(
    'class,objects,AP,worst image\ncat,12,0.3333333333333333,a.jpg\n"""teddy"", bear | 🧸",0,,\n\nagain,objects,AP,worst image',
  );
});
