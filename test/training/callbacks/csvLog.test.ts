import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { csvLog } from "../../../src/training/callbacks/csvLog.ts";
import { viewOf, wishesOf } from "./validations.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "anchorkit-csv-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

it("writes a row a validation, and goes on from the checkpoint", async () => {
  const file = join(folder, "log.csv");
  await writeFile(file, "something of an earlier training\n");
  const first = csvLog(file);
  await first.onBegin?.(viewOf());
  await wishesOf(
    first,
    [5, 10, 15].map((step) => ({ step, validationLoss: 2.5, metrics: { 'AP "a, b"': 0.25 } })),
  );
  const again = csvLog(file);
  await again.onBegin?.(viewOf({ step: 10 }));
  await wishesOf(again, [{ step: 15, loss: 7, metrics: { 'AP "a, b"': 0.75, another: 1 } }]);
  expect(await readFile(file, "utf8")).toBe(
    'step,epoch,elapsed,loss,validationLoss,learningRate,score,"AP ""a, b"""\n' +
      "5,1,1,1,2.5,0.1,0.5,0.25\n10,1,1,1,2.5,0.1,0.5,0.25\n15,1,1,7,,0.1,0.5,0.75\n",
  );
});

it("begins anew where the file is gone, and says where it cannot be written", async () => {
  const log = csvLog(join(folder, "new.csv"));
  await log.onBegin?.(viewOf({ step: 3 }));
  await wishesOf(log, [{ step: 4 }]);
  expect((await readFile(join(folder, "new.csv"), "utf8")).split("\n")).toHaveLength(3);
  await rm(folder, { recursive: true });
  await expect(wishesOf(log, [{ step: 5 }])).rejects.toThrow(/new\.csv/);
});
