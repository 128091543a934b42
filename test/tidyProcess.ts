import { afterAll, vi } from "vitest";

/** After each file of those that share a process: what it has left in it that the next would find. */
afterAll(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
  process.exitCode = undefined;
});
