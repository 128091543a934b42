import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import type { Command } from "commander";
import { format } from "prettier";
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { detectProgram, labelProgram } from "../../src/cli/commands.ts";
import { parseAugmentation } from "../../src/data/augment/readAugmentation.ts";
import { FORMATS } from "../../src/data/formats/registry.ts";
import { folderOf, jpeg, labelImgXml } from "../data/helpers.ts";
import { TABLES } from "./annotationTables.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const page = join(root, "docs", "annotations.md");
const text = readFileSync(page, "utf8");

/** The blocks of code in a language. */
function blocks(language: string): string[] {
  return [...text.matchAll(/^```(\w*)\n([^]*?)^```$/gm)]
    .filter(([, name]) => name === language)
    .map(([, , code = ""]) => code);
}

test("the tables say what the code says (after a change of the code: npx vitest run test/docs -u)", async () => {
  const seen: string[] = [];
  const made = text.replaceAll(
    /(<!-- table: (\w+) -->\n)[^]*?(<!-- end -->)/g,
    (_, start: string, name: string, end: string) => {
      seen.push(name);
      return `${start}\n${TABLES[name]?.() ?? "there is no such table"}\n\n${end}`;
    },
  );
  expect(seen.toSorted()).toEqual(Object.keys(TABLES).toSorted());
  await expect(await format(made, { parser: "markdown", printWidth: 120 })).toMatchFileSnapshot(page);
});

test("every format is written as well as read", () => {
  const written = Object.values(FORMATS).filter(({ write }) => write);
  const readAlone = ["clips"]; // which are kept as COCO JSON
  expect([...written.map(({ id }) => id), ...readAlone].sort()).toEqual(Object.keys(FORMATS).sort());
});

test("every command that is shown exists, with its options", () => {
  const shown = blocks("").flatMap((code) => code.split("\n").filter((line) => /^(label|detect) /.test(line)));
  expect(shown.length).toBeGreaterThan(10);
  for (const line of shown) {
    const [program = "", name = "", ...words] = (line.split(/\s+#/)[0] ?? "").split(/\s+/);
    const programs: Record<string, Command> = { label: labelProgram(), detect: detectProgram() };
    const command = programs[program]?.commands.find((one) => one.name() === name);
    expect(command?.name(), line).toBe(name);
    const known = command?.options.flatMap(({ long }) => long ?? []);
    for (const word of words.filter((one) => one.startsWith("--"))) expect(known, line).toContain(word);
  }
});

test("every augmentation that is shown can be read", () => {
  const shown = blocks("yaml");
  expect(shown.length).toBeGreaterThan(0);
  for (const yaml of shown) expect(parseAugmentation(yaml, "shown").operations.length).toBeGreaterThan(0);
});

describe("the examples of the library", () => {
  test("run", { timeout: 60_000 }, async () => {
    const folder = await folderOf({
      "photos/a.jpg": await jpeg(100, 80),
      "photos/a.xml": labelImgXml("a.jpg", [["cat", 10, 20, 30, 40]]),
      "photos/b.jpg": await sharp({ create: { width: 90, height: 70, channels: 3, background: "red" } })
        .jpeg()
        .toBuffer(),
      "photos/b.xml": labelImgXml("b.jpg", [["dog", 10, 20, 30, 40]], [90, 70]),
      "augment.yaml": blocks("yaml")[0] ?? "",
      "animals/cats/1.jpg": await jpeg(50, 40),
      "animals/dogs/1.jpg": await jpeg(40, 50),
      "nuclei/images/1.jpg": await jpeg(50, 40),
      "nuclei/masks/1.png": await sharp({ create: { width: 50, height: 40, channels: 3, background: "black" } })
        .toColourspace("b-w")
        .png()
        .toBuffer(),
    });
    const library = pathToFileURL(join(root, "src", "index.ts")).href;
    const examples = blocks("ts");
    expect(examples.length).toBeGreaterThan(4);
    for (const [i, code] of examples.entries()) {
      await writeFile(join(folder, `${i}.ts`), code.replaceAll('from "anchorkit"', `from ${JSON.stringify(library)}`));
    }
    const all = examples.map((_, i) => `await import("./${i}.ts");`).join("\n");
    await writeFile(join(folder, "package.json"), '{ "type": "module" }');
    await writeFile(
      join(folder, "all.ts"),
      `process.chdir(import.meta.dirname);
${all}\nconsole.log("done");`,
    );
    const { stdout } = await promisify(execFile)(process.execPath, ["--import", "tsx", join(folder, "all.ts")], {
      cwd: root,
    });
    expect(stdout.trim().split("\n").at(-1)).toBe("done");
    expect(JSON.parse(await readFile(join(folder, "dataset", "annotations.json"), "utf8"))).toHaveProperty(
      "annotations",
    );
  });
});
