import { resolve } from "node:path";
import { AnchorkitError } from "../base/errors.ts";
import { kindOf, listFiles, readHead, shownPath } from "./files.ts";

/** A file or folder that may hold labels, looked at once for all formats. */
export interface Place {
  /** Absolute. */
  path: string;
  kind: "file" | "folder";
  /** All files of a folder and of the folders below it, absolute and in order; the file itself where it is one. */
  files: readonly string[];
  /** The first 16 kilobytes of one of the files, as text. Read once. */
  head: (file: string) => Promise<string>;
  /** Clips are wanted: folders of frames are taken for them, rather than for images. */
  clips?: boolean;
}

/**
 * Looks at a path.
 *
 * @throws AnchorkitError when there is nothing
 */
export async function lookAt(path: string): Promise<Place> {
  const kind = await kindOf(path);
  if (kind === undefined) throw new AnchorkitError(`${shownPath(path)}: no such file or folder`);
  const whole = resolve(path);
  const files = kind === "file" ? [whole] : await listFiles(whole);
  const heads = new Map<string, Promise<string>>();
  const head = (file: string): Promise<string> => {
    const known = heads.get(file) ?? readHead(file, 16_384);
    heads.set(file, known);
    return known;
  };
  return { path: whole, kind, files, head };
}
