import type * as promises from "node:fs/promises";
import { readdirSync, rmSync, statSync, writeFileSync, appendFileSync } from "node:fs";
import { join } from "node:path";

/** What happens at the operations that change a folder; a test that has no plan for it is none the wiser. */
export interface FaultyDisk {
  /** Operations below other folders are let through and not counted. */
  folder?: string | undefined;
  /** Operations so far. */
  done: number;
  /** The process dies in the middle of this one, and does nothing from then on. */
  dies?: number | undefined;
  /** The operation fails with this code: ENOSPC, say. */
  fails?: ((operation: string, path: string) => string | undefined) | undefined;
}

/** The process that did this is no more. */
export class Killed extends Error {
  override name = "Killed";
}

type Operation = (path: string, ...rest: unknown[]) => Promise<unknown>;

/** `node:fs/promises`, of which the operations that change something go by the plan. For `vi.mock`. */
export function faulty(original: typeof promises, disk: FaultyDisk): typeof promises {
  const half: Record<string, (path: string, content: unknown) => void> = {
    writeFile: (path, content) => {
      writeFileSync(path, halfOf(content));
    },
    appendFile: (path, content) => {
      appendFileSync(path, halfOf(content));
    },
    rm: removeHalf,
    ...{ rename: nothing, mkdir: nothing, truncate: nothing, rmdir: nothing, copyFile: nothing },
  };
  const wrapped = Object.entries(half).map(([name, doHalf]) => {
    const operation = original[name as keyof typeof promises] as unknown as Operation;
    const replaced: Operation = async (path, ...rest) => {
      if (disk.folder === undefined || !path.startsWith(disk.folder)) return operation(path, ...rest);
      disk.done++;
      if (disk.dies !== undefined && disk.done >= disk.dies) {
        if (disk.done === disk.dies) doHalf(path, rest[0]);
        throw new Killed(`in ${name} ${path}`);
      }
      const code = disk.fails?.(name, path);
      if (code === undefined) return operation(path, ...rest);
      doHalf(path, rest[0]);
      throw Object.assign(new Error(`${code}: ${name} '${path}'`), { code, path });
    };
    return [name, replaced];
  });
  return { ...original, ...Object.fromEntries(wrapped) } as typeof promises;
}

const nothing = (): void => undefined;

function halfOf(content: unknown): Buffer {
  const bytes = typeof content === "string" ? Buffer.from(content) : Buffer.from(content as Uint8Array);
  return bytes.subarray(0, bytes.length >> 1);
}

function removeHalf(path: string): void {
  const status = statSync(path, { throwIfNoEntry: false });
  if (!status?.isDirectory()) return;
  const names = readdirSync(path).sort();
  for (const name of names.slice(0, Math.ceil(names.length / 2))) rmSync(join(path, name), { recursive: true });
}
