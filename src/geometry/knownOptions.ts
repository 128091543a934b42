import { nearest } from "./nearest.ts";

/**
 * Refuses an option that a function does not have: a misspelt one would be overlooked, and its default taken.
 *
 * @param where the function, which an error names first
 * @param known all options that it has; the compiler sees to it that none is forgotten
 * @throws TypeError for another option, with the name that was probably meant, and for options that are no object
 */
export function knownOptions<T extends object>(
  where: string,
  options: T,
  known: Readonly<Record<keyof T, true>>,
): void {
  const names = Object.keys(known);
  if (typeof options !== "object" || (options as T | null) === null || Array.isArray(options)) {
    const got = typeof options === "object" ? JSON.stringify(options) : String(options);
    throw new TypeError(`${where}: options must be an object with any of ${names.join(", ")}, got ${got}`);
  }
  for (const name of Object.keys(options)) {
    if (Object.hasOwn(known, name)) continue;
    const meant = nearest(name, names);
    const advice = meant === undefined ? `the options are ${names.join(", ")}` : `did you mean ${meant}?`;
    throw new TypeError(`${where}: unknown option ${name}; ${advice}`);
  }
}
