import type { Estimate } from "../../../metrics/estimate.ts";
import type { ReaderEvaluation } from "../../../sequence/reading/measure.ts";
import type { DataTable } from "../../tables.ts";

/** Confusions that are printed, at most; the report shows more. */
const MOST_CONFUSIONS = 10;

/** The rates with their intervals, and the characters that are confused most. */
export function readerTables({ text }: ReaderEvaluation): DataTable[] {
  const { characterErrorRate, wordErrorRate, exact, characters, confusions } = text;
  const row = (name: string, { value, low, high }: Estimate): (string | number)[] => [name, value, low, high];
  const digits = 4;
  const rates: DataTable = {
    columns: [
      { name: `${text.texts} texts` },
      { name: "", digits },
      { name: "95% from", digits },
      { name: "to", digits },
    ],
    rows: [
      row("CER (character error rate)", characterErrorRate),
      row("WER (word error rate)", wordErrorRate),
      row("exact (texts without an error)", exact),
    ],
  };
  const { truth, substituted, missed, extra } = characters;
  const kinds: DataTable = {
    title: `what is wrong, of ${truth} characters`,
    columns: [{ name: "taken for another" }, { name: "missed" }, { name: "extra" }],
    rows: [[substituted, missed, extra]],
  };
  const confused: DataTable = {
    title: "most confused characters",
    columns: [{ name: "stands there" }, { name: "was read" }, { name: "times" }],
    rows: confusions
      .slice(0, MOST_CONFUSIONS)
      .map((one) => [one.truth === "" ? "(nothing)" : one.truth, one.read === "" ? "(nothing)" : one.read, one.count]),
  };
  return [rates, kinds, ...(confusions.length > 0 ? [confused] : [])];
}
