import { describe, expect, test } from "vitest";
import { verdictOf } from "../../../src/report/classification/verdict.ts";
import { looked, reportOf, times } from "./handmade.ts";

/** 100 images: 50 cats, 30 dogs, 20 owls; 9 cats taken for dogs, 1 dog for a cat. */
const hundred = [
  ...times(41, looked(0, [0.9, 0.05, 0.05])),
  ...times(9, looked(0, [0.2, 0.7, 0.1])),
  ...times(29, looked(1, [0.05, 0.9, 0.05])),
  looked(1, [0.6, 0.3, 0.1]),
  ...times(20, looked(2, [0.05, 0.05, 0.9])),
];

describe("the verdict on a classifier of one class", () => {
  test("says how often it is right, how sure that is, what guessing would give, and what is confused", () => {
    const { headline, details } = verdictOf(reportOf(hundred));
    expect(headline).toBe("Right in 90 of 100 images (90.0%).");
    // Wilson's interval of 90 of 100, by hand: 0.8256 to 0.9448
    expect(details).toEqual([
      "Other images like these would give 82.6% to 94.5% (95% interval); always guessing the commonest class, “cat”, would be right in 50.0%.",
      "Most often confused: “cat” and “dog”. It took “cat” for “dog” 9 times, and “dog” for “cat” once.",
      "It is about as sure as it should be: on average it is 87.9% sure of its answers, and right in 90.0%.",
    ]);
  });

  test("says whether it is too sure, or not sure enough, where that is more than chance", () => {
    const sure = verdictOf(
      reportOf(times(70, looked(0, [0.98, 0.01, 0.01])).concat(times(30, looked(1, [0.98, 0.01, 0.01])))),
    );
    expect(sure.details).toContain(
      "It is over-confident: on average it is 98.0% sure of its answers, and right in 70.0%.",
    );
    const modest = verdictOf(
      reportOf(times(50, looked(0, [0.5, 0.25, 0.25])).concat(times(50, looked(1, [0.25, 0.5, 0.25])))),
    );
    expect(modest.details).toContain(
      "It is under-confident: on average it is 50.0% sure of its answers, and right in 100.0%.",
    );
    expect(modest.details).toContain("It made no mistake on these images.");
    expect(modest.details).toContain("No image shows “owl”, so nothing is known of it.");
  });

  test("does not judge by a few images, nor take guessing for skill", () => {
    const few = verdictOf(reportOf([...times(7, looked(0, [0.8, 0.1, 0.1])), ...times(2, looked(1, [0.6, 0.2, 0.2]))]));
    expect(few.headline).toBe("Too few images to judge: right in 7 of 9 images (77.8%).");
    expect(few.details[0]).toMatch(
      /It is not shown to be better than guessing: .*“cat”, would be right in 77\.8%\. More images/,
    );
    expect(few.details.at(-1)).toContain("2 of 3 classes have fewer than 10 images");
    const wide = verdictOf(
      reportOf([...times(20, looked(0, [0.8, 0.1, 0.1])), ...times(20, looked(1, [0.6, 0.2, 0.2]))]),
    );
    expect(wide.headline).toMatch(/^Too few images to judge: right in 20 of 40/);
  });
});

test("the verdict on a classifier of several labels counts labels, and images all of whose labels are right", () => {
  const images = [
    ...times(60, looked([0, 1], [0.9, 0.8, 0.1])),
    ...times(15, looked([0], [0.2, 0.1, 0.1])), // missed
    ...times(25, looked([], [0.1, 0.1, 0.7])), // named wrongly
  ];
  const { headline, details } = verdictOf(reportOf(images, { thresholds: [0.5, 0.5, 0.5] }));
  expect(headline).toBe("Finds 120 of 135 labels (89%), and 83% of what it names is right.");
  expect(details[0]).toMatch(
    /^All labels of an image are right in 60 of 100 images \(60\.0%\)\. .*It is not shown to be better than guessing: always naming “cat” and “dog”, the commonest labels, would be right in 60\.0%\.$/,
  );
  expect(details[1]).toBe("Missed most often: “cat”, 15 times. Named wrongly most often: “owl”, 25 times.");
  expect(details[2]).toMatch(/^Its probabilities are about right on average|^Its probabilities are too/);
  expect(details.at(-1)).toBe("No image shows “owl”, so nothing is known of it.");
});
