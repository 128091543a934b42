/** In what forms the numbers of an exported model are kept, by the names that people know; see `Quantization`. */
export const QUANTIZATIONS = ["half", "int8-weights", "int8"] as const;

export type QuantizationForm = (typeof QUANTIZATIONS)[number];
