import { expect, test } from "vitest";
import { answersOf, confusedPairs, labelAnswersOf } from "../../../src/report/classification/answers.ts";
import { looked } from "./handmade.ts";

test("pairs are found whichever way they are confused, the most frequent first and the surest mistakes first", () => {
  const answers = answersOf([
    looked(2, [0.7, 0.1, 0.2]),
    looked(1, [0.6, 0.3, 0.1]),
    looked(0, [0.1, 0.8, 0.1]),
    looked(1, [0.9, 0.1, 0]),
    looked(0, [0.5, 0.5, 0]), // of equal ones the first: right
  ]);
  const [first, second, ...rest] = confusedPairs(answers);
  expect([first?.first, first?.second]).toEqual([1, 0]); // two dogs for cats, one cat for a dog
  expect(first?.mistakes.map(({ confidence }) => Math.round(confidence * 10))).toEqual([9, 8, 6]);
  expect([second?.first, second?.second]).toEqual([2, 0]);
  expect(rest).toEqual([]);
});

test("a label is named from its threshold on", () => {
  const thresholds = [{ threshold: 0.25 }, { threshold: 0.5 }, { threshold: 0.75 }];
  const answers = labelAnswersOf([looked([2], [0.25, 0.4, 0.7])], thresholds);
  expect(answers.map(({ there, named }) => [there, named])).toEqual([
    [false, true],
    [false, false],
    [true, false],
  ]);
});
