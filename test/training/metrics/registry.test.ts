import { readFileSync } from "node:fs";
import * as tf from "@tensorflow/tfjs";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Random } from "../../../src/base/random.ts";
import { isBetterWhenLower, LOWER_IS_BETTER } from "../../../src/training/metrics/names.ts";
import { meanOf, type Metric, metricNamed, type MetricName, METRICS } from "../../../src/training/metrics/index.ts";
import { engines, on } from "../../detection/support.ts";
import { added, keras } from "./metricCases.ts";

const [engine = "cpu"] = engines;
const names = Object.keys(METRICS) as MetricName[];

/** What those need that have no default. */
const NEEDED: Partial<Record<MetricName, Record<string, number>>> = {
  precision_at_recall: { recall: 0.6 },
  recall_at_precision: { precision: 0.6 },
  sensitivity_at_specificity: { specificity: 0.6 },
  specificity_at_sensitivity: { sensitivity: 0.6 },
};

const made = (name: MetricName): Metric => (METRICS[name] as (options?: unknown) => Metric)(NEEDED[name]);

type Rows = readonly (readonly number[])[];
interface Samples {
  target: Rows;
  prediction: Rows;
  weights: readonly number[];
}

const COLUMNS = 3;

/** Samples that a metric takes: indices of classes, one-hot, or yes and no, with probabilities; for some, numbers. */
function samplesFor(name: MetricName, random: Random, count: number): Samples {
  const drawn = <T>(draw: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => draw(i));
  const row = (draw: () => number): number[] => Array.from({ length: COLUMNS }, draw);
  const classOf = (): number => Math.floor(random.uniform(0, COLUMNS));
  const target = (i: number): number[] => {
    if (/^sparse|^mean_io|^io_u/.test(name)) return [classOf()];
    if (name === "r2_score") return row(() => random.uniform(0, 1) + (i % 2)); // not all alike
    if (/correlation|error|cosine/.test(name)) return row(() => random.uniform(0.1, 1));
    const own = classOf();
    return /^(categorical|top_k|one_hot|acc|ce$|crossentropy)/.test(name)
      ? [0, 1, 2].map((k) => Number(k === own))
      : row(() => Math.round(random.uniform(0, 1)));
  };
  return {
    target: drawn(target),
    prediction: drawn(() => row(() => random.uniform(0.01, 0.99))),
    weights: drawn(() => Math.round(random.uniform(1, 8)) / 4),
  };
}

function batchSums(metric: Metric, { target, prediction, weights }: Samples) {
  return metric.sums(
    tf.tensor2d(target as number[][]),
    tf.tensor2d(prediction as number[][]),
    tf.tensor1d([...weights]),
  );
}

function sliced({ target, prediction, weights }: Samples, from: number, to: number): Samples {
  return { target: target.slice(from, to), prediction: prediction.slice(from, to), weights: weights.slice(from, to) };
}

/** Filled up with what would spoil everything if it counted. */
function padded({ target, prediction, weights }: Samples, count: number, filler: number): Samples {
  const more = (rows: Rows): Rows => [
    ...rows,
    ...Array.from({ length: count }, () => rows[0]?.map(() => filler) ?? []),
  ];
  return {
    target: more(target),
    prediction: more(prediction),
    weights: [...weights, ...Array.from({ length: count }, () => 0)],
  };
}

