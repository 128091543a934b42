import { expect, test } from "vitest";
import { cutOutObjects } from "../../../src/data/cutOutObjects.ts";
import { manifestOf } from "../../../src/data/split/manifest.ts";
import { charactersOf, textOf } from "../../../src/data/text/texts.ts";
import { folderOf, jpeg } from "../helpers.ts";

test.each([
  [{ text: " AB 12 " }, "AB 12"],
  [{ colour: "red", "Licence Plate": "AB-1" }, "AB-1"],
  [{ transcription: "Cafe\u0301", plate: "no" }, "Café"],
  [{ utf8_string: 77 }, "77"],
  [{ text: "###" }, undefined],
  [{ text: "" }, undefined],
  [{ texture: "rough" }, undefined],
])("the attributes %j say the text %j", (attributes, text) => {
  expect(textOf({ attributes })).toBe(text);
});

test("characters are code points", () => {
  expect(charactersOf("a🐈é")).toEqual(["a", "🐈", "é"]);
});

test("objects that are cut out keep their text, and a changed text is another data set", async () => {
  const folder = await folderOf({ "a.jpg": await jpeg(100, 60) });
  const datasetOf = (text: string) => ({
    classes: ["plate"],
    images: [
      {
        ...{ id: 1, file: `${folder}/a.jpg`, width: 100, height: 60 },
        objects: [{ box: [10, 20, 50, 40] as [number, number, number, number], class: 0, attributes: { plate: text } }],
      },
    ],
  });
  expect(cutOutObjects(datasetOf("AB1"), { margin: 0 }).images).toMatchObject([
    { text: "AB1", crop: [10, 20, 50, 40] },
  ]);
  const [one, same, other] = await Promise.all(["AB1", "AB1", "AB2"].map((text) => manifestOf(datasetOf(text))));
  expect(same).toEqual(one);
  expect(other?.images[0]?.labels).not.toBe(one?.images[0]?.labels);
});
