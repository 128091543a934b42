import { imageStem, pathParts } from "../finding/imageName.ts";
import { NameIndex } from "../finding/nameIndex.ts";
import type { TruthImage } from "./comparedImage.ts";

/** The images of the truth by what other tools call them. */
export class ImageNames {
  readonly #index: NameIndex<number>;
  readonly #number = new Map<number, number | null>(); // null: more than one image has the number
  readonly #known = new Map<string, number | undefined>();

  constructor(images: readonly TruthImage[]) {
    const named = images.flatMap(({ fileName }, i) => (fileName === undefined ? [] : [i]));
    this.#index = new NameIndex(named, (i) => images[i]?.fileName ?? "");
    for (const i of named) {
      const stem = imageStem(pathParts(images[i]?.fileName ?? "").at(-1) ?? "");
      if (/^\d+$/.test(stem)) this.#number.set(Number(stem), this.#number.has(Number(stem)) ? null : i);
    }
  }

  /**
   * Index of the image that is called so (see `NameIndex`): by its name, with or without its ending, and its folders; a
   * number by the digits of its name. Undefined for none and for several.
   */
  find(name: unknown): number | undefined {
    if (typeof name === "number") return this.#number.get(name) ?? undefined;
    if (typeof name !== "string") return undefined;
    if (!this.#known.has(name)) this.#known.set(name, this.#look(name)); // results name an image again and again
    return this.#known.get(name);
  }

  #look(name: string): number | undefined {
    const [best, ...others] = this.#index.find(name);
    return best?.items.length === 1 && others.length === 0 ? best.items[0] : undefined;
  }
}
