import type { TruthImage } from "./comparedImage.ts";

/** The images of the truth by what other tools call them. */
export class ImageNames {
  readonly #paths: readonly string[];
  readonly #bases = new Map<string, number[]>();
  readonly #stems = new Map<string, number[]>();
  readonly #numbers = new Map<number, number[]>();

  constructor(images: readonly TruthImage[]) {
    this.#paths = images.map(({ fileName = "" }) => posix(fileName));
    for (const [index, path] of this.#paths.entries()) {
      const base = folded(baseOf(path));
      if (base === "") continue;
      const stem = stemOf(base);
      note(this.#bases, base, index);
      note(this.#stems, stem, index);
      if (/^\d+$/.test(stem)) note(this.#numbers, Number(stem), index);
    }
  }

  /** Whether any image has a name. */
  get areThere(): boolean {
    return this.#bases.size > 0;
  }

  /**
   * Index of the image that is called so: by its path, else its name, else its name without ending; a number by the
   * digits of its name. Undefined for none and for several.
   */
  find(name: unknown): number | undefined {
    if (typeof name === "string") return this.choose(name, this.fits(name));
    const found = typeof name === "number" ? this.#numbers.get(name) : undefined;
    return found?.length === 1 ? found[0] : undefined;
  }

  /** Of the images that a name fits, the only one, or the only one that has just this path. */
  choose(name: string, fits: readonly number[]): number | undefined {
    if (fits.length < 2) return fits[0];
    const same = fits.filter((index) => this.#paths[index] === posix(name));
    return same.length === 1 ? same[0] : undefined;
  }

  /** Whether two names may be of one image: in each as many folders as it has. */
  alike(a: string, b: string): boolean {
    const [left, right] = [posix(a), posix(b)];
    return stemOf(folded(baseOf(left))) === stemOf(folded(baseOf(right))) && inFolders(left, right);
  }

  /**
   * Indices of the images that a name may mean: those with its base name, else its stem, in any letter case and Unicode
   * form; of several those in the same case, and then those in its folders, as far as both paths tell.
   */
  fits(name: string): readonly number[] {
    const path = posix(name);
    const base = folded(baseOf(path));
    let found = this.#bases.get(base) ?? this.#stems.get(stemOf(base)) ?? this.#stems.get(base) ?? [];
    for (const alike of [inCase, inFolders]) {
      if (found.length < 2) break;
      const narrower = found.filter((index) => alike(this.#paths[index] ?? "", path));
      if (narrower.length > 0) found = narrower;
    }
    return found;
  }
}

function note<K>(map: Map<K, number[]>, key: K, index: number): void {
  const indices = map.get(key);
  if (indices) indices.push(index);
  else map.set(key, [index]);
}

function posix(path: string): string {
  return path.normalize("NFC").replaceAll("\\", "/").replace(/^\.\//, "");
}

function folded(name: string): string {
  return name.toLowerCase();
}

function baseOf(path: string): string {
  return path.replace(/^.*\//s, "");
}

function stemOf(base: string): string {
  return base.replace(/\.[^.]*$/s, "");
}

function inCase(a: string, b: string): boolean {
  return baseOf(a) === baseOf(b);
}

/** Whether the folders of one path are the last ones of the other. */
function inFolders(a: string, b: string): boolean {
  const [left, right] = [a, b].map((path) => folded(path).split("/").reverse().slice(1)) as [string[], string[]];
  return left.every((folder, i) => i >= right.length || folder === right[i]);
}
