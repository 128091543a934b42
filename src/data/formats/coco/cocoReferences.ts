import { AnchorkitError } from "../../../base/errors.ts";
import type { RecordId } from "../../comparison/recordChecks.ts";
import type { Warnings } from "../../warnings.ts";
import type { Orphans } from "../format.ts";

/**
 * Follows the ids in annotations to images and categories, once all of these are known. Where one leads nowhere, it is
 * counted, and `end` says so; where there is an observer, it is told of each, and all are left out.
 */
export class CocoReferences {
  #name: string;
  #imageOf: ReadonlyMap<RecordId, number>;
  #categoryOf: ReadonlyMap<RecordId, number>;
  #warnings: Warnings;
  #orphans: Orphans;
  #count = 0;
  #first = "";

  /**
   * @param name the file's, for messages
   * @param images their ids, in an order of the caller's
   */
  constructor(
    name: string,
    { images, categories }: { images: Iterable<RecordId>; categories: Iterable<RecordId> },
    { warnings, orphans = "refuse" }: { warnings: Warnings; orphans?: Orphans | undefined },
  ) {
    this.#name = name;
    this.#imageOf = indexOf(images);
    this.#categoryOf = indexOf(categories);
    this.#warnings = warnings;
    this.#orphans = orphans;
  }

  /** The place of an annotation's image and category among those given; undefined where one is not there. */
  follow(imageId: RecordId, categoryId: RecordId, annotation: number): { image: number; category: number } | undefined {
    const image = this.#imageOf.get(imageId);
    const category = this.#categoryOf.get(categoryId);
    if (image !== undefined && category !== undefined) return { image, category };
    const missing = image === undefined ? `image has the id ${imageId}` : `category has the id ${categoryId}`;
    this.#note(`${this.#name}: annotations[${annotation}]`, `no ${missing}`);
    return undefined;
  }

  /** The places of the categories of an image as a whole, without those that are not there. */
  followAll(categoryIds: readonly RecordId[], image: number): number[] {
    return categoryIds.flatMap((id) => {
      const category = this.#categoryOf.get(id);
      if (category === undefined) this.#note(`${this.#name}: images[${image}]`, `no category has the id ${id}`);
      return category ?? [];
    });
  }

  /** @throws AnchorkitError that counts the labels which lead nowhere, where they are not to be left out. */
  end(): void {
    if (this.#count === 0) return;
    const [what, are] = this.#count === 1 ? ["label", "is"] : ["labels", "are"];
    const all = `${this.#count} ${what} ${are} of images or categories that the file does not list`;
    throw new AnchorkitError(`${this.#first} (${all}; --orphans drop leaves them out)`);
  }

  #note(where: string, reason: string): void {
    if (this.#orphans === "drop") {
      const what = "labels of images or categories that the file does not list, left out";
      this.#warnings.add(what, where, { detail: `: ${reason}` });
    } else if (this.#warnings.observer) {
      this.#warnings.fail(new AnchorkitError(`${where}: ${reason}`), "bad-object", where);
    } else if (this.#count++ === 0) this.#first = `${where}: ${reason}`;
  }
}

function indexOf(ids: Iterable<RecordId>): Map<RecordId, number> {
  return new Map(Array.from(ids, (id, index) => [id, index]));
}
