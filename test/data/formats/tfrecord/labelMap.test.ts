import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { AnchorkitError } from "../../../../src/base/errors.ts";
import { labelMapText, parseLabelMap } from "../../../../src/data/formats/tfrecord/labelMap.ts";
import { mutatedText } from "../mutated.ts";

const text = `# classes
item {
  id: 2
  name: 'the "red", one'  # quotes of either kind
}
item: < name: "/m/01g317", id: 1; display_name: "per" "son\\303\\251\\n\\u00e9\\x41" keypoints { id: 7 label: "nose" } >
`;

test("items in any order, comments, quotes of both kinds, escapes, nested messages passed over", () => {
  expect(parseLabelMap(text, "x.pbtxt")).toEqual([
    { id: 2, name: 'the "red", one' },
    { id: 1, name: "/m/01g317", displayName: "personé\néA" },
  ]);
  expect(parseLabelMap("", "x.pbtxt")).toEqual([]);
});

test("what is written is read again", () => {
  expect(labelMapText(["cat", 'a "b"\\\n'])).toBe(
    'item {\n  id: 1\n  name: "cat"\n}\n\nitem {\n  id: 2\n  name: "a \\"b\\"\\\\\\012"\n}\n',
  );
  fc.assert(
    fc.property(fc.array(fc.string({ unit: "grapheme", minLength: 1 })), (classes) => {
      expect(parseLabelMap(labelMapText(classes), "x").map(({ name }) => name)).toEqual(classes);
    }),
  );
});

describe("errors name line or item", () => {
  test.each<[text: string, message: RegExp]>([
    ['item { id: 1 name: "a', /^x\.pbtxt: line 1: is no label map: "\\"a"$/],
    ['item { id: 1 name: "a"', /^x\.pbtxt: the file ends within an item$/],
    ["\n}", /^x\.pbtxt: line 2: a bracket is closed that was not opened$/],
    ["model { }", /^x\.pbtxt: line 1: expected "item \{"$/],
    ['item { name: "a" }', /^x\.pbtxt: item 1: the id must be a whole number$/],
    ["item { id: 1 }", /^x\.pbtxt: item 1: the name is missing$/],
    ['item { id: 1 name: "a" }\nitem { id: 1 name: "b" }', /^x\.pbtxt: item 2: the id 1 is there twice$/],
  ])("%j", (wrong, message) => {
    expect(() => parseLabelMap(wrong, "x.pbtxt")).toThrow(message);
  });

  test("and whatever the text, nothing else happens", () => {
    fc.assert(
      fc.property(mutatedText(text), (mutated) => {
        try {
          parseLabelMap(mutated, "x");
        } catch (error) {
          expect(error).toBeInstanceOf(AnchorkitError);
        }
      }),
      { numRuns: 500 },
    );
  });
});
