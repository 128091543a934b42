import { AnchorkitError } from "../../../base/errors.ts";
import { placeOf, type RecordBatch } from "../../records/jsonRecords.ts";
import { shown } from "../../../base/shown.ts";
import { idOf, type RecordId, fieldsOf } from "../recordChecks.ts";

/** The lists in which a file of predictions says what its numbers mean. */
export const NAME_LISTS = ["images", "categories"] as const;

/** What a file of predictions calls its images and categories, where it lists them as COCO's labels do. */
export class OwnNames {
  /** File names by the id of the image. */
  readonly images = new Map<RecordId, string>();
  /** Names by the id of the category. */
  readonly categories = new Map<RecordId, string>();

  /**
   * Takes records of one of the lists; those without an id or a name say nothing.
   *
   * @param name the file's, for messages
   * @throws AnchorkitError for an id that is there twice, with two names
   */
  add({ values, ...batch }: RecordBatch, name: string): void {
    const [names, field] = batch.list === "images" ? [this.images, "file_name"] : [this.categories, "name"];
    for (const [i, value] of values.entries()) {
      const { id: given, [field]: called } = fieldsOf(value) ?? {};
      const id = idOf(given);
      if (id === undefined || typeof called !== "string" || called === "") continue;
      const before = names.get(id) ?? called;
      if (before !== called) {
        const both = `${shown(before)} and ${shown(called)}`;
        throw new AnchorkitError(`${placeOf(name, batch, i)}: the id ${id} is there twice, as ${both}`);
      }
      names.set(id, called);
    }
  }
}
