import type { TruthImage } from "./comparedImage.ts";

/** The images of the truth by what other tools call them. */
export class ImageNames {
  #full = new Map<string, number | null>(); // null: more than one image is called so
  #base = new Map<string, number | null>();
  #stem = new Map<string, number | null>();
  #number = new Map<number, number | null>();

  constructor(images: readonly TruthImage[]) {
    for (const [index, { fileName }] of images.entries()) {
      if (fileName === undefined) continue;
      note(this.#full, posix(fileName), index);
      note(this.#base, baseOf(fileName), index);
      note(this.#stem, stemOf(fileName), index);
      if (/^\d+$/.test(stemOf(fileName))) note(this.#number, Number(stemOf(fileName)), index);
    }
  }

  /**
   * Index of the image that is called so: by its path, else its name, else its name without ending; a number by the
   * digits of its name. Undefined for none and for several.
   */
  find(name: unknown): number | undefined {
    if (typeof name === "number") return this.#number.get(name) ?? undefined;
    if (typeof name !== "string") return undefined;
    return (
      this.#full.get(posix(name)) ??
      this.#base.get(baseOf(name)) ??
      this.#stem.get(stemOf(name)) ??
      this.#stem.get(baseOf(name)) ??
      undefined
    );
  }
}

function note<K>(map: Map<K, number | null>, key: K, index: number): void {
  map.set(key, map.has(key) ? null : index);
}

function posix(path: string): string {
  return path.replaceAll("\\", "/").replace(/^\.\//, "");
}

function baseOf(path: string): string {
  return posix(path).replace(/^.*\//s, "");
}

function stemOf(path: string): string {
  return baseOf(path).replace(/\.[^.]*$/s, "");
}
