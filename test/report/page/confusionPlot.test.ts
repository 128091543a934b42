import { expect, test } from "vitest";
import { confusionPlot, mostConfused } from "../../../src/report/page/confusionPlot.ts";
import { plotSvg } from "../../../src/report/page/plot.ts";

const numbersIn = (svg: string): string[] =>
  [...svg.matchAll(/<text[^>]*>([\d.,K]+)<\/text>/g)].map(([, text = ""]) => text);

test("counts stand as they are, and shortened only where they have no room", async () => {
  const matrix = [
    [1234, 7],
    [0, 213],
  ];
  const roomy = await plotSvg(confusionPlot(matrix, ["a", "b"], { column: "taken for" }));
  expect(numbersIn(roomy)).toEqual(["1,234", "7", "213"]);
  const tight = await plotSvg(confusionPlot(matrix, ["a", "b"], { column: "taken for", width: 160 }));
  expect(numbersIn(tight)).toEqual(["1.2K", "7", "213"]);
});

test("what means nothing, the cell of the background with itself, is left out", async () => {
  const matrix = [
    [5, 6],
    [7, 8],
  ];
  const svg = await plotSvg(confusionPlot(matrix, ["a", "nothing"], { column: "reported as", background: true }));
  expect(numbersIn(svg)).toEqual(["5", "6", "7"]);
});

test("the most confused classes come first; what is not there is left out, and misses are no confusion", () => {
  const matrix = [
    [9, 0, 0, 0],
    [0, 5, 2, 0],
    [0, 0, 6, 0],
    [0, 0, 0, 0],
  ];
  expect(mostConfused(matrix, 4)).toEqual([2, 1, 0]); // of equally confused ones the more frequent
  const missed = [
    [1, 0, 0, 50], // the last column is the background
    [0, 5, 1, 0],
    [0, 0, 5, 0],
    [0, 0, 0, 0],
  ];
  expect(mostConfused(missed, 3)).toEqual([1, 2, 0]);
});
