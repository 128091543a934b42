import * as tf from "@tensorflow/tfjs";
import { expect, test } from "vitest";
import { engines } from "../detection/support.ts";
import { folder, run } from "./examples.ts";

test("the examples of recurrent layers tell codes apart, remember across windows, and draw the next frame", async () => {
  await tf.setBackend(engines[0] ?? "cpu");
  const { losses } = (await run("recurrent.md", "src", ["codes.ts", "windows.ts", "nextFrame.ts"])) as {
    losses: number[];
  };
  const mean = (part: number[]): number => part.reduce((sum, loss) => sum + loss, 0) / part.length;
  const guess = -(1 / 16) * Math.log(1 / 16) - (15 / 16) * Math.log(15 / 16); // of the share of bright pixels alone
  expect(mean(losses.slice(-8))).toBeLessThan(0.6 * guess);
  for (const name of ["codes.ts", "windows.ts"]) {
    const found = (await import(`${folder}/${name}`)) as Record<string, unknown>;
    if (name === "codes.ts") expect(Math.max(...(found.accuracies as number[]))).toBeGreaterThan(0.95);
    else {
      expect(found.remembering as number).toBeGreaterThan(0.95);
      expect(found.forgetting as number).toBeLessThan(0.9);
    }
  }
});
