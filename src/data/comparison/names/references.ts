import type { CocoTruth } from "../comparedImage.ts";
import { ImageNames } from "../imageNames.ts";
import { shown } from "../../../base/shown.ts";
import { canBeCategory, idOf, type RecordId } from "../recordChecks.ts";
import { ClassNames } from "./classNames.ts";
import { OwnNames } from "./ownNames.ts";
import { RecordMatcher } from "./recordMatcher.ts";

/** What a result says of its category: an id, a name, or both. */
export type Category = { id: RecordId; name?: string } | { id?: undefined; name: string };

/** Which image and class of the truth each result is of. */
export class References {
  readonly match: "id" | "file-name" | undefined;
  readonly imageNames: ImageNames;
  readonly #truth: CocoTruth;
  readonly #images: RecordMatcher;
  readonly #classes: RecordMatcher;

  /** @param own what the results' file calls its images and categories */
  constructor(truth: CocoTruth, own: OwnNames, match?: "id" | "file-name") {
    const named = match === "id" ? new OwnNames() : own;
    this.match = match;
    this.#truth = truth;
    this.imageNames = new ImageNames(truth.images);
    const images = this.imageNames.areThere ? named.images : new OwnNames().images;
    this.#images = new RecordMatcher(
      truth.images.map(({ id }) => id),
      this.imageNames,
      images,
    );
    this.#classes = new RecordMatcher(truth.categoryIds, new ClassNames(truth.classes), named.categories);
  }

  /** Index of a result's image; undefined where it is not there or may be one of several. */
  imageOf(result: Record<string, unknown>): number | undefined {
    const { image_id: id } = result;
    if (this.match !== "file-name") return this.#images.find(id, this.#imageNameIn(result));
    return this.imageNames.find(typeof id === "string" ? id : (this.imageNameOf(result) ?? id));
  }

  /** The file name that counts for a result's image. */
  imageNameOf(result: Record<string, unknown>): string | undefined {
    return this.#images.nameOf(result.image_id, this.#imageNameIn(result));
  }

  /** Another file name in the results that is of the same image of the truth as this one, which cannot be. */
  rivalOf(name: string, image: number): string | undefined {
    return this.#images.rivalOf(name, image);
  }

  /** Index of a result's class; undefined where it is not there. */
  classOf(result: Record<string, unknown>): number | undefined {
    return this.#classes.find(result.category_id, this.#categoryNameIn(result));
  }

  /** What a result says of its category; undefined where that is neither an id nor a name. */
  categoryOf(result: Record<string, unknown>): Category | undefined {
    const given = idOf(result.category_id);
    const id = canBeCategory(this.#truth.categoryIds, given) ? given : undefined;
    const name = this.#classes.nameOf(id, this.#categoryNameIn(result));
    if (id !== undefined) return { id, ...(name !== undefined && { name }) };
    return name === undefined ? undefined : { name };
  }

  /** Where names and numbers of the results contradict each other, a line for images and one for categories. */
  contradictions(file: string): string[] {
    const lines = [
      ["images", "image_id", "file name", this.#images.contradiction],
      ["categories", "category_id", "name", this.#classes.contradiction],
    ] as const;
    return lines.flatMap(([what, field, by, first]) => {
      if (!first) return [];
      const example = `first: ${field} ${shown(first.id)} is ${shown(first.name)}`;
      return [`${file} numbers its ${what} otherwise than ${this.#truth.name}; matched by ${by} (${example})`];
    });
  }

  #imageNameIn({ file_name: name }: Record<string, unknown>): unknown {
    return this.match === "id" || !this.imageNames.areThere ? undefined : name;
  }

  #categoryNameIn({ category_name: name, category }: Record<string, unknown>): unknown {
    return this.match === "id" ? undefined : (name ?? category);
  }
}
