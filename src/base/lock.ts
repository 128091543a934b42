import { mkdir, readFile, rm, rmdir, stat, utimes, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { AnchorkitError } from "./errors.ts";
import { systemErrorAt } from "./systemErrors.ts";

/** A lock whose holder has not touched it for so long is a dead process's. */
const STALE_AFTER_MS = 60_000;

/** What gives a lock back. */
export type Release = () => Promise<void>;

/**
 * Takes a lock file, if no other process holds it; takes over the lock of one that has died. The holder touches the
 * file every few seconds.
 *
 * @returns what releases it, or undefined where another process holds it
 */
export async function takeLock(path: string): Promise<Release | undefined> {
  while (!(await tryLock(path))) {
    if (!(await isStale(path))) return undefined;
    await rm(path, { force: true });
  }
  const heartbeat = setInterval(() => {
    const now = new Date();
    utimes(path, now, now).catch(() => undefined); // a missed beat is made up by the next
  }, 5_000);
  return async () => {
    clearInterval(heartbeat);
    await rm(path, { force: true });
  };
}

/**
 * Keeps other processes out of a folder, which is made if need be, until what it gives back is called. A folder that is
 * empty then is removed.
 *
 * @param holder who holds it where it is held: "another training"
 * @throws AnchorkitError if another process holds it, or it cannot be made
 */
export async function lockFolder(path: string, holder: string): Promise<Release> {
  let release: Release | undefined;
  try {
    await mkdir(path, { recursive: true });
    release = await takeLock(join(path, ".lock"));
  } catch (error) {
    throw systemErrorAt(error, path);
  }
  if (!release) throw new AnchorkitError(`${path}: ${holder} is writing to it; wait for it, or take another folder`);
  const unlock = release;
  return async () => {
    await unlock();
    await rmdir(path).catch(() => undefined); // what is not empty stays
  };
}

/** Runs `task` while holding a lock file, so that no other process does the same at once; waits for another holder. */
export async function withLock<T>(path: string, onWait: () => void, task: () => Promise<T>): Promise<T> {
  let release = await takeLock(path);
  if (!release) onWait();
  while (!release) {
    await sleep(500);
    release = await takeLock(path);
  }
  try {
    return await task();
  } finally {
    await release();
  }
}

async function tryLock(path: string): Promise<boolean> {
  try {
    await writeFile(path, JSON.stringify({ pid: process.pid, host: hostname() }), { flag: "wx" });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

async function isStale(path: string): Promise<boolean> {
  try {
    const [{ mtimeMs }, text] = [await stat(path), await readFile(path, "utf8")];
    if (Date.now() - mtimeMs > STALE_AFTER_MS) return true;
    const { pid, host } = JSON.parse(text) as { pid: number; host: string };
    return host === hostname() && !isAlive(pid);
  } catch {
    return false; // gone, or being written just now
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
