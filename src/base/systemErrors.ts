import { AnchorkitError } from "./errors.ts";

/** What a code of the operating system says to a person, and what to do. */
const WORDS: Readonly<Record<string, string>> = {
  EACCES: "permission denied; change who may read and write it, or give another place",
  EPERM: "the system does not permit that; change who may read and write it, or give another place",
  EROFS: "lies on a disk that can only be read; give another place to write to",
  ENOSPC: "no space is left on the device; free some, or give another place to write to",
  EDQUOT: "the disk quota is used up; free some space, or give another place to write to",
  EFBIG: "is larger than the file system allows; give another place to write to",
  ENOENT: "there is no such file or folder",
  ENOTDIR: "a part of this path is a file, not a folder",
  EISDIR: "is a folder, where a file is expected",
  EEXIST: "is there already; remove it, or give another place to write to",
  ENOTEMPTY: "is a folder that is not empty; remove it, or give another place to write to",
  ENAMETOOLONG: "the name is longer than the file system allows; give a shorter one",
  ELOOP: "symbolic links lead round in a circle",
  EXDEV: "lies on another disk, to which this cannot be moved",
  EMFILE: "too many files are open; raise the limit (ulimit -n), or use fewer --workers",
  ENFILE: "too many files are open on this machine; end other programs, or try again later",
  EBUSY: "is in use by another program; close that, or give another place",
  EIO: "the device fails to read or write (input/output error); check the disk",
  ENOMEM: "the system has no memory left; close other programs",
  ENODEV: "there is no such device",
  ENXIO: "there is no such device",
};

/** The code of an error of the operating system, such as ENOSPC; undefined for any other error. */
export function systemErrorCode(error: unknown): string | undefined {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return typeof code === "string" && /^E[A-Z0-9]+$/.test(code) ? code : undefined;
}

/** What an error of the operating system says to a person, without the path; undefined for any other error. */
export function systemErrorWords(error: unknown): string | undefined {
  return WORDS[systemErrorCode(error) ?? ""];
}

/**
 * An error of the operating system in plain words: the path, what is wrong, what to do. Any other error as it is.
 *
 * @param path what was read or written; the error's own unless told
 */
export function systemErrorAt(error: unknown, path = pathOf(error)): Error {
  const words = systemErrorWords(error);
  if (words === undefined) return error instanceof Error ? error : new Error(String(error));
  return new AnchorkitError([...(path === undefined ? [] : [path]), words].join(": "), { cause: error });
}

/** The path that a file function failed at: where it moves or links something, the place that it goes to. */
function pathOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const { dest, path } = error as Error & { dest?: unknown; path?: unknown };
  return [dest, path].find((one) => typeof one === "string");
}
