import { existsSync } from "node:fs";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { MonitorFolder } from "../../../src/monitoring/monitor/monitorFolder.ts";
import type { MonitoredModel } from "../../../src/monitoring/monitor/openMonitor.ts";
import { type ObservedBy, openMonitors } from "../../../src/monitoring/monitor/openMonitors.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "anchorkit-monitors-"));
});
afterEach(() => rm(folder, { recursive: true }));

function observed(model: string, version: number, level: number): ObservedBy {
  const data = new Uint8Array(4 * 3 * 3).fill(level);
  const image = { data, width: 4, height: 3, originalWidth: 8, originalHeight: 6, scaleX: 0.5, scaleY: 0.5 };
  return { model, version, image, answer: { kind: "classification", probabilities: [0.2, 0.8] } };
}

const describeModel = (name: string, version: number): MonitoredModel | undefined =>
  name === "gone"
    ? undefined
    : { kind: "classification", description: { multiLabel: false, weights: { sha256: `${version}`.repeat(64) } } };

describe("openMonitors", () => {
  it("keeps models apart, and begins anew with another version of one", async () => {
    const problems: string[] = [];
    const monitors = openMonitors(folder, describeModel, { onProblem: (message) => problems.push(message) });
    for (const name of ["cells", "dogs/big", "gone"]) monitors.observe(observed(name, 1, 1));
    monitors.observe(observed("cells", 1, 2));
    monitors.observe(observed("cells", 2, 4));
    monitors.observe(observed("cells", 2, 5));
    monitors.observe(observed("cells", 1, 6)); // a late answer of the old one
    await monitors.close();
    monitors.observe(observed("cells", 2, 7));
    expect((await readdir(folder)).sort()).toEqual(["cells", "dogs_big"]);
    const kept = new MonitorFolder(join(folder, "cells"));
    const files = await Promise.all((await kept.recordNames()).map((name) => kept.readRecords(name)));
    expect(
      files.map(({ weights, records }) => [
        weights.slice(0, 1),
        records.map(({ brightness }) => Math.round(brightness)),
      ]),
    ).toEqual([
      ["1", [1, 2]],
      ["2", [4, 5]],
    ]);
    expect(problems).toEqual([]);
  });

  it("says of a folder that cannot be opened that its model is not monitored", async () => {
    const first = openMonitors(folder, describeModel);
    first.observe(observed("cells", 1, 1));
    while (!existsSync(join(folder, "cells", "monitor.json"))) await new Promise((resolve) => setTimeout(resolve, 5));
    const problems: string[] = [];
    const second = openMonitors(folder, describeModel, { onProblem: (message) => problems.push(message) });
    second.observe(observed("cells", 1, 1));
    await second.close();
    expect(problems).toEqual([expect.stringMatching(/^cells is not monitored: .*another server is writing to it/)]);
    await first.close();
  });
});
