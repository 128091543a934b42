import { realpath, stat } from "node:fs/promises";
import { relative, isAbsolute, sep } from "node:path";

/** A file that is there and would be written. */
interface Target {
  file: string;
  /** The command has written it before. */
  own: boolean;
}

/**
 * The first file that is read as well: one of the inputs, under whatever name (a link, another case on a file system
 * that knows none), or one in a folder that is read; or a link to a folder in which inputs lie. Answers which, and why;
 * undefined where there is none.
 *
 * @param inputs files and folders; those that are not there are left to their readers
 * @param options `passedBy`: readers do not look at the command's own files
 */
export async function inputAmong(
  targets: readonly Target[],
  inputs: readonly string[],
  { passedBy }: { passedBy: boolean },
): Promise<string | undefined> {
  if (targets.length === 0) return undefined;
  const { paths, files, folders } = await lookAtInputs(inputs);
  for (const { file, own } of targets) {
    const [real, identity] = [await realOf(file), await identityOf(file)];
    if (real === undefined || identity === undefined) continue; // a link to nowhere
    if (paths.has(real)) return `${file}: is read by this command, and would be overwritten`;
    const same = files.get(identity);
    if (same !== undefined && !own) return `${file}: is the same file as ${same}, which is read by this command`;
    const behind = [...paths, ...folders].some((input) => contains(real, input));
    if (behind) return `${file}: is a link to a folder, from which this command reads`;
    const folder = own && passedBy ? undefined : folders.find((one) => contains(one, real));
    if (folder !== undefined) return `${file}: lies in ${folder}, which is read by this command`;
  }
  return undefined;
}

/** Whether a path is one of the inputs, under whatever name. */
export async function isAmong(path: string, inputs: readonly string[]): Promise<boolean> {
  const real = await realOf(path);
  if (real === undefined) return false;
  for (const input of inputs) if ((await realOf(input)) === real) return true;
  return false;
}

/** Whether a path, which is there, lies in a folder of the inputs. */
export async function isWithin(path: string, inputs: readonly string[]): Promise<boolean> {
  const real = await realOf(path);
  if (real === undefined) return false;
  for (const input of inputs) {
    const folder = await realOf(input);
    if (folder !== undefined && contains(folder, real)) return true;
  }
  return false;
}

async function lookAtInputs(inputs: readonly string[]) {
  const paths = new Set<string>();
  const files = new Map<string, string>();
  const folders: string[] = [];
  for (const input of inputs) {
    const [real, status] = [await realOf(input), await stat(input, { bigint: true }).catch(() => undefined)];
    if (real === undefined || status === undefined) continue;
    if (status.isDirectory()) folders.push(real);
    else {
      paths.add(real);
      files.set(`${status.dev}:${status.ino}`, input);
    }
  }
  return { paths, files, folders };
}

/** Two hard links to one file have the same. */
async function identityOf(file: string): Promise<string | undefined> {
  const status = await stat(file, { bigint: true }).catch(() => undefined);
  return status && `${status.dev}:${status.ino}`;
}

function realOf(path: string): Promise<string | undefined> {
  return realpath(path).catch(() => undefined);
}

function contains(folder: string, path: string): boolean {
  const below = relative(folder, path);
  return below !== ".." && !below.startsWith(`..${sep}`) && !isAbsolute(below);
}
