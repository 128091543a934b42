import { expect, test } from "vitest";
import { BoxEnds, type EndCounts } from "../../../src/data/lint/boxEnds.ts";
import { checkConvention, judgeConvention } from "../../../src/data/lint/convention.ts";
import { Findings } from "../../../src/data/lint/findings.ts";

const counts = (more: Partial<EndCounts>): EndCounts => ({
  ...{ minima: 1000, maxima: 1000, minimum0: 0, minimum1: 0, minimum2: 2, minimumElsewhere: 2 },
  ...{ maximumSideLess1: 2, maximumSide: 2, maximumBeyond: 0, ...more },
});

test("counts minima of 0, 1 and 2 to 5, and maxima around the side", () => {
  const ends = new BoxEnds();
  ends.add([0, 1, 100, 80], { width: 100, height: 80 });
  ends.add([1, 2, 99, 81], { width: 100, height: 80 });
  ends.add([3, 50, 60, 70], undefined); // no size: the maxima say nothing
  expect(ends.counts()).toEqual({
    ...{ minima: 6, maxima: 4, minimum0: 1, minimum1: 2, minimum2: 1, minimumElsewhere: 0.5 },
    ...{ maximumSideLess1: 1, maximumSide: 2, maximumBeyond: 1 },
  });
});

test.each([
  [{ minimum1: 100, maximumSide: 90 }, "labelimg or voc", "yes"],
  [{ minimum1: 10, maximumSide: 9 }, "labelimg or voc", "probably"],
  [{ minimum1: 3 }, "unknown", "no"],
  [{ minimum0: 100, maximumSide: 90 }, "zero-based", "yes"],
  [{ minimum0: 100, maximumSide: 1, maximumSideLess1: 90 }, "zero-based, last pixel included", "yes"],
  [{ minimum0: 100, minimum1: 3, maximumSide: 90 }, "zero-based", "yes"], // as many ones as twos: no border
  [{ minimum0: 60, minimum1: 100, maximumSide: 90 }, "mixed", "yes"],
  [{}, "unknown", "no"],
  [{ minimum0: 5, minimum1: 6 }, "unknown", "no"], // few of both
  [{ minimum0: 100, minimum1: 95, minimum2: 98, minimumElsewhere: 60 }, "zero-based", "yes"], // people who stop short
  [{ minimum0: 100, minimum1: 105, minimum2: 98, minimumElsewhere: 60 }, "zero-based", "probably"], // or a mixture
  [{ minimum0: 100, minimum1: 190, minimum2: 180, minimumElsewhere: 100 }, "mixed", "yes"], // 1s come from 0s, too
  [{ minimum0: 0, minimum1: 50, minimum2: 55, minimumElsewhere: 52 }, "labelimg or voc", "yes"], // no 0 where 1, 2, 3 are many
  [{ minimum0: 0, minimum1: 5, minimum2: 5, minimumElsewhere: 5 }, "labelimg or voc", "probably"],
  [{ minimum0: 30, maximumSide: 0, maximumSideLess1: 3 }, "zero-based, last pixel included", "probably"], // few maxima
] as const)("%j is %s, sure: %s", (more, verdict, sure) => {
  expect(judgeConvention(counts(more))).toMatchObject({ verdict, sure });
});

test("the verdict says what it rests on; without boxes there is none", () => {
  expect(judgeConvention(counts({ minimum1: 100, maximumSide: 90 }))?.because).toBe(
    "0 of 1000 minima are 0, 100 are 1 (2 to 5: 2 each); 90 of 1000 maxima are the image's side, 2 one less, 0 more",
  );
  expect(judgeConvention(counts({ minima: 0 }))).toBeUndefined();
});

test("only what is sure and read otherwise is a finding", () => {
  const details = (more: Partial<EndCounts>, read?: "zero-based" | "voc") => {
    const findings = new Findings();
    checkConvention(counts(more), read, findings);
    return findings.list(1).flatMap(({ places }) => places.map(({ detail }) => detail));
  };
  expect(details({ minimum0: 100 })).toEqual(["zero-based: pass --coordinates zero-based"]);
  expect(details({ minimum0: 10 })).toEqual([]);
  expect(details({ minimum0: 100 }, "zero-based")).toEqual([]);
  expect(details({ minimum1: 100 })).toEqual([]);
  expect(details({ minimum1: 100 }, "zero-based")).toEqual(["labelimg or voc: leave --coordinates out"]);
});
