import { describe, expect, test } from "vitest";
import { parseDataYaml } from "../../../../src/data/formats/yolo/dataYaml.ts";
import { Warnings } from "../../../../src/data/warnings.ts";

function parsed(text: string) {
  const warnings = new Warnings();
  return { ...parseDataYaml(text, "data.yaml", warnings), warnings: warnings.lines() };
}

const NAMES = "names: [cat, dog]\n";

describe("entries", () => {
  test("of every name of a split are those of train, val and test, in this order", () => {
    const { entries, base, warnings } = parsed(`${NAMES}test: c\nvalidation: [b1, b2]\nTraining: a\npath: " x "\n`);
    expect(entries).toEqual([
      { split: "train", key: "training", entry: "a" },
      { split: "val", key: "validation", entry: "b1" },
      { split: "val", key: "validation", entry: "b2" },
      { split: "test", key: "test", entry: "c" },
    ]);
    expect({ base, warnings }).toEqual({ base: "x", warnings: [] });
    expect(parsed(`${NAMES}val: b\nvalid: c\n`).entries.map(({ entry }) => entry)).toEqual(["b", "c"]);
  });

  test("that are empty, null, or Python's None are none", () => {
    const { entries } = parsed(`${NAMES}train: a\nval:\ntest: ~\nvalid: null\nvalidation: None\ntesting: ["", null]\n`);
    expect(entries).toEqual([{ split: "train", key: "train", entry: "a" }]);
  });

  test("must be paths; settings of training that are called so are let through", () => {
    expect(() => parsed(`${NAMES}train: {a: b}\n`)).toThrow(
      "data.yaml: train must be a folder, a text file, or a list of these, got a mapping",
    );
    expect(() => parsed(`${NAMES}train: [[a]]\n`)).toThrow("or a list of these, got a list");
    expect(() => parsed(`${NAMES}path: [a]\n`)).toThrow("data.yaml: path must be text, got a list");
    expect(parsed(`${NAMES}train: a\ntraining: { epochs: 3 }\n`).entries).toHaveLength(1);
  });
});

describe("other keys", () => {
  test("are let through, those of Ultralytics and Roboflow and one's own", () => {
    const own =
      "download: |\n  import os\nroboflow:\n  workspace: x\nflip_idx: [0]\nminival: m\nversion: 3\nname: cats\nlicense: MIT\n";
    expect(parsed(`${NAMES}train: a\n${own}`).warnings).toEqual([]);
  });

  test("that are a slip away from one that is missing are told", () => {
    const { warnings, misspelt } = parsed(`${NAMES}tran: a\nvaild: b\ntets: c\nrest: d\nkpt_shpe: [2, 2]\n`);
    expect(misspelt).toEqual([
      ...['"tran" for "train"', '"vaild" for "valid"', '"tets" for "test"', '"rest" for "test"'],
      '"kpt_shpe" for "kpt_shape"',
    ]);
    expect(warnings).toEqual([
      'keys of data.yaml that are probably misspelt, passed over: 5 (first: data.yaml: "tran" for "train")',
    ]);
    expect(parsed(`${NAMES}train: a\ntrains: b\nvalid: c\nvals: d\n`).warnings).toEqual([]);
    expect(() => parsed("nmaes: [a]\ntrain: b\n")).toThrow(
      /names is missing; list the classes there; it says "nmaes" for "names"$/,
    );
  });

  test("that stand twice count as the last, as for Python", () => {
    const { classes, warnings } = parsed("names: {0: a, 1: b, 1: c}\ntrain: a\ntrain: b\n");
    expect(classes).toEqual(["a", "c"]);
    expect(warnings).toEqual(["keys that stand twice in data.yaml, the last one taken: 2 (first: data.yaml: names.1)"]);
  });
});

