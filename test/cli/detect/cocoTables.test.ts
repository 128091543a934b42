import { expect, test } from "vitest";
import { cocoTables } from "../../../src/cli/detect/cocoTables.ts";
import { renderTables } from "../../../src/cli/tables.ts";
import { evaluateCoco } from "../../../src/metrics/index.ts";

test("the table has COCO's numbers, a line a class, and a dash where there was nothing to find", () => {
  const box = [10, 10, 110, 110];
  const metrics = evaluateCoco(
    [
      {
        truth: { boxes: box, classes: [0] },
        detections: { boxes: [...box, 0, 0, 5, 5], scores: [0.9, 0.8], classes: [0, 1] },
      },
    ],
    ["cat", "teddy bear"],
  );
  expect(renderTables(cocoTables(metrics), "table")).toBe(
    [
      "class       objects     AP   AP50   AP75  AR100",
      "cat               1  1.000  1.000  1.000  1.000",
      "teddy bear        0      -      -      -      -",
      "all               1  1.000  1.000  1.000  1.000",
      "",
      "      all  IoU .50  IoU .75  small  medium  large",
      "AP  1.000    1.000    1.000      -       -  1.000",
      "",
      "    1 per image     10    100  small  medium  large",
      "AR        1.000  1.000  1.000      -       -  1.000",
    ].join("\n"),
  );
});
