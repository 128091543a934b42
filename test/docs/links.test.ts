import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { expect, test } from "vitest";

const ROOT = join(import.meta.dirname, "../..");
const PAGES = ["README.md", ...readdirSync(join(ROOT, "docs")).map((name) => `docs/${name}`)].filter((page) =>
  page.endsWith(".md"),
);

/** Files and folders that the package holds beside README.md. */
const packed = (JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as { files: string[] }).files;

/** The addresses of a page's links to other files, and to its own headings. */
function linksOf(page: string): string[] {
  const text = withoutCode(readFileSync(join(ROOT, page), "utf8"));
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, address = ""]) => address)
    .filter((one) => !/^https?:/.test(one));
}

function withoutCode(text: string): string {
  return text.replace(/^```[^]*?^```/gm, "");
}

/** Headings as GitHub makes addresses of them. */
function anchorsOf(page: string): string[] {
  const text = withoutCode(readFileSync(join(ROOT, page), "utf8"));
  return [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-"),
  );
}

test.each(PAGES)("%s: what its links lead to is there, in the package too", (page) => {
  const dead = linksOf(page).filter((address) => {
    const [path = "", anchor] = address.split("#");
    const file = path === "" ? page : normalize(join(dirname(page), path));
    const isPacked = file === "README.md" || packed.some((one) => file === one || file.startsWith(`${one}/`));
    const known = anchor === undefined || (file.endsWith(".md") && anchorsOf(file).includes(anchor));
    return !existsSync(join(ROOT, file)) || !isPacked || !known;
  });
  expect(dead).toEqual([]);
});
