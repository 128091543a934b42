import { defineConfig } from "vitest/config";

export default defineConfig({
  test: { include: ["test/**/*.test.ts"], pool: "forks", maxWorkers: 2, testTimeout: 180_000, hookTimeout: 120_000 },
});
