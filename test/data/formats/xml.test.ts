import fc from "fast-check";
import { expect, test } from "vitest";
import {
  childrenOf,
  escapeXml,
  parseXml,
  textOf,
  unescapeXml,
  xmlElement,
  xmlText,
} from "../../../src/data/formats/xml.ts";
import { Warnings } from "../../../src/data/warnings.ts";

test("children come in their order, with attributes and text; comments and CDATA are understood", () => {
  const root = parseXml('<?xml version="1.0"?>\n<r a="1"><x/>one<!-- no --><y b="2&amp;3">t</y><![CDATA[<two>]]><x/></r>', "a.xml", "r"); // prettier-ignore
  expect(root.attributes).toEqual(new Map([["a", "1"]]));
  expect(childrenOf(root).map(({ tag }) => tag)).toEqual(["x", "y", "x"]);
  const [y] = childrenOf(root, "y");
  expect([y?.attributes.get("b"), y && textOf(y)]).toEqual(["2&3", "t"]);
  expect(textOf(root)).toBe("one<two>");
});

test("an empty root has no children and no text", () => {
  const root = parseXml("<r/>", "a.xml", "r");
  expect([childrenOf(root), textOf(root)]).toEqual([[], ""]);
  expect(() => parseXml("<q/>", "a.xml", "r")).toThrow("a.xml: holds <q> instead of <r>");
});

test("a tag of any length does not make the message long", () => {
  const tag = "a".repeat(10_000);
  const said = (text: string) => {
    try {
      parseXml(text, "a.xml", "r");
    } catch (error) {
      return String(error);
    }
    return "nothing was refused";
  };
  expect(said(`<r><${tag}></r>`)).toMatch(/^AnchorkitError: a\.xml: is not well-formed XML: line 1: .{200}…$/);
});

test("what is written is escaped, line breaks too, since in attributes they would be read as spaces", () => {
  expect(escapeXml('a<b> & "c"\n\t\r')).toBe("a&lt;b&gt; &amp; &quot;c&quot;&#10;&#9;&#13;");
  expect(xmlElement("a", { b: 'x"', c: undefined, d: 1.5 }, "<e></e>")).toBe('<a b="x&quot;" d="1.5"><e></e></a>');
});

test("whatever the text, it comes back from an attribute and from an element", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), (text) => {
      expect(unescapeXml(escapeXml(text))).toBe(text);
      const root = parseXml(xmlElement("r", { a: text }, escapeXml(text)), "a.xml", "r");
      expect([root.attributes.get("a"), textOf(root)]).toEqual([text, text]);
    }),
  );
});

test("characters that XML cannot hold are taken out and counted", () => {
  const warnings = new Warnings();
  expect(xmlText("a\u0000b\ud800c\n🐈", warnings)).toBe("abc\n🐈");
  expect(xmlText("fine", warnings)).toBe("fine");
  expect(warnings.lines()).toHaveLength(1);
});