describe("every metric", () => {
  it.each(names)("%s of batches filled up with anything is that of one large batch", async (name) => {
    await on(engine, () => {
      const metric = made(name);
      const property = fc.property(
        fc.integer({ min: 0, max: 2 ** 31 }),
        fc.integer({ min: 3, max: 9 }),
        fc.integer({ min: 1, max: 2 }),
        fc.constantFrom(NaN, -1, 99, Infinity),
        (seed, count, cut, filler) => {
          const all = samplesFor(name, new Random(seed), count);
          const whole = metric.value(added([batchSums(metric, all)]));
          const parts = [padded(sliced(all, 0, cut), 2, filler), padded(sliced(all, cut, count), 1, filler)];
          const inParts = metric.value(added(parts.map((part) => batchSums(metric, part))));
          expect(Math.abs(inParts - whole) / Math.max(1, Math.abs(whole))).toBeLessThan(1e-5);
        },
      );
      fc.assert(property, { numRuns: 6 });
    });
  });

  it("is what Keras says where nothing counted: 0, and for r2_score no number", async () => {
    await on(engine, () => {
      for (const name of names) {
        const one = samplesFor(name, new Random(1), 2);
        const value = made(name).value(added([batchSums(made(name), { ...one, weights: [0, 0] })]));
        expect([name, value]).toEqual([name, name === "r2_score" ? NaN : 0]);
      }
    });
  });

  it("of Keras is there under its name", () => {
    expect(keras.names.filter((name) => !Object.hasOwn(METRICS, name))).toEqual([]);
    expect(keras.names.length).toBeGreaterThan(40);
  });

  it("says whether lower is better, and a list that loads no TensorFlow says the same", () => {
    expect([...LOWER_IS_BETTER].sort()).toEqual(names.filter((name) => made(name).better === "lower").sort());
    const lower = [
      "loss",
      "val_loss",
      "box_loss",
      "validationLoss",
      "mae",
      "val_mae",
      "val_mse_1",
      "MeanSquaredError",
      "val_MSE",
    ];
    expect(lower.filter((name) => !isBetterWhenLower(name))).toEqual([]);
    const higher = [
      "score",
      "accuracy",
      "val_accuracy",
      "val_auc_1",
      "AP50",
      "r2_score",
      "cosine_similarity",
      "losses",
      "AP gloss",
    ];
    expect(higher.filter(isBetterWhenLower)).toEqual([]);
  });

  it("is in docs/losses.md, and nothing else is", () => {
    const text = readFileSync(new URL("../../../docs/losses.md", import.meta.url), "utf8").split("## Metrics")[1] ?? "";
    const rows = [...text.matchAll(/^\| (`[^|]+`) +\|/gm)].flatMap(([, cell = ""]) => cell.match(/[a-z_0-9]+/g) ?? []);
    expect(rows.sort()).toEqual([...names].sort());
  });
});

