import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { PRESET_NAMES, PRESETS, withFlip } from "../../../src/data/augment/presets.ts";
import { loadAugmentation, parseAugmentation } from "../../../src/data/augment/readAugmentation.ts";
import { variationRanges } from "../../../src/data/augment/draw/variation.ts";
import { folderOf } from "../helpers.ts";

describe("loadAugmentation", () => {
  it.each(PRESET_NAMES)("knows the preset %s", async (name) => {
    expect(await loadAugmentation(name)).toBe(PRESETS[name]);
  });

  it("reads a list of operations and fills in what is left out", async () => {
    const folder = await folderOf({ "my.yaml": "- { name: rotate, degrees: [-3, 5] }\n- name: flip\n" });
    expect(await loadAugmentation(join(folder, "my.yaml"))).toEqual({
      minVisible: 0.35,
      minSide: 1,
      operations: [
        { name: "rotate", probability: 1, degrees: [-3, 5] },
        { name: "flip", probability: 0.5, axis: "horizontal" },
      ],
    });
  });

  it("reads a mapping, JSON too", async () => {
    const folder = await folderOf({ "my.json": '{ "minVisible": 0.5, "operations": [{ "name": "turn" }] }' });
    expect(await loadAugmentation(join(folder, "my.json"))).toEqual({
      minVisible: 0.5,
      minSide: 1,
      operations: [{ name: "turn", probability: 0.5 }],
    });
  });

  it("says what it wants for another name", async () => {
    await expect(loadAugmentation("stong")).rejects.toThrow(
      'augmentation "stong": is neither none, light, default, strong nor the name of a YAML file',
    );
  });

  it("names a file that is not there", async () => {
    await expect(loadAugmentation("no/such.yaml")).rejects.toThrow("no/such.yaml");
  });
});

it.each([
  ["- { name: rotate, degrees: [5, -5] }", "a.yaml: operation 1 (rotate): degrees: the smaller number comes first"],
  ["- { name: rotate, degrees: 5 }", "operation 1 (rotate): degrees: must be two numbers, the lowest and the highest"],
  [
    "- { name: rotate, degrees: [5] }",
    "operation 1 (rotate): degrees: must be two numbers, the lowest and the highest",
  ],
  ["- { name: rotate, degrees: [-500, 5] }", "operation 1 (rotate): degrees: number 1: must be at least -180"],
  ["- { name: rotate, degrees: [.nan, 5] }", "operation 1 (rotate): degrees: number 1: must be a number"],
  ["- { name: flip }\n- { name: crop, probability: 2 }", "operation 2 (crop): probability: must be at most 1"],
  ["- { name: flip, axis: up }", "operation 1 (flip): axis: must be one of horizontal, vertical, both"],
  ["- { name: rotate, degree: [1, 2] }", 'operation 1 (rotate): has no field "degree"; did you mean "degrees"?'],
  ["- { name: flip, p: 1 }", 'operation 1 (flip): has no field "p"; the fields are name, probability, axis'],
  ["- { name: rotat }", 'a.yaml: operation 1: there is no operation "rotat"; did you mean "rotate"?'],
  ["- { name: solarize }", 'operation 1: there is no operation "solarize"; the operations are flip, turn, rotate, '],
  ["- { probability: 0.3 }", "operation 1: has no name; the operations are flip, "],
  ["- flip", "operation 1: has no name; write { name: flip, ... }"],
  ["- rotate:\n    degrees: [1, 2]", "operation 1: has no name; write { name: rotate, ... }"],
  ["- 3", "operation 1: has no name; the operations are flip, "],
  ["- null", "operation 1: has no name; the operations are flip, "],
  ["minVisible: 3\noperations: []", "a.yaml: minVisible: must be at most 1"],
  ["minVisible: 0.3", "a.yaml: operations: must be a list of operations, such as - { name: flip }"],
  ["operations: { name: flip }", "a.yaml: operations: must be a list of operations"],
  ["operations: []\nextra: 3", 'a.yaml: has no field "extra"; the fields are minVisible, minSide, operations'],
  ["Operations: []", 'a.yaml: has no field "Operations"; did you mean "operations"?'],
  ["rotate", "a.yaml: must be a list of operations"],
  ["", "a.yaml: must be a list of operations"],
  ["- [1", "a.yaml: is not valid YAML: "],
  [
    "- { name: flip }\n---\n- { name: turn }",
    "a.yaml: is not valid YAML: line 2: a second document begins (---); keep one",
  ],
  [
    "operations: *b",
    "a.yaml: is not valid YAML: an alias (*name) has no anchor (&name); put text that begins with * into quotes",
  ],
  [bomb(), "a.yaml: is not valid YAML: more aliases (*name) than anybody needs; write the values out"],
])("an error names file, operation and field: %j", (text, message) => {
  expect(() => parseAugmentation(text, "a.yaml")).toThrow(message);
});

describe("flips", () => {
  it("are replaced, or taken away", () => {
    const [flip] = withFlip(PRESETS.strong, "vertical").operations;
    expect(flip).toEqual({ name: "flip", probability: 0.5, axis: "vertical" });
    expect(withFlip(PRESETS.strong, "vertical").operations).toHaveLength(PRESETS.strong.operations.length);
    expect(withFlip(PRESETS.strong, "none").operations.some(({ name }) => name === "flip")).toBe(false);
  });
});

describe("what the training graph does by itself", () => {
  it("is none, light and default", () => {
    expect(variationRanges(PRESETS.none)).toEqual({ flip: "none", gain: 0, channelGain: 0 });
    expect(variationRanges(PRESETS.light)).toBeDefined();
    expect(variationRanges(PRESETS.default)).toEqual({
      flip: "horizontal",
      jitter: { zoom: [0.65, 1.5], aspect: 0.1 },
      gain: 0.2,
      channelGain: 0.08,
    });
    expect(variationRanges(PRESETS.strong)).toBeUndefined();
  });

  it.each(["- { name: flip, probability: 0.3 }", "- { name: turn }", "- { name: gain }\n- { name: gain }"])(
    "is not %j",
    (text) => {
      expect(variationRanges(parseAugmentation(text, "a.yaml"))).toBeUndefined();
    },
  );
});

/** Nine of nine of nine ... */
function bomb(): string {
  const lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"];
  for (let i = 1; i < 9; i++)
    lines.push(
      `a${i}: &a${i} [${Array<string>(9)
        .fill(`*a${i - 1}`)
        .join(", ")}]`,
    );
  return [...lines, "operations: *a8"].join("\n");
}