describe("names", () => {
  test.each<[yaml: string, classes: string[], warnings: RegExp[]]>([
    ["names: [no, 007]", ["no", "007"], []],
    ["names: {1: dog, 0: cat}", ["cat", "dog"], []],
    [
      "names: {'00': cat, 3: dog}",
      ["cat", "class_1", "class_2", "dog"],
      [/without a name.*: 2 \(first: data\.yaml: names: 1\)/],
    ],
    ["names: light bulb", ["light bulb"], []],
    ["names: cat, dog", ["cat", "dog"], [/taken apart at the commas: 1 \(data\.yaml: names: "cat, dog"\)/]],
    ["names: cat, dog\nnc: 1", ["cat, dog"], []],
    [`names: "['cat', 'a dog']"\nnc: 2`, ["cat", "a dog"], [/taken apart/]],
    ["nc: 2", ["class_0", "class_1"], [/^data\.yaml files without names.*: 1 \(data\.yaml: nc is 2\)$/]],
    ["names:\nnc: 1", ["class_0"], [/without names/]],
    [
      "names: [a, b]\nnc: 3",
      ["a", "b"],
      [/nc and names disagree, the names taken: 1 \(data\.yaml: nc is 3, but there are 2 names\)/],
    ],
    ["names: [a]\nnc: one", ["a"], [/nc is one, but/]],
    ["names: [a, b]\nnc: '2'", ["a", "b"], []],
    ["names:\n- __proto__\n- constructor", ["__proto__", "constructor"], []],
    ["\ufeffnames:\r\n  0: cat\r\n  1:\tdog\r\n".slice(1), ["cat", "dog"], []],
    ["both: &b [cat]\nnames: *b", ["cat"], []],
  ])("%s", (yaml, classes, warnings) => {
    const found = parsed(`${yaml}\n`);
    expect(found.classes).toEqual(classes);
    expect(found.warnings).toEqual(warnings.map((line) => expect.stringMatching(line) as string));
  });

  test.each([
    ["train: a", "names is missing; list the classes there"],
    ["nc: two", 'nc must be a whole number from 1 to 100000, got "two"'],
    ["nc: 0", 'nc must be a whole number from 1 to 100000, got "0"'],
    ["nc: 999999999999", "nc must be a whole number from 1 to 100000"],
    ["names: []", "names lists no class; write their names there"],
    ["names: [cat, ' ']", "names: the name of class 1 is empty; write it there"],
    ["names: {0: cat, 1: }", "names: the name of class 1 is empty; write it there"],
    ["names:\n- 0: cat\n- 1: dog", 'names: class 0 must be a name, got a mapping; write "- name" or "0: name" lines'],
    ["names: [[cat]]", "names: class 0 must be a name, got a list"],
    ["names: {cat: 0}", 'names: "cat" is no number of a class; write "0: cat"'],
    ["names: {-1: cat}", 'names: "-1" is no number of a class'],
    ["names: {9999999: cat}", 'names: "9999999" is no number of a class'],
    ["names: {0: cat, 00: dog}", "names: class 0 is there twice"],
    ["names: data/coco.names", "names must list the classes, got the name of a file (data/coco.names); copy them here"],
  ])("%s: refused", (yaml, message) => {
    expect(() => parsed(`${yaml}\n`)).toThrow(`data.yaml: ${message}`);
  });
});

test("kpt_shape is two whole numbers", () => {
  expect(parsed(`${NAMES}kpt_shape: [17, 3]\n`).keypoints).toBe(51);
  expect(parsed(NAMES).keypoints).toBe(0);
  for (const [shape, shown] of [
    ["17", '"17"'],
    ["[17, x]", "[17, x]"],
    ["[0, 2]", "[0, 2]"],
    ["[9999, 9999]", "[9999, 9999]"],
  ]) {
    expect(() => parsed(`${NAMES}kpt_shape: ${shape ?? ""}\n`)).toThrow(
      `data.yaml: kpt_shape must be two whole numbers such as [17, 3], got ${shown ?? ""}`,
    );
  }
});

test.each([
  [
    "names:\n\t- cat\n",
    /^data\.yaml: is not valid YAML: line 2: a tab stands where YAML wants spaces; indent with spaces$/,
  ],
  ["names: [cat, dog\ntrain: a\n", /^data\.yaml: is not valid YAML: line 2: a quote or bracket is not closed/],
  ["names: ['cat]\n", /line \d: a quote or bracket is not closed/],
  [
    'path: "C:\\Users\\me"\nnames: [a]\n',
    /line 1: a backslash in double quotes .*; write paths with \/ or in single quotes$/,
  ],
  ["names:\n  0: a\n 1: b\n", /line 3: the indentation does not fit the lines above/],
  ["names: [a]\n---\nnames: [b]\n", /line 2: a second document begins/],
  ["train: *.jpg\nnames: [a]\n", /put text that begins with \* into quotes$/],
  ["- a\n- b\n", /^data\.yaml: is no YOLO data\.yaml: it has no lines such as "train: images\/train"$/],
  ["# nothing\n", /has no lines such as/],
  ["\u0000\u0001", /has no lines such as/],
])("%j is refused with its line, in plain words", (yaml, message) => {
  expect(() => parsed(yaml)).toThrow(message);
});

test("bombs are refused before they go off", () => {
  const levels = [
    "a: &a [x,x,x,x,x,x,x,x]",
    "b: &b [*a,*a,*a,*a,*a,*a]",
    "c: &c [*b,*b,*b,*b,*b]",
    "names: [*c,*c,*c,*c]",
  ];
  expect(() => parsed(levels.join("\n"))).toThrow(/more aliases \(\*name\) than anybody needs/);
  for (const deep of ["[".repeat(900_000), "{a: ".repeat(200_000), "- ".repeat(400_000)]) {
    expect(() => parsed(`names: ${deep}`)).toThrow(/is nested too deeply/);
    expect(() => parsed(deep)).toThrow(/is nested too deeply/);
  }
  expect(() => parsed(`names: [${"a,".repeat(400_000)}]`)).toThrow(
    /holds more than 150000 lines or values; list images in a text file$/,
  );
});
