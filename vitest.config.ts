import { defineConfig } from "vitest/config";

/** Examples name the package as its users do. */
const alias = [
  { find: /^anchorkit$/, replacement: `${import.meta.dirname}/src/index.ts` },
  { find: /^anchorkit\/(\w+)$/, replacement: `${import.meta.dirname}/src/$1/index.ts` },
];

export default defineConfig({
  resolve: { alias },
  test: { include: ["test/**/*.test.ts"], pool: "forks", maxWorkers: 2, testTimeout: 180_000, hookTimeout: 120_000 },
});
