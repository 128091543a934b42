import { folded, imageStem, pathParts } from "../finding/imageName.ts";
import { NameIndex } from "../finding/nameIndex.ts";
import type { TruthImage } from "./comparedImage.ts";

/** The images of the truth by what other tools call them. */
export class ImageNames {
  readonly #paths: readonly string[];
  readonly #index: NameIndex<number>;
  readonly #numbers = new Map<number, number | null>(); // null: more than one image has the number
  /** Whether any image has a name. */
  readonly areThere: boolean;

  constructor(images: readonly TruthImage[]) {
    this.#paths = images.map(({ fileName = "" }) => fileName);
    const named = [...this.#paths.keys()].filter((i) => this.#paths[i] !== "");
    this.areThere = named.length > 0;
    this.#index = new NameIndex(named, (i) => this.#paths[i] ?? "");
    for (const i of named) {
      const stem = imageStem(pathParts(this.#paths[i] ?? "").at(-1) ?? "");
      if (/^\d+$/.test(stem)) this.#numbers.set(Number(stem), this.#numbers.has(Number(stem)) ? null : i);
    }
  }

  /**
   * Index of the image that is called so (see `NameIndex`): by its name, with or without its ending, and its folders; a
   * number by the digits of its name. Undefined for none and for several.
   */
  find(name: unknown): number | undefined {
    if (typeof name === "number") return this.#numbers.get(name) ?? undefined;
    return typeof name === "string" ? this.choose(name, this.fits(name)) : undefined;
  }

  /** Of the images that a name fits, the only one, or the only one that has just this path. */
  choose(name: string, fits: readonly number[]): number | undefined {
    if (fits.length < 2) return fits[0];
    const same = fits.filter((index) => normalized(this.#paths[index] ?? "") === normalized(name));
    return same.length === 1 ? same[0] : undefined;
  }

  /** Whether two names may be of one image: in each as many folders as it has. */
  alike(a: string, b: string): boolean {
    const [left, right] = [a, b].map((name) => {
      const parts = pathParts(folded(name));
      return [...parts.slice(0, -1), imageStem(parts.at(-1) ?? "")].reverse();
    }) as [string[], string[]];
    return left.every((part, i) => i >= right.length || part === right[i]);
  }

  /** Indices of the images that a name may mean. */
  fits(name: string): readonly number[] {
    return this.#index.find(name).flatMap(({ items }) => items);
  }
}

function normalized(path: string): string {
  return pathParts(path.normalize()).join("/");
}
