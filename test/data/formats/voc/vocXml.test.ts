import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { AnchorkitError } from "../../../../src/base/errors.ts";
import { parseVocXml } from "../../../../src/data/formats/voc/vocXml.ts";
import { labelImgXml } from "../../helpers.ts";

const parse = (text: string) => parseVocXml(text, "cat.xml");
const box = (text: string, coordinates?: "labelimg" | "voc" | "zero-based") =>
  parseVocXml(text, "cat.xml", coordinates).objects[0]?.box;

describe("what LabelImg writes", () => {
  test("is read with size, file name and objects", () => {
    expect(parse(labelImgXml("cat.jpg", [["cat", 10, 20, 30, 40]]))).toEqual({
      filename: "cat.jpg",
      size: { width: 100, height: 80 },
      verified: false,
      objects: [{ name: "cat", where: "cat.xml: object 1", box: [10, 20, 30, 40] }],
    });
  });

  test("may have no objects, one or many", () => {
    for (const count of [0, 1, 5]) {
      const objects = Array.from({ length: count }, () => ["cat", 1, 1, 5, 5] as const);
      expect(parse(labelImgXml("a.jpg", objects)).objects).toHaveLength(count);
    }
  });

  test("keeps verified, difficult, truncated and pose", () => {
    const text = labelImgXml("cat.jpg", [["cat", 10, 20, 30, 40]])
      .replace("<annotation>", '<annotation verified="yes">')
      .replace("<difficult>0", "<difficult>1")
      .replace("<truncated>0", "<truncated>1")
      .replace("Unspecified", "Left");
    const { verified, objects } = parse(text);
    expect(verified).toBe(true);
    const marks = { difficult: true, truncated: true, pose: "Left" };
    expect(objects).toEqual([{ name: "cat", where: "cat.xml: object 1", box: [10, 20, 30, 40], ...marks }]);
  });

  test("is read with the tags in any order, and unknown tags are passed over", () => {
    const text = `<?xml version="1.0"?><!-- by hand --><annotation><owner><name>me</name></owner><object><part><name>head</name>
      <bndbox><xmin>1</xmin></bndbox></part><bndbox><ymax>40</ymax><xmax>30</xmax><ymin>20</ymin><xmin>10</xmin></bndbox>
      <name>cat</name></object><filename>cat.jpg</filename></annotation>`;
    expect(parse(text)).toEqual({
      filename: "cat.jpg",
      verified: false,
      objects: [{ name: "cat", where: "cat.xml: object 1", box: [10, 20, 30, 40] }],
    });
  });

  test("class names stay as they are, whatever is in them", () => {
    const names: [string, string][] = [
      ["Tom &amp; Jerry&apos;s &lt;cat&gt; &quot;1&quot;", 'Tom & Jerry\'s <cat> "1"'],
      ["кот 猫 🐈", "кот 猫 🐈"],
      ["&#233;t&#xe9; &#x1F408;", "été 🐈"],
      [" cat ", " cat "],
      ["007", "007"],
      ["&amp;lt;", "&lt;"],
    ];
    for (const [written, name] of names) {
      expect(parse(labelImgXml("a.jpg", [[written, 1, 1, 5, 5]])).objects[0]?.name).toBe(name);
    }
  });

  test("a size of 0 is no size", () => {
    expect(parse(labelImgXml("a.jpg", [], [0, 0])).size).toBeUndefined();
  });
});

describe("coordinates", () => {
  const text = labelImgXml("cat.jpg", [["cat", 1, 2, 30.5, 40]]);

  test("of LabelImg stand as they are, with a minimum of 1 read as 0", () => {
    expect(box(text)).toEqual([0, 2, 30.5, 40]);
  });

  test("of the VOC devkit, which names itself as the source, are 1-based and inclusive", () => {
    expect(box(text.replace("Unknown", "The VOC2007 Database"))).toEqual([0, 1, 30.5, 40]);
  });

  test("follow the option where it is given", () => {
    expect(box(text, "voc")).toEqual([0, 1, 30.5, 40]);
    expect(box(text, "zero-based")).toEqual([1, 2, 30.5, 40]);
    expect(box(text.replace("Unknown", "The VOC2007 Database"), "labelimg")).toEqual([0, 2, 30.5, 40]);
  });
});

