import { UsageError } from "../../../base/errors.ts";
import { nearest } from "../../../geometry/nearest.ts";

/**
 * Indices of the classes whose objects are counted; all of them unless told.
 *
 * @throws UsageError for one that is no class
 */
export function thingsOf(names: readonly string[] | undefined, classes: readonly string[]): number[] {
  if (names === undefined) return [...classes.keys()];
  return [...new Set(names)].map((name) => {
    const at = classes.indexOf(name);
    if (at >= 0) return at;
    const meant = nearest(name, classes);
    const help = meant === undefined ? `; there are ${classes.join(", ")}` : ` (did you mean "${meant}"?)`;
    throw new UsageError(`--things: there is no class "${name}"${help}`);
  });
}
