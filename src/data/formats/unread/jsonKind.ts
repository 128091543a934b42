import { AnchorkitError } from "../../../base/errors.ts";
import type { FormatId } from "../format.ts";
import { JSON_KINDS, type JsonKind } from "./jsonKinds.ts";
import { jsonMembers } from "./jsonMembers.ts";

/** What a JSON document probably is, by its members; undefined where it looks like nothing that is known. */
export function jsonKindOf(document: unknown): JsonKind | undefined {
  const members = jsonMembers(document);
  return JSON_KINDS.find((kind) => kind.members.some((alternative) => hasAll(members, alternative)));
}

/** What a file is and what to do: "looks like Datumaro's JSON, which is not read; export it as COCO …". */
export function describeKind({ title, format, advice }: Pick<JsonKind, "title" | "format" | "advice">): string {
  if (format !== undefined) return `looks like ${title}, which label import --from ${format} reads`;
  return `looks like ${title}, which is not read; ${advice ?? ""}`;
}

/**
 * Refuses what is a kind of JSON of its own, so that a reader does not look for members that only its format has.
 *
 * @param own the format that is read
 * @throws AnchorkitError saying what the document probably is, and what to do
 */
export function refuseOtherKind(document: unknown, name: string, own: FormatId): void {
  const kind = jsonKindOf(document);
  if (kind && kind.format !== own) throw new AnchorkitError(`${name}: ${describeKind(kind)}`);
}

function hasAll(members: ReadonlySet<string>, alternative: string): boolean {
  return alternative.split(" & ").every((member) => {
    return member.startsWith("!") ? !members.has(member.slice(1)) : members.has(member);
  });
}