describe("errors name file, object and field", () => {
  const good = labelImgXml("cat.jpg", [
    ["cat", 10, 20, 30, 40],
    ["dog", 52, 20, 60, 40],
  ]);
  test("each kind of error", () => {
    const cases: [text: string, message: string][] = [
      [good.replace(">60<", ">40<"), "cat.xml: object 2: xmax (40) must exceed xmin (52)"],
      [good.replace(">40<", ">4<"), "cat.xml: object 1: ymax (4) must exceed ymin (20)"],
      [good.replace(">52<", ">left<"), 'cat.xml: object 2: <xmin> must be a number, got "left"'],
      [good.replace(">52<", ">1e999<"), 'cat.xml: object 2: <xmin> must be a number, got "1e999"'],
      [good.replace("<xmin>52</xmin>", ""), "cat.xml: object 2: <xmin> is missing"],
      [good.replace("<xmin>52</xmin>", "<xmin></xmin>"), "cat.xml: object 2: <xmin> is missing"],
      [good.replace("<xmin>52</xmin>", "<xmin>52</xmin><xmin>5</xmin>"), "cat.xml: object 2: <xmin> is there 2 times"],
      [good.replace("<name>dog</name>", ""), "cat.xml: object 2: <name> is missing or empty"],
      [good.replace(">dog<", "> <"), "cat.xml: object 2: <name> is missing or empty"],
      [good.replaceAll("bndbox", "polygon"), "cat.xml: object 1: <bndbox> is missing"],
      [good.replace("<difficult>0", "<difficult>maybe"), 'cat.xml: object 1: <difficult> must be 0 or 1, got "maybe"'],
      ["<annotation><object/></annotation>", "cat.xml: object 1: is empty"],
      [good.slice(0, 300), "cat.xml: is not well-formed XML: line 16: the file ends before </annotation>"],
      ["<html></html>", "cat.xml: is no LabelImg or Pascal VOC file: holds <html> instead of one <annotation>"],
      ["<annotation/><annotation/>", "cat.xml: is no LabelImg or Pascal VOC file"],
      ["just text", "cat.xml: is not well-formed XML"],
    ];
    for (const [text, message] of cases) {
      expect(() => parse(text)).toThrow(AnchorkitError);
      expect(() => parse(text)).toThrow(message);
    }
  });

  test("an XML bomb and every other DOCTYPE is refused before it is read", () => {
    const bomb = `<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>
      <annotation><filename>&b;</filename></annotation>`;
    expect(() => parse(bomb)).toThrow("cat.xml: has a DOCTYPE, which label files never need; remove it");
  });

  test("entities that are not XML's own stay text", () => {
    expect(parse("<annotation><filename>&b;&constructor;</filename></annotation>").filename).toBe("&b;&constructor;");
  });

  test("twenty thousand nested tags do not exhaust the stack", () => {
    const deep = `<annotation>${"<a>".repeat(20_000)}${"</a>".repeat(20_000)}</annotation>`;
    expect(() => parse(deep)).toThrow(AnchorkitError);
  });
});

describe("whatever the text, it is read or refused, and nothing else", () => {
  const readOrRefused = (text: string) => {
    try {
      for (const { box } of parse(text).objects) expect(box.every(Number.isFinite)).toBe(true);
    } catch (error) {
      expect(error).toBeInstanceOf(AnchorkitError);
    }
  };

  test("random text", () => {
    const text = fc.uint8Array().map((bytes) => Buffer.from(bytes).toString("latin1"));
    fc.assert(fc.property(text, readOrRefused));
  });

  test("annotations with a piece replaced by tags and text", () => {
    const good = labelImgXml("cat.jpg", [["cat", 10, 20, 30, 40]]);
    const piece = fc.constantFrom(
      "<",
      ">",
      "</",
      "/>",
      "<object>",
      "<name>",
      "&",
      "<![CDATA[",
      "]]>",
      "<!--",
      "__proto__",
      "-1",
      "NaN",
      '"',
      "\0",
    );
    const mutated = fc.tuple(fc.nat(good.length), fc.nat(40), fc.array(piece, { maxLength: 3 }));
    fc.assert(
      fc.property(mutated, ([at, length, pieces]) => {
        readOrRefused(good.slice(0, at) + pieces.join("") + good.slice(at + length));
      }),
      { numRuns: 500 },
    );
  });
});
