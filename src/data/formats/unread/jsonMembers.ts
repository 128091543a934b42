/** Entries of a list, and members of an object, that are looked at: records of a file are alike. */
const LOOKED_AT = 40;
const ENTRIES = 3;
const DEPTH = 5;

/**
 * The members that a JSON document has, as paths: "annotations[].bbox" of an object with a list of objects, "[].label" of
 * a list. What is in an object whose members have names of their own (of images, say) is under "*", too: "*.regions".
 * A list of numbers says how many there are: "annotations[].bbox#5".
 */
export function jsonMembers(document: unknown): ReadonlySet<string> {
  const members = new Set<string>();
  visit(document, "", 0, members);
  return members;
}

function visit(value: unknown, path: string, depth: number, members: Set<string>): void {
  if (depth > DEPTH || typeof value !== "object" || value === null) return;
  if (Array.isArray(value)) {
    const list = value as unknown[];
    members.add(`${path}[]`);
    if (list.length > 0 && list.every((entry) => typeof entry === "number")) members.add(`${path}#${list.length}`);
    for (const entry of list.slice(0, ENTRIES)) visit(entry, `${path}[]`, depth + 1, members);
    return;
  }
  for (const [name, member] of Object.entries(value).slice(0, LOOKED_AT)) {
    for (const key of [name, "*"]) {
      const at = path === "" ? key : `${path}.${key}`;
      members.add(at);
      visit(member, at, depth + 1, members);
    }
  }
}
