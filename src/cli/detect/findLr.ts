import { basename, extname, join, resolve } from "node:path";
import type { Command } from "commander";
import { requireReplaceable } from "../../base/output/requireReplaceable.ts";
import { loadAugmentation } from "../../data/augment/readAugmentation.ts";
import { checkChoice, findModelBatch, findModelRate, modelNamed } from "../../models.ts";
import { rateWords, shownRate } from "../../report/rateTest/words.ts";
import { abortOnInterrupt, INTERRUPTED } from "../interrupt.ts";
import { printJson, quoted, requireThere } from "../options.ts";
import { Progress } from "../progress.ts";
import { fetchPretrained } from "./pretrained.ts";
import { learnsSeries, openTrainingData, requireDataFlags } from "./trainData.ts";
import { ownOptions, requireFiles, sharedOptions, type TrainFlags } from "./trainOptions.ts";

/**
 * `detect train --find-lr`: which learning rate suits what would be trained. Writes a page with the curve beside where
 * the run would be, and no run.
 */
export async function findLr(flags: TrainFlags, command: Command): Promise<void> {
  const { data, model, weights, augment, overwrite, images } = flags;
  const shared = sharedOptions(flags);
  requireDataFlags(model, command);
  const own = ownOptions(model, command);
  requireThere({ data });
  requireFiles(flags, own);
  checkChoice(model, own, weights);
  const page = `${flags.out ?? join("runs", basename(resolve(data), extname(data)))}-lr.html`;
  await requireReplaceable(page, { inputs: [data, ...(images === undefined ? [] : [images])], overwrite });
  const augmentation = await loadAugmentation(augment, modelNamed(model).presets);
  const { dataset, warnings } = await openTrainingData(flags, { own });
  await fetchPretrained(own);
  const progress = new Progress("range test");
  const signal = abortOnInterrupt(() => {
    progress.log("stopping after this step");
  });
  const options = { ...shared, ...(!learnsSeries(model) && { augmentation }), signal };
  if (flags.batch === "auto") {
    const { batch, says } = await findModelBatch(model, dataset, own, options);
    options.batch = batch;
    progress.log(says);
  }
  const test = await findModelRate(model, dataset, own, options, {
    message(text) {
      progress.log(text);
    },
    update(done, of, rate, loss) {
      progress.update({ fraction: done / of, text: `rate ${shownRate(rate)} | loss ${loss.toFixed(3)}` });
    },
  }).finally(() => {
    progress.stop();
  }); // prettier-ignore
  if (signal.aborted) {
    process.stderr.write("stopped; nothing was written\n");
    process.exitCode = INTERRUPTED;
    return;
  }
  const { writeRateReport } = await import("../../report/rateTest/rateReport.ts");
  await writeRateReport(page, basename(resolve(data)), test);
  if (flags.json) {
    printJson({ ...test, suggestion: test.suggestion ?? null, report: page, warnings });
    return;
  }
  const lines = [...rateWords(test), `curve: ${page}`];
  if (test.suggestion) lines.push("next:", `  ${nextCommand(flags, command, test.suggestion.valley)}`);
  process.stdout.write(`${lines.join("\n")}\n`);
}

/** The training that this was the test of: the options as they were given, with the rate that was found. */
function nextCommand({ data }: TrainFlags, command: Command, rate: number): string {
  const given = command.options.flatMap((option) => {
    const name = option.attributeName();
    if (["data", "findLr", "json", "debug", "overwrite"].includes(name)) return [];
    if (command.getOptionValueSource(name) !== "cli") return [];
    const value: unknown = command.getOptionValue(name);
    return value === true ? [option.long ?? ""] : [`${option.long ?? ""} ${quoted(String(value))}`];
  });
  return ["detect train", `--data ${quoted(data)}`, ...given, `--lr ${shownRate(rate)}`].join(" ");
}
