import fc from "fast-check";

const replacement = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  fc.constantFrom<unknown>(
    null,
    "",
    0,
    -1,
    0.5,
    1e300,
    "x",
    [],
    {},
    [[]],
    true,
    "../../a.jpg",
    "\u0000",
    "é".repeat(300),
  ),
);

/** The text of a JSON document in which up to three values are replaced or removed, or whose text is damaged. */
export function mutatedJson(document: unknown): fc.Arbitrary<string> {
  const change = fc.tuple(fc.nat(), fc.oneof(replacement, fc.constant(undefined)));
  const changed = fc.array(change, { minLength: 1, maxLength: 3 }).map((changes) => {
    let copy: unknown = structuredClone(document);
    for (const [at, value] of changes) {
      const paths = pathsIn(copy);
      copy = replaced(copy, paths[at % paths.length] ?? [], value);
    }
    return copy === undefined ? "" : JSON.stringify(copy);
  });
  return fc.oneof({ weight: 3, arbitrary: changed }, { weight: 1, arbitrary: mutatedText(JSON.stringify(document)) });
}

/** The text cut off, or with a stretch of it replaced. */
export function mutatedText(text: string): fc.Arbitrary<string> {
  const insert = fc.oneof(
    fc.string({ maxLength: 8 }),
    fc.constantFrom("1e999", "<", ">", "&amp;", "&#0;", '"', "-", ","),
  );
  return fc.tuple(fc.nat(text.length), fc.nat(12), insert).map(([at, length, inserted]) => {
    return length === 12 ? text.slice(0, at) : text.slice(0, at) + inserted + text.slice(at + length);
  });
}

function pathsIn(value: unknown, path: string[] = []): string[][] {
  const below = typeof value === "object" && value !== null ? Object.entries(value) : [];
  return [path, ...below.flatMap(([key, member]) => pathsIn(member, [...path, key]))];
}

function replaced(value: unknown, [key, ...rest]: readonly string[], by: unknown): unknown {
  if (key === undefined) return by;
  if (Array.isArray(value))
    return value.map((member, i) => (String(i) === key ? replaced(member, rest, by) : (member as unknown)));
  const entries = Object.entries(value as object) as [string, unknown][];
  return Object.fromEntries(
    entries.map(([name, member]) => [name, name === key ? replaced(member, rest, by) : member]),
  );
}