describe("a metric by its name", () => {
  const about = { loss: undefined, target: [4], prediction: [4, 3] };
  /** The value of one batch, of weights 1 unless told. */
  const valueOf = (metric: Metric, target: tf.TensorLike, prediction: tf.TensorLike, weights?: number[]): number => {
    const t = tf.tensor(target);
    const w = weights ? tf.tensor1d(weights) : tf.ones<tf.Rank.R1>([t.shape[0]]);
    return metric.value(added([metric.sums(t, tf.tensor(prediction), w)]));
  };

  it("is called as it was given", () => {
    const classes = ["MeanSquaredError", "AUC", "TopKCategoricalAccuracy", "OneHotMeanIoU", "KLDivergence", "R2Score"];
    for (const name of [...classes, "acc", "mse", "MSE", "Accuracy", "LogCoshError", "FBetaScore", "F1Score"]) {
      expect(metricNamed(name, about).name).toBe(name);
    }
  });

  it("is of the kind that the shapes ask for: accuracy always, crossentropy unless the loss says it", async () => {
    await on(engine, () => {
      const accuracy = metricNamed("accuracy", about);
      const probabilities = [[0.9, 0.06, 0.04], [0.2, 0.3, 0.5]]; // prettier-ignore
      expect(valueOf(accuracy, [0, 1], probabilities, [3, 1])).toBeCloseTo(0.75, 6); // indices
      expect(valueOf(accuracy, [[0], [2]], probabilities)).toBe(1); // indices in a column
      expect(valueOf(accuracy, [[1, 0, 0], [0, 1, 0]], probabilities)).toBe(0.5); // prettier-ignore
      expect(valueOf(accuracy, [1, 0, 1], [[0.6], [0.5], [0.4]])).toBeCloseTo(2 / 3, 6); // above one half
      expect(valueOf(accuracy, [1, 0, 1], [0.6, 0.5, 0.4])).toBeCloseTo(2 / 3, 6);

      const [labels, both] = [[[1, 1]], [[0.5, 0.5]]];
      const binary = metricNamed("crossentropy", { ...about, loss: "binary_crossentropy" });
      expect(valueOf(binary, labels, both)).toBeCloseTo(Math.LN2, 6);
      expect(valueOf(metricNamed("ce", { ...about, loss: "mse" }), labels, both)).toBeCloseTo(2 * Math.LN2, 6);
    });
  });

  it("is refused if there is none, with the one that was probably meant", () => {
    expect(() => metricNamed("acuracy", about)).toThrow(
      'there is no metric named "acuracy" (did you mean "accuracy"?); give one of accuracy, acc, binary_accuracy,',
    );
    expect(() => metricNamed("toString", about)).toThrow('there is no metric named "toString"');
    expect(() => metricNamed("recall_at_precision", about)).toThrow(
      "recall_at_precision: precision is missing; make the metric with it, { precision: 0.8 } say",
    );
  });

  it("gives what one works out by hand", async () => {
    await on(engine, () => {
      const [target, prediction] = [[1, 1, 0, 0], [0.9, 0.4, 0.6, 0.1]]; // prettier-ignore
      expect(valueOf(METRICS.precision(), target, prediction)).toBe(0.5);
      expect(valueOf(METRICS.recall({ thresholds: 0.3 }), target, prediction)).toBe(1);
      expect(valueOf(METRICS.false_positives(), target, prediction, [1, 1, 2.5, 1])).toBe(2.5);
      expect(valueOf(METRICS.auc(), target, prediction)).toBeCloseTo(0.75, 6); // of 4 pairs, 3 are in order
      expect(valueOf(METRICS.f1_score({ average: "micro", threshold: 0.5 }), target, prediction)).toBeCloseTo(0.5, 6);
      expect(valueOf(METRICS.binary_io_u(), target, prediction)).toBeCloseTo(1 / 3, 6); // 1 of 3 for either class
      expect(valueOf(METRICS.root_mean_squared_error(), [0, 0], [3, 4])).toBeCloseTo(Math.sqrt(12.5), 5);
      expect(valueOf(METRICS.r2_score(), [1, 2, 3], [1, 2, 2])).toBeCloseTo(0.5, 6);
      expect(valueOf(METRICS.r2_score({ numRegressors: 1 }), [1, 2, 3], [1, 2, 2])).toBeCloseTo(0, 6);
      expect(valueOf(METRICS.r2_score({ numRegressors: 2 }), [1, 2, 3], [1, 2, 2])).toBeCloseTo(0.5, 6); // not adjusted
    });
  });

  it("takes ties for right and what is no finite number for wrong, among the top k", async () => {
    await on(engine, () => {
      const top = METRICS.sparse_top_k_categorical_accuracy({ k: 2 });
      expect(valueOf(top, [0, 1, 2], [[0.2, 0.2, 0.6], [0.2, 0.2, 0.6], [0.4, 0.5, 0.3]])).toBeCloseTo(2 / 3, 6); // prettier-ignore
      expect(valueOf(top, [0, 1, 7], [[NaN, 1, 2], [NaN, 1, 0], [1, 2, 3]])).toBe(0); // prettier-ignore
      const ids = METRICS.sparse_top_k_categorical_accuracy({ k: 2, fromSortedIds: true });
      expect(valueOf(ids, [4, 4, 4, 4], [[4, 1, 0], [9, 4, 4], [0, 1, 4], [1, 2, 3]])).toBe(0.5); // prettier-ignore
    });
  });

  it("may be the mean of a function of one's own", async () => {
    await on(engine, () => {
      const logs = meanOf("log_ratio", (t, p) => p.div(t).log().mean(-1), "higher");
      const value = valueOf(logs, [[1, 1], [0, 0]], [[Math.E, 1], [0, 0]], [2, 0]); // prettier-ignore
      expect(value).toBeCloseTo(0.5, 6);
      const ofBatch = meanOf("overlap", (t, p) => t.mul(p).sum());
      expect(valueOf(ofBatch, [[1], [2]], [[3], [4]], [1, 3])).toBe(11);
    });
  });

  it("refuses what does not fit, in one line", () => {
    tf.tidy(() => {
      const [ones, three] = [tf.ones<tf.Rank.R1>([2]), tf.ones<tf.Rank.R1>([3])];
      const thrown =
        (metric: Metric, target: number[], prediction: number[], weights = ones) =>
        () =>
          metric.sums(tf.zeros(target), tf.zeros(prediction), weights);
      expect(thrown(METRICS.auc(), [2], [2, 3])).toThrow("auc: prediction has shape [2, 3] and target [2]; they must be alike"); // prettier-ignore
      expect(thrown(METRICS.auc(), [2], [2], three)).toThrow("auc: weights have shape [3], and the prediction [2]; give one weight for each sample"); // prettier-ignore
      expect(thrown(METRICS.mae(), [3], [2])).toThrow("mean_absolute_error: target has shape [3], and the prediction [2]; both"); // prettier-ignore
      expect(thrown(METRICS.sparse_categorical_accuracy(), [2, 4], [2, 3])).toThrow("a target of indices has shape [2]"); // prettier-ignore
      expect(thrown(METRICS.categorical_accuracy(), [2], [2, 3])).toThrow("both are [batch, …, classes]");
      expect(thrown(METRICS.precision({ topK: 4 }), [2, 3], [2, 3])).toThrow("topK is 4, and the prediction has shape [2, 3]; give 1 to 3"); // prettier-ignore
      expect(thrown(METRICS.recall({ classId: 3 }), [2, 3], [2, 3])).toThrow("classId is 3, and the prediction has shape [2, 3]; give 0 to 2"); // prettier-ignore
      expect(thrown(METRICS.recall({ classId: 0 }), [2], [2])).toThrow("classId is 0, and the prediction has shape [2]; leave it out"); // prettier-ignore
      expect(thrown(METRICS.mean_io_u(), [2, 3], [2, 3])).toThrow("the target names a class for each prediction");
      expect(thrown(METRICS.one_hot_io_u({ targetClassIds: [3] }), [2, 3], [2, 3])).toThrow("targetClassIds is 3");
    });
    expect(() => METRICS.precision({ thresholds: [0.2, 0.5] })).toThrow("thresholds has 2 numbers; give one, and a metric of its own to each"); // prettier-ignore
    expect(() => METRICS.false_negatives({ thresholds: 1.5 })).toThrow("thresholds is 1.5; give 0 to 1");
    expect(() => METRICS.auc({ numThresholds: 1 })).toThrow("numThresholds is 1; give a whole number of 2 or more");
    expect(() => METRICS.auc({ thresholds: [0.5, -1] })).toThrow("thresholds has -1; give numbers of 0 to 1");
    expect(() => METRICS.auc({ curve: "roc" as "ROC" })).toThrow('curve is "roc"; give one of ROC, PR, PRGAIN');
    expect(() => METRICS.f1_score({ average: "none" as "micro" })).toThrow('average is "none"; give micro, macro');
    expect(() => METRICS.f1_score({ threshold: 0 })).toThrow(
      "f1_score: threshold is 0; give more than 0, and 1 at most",
    );
    expect(() => METRICS.fbeta_score({ beta: 0 })).toThrow("fbeta_score: beta is 0; give more than 0");
    expect(() => METRICS.top_k_categorical_accuracy({ k: 1.5 })).toThrow("k is 1.5; give a whole number of 1 or more");
    expect(() => METRICS.mean_io_u({ sparseYPred: true })).toThrow("numClasses is missing");
    expect(() => METRICS.io_u({ numClasses: 2, targetClassIds: [2] })).toThrow("targetClassIds has 2; give whole numbers of 0 to 1"); // prettier-ignore
  });
});
