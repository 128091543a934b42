import { readdirSync, readFileSync } from "node:fs";
import { defineConfig } from "vitest/config";

/** Examples name the package as its users do. */
const alias = [
  { find: /^anchorkit$/, replacement: `${import.meta.dirname}/src/index.ts` },
  { find: /^anchorkit\/(\w+)$/, replacement: `${import.meta.dirname}/src/$1/index.ts` },
];

/**
 * Tests that leave something behind in their process, an exit code, a directory or a module in place of another, have a
 * process for each file. The others share theirs, and with it the modules and the engine, which take a second to load.
 */
const APART = /\bvi\.(mock|doMock|spyOn|stubGlobal|stubEnv)\(|process\.(exitCode|chdir|env)/;
const files = readdirSync(`${import.meta.dirname}/test`, { recursive: true, encoding: "utf8" })
  .map((file) => `test/${file.replaceAll("\\", "/")}`)
  .filter((file) => file.endsWith(".test.ts"));
const apart = files.filter((file) => /^test\/(cli|docs|engine)\//.test(file) || APART.test(readFileSync(file, "utf8")));
const together = files.filter((file) => !apart.includes(file));

const shared = { pool: "forks", maxWorkers: 2, testTimeout: 180_000, hookTimeout: 120_000 } as const;

export default defineConfig({
  test: {
    ...shared,
    projects: [
      { resolve: { alias }, test: { ...shared, name: "together", include: together, isolate: false } },
      { resolve: { alias }, test: { ...shared, name: "apart", include: apart } },
    ],
  },
});
