import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeRun } from "../../training/run/writtenRuns.ts";
import { callCommand } from "../command.ts";

let folder: string;
beforeAll(async () => {
  await tf.setBackend("cpu");
  folder = await mkdtemp(join(tmpdir(), "anchorkit-runs-"));
  const began = (day: number): string => `2026-03-0${day}T12:00:00Z`;
  await writeRun(join(folder, "late"), { config: { lr: 0.1, began: began(3), "<b>": "<i>" }, scores: [0.2, 0.3] });
  await writeRun(join(folder, "early"), { config: { lr: 0.2, began: began(1) }, scores: [0.4, 0.1] });
  await writeRun(join(folder, "unmeasured"), { config: { began: began(2) }, scores: [], finished: false });
  await mkdir(join(folder, "notes"));
});
afterAll(() => rm(folder, { recursive: true }));

describe("detect runs", () => {
  it("lists runs by when they began, and names what is none", async () => {
    const { code, stdout, stderr } = await callCommand("detect", ["runs", folder]);
    expect(code).toBe(0);
    const [head, ...rows] = stdout.trim().split("\n");
    expect(head).toMatch(/^run +model +data +began +took +steps +best score +at step +state$/);
    expect(rows.map((row) => row.split(/\s+/)[0])).toEqual(["early", "unmeasured", "late"]);
    expect(rows[0]).toMatch(/faster-rcnn +photos +2026-03-01 \d\d:\d\d +1m30s +200 +0\.400 +100 +finished$/);
    expect(rows[1]).toMatch(/ 0 +- +- +stopped, of 9 epochs$/);
    expect(stderr).toContain(`warning: ${join(folder, "notes")}: holds no training\n`);
  });

  it("sorts by a metric, and says which there are", async () => {
    const { stdout } = await callCommand("detect", ["runs", folder, "--sort", "AP50"]);
    expect(stdout.split("\n").map((row) => row.split(/\s+/)[0])).toEqual(["run", "late", "early", "unmeasured", ""]);
    expect(stdout.split("\n")[1]).toMatch(/ 0\.600 +finished$/);
    const wrong = await callCommand("detect", ["runs", folder, "--sort", "AP5O"]);
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toMatch(/no run has measured it \(did you mean "AP50"\?\); there are score, AP, AP50/);
  });

  it("shows the options that differ, and them alone", async () => {
    const { stdout } = await callCommand("detect", ["runs", folder, "--diff"]);
    expect(stdout).toMatch(/^option +early +unmeasured +late\nlr +0\.2 +- +0\.1\n<b> +- +- +<i>$/m);
    expect(stdout).not.toMatch(/^model /m);
  });

  it("gives all of it to programs, and to a browser as one page", async () => {
    const html = join(folder, "compared.html");
    const { stdout } = await callCommand("detect", ["runs", folder, "--json", "--html", html]);
    expect(JSON.parse(stdout)).toMatchObject({
      runs: [
        { best: { score: 0.4 }, history: [{ step: 100 }, { step: 200 }] },
        { best: null },
        { best: { score: 0.3 } },
      ],
      differing: { lr: [0.2, null, 0.1] },
      html,
    });
    const page = await readFile(html, "utf8");
    expect(page).toMatch(/early is the best of 2 runs, with 0\.400/);
    expect(page.match(/<svg/g)).toHaveLength(4);
    expect(page).not.toMatch(/<i>|<b>|<script|https?:\/\/(?!www\.w3\.org)/);
    await writeFile(html, "mine");
    const refused = await callCommand("detect", ["runs", folder, "--html", html]);
    expect(refused.stderr).toMatch(/is no page of anchorkit/);
    expect(await readFile(html, "utf8")).toBe("mine");
  });

  it("says so where there are none", async () => {
    const empty = join(folder, "notes");
    expect((await callCommand("detect", ["runs", empty])).stdout).toBe(`no trainings below ${empty}\n`);
    const gone = await callCommand("detect", ["runs", join(folder, "gone")]);
    expect([gone.code, existsSync(join(folder, "gone"))]).toEqual([1, false]);
  });
});
