import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { format } from "prettier";
import { expect, test } from "vitest";
import { PUBLISHED_FILES } from "../../src/core/weights/publishedFiles.ts";

const page = fileURLToPath(new URL("../../docs/weights.md", import.meta.url));

test("the table of names says what the code says (after a change of the code: npx vitest run test/docs -u)", async () => {
  const rows = PUBLISHED_FILES.map(({ name, backbone, publisher, bytes, licence, url, sha256 }) => {
    const file = `[${url.slice(url.lastIndexOf("/") + 1)}](${url})`;
    return `| \`${name}\` | \`${backbone}\` | ${publisher} | ${(bytes / 1e6).toFixed(1)} | ${licence} | ${file} | \`${sha256}\` |`;
  });
  const head = [
    "| name | backbone | of | MB | licence | file | SHA-256 |",
    "| --- | --- | --- | --: | --- | --- | --- |",
  ];
  const text = readFileSync(page, "utf8");
  const table = [...head, ...rows].join("\n");
  const made = text.replace(/(<!-- table: weights -->\n)[^]*?(<!-- end -->)/, `$1\n${table}\n\n$2`);
  await expect(await format(made, { parser: "markdown", printWidth: 120 })).toMatchFileSnapshot(page);
});
