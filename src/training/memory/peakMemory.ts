import { readFile, writeFile } from "node:fs/promises";
import { freemem } from "node:os";

/** Bytes that this process may come to: what it has, and what is free, within the limits of its container. */
export function roomForProcess(): number {
  return process.memoryUsage.rss() + Math.min(process.availableMemory(), freemem());
}

/**
 * The most memory that the process holds while `task` runs, in bytes; where the system (any but Linux) cannot forget what
 * was held before, that counts too.
 */
export async function peakWhile(task: () => Promise<void>): Promise<number> {
  await writeFile("/proc/self/clear_refs", "5").catch(() => undefined); // forgets the highest so far
  await task();
  const status = await readFile("/proc/self/status", "utf8").catch(() => "");
  const kib = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1];
  return 1024 * (kib === undefined ? process.resourceUsage().maxRSS : Number(kib));
}
