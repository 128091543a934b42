import { afterEach, expect, test, vi } from "vitest";
import { Progress, duration } from "../../src/cli/progress.ts";

afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

test("durations are written in the units people use", () => {
  expect(duration(0.4)).toBe("0s");
  expect(duration(59.4)).toBe("59s");
  expect(duration(59.6)).toBe("1m00s");
  expect(duration(200)).toBe("3m20s");
  expect(duration(7500)).toBe("2h05m");
  expect(duration(-3)).toBe("0s");
});

test("without a terminal, progress is one plain line every five seconds", () => {
  vi.useFakeTimers({ toFake: ["performance"] });
  const lines: string[] = [];
  vi.spyOn(process.stderr, "write").mockImplementation((text) => lines.push(String(text)) > 0);
  const progress = new Progress("training", false);
  for (let second = 1; second <= 12; second++) {
    vi.advanceTimersByTime(1000);
    progress.update({ fraction: second / 12, text: `step ${second}`, remaining: 12 - second });
  }
  progress.log("done");
  progress.stop();
  expect(lines).toEqual(["training 41% | step 5 | 7s left\n", "training 83% | step 10 | 2s left\n", "done\n"]);
});
