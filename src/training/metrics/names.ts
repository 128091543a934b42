// Loads no TensorFlow: what watches a training asks here, too.

/** The names in METRICS of those for which lower is better. */
export const LOWER_IS_BETTER: readonly string[] = [
  "crossentropy",
  "ce",
  "binary_crossentropy",
  "bce",
  "categorical_crossentropy",
  "sparse_categorical_crossentropy",
  "mean_squared_error",
  "mse",
  "root_mean_squared_error",
  "mean_absolute_error",
  "mae",
  "mean_absolute_percentage_error",
  "mape",
  "mean_squared_logarithmic_error",
  "msle",
  "log_cosh_error",
  "log_cosh",
  "logcosh",
  "poisson",
  "kl_divergence",
  "hinge",
  "squared_hinge",
  "categorical_hinge",
  "false_positives",
  "false_negatives",
];

/**
 * True for one word that ends in "loss", in whatever case ("AP loss" is the AP of a class), and for the names of metrics
 * for which lower is better: with "val_" before them or not, and with the number that a second one of the same name has
 * ("val_mse_1").
 */
export function isBetterWhenLower(name: string): boolean {
  if (/^\w*loss$/i.test(name)) return true;
  return LOWER_IS_BETTER.includes(metricKey(name.replace(/^val_/, "").replace(/_\d+$/, "")));
}

/** The name as METRICS has it; Keras's class names, such as `MeanSquaredError`, and `MSE` serve as well. */
export function metricKey(name: string): string {
  return name
    .replace(/(.)([A-Z][a-z]+)/g, "$1_$2")
    .replace(/([a-z])([A-Z])/g, "$1_$2")
    .toLowerCase();
}
