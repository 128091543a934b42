import { AnchorkitError } from "../../../base/errors.ts";
import type { ViaRegion } from "./viaImage.ts";

/** What people call the attribute that is the class, the likeliest first. */
const CLASS_NAMES = ["class", "class_name", "label", "labels", "category", "type", "name", "object"];

/**
 * The name of the region attribute that is the class: the only one; else, of those that all regions have, the one with
 * a name that people use (class, label, category, type, name, …), or the only one; else the first with such a name.
 *
 * @param where for messages
 * @returns undefined where no region has an attribute
 * @throws AnchorkitError where there are several and none of these rules tells
 */
export function classAttribute(regions: readonly ViaRegion[], where: string): string | undefined {
  const counts = new Map<string, number>();
  for (const { attributes } of regions) {
    for (const name of Object.keys(attributes)) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  const names = [...counts.keys()];
  const ofAll = names.filter((name) => counts.get(name) === regions.length);
  const only = (list: readonly string[]) => (list.length === 1 ? list[0] : undefined);
  const key = only(names) ?? usual(ofAll) ?? only(ofAll) ?? usual(names);
  if (key !== undefined || names.length === 0) return key;
  const list = names.slice(0, 5).join(", ");
  throw new AnchorkitError(`${where}: which region attribute is the class? There are ${list}: rename it to "class"`);
}

function usual(names: readonly string[]): string | undefined {
  for (const known of CLASS_NAMES) {
    const name = names.find((given) => given.trim().toLowerCase() === known);
    if (name !== undefined) return name;
  }
  return undefined;
}
