import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { AnchorkitError } from "../../../../src/base/errors.ts";
import { Warnings } from "../../../../src/data/warnings.ts";
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
      objects: [{ name: "cat", where: "cat.xml: object 1", number: 1, box: [10, 20, 30, 40] }],
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
    expect(objects).toEqual([{ name: "cat", where: "cat.xml: object 1", number: 1, box: [10, 20, 30, 40], ...marks }]);
  });

  test("is read with the tags in any order, and unknown tags are passed over", () => {
    const text = `<?xml version="1.0"?><!-- by hand --><annotation><owner><name>me</name></owner><object><part><name>head</name>
      <bndbox><xmin>1</xmin></bndbox></part><bndbox><ymax>40</ymax><xmax>30</xmax><ymin>20</ymin><xmin>10</xmin></bndbox>
      <name>cat</name></object><filename>cat.jpg</filename></annotation>`;
    expect(parse(text)).toEqual({
      filename: "cat.jpg",
      verified: false,
      objects: [{ name: "cat", where: "cat.xml: object 1", number: 1, box: [10, 20, 30, 40] }],
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

describe("XML of other tools", () => {
  const BOX = "<bndbox><xmin>10</xmin><ymin>12</ymin><xmax>40</xmax><ymax>60</ymax></bndbox>";
  const read = (inside: string) => {
    const warnings = new Warnings();
    const { objects, size } = parseVocXml(`<annotation>${inside}</annotation>`, "a.xml", undefined, warnings);
    return { boxes: objects.map(({ box }) => box), objects, size, warnings: warnings.lines() };
  };

  test("objects in <objects> are read, with a warning", () => {
    const { boxes, warnings } = read(`<objects><object><name>cat</name>${BOX}</object><object><name>dog</name>${BOX}</object></objects>`); // prettier-ignore
    expect(boxes).toEqual([[10, 12, 40, 60], [10, 12, 40, 60]]); // prettier-ignore
    expect(warnings).toEqual(["XML files whose objects lie in <objects>, read all the same: 1 (a.xml)"]);
  });

  test("tags of another letter case are read, with a warning; a comment is none", () => {
    const upper = `<Object><Name>cat</Name>${BOX.replaceAll("xmin", "xMin")}</Object><Size><Width>90</Width><Height>70</Height></Size>`;
    const { boxes, size, warnings } = read(upper);
    expect(boxes).toEqual([[10, 12, 40, 60]]);
    expect(size).toEqual({ width: 90, height: 70 });
    expect(warnings).toEqual(["XML files with tags in another letter case, read all the same: 1 (a.xml)"]);
    expect(read(`<!-- <Object> --><object><name>A <![CDATA[b]]></name>${BOX}</object>`).warnings).toEqual([]);
  });

  test("elements that look like objects and are none are warned of where there is no object", () => {
    const { boxes, warnings } = read(`<items><item><label>cat</label>${BOX}</item></items>`);
    expect(boxes).toEqual([]);
    expect(warnings).toEqual([
      "XML files with elements that look like objects, of which none is read: only <object> is: 1 (a.xml (<items><item>))",
    ]);
    expect(read(`<box xmin="1" ymin="2" xmax="3" ymax="4"/>`).warnings[0]).toContain("(<box>)");
    expect(read(`<object><name>cat</name>${BOX}<part><name>ear</name>${BOX}</part></object>`).warnings).toEqual([]);
    expect(read("<owner><name>me</name></owner><size><width>3</width></size>").warnings).toEqual([]);
  });

  test("polygons without a box are read with the box around them", () => {
    const corners = "<x1>10</x1><y1>12</y1><x2>40</x2><y2>12</y2><x3>30.5</x3><y3>60</y3>";
    const points = "<pt><x>10</x><y>12</y></pt><pt><x>40</x><y>12</y></pt><pt><x>30.5</x><y>60</y></pt>";
    for (const polygon of [corners, `<username>me</username>${points}`]) {
      const { objects, warnings } = read(`<object><name>cat</name><polygon>${polygon}</polygon></object>`);
      expect(objects[0]).toMatchObject({ box: [10, 12, 40, 60], segmentation: [[10, 12, 40, 12, 30.5, 60]] });
      expect(warnings).toEqual([
        "objects with a polygon and no <bndbox>, read with the box around it: 1 (a.xml: object 1)",
      ]);
    }
  });

  test("LabelMe's sizes and deleted objects are understood", () => {
    const mit = `<imagesize><nrows>80</nrows><ncols>100</ncols></imagesize><object><name>cat</name><deleted>1</deleted><occluded>no</occluded></object>`;
    const { boxes, size, warnings } = read(mit);
    expect([boxes, size]).toEqual([[], { width: 100, height: 80 }]);
    expect(warnings).toEqual(["objects that are marked as deleted, left out: 1 (a.xml: object 1)"]);
  });

  test.each([
    [
      "<robndbox><cx>5</cx></robndbox>",
      "object 1: <bndbox> is missing; it has <robndbox>: oriented boxes (roLabelImg) are not",
    ],
    ["<bndbox><cx>5</cx><angle>1</angle></bndbox>", "<xmin> is missing; <bndbox> has <cx>, <angle>: oriented boxes"],
    ["<bndbox><x>5</x><width>1</width></bndbox>", "object 1: <xmin> is missing; <bndbox> has <x>, <width>"],
    [
      "<keypoints><x>5</x></keypoints>",
      "<bndbox> is missing; it has <keypoints>, which is not read: write the box around",
    ],
  ])("%s is called by its name", (place, message) => {
    expect(() => read(`<object><name>cat</name>${place}</object>`)).toThrow(message);
  });
});
