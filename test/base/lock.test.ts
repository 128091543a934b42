import { existsSync } from "node:fs";
import { mkdtemp, utimes, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { beforeEach, describe, expect, it } from "vitest";
import { takeLock, withLock } from "../../src/base/lock.ts";

let path: string;
beforeEach(async () => {
  path = join(await mkdtemp(join(tmpdir(), "anchorkit-lock-")), "x.lock");
});

const never = () => {
  throw new Error("should not wait");
};

describe("withLock", () => {
  it("lets one task run after the other, and says once that it waits", async () => {
    const order: string[] = [];
    const first = withLock(path, never, async () => {
      order.push("first starts");
      await sleep(700);
      order.push("first ends");
    });
    await sleep(50);
    const second = withLock(
      path,
      () => order.push("second waits"),
      () => Promise.resolve(order.push("second runs")),
    );
    await Promise.all([first, second]);
    expect(order).toEqual(["first starts", "second waits", "first ends", "second runs"]);
    expect(existsSync(path)).toBe(false);
  });

  it("takes over from a process of this machine that is gone", async () => {
    await writeFile(path, JSON.stringify({ pid: 2 ** 30, host: hostname() }));
    expect(await withLock(path, never, () => Promise.resolve("done"))).toBe("done");
  });

  it("takes over a lock that nobody has touched for long, wherever its holder was", async () => {
    await writeFile(path, JSON.stringify({ pid: process.pid, host: "elsewhere" }));
    const long = new Date(Date.now() - 120_000);
    await utimes(path, long, long);
    expect(await withLock(path, never, () => Promise.resolve("done"))).toBe("done");
  });

  it("is released when the task fails", async () => {
    await expect(withLock(path, never, () => Promise.reject(new Error("no disk")))).rejects.toThrow("no disk");
    expect(existsSync(path)).toBe(false);
  });
});

describe("takeLock", () => {
  it("does not wait: who comes second gets nothing until the first gives it back", async () => {
    const release = await takeLock(path);
    expect(await takeLock(path)).toBeUndefined();
    await release?.();
    expect(existsSync(path)).toBe(false);
    const again = await takeLock(path);
    expect(again).toBeDefined();
    await again?.();
  });
});
