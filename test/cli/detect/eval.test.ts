import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { callCommand, runCommand } from "../command.ts";

const folder = mkdtempSync(join(tmpdir(), "anchorkit-eval-"));
const files = ["--truth", join(folder, "truth.json"), "--predictions", join(folder, "predictions.json")];
beforeAll(() => {
  const truth = {
    images: [{ id: 1, file_name: "1.jpg", width: 100, height: 100 }],
    annotations: [{ id: 1, image_id: 1, category_id: 7, bbox: [10, 10, 50, 50], area: 2500, iscrowd: 0 }],
    categories: [
      { id: 7, name: "cat" },
      { id: 8, name: "dog" },
    ],
  };
  writeFileSync(join(folder, "truth.json"), JSON.stringify(truth));
  const found = { image_id: 1, category_id: 7, bbox: [10, 10, 50, 40], score: 0.9 }; // IoU 0.8
  writeFileSync(join(folder, "predictions.json"), JSON.stringify([found]));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

test("detections of any tool are measured from two files, without an engine", async () => {
  const { code, stdout, stderr } = await callCommand("detect", ["eval", "--map", ...files]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toContain("cat          1  0.700  1.000  1.000  0.700\ndog          0      -      -      -      -\n");
});

test("--json has COCO's keys, and null where there was nothing to find", async () => {
  const { code, stdout } = await runCommand("detect", ["eval", "--map", "--json", ...files]);
  expect(code).toBe(0);
  const { perClass, ...summary } = JSON.parse(stdout) as Record<string, unknown> & { perClass: object[] };
  const sizes = { APsmall: null, APmedium: 0.7, APlarge: null, ARsmall: null, ARmedium: 0.7, ARlarge: null };
  expect(Object.keys(summary)).toHaveLength(12);
  for (const [key, value] of Object.entries({ AP: 0.7, AP50: 1, AP75: 1, AR1: 0.7, AR10: 0.7, AR100: 0.7, ...sizes })) {
    if (value === null) expect(summary[key]).toBeNull();
    else expect(summary[key]).toBeCloseTo(value, 12);
  }
  expect(perClass).toMatchObject([
    { name: "cat", truths: 1 },
    { name: "dog", truths: 0, AP: null },
  ]);
});

const sets = { truth: "truth.json", predictions: "predictions.json", better: "better.json", voc: "voc.json" };

/** Two images; the cat of the first is found with IoU 0.8, the dog of the second is missed, a cat is seen where none is. */
function writeScene(): Record<keyof typeof sets, string> {
  const paths = Object.fromEntries(
    Object.entries(sets).map(([name, file]) => [name, join(folder, `scene-${file}`)]),
  ) as Record<keyof typeof sets, string>;
  const truth = {
    images: [
      { id: 1, file_name: "1.jpg", width: 100, height: 100, camera: "left" },
      { id: 2, file_name: "2.jpg", width: 100, height: 100, camera: "right" },
    ],
    annotations: [
      { id: 1, image_id: 1, category_id: 1, bbox: [10, 10, 50, 50], area: 2500, iscrowd: 0 },
      { id: 2, image_id: 2, category_id: 2, bbox: [10, 10, 9, 9], area: 81, iscrowd: 0, difficult: 1 },
    ],
    categories: [
      { id: 1, name: "cat" },
      { id: 2, name: "dog" },
    ],
  };
  const found = [
    { image_id: 1, category_id: 1, bbox: [10, 10, 50, 40], score: 0.5 },
    { image_id: 2, category_id: 1, bbox: [60, 60, 20, 20], score: 0.75 },
  ];
  const dog = { image_id: 2, category_id: 2, bbox: [10, 10, 9, 4], score: 0.5 }; // IoU 4 / 9, inclusively 0.5
  writeFileSync(paths.truth, JSON.stringify(truth));
  writeFileSync(paths.predictions, JSON.stringify(found));
  writeFileSync(paths.better, JSON.stringify([{ ...found[0], bbox: [10, 10, 50, 50] }, dog]));
  writeFileSync(paths.voc, [found[0], dog].map((each) => JSON.stringify(each)).join("\n"));
  return paths;
}

describe("what is printed", () => {
  const scene = writeScene();
  const files = ["--truth", scene.truth, "--predictions", scene.predictions];
  const evaluate = (...args: string[]) => callCommand("detect", ["eval", "--map", ...files, ...args]);

  test("--format csv has every number of every class with all digits", async () => {
    const { code, stdout } = await evaluate("--format", "csv");
    expect(code).toBe(0);
    const [head, cat, dog, all] = stdout.split("\n");
    expect(head).toBe("class,objects,AP,AP50,AP75,APsmall,APmedium,APlarge,AR1,AR10,AR100,ARsmall,ARmedium,ARlarge");
    expect(cat).toBe("cat,1,0.35,0.5,0.5,,0.7,,0.7,0.7,0.7,,0.7,"); // a false positive comes first: precision 1 / 2
    expect(dog).toBe("dog,1,0,0,0,0,,,0,0,0,0,,");
    expect(all).toMatch(/^all,2,0\.175,/);
  });

  test("--format markdown is a table that a web page shows", async () => {
    expect((await evaluate("--format", "markdown")).stdout).toContain(
      "| cat   |       1 | 0.350 | 0.500 | 0.500 | 0.700 |",
    );
  });

  test("--fail-under ends with 1 and says what fell short, after the numbers", async () => {
    const short = await evaluate("--fail-under", "AP50=.9,ap50:cat=.4,APlarge=.1", "--fail-under", "AP:fox=.1");
    expect(short.code).toBe(1);
    expect(short.stdout).toContain("cat");
    expect(short.stderr).toContain(
      "error: AP50 is 0.2500, under 0.9 by 0.6500; APlarge could not be measured: there are no objects; 0.1 was asked for; " +
        'AP of fox: there is no class "fox"\n',
    );
    expect((await evaluate("--fail-under", "AP50=.2")).code).toBe(0);
    const misspelt = await evaluate("--fail-under", "AP5O=.2");
    expect(misspelt.code).toBe(2);
    expect(misspelt.stderr).toContain('No number is called "AP5O" (Did you mean AP50?)');
  });

  test("--max-detections leaves out what needs more, and says so; nothing can be asked of that", async () => {
    const { code, stdout, stderr } = await evaluate("--max-detections", "5", "--json");
    expect([code, stderr]).toEqual([
      0,
      expect.stringMatching(/^AR10 and AR100 are not measured with --max-detections 5\n/),
    ]);
    expect(JSON.parse(stdout)).toMatchObject({ AR1: 0.35, AR10: null, AR100: null, ARmedium: 0.7 });
    expect((await evaluate("--max-detections", "300")).stderr).not.toContain("not measured");
    const asked = await evaluate("--max-detections", "50", "--fail-under", "AP=0,ar100:cat=.1");
    expect([asked.code, asked.stdout]).toEqual([2, ""]);
    expect(asked.stderr).toContain("--fail-under AR100 needs --max-detections 100 or more");
  });

  test("--against reads another model's file by its own names", async () => {
    const own = join(folder, "scene-own.json");
    const { annotations, ...lists } = {
      images: [{ id: 8, file_name: "1.jpg" }],
      categories: [{ id: 2, name: "cat" }],
      annotations: [{ image_id: 8, category_id: 2, bbox: [10, 10, 50, 50], score: 0.5 }],
    };
    writeFileSync(own, JSON.stringify({ annotations, ...lists }));
    const { stdout, stderr } = await evaluate("--against", own, "--resamples", "10", "--format", "csv");
    expect(stderr).toMatch(
      /scene-own\.json numbers its categories otherwise than .*scene-truth\.json; matched by name/,
    );
    expect(stdout).toMatch(/^AP,0\.175,0\.(5,|4999999)/m);
  });

  test("--against says by how much, between which limits, and whether that is more than chance", async () => {
    const { code, stdout } = await evaluate("--against", scene.better, "--resamples", "200", "--format", "csv");
    expect(code).toBe(0);
    const rows = stdout.slice(stdout.indexOf("Compared with scene-better.json")).split("\n");
    const ap50 = rows.find((row) => row.startsWith("AP50,"))?.split(",") ?? [];
    expect(ap50.slice(1, 4).map(Number)).toEqual([
      expect.closeTo(0.25, 9),
      expect.closeTo(0.5, 9),
      expect.closeTo(-0.25, 9),
    ]);
    const [low, high] = ap50.slice(4, 6).map(Number);
    expect(low).toBeLessThan(-0.249);
    expect(high).toBeGreaterThan(-0.251);
  });

  test("--slice, --intervals and --explain add tables, and JSON of the same names", async () => {
    const more = ["--slice", "camera", "--slice", "size", "--intervals", "--explain", "--resamples", "50"];
    const { stdout } = await evaluate(...more);
    for (const part of ["By camera", "left ", "right ", "By size", "95% intervals over 2 images", "What costs AP50"]) {
      expect(stdout).toContain(part);
    }
    expect(stdout).toMatch(/^missed +an object that no detection points at +1 +0\.250$/m);
    const json = JSON.parse((await evaluate(...more, "--format", "json")).stdout) as Record<string, unknown>;
    expect(json).toMatchObject({
      slices: { camera: [{ name: "left", images: 1, truths: 1 }, { name: "right" }] },
      intervals: { resamples: 50 },
      explanation: { tide: { errors: { missed: { count: 1 }, background: { count: 1 } } } },
    });
    expect(json.explanation).not.toHaveProperty("matches");
  });

  test("difficult objects count by COCO's rules, with a word on it, and not by VOC's", async () => {
    const coco = await evaluate();
    expect(coco.stderr).toContain(
      "1 objects are difficult and count, as COCO has it; --difficult ignore leaves them out",
    );
    expect((await evaluate("--difficult", "ignore")).stderr).toBe("");
    const voc = await evaluate("--rules", "voc");
    expect(voc.stdout).toMatch(/^dog +0 +- +-$/m);
    expect(voc.stdout).toMatch(/^cat +1 +0\.500 +0\.500$/m);
  });

  test("by VOC's rules, pixels may count inclusively, and JSON Lines are read as well", async () => {
    const args = ["--truth", scene.truth, "--predictions", scene.voc, "--rules", "voc", "--difficult", "count"];
    const ap = async (...more: string[]) => {
      const { stdout } = await callCommand("detect", ["eval", ...args, "--json", ...more]);
      return (JSON.parse(stdout) as { perClass: { AP: number }[] }).perClass.map(({ AP }) => AP);
    };
    expect(await ap()).toEqual([1, 0]);
    expect(await ap("--iou-pixels", "inclusive")).toEqual([1, 1]);
  });

  test.each([
    [["--rules", "voc", "--explain"], "--explain goes with --rules coco, not with voc"],
    [["--explain", "--iou", "0.5"], "--explain and --report are at COCO's IoU thresholds, without --iou"],
    [["--iou", "0.5,2"], '"0.5,2" is not like 0.5 or 0.5,0.75'],
    [["--masks", "--iou-pixels", "inclusive"], "--iou-pixels inclusive is for boxes, without --masks"],
  ])("wrong use: %j", async (args, message) => {
    const { code, stdout, stderr } = await evaluate(...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(message);
  });
});

test.each([
  [["--truth", "truth.json"], 2, /^error: .*--truth needs --predictions/],
  [[], 2, /^error: give --data and --weights for a trained model, or --truth and --predictions/],
  [
    [...files, "--weights", "runs/x"],
    2,
    /^error: --truth and --predictions compare two files, without --data and --weights/,
  ],
  [["--truth", "nowhere.json", "--predictions", "x.json"], 1, /^error: nowhere.json: no such file\n$/],
  [["--mapp", ...files], 2, /^error: unknown option '--mapp' \(Did you mean --map\?\)\n$/],
])("wrong use: %j", async (args, expected, message) => {
  const { code, stdout, stderr } = await callCommand("detect", ["eval", ...args]);
  expect({ code, stdout }).toEqual({ code: expected, stdout: "" });
  expect(stderr).toMatch(message);
});
