import { randomInt } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { defineConfig } from "vitest/config";

if (process.env.FUZZ_SEED === "random") {
  process.env.FUZZ_SEED = String(randomInt(2 ** 31)); // one for all processes of the tests, which inherit it
  console.log(`FUZZ_SEED=${process.env.FUZZ_SEED}`);
}

/** Examples name the package as its users do. */
const alias = [
  { find: /^anchorkit$/, replacement: `${import.meta.dirname}/src/index.ts` },
  { find: /^anchorkit\/(\w+)$/, replacement: `${import.meta.dirname}/src/$1/index.ts` },
];

const seededFastCheck = `${import.meta.dirname}/test/seededFastCheck.ts`;
/** Properties draw from a fixed seed; tests that have none need not load fast-check for that. */
const seeded = {
  name: "seeded-fast-check",
  enforce: "pre",
  resolveId: (id: string, importer?: string) =>
    id === "fast-check" && importer !== seededFastCheck ? seededFastCheck : undefined,
} as const;

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

const modules = { resolve: { alias }, plugins: [seeded] };
const shared = { pool: "forks", maxWorkers: 2, testTimeout: 180_000, hookTimeout: 120_000 } as const;

export default defineConfig({
  test: {
    ...shared,
    projects: [
      { ...modules, test: { ...shared, name: "together", include: together, isolate: false } },
      { ...modules, test: { ...shared, name: "apart", include: apart } },
    ],
  },
});
