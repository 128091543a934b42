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
 * Tests that put a module in place of another or go to another directory have a process for each file, as have the examples
 * of the docs, which are modules of their own, and graphs, which leave variables. The others share theirs, and with it the
 * modules and the engine, which take seconds to load; what else they change in it is put right after each file. Commands
 * leave models open, as a command's process ends with it, so they share with one another alone.
 */
const APART = /\bvi\.(mock|doMock)\(|process\.chdir/;
const files = readdirSync(`${import.meta.dirname}/test`, { recursive: true, encoding: "utf8" })
  .map((file) => `test/${file.replaceAll("\\", "/")}`)
  .filter((file) => file.endsWith(".test.ts"));
const apart = files.filter(
  (file) => /^test\/(docs|engine\/graph)\//.test(file) || APART.test(readFileSync(file, "utf8")),
);
const shareable = files.filter((file) => !apart.includes(file));
const commands = shareable.filter((file) => file.startsWith("test/cli/"));
const together = shareable.filter((file) => !commands.includes(file));

const inOneProcess = { isolate: false, setupFiles: [`${import.meta.dirname}/test/tidyProcess.ts`] };
const modules = { resolve: { alias }, plugins: [seeded] };
/** Two processes compute at a time, each on a core: threads of theirs that wait for one another would only spin. */
const env = { TF_NUM_INTRAOP_THREADS: "1", TF_NUM_INTEROP_THREADS: "1" };
const shared = { pool: "forks", maxWorkers: 2, testTimeout: 180_000, hookTimeout: 120_000, env } as const;

export default defineConfig({
  test: {
    ...shared,
    projects: [
      { ...modules, test: { ...shared, name: "together", include: together, ...inOneProcess } },
      { ...modules, test: { ...shared, name: "commands", include: commands, ...inOneProcess } },
      { ...modules, test: { ...shared, name: "apart", include: apart } },
    ],
  },
});
