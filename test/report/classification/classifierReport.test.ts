import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Random } from "../../../src/base/random.ts";
import { classifierReport, writeClassifierReport } from "../../../src/report/classification/classifierReport.ts";
import { looked, reportOf, times } from "./handmade.ts";

const HOSTILE = `</script><img src=x onerror="alert(1)">&'"`;

let folder: string;
let halves: string; // left half red, right half blue
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "classifier-report-"));
  halves = join(folder, "halves.png");
  const blue = await sharp({ create: { width: 20, height: 30, channels: 3, background: "#0000ff" } })
    .png()
    .toBuffer();
  await sharp({ create: { width: 40, height: 30, channels: 3, background: "#ff0000" } })
    .composite([{ input: blue, left: 20, top: 0 }])
    .png()
    .toFile(halves);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** The pictures of a page, in their order. */
function picturesIn(html: string): Buffer[] {
  return [...html.matchAll(/href="data:image\/webp;base64,([^"]*)"/g)].map(([, data = ""]) =>
    Buffer.from(data, "base64"),
  );
}

function textOf(html: string): string {
  return html
    .replace(/<style>.*?<\/style>/s, "")
    .replaceAll(/<[^>]*>/g, " ")
    .replaceAll(/\s+/g, " ");
}

describe("classifierReport", () => {
  test("is one page that loads and runs nothing, with all that was measured", async () => {
    const file = join(folder, "made", "report.html");
    const images = [
      ...times(20, looked(0, [0.9, 0.05, 0.05], { file: halves })),
      ...times(8, looked(1, [0.7, 0.2, 0.1], { file: halves })),
      ...times(12, looked(2, [0.3, 0.3, 0.4], { file: halves })),
    ];
    const training = [1, 2].map((epoch) => ({
      ...{ epoch, loss: 2 / epoch, validationLoss: 1 / epoch },
      ...{ metrics: { accuracy: epoch / 4, f1_score: epoch / 5 }, best: true },
    }));
    await writeClassifierReport(file, { ...reportOf(images), training, warnings: ["a label is odd"] });
    const html = await readFile(file, "utf8");
    expect(html).not.toContain("<script");
    expect(html).not.toMatch(/(src|href)="(?!data:)/);
    expect(html).toContain("default-src 'none'");
    const text = textOf(html);
    for (const words of [
      "Too few images to judge: right in 32 of 40 images (80.0%).",
      "“dog” taken for “cat” in 8 images. The 6 surest ones:",
      "a label is odd",
      "The best weights are those after epoch 2.0, with accuracy 0.500.",
      "balanced_accuracy 0.6667",
      "dog 8 0 0 0.000 0.000 0.000", // class, images, right, taken for it, precision, recall, F1
      "The surest mistakes",
      "Right, but hardly sure",
    ]) {
      expect(text).toContain(words);
    }
    expect(picturesIn(html)).toHaveLength(6 + 8 + 12); // of the pair, all mistakes, the least sure
  });

  test("shows what was looked at of a file, and says so where it cannot be read", async () => {
    const broken = join(folder, "broken.png");
    await writeFile(broken, "no picture");
    const images = [
      looked(0, [0.9, 0.1, 0], { file: halves, crop: [22, 2, 38, 12], size: { width: 16, height: 10 } }),
      looked(1, [0.1, 0.9, 0], { file: broken }),
      looked(2, [0, 0.1, 0.9]),
    ];
    const html = await classifierReport(reportOf(images));
    const [picture, ...others] = picturesIn(html);
    const { info, data } = await sharp(picture).raw().toBuffer({ resolveWithObject: true });
    expect([info.width, info.height]).toEqual([16, 10]);
    expect(data[0]).toBeLessThan(60); // blue alone: the right half
    expect(data[2]).toBeGreaterThan(180);
    expect(others).toEqual([]);
    expect(textOf(html)).toContain("2 pictures of 3 are not there or cannot be read, the first of them broken.png.");
    expect(textOf(html)).toContain("halves.png at 22, 2");
  });

  test("draws both boxes of classifiers that learnt them, the worst first", async () => {
    const box = (x: number) => [x, 5, x + 10, 20] as [number, number, number, number];
    const images = [
      looked(0, [0.9, 0.1, 0], { file: halves, box: box(2), trueBox: box(2) }),
      looked(1, [0.1, 0.9, 0], { file: halves, box: box(0), trueBox: box(25) }),
    ];
    const html = await classifierReport(reportOf(images));
    const worst = html.slice(html.indexOf("The worst boxes"));
    expect([...worst.matchAll(/IoU [\d.]+/g)].map(String)).toEqual(["IoU 0.00", "IoU 1.00"]);
    expect(worst).toMatch(/<rect class="truth" x="25" y="5" width="10" height="15"/);
    expect(worst).toMatch(/<rect class="found" x="0" y="5" width="10" height="15"/);
    expect(textOf(html)).toContain("Mean IoU 0.500");
  });

  test("shows of several labels those that are wrong or missed furthest from their thresholds", async () => {
    const images = [
      looked([0], [0.8, 0.95, 0.1], { file: halves }),
      looked([0, 2], [0.7, 0.6, 0.05], { file: halves }),
      looked([1], [0.45, 0.9, 0.1], { file: halves }),
    ];
    const html = await classifierReport(reportOf(images, { thresholds: [0.4, 0.5, 0.5] }));
    const text = textOf(html);
    expect(text).toMatch(
      /dog named 0\.95, threshold 0\.50; labelled cat .*dog named 0\.60.*cat named 0\.45, threshold 0\.40; labelled dog/,
    );
    expect(text).toContain("owl missed 0.05, threshold 0.50; labelled cat, owl");
    expect(text).toContain("One threshold for all classes");
    expect(text).not.toContain("What is mistaken for what");
  });

  test("draws the 40 most confused of many classes, and says so", async () => {
    const classes = Array.from({ length: 60 }, (_, k) => `class ${k}`);
    const images = classes.flatMap((_, k) => {
      const told = k < 50 ? k : k === 59 ? 50 : k + 1; // the last ten are taken for one another
      return times(
        2,
        looked(
          k,
          classes.map((_, j) => (j === told ? 1 : 0)),
        ),
      );
    });
    const text = textOf(await classifierReport(reportOf(images, { classes })));
    expect(text).toContain("The 40 most confused classes of 60.");
    expect(text).toContain("The 20 lowest of 60.");
  });

  test("lets no name of the user's out of its place", async () => {
    const classes = [HOSTILE, "dog", "owl"];
    const images = [...times(3, looked(0, [0.1, 0.8, 0.1], { file: `/nowhere/${HOSTILE}.png` })), looked(1, [0, 1, 0])];
    const html = await classifierReport({ ...reportOf(images, { classes }), title: HOSTILE, warnings: [HOSTILE] });
    expect(html).not.toContain("<img");
    expect(html).not.toContain("</script>");
  });

  test("stays under 5 MB whatever the pictures", async () => {
    const noise = join(folder, "noise.png");
    const random = new Random(3);
    await sharp(
      Uint8Array.from({ length: 400 * 400 * 3 }, () => random.int(256)),
      {
        raw: { width: 400, height: 400, channels: 3 },
      },
    )
      .png({ compressionLevel: 0 })
      .toFile(noise);
    const classes = ["cat", "dog", "owl", "emu", "bat"];
    const said = (told: number) => classes.map((_, k) => (k === told ? 0.8 : 0.05));
    const wrong = classes.flatMap((_, truth) =>
      classes.flatMap((__, told) => (told === truth ? [] : times(3, looked(truth, said(told), { file: noise })))),
    );
    const right = times(20, looked(0, said(0), { file: noise }));
    const html = await classifierReport(reportOf([...wrong, ...right], { classes }));
    const pictures = picturesIn(html);
    expect(pictures).toHaveLength(8 * 6 + 12 + 12);
    expect(Buffer.byteLength(html)).toBeLessThan(5e6);
    const { width } = await sharp(pictures[0]).metadata();
    expect(width).toBeLessThan(360); // they were made smaller for it
  });
});

test("clips are called clips, and a strip of frames keeps its shape", async () => {
  const frames = Array.from({ length: 6 }, () => ({ file: halves }));
  const clips = times(3, looked(0, [0.2, 0.7, 0.1], { file: halves, frames }));
  const html = await classifierReport({ ...reportOf(clips), noun: "clip" });
  expect(textOf(html)).toContain("Too few clips to judge: right in 0 of 3 clips");
  expect(textOf(html)).not.toMatch(/\bimages?\b/i);
  expect(html).toContain('viewBox="0 0 166 30"'); // four frames of 40 x 30, and 2 pixels between them
});
