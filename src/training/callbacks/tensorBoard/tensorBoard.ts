import { z } from "zod";
import { checked } from "../../../base/checked.ts";
import type { FitProgress, FitValidation } from "../../loop/progress.ts";
import { flatOptions } from "../../run/flatOptions.ts";
import type { Callback } from "../callback.ts";
import type { NamedPicture, TrainingView } from "../trainingView.ts";
import { EventFile } from "./eventFile.ts";
import { SESSION_START, type SummaryValue } from "./eventProto.ts";
import { histogramOf } from "./histogram.ts";
import { sessionBegins, sessionEnds } from "./hyperParameters.ts";

/** Means of so many steps are one point. */
const STEPS_A_POINT = 10;
/** Milliseconds after which what was added is written, for who watches. */
const FLUSH_AFTER = 5000;
/** Of config.json: what is no choice that runs could be compared by. */
const NO_OPTIONS = ["classes", "began", "dataFingerprint", "node", "tensorflow", "matchedWeights"];

/** Sums since the last point: they belong to the checkpoint, so that points are the same after an interruption. */
const State = z.object({ steps: z.int().min(0), sums: z.record(z.string(), z.number()) });

/**
 * Writes what TensorBoard shows. Every ten steps: losses, their sum, the norm of the gradients, learning rate and speed,
 * as means. At each validation: score, metrics and loss, a histogram of each weight, and pictures where somebody draws
 * them. At the beginning: options (for its HPARAMS page) and the graph of the model.
 *
 * @param path of the event file, whose name must hold "tfevents"
 */
export function tensorBoard(path: string): Callback {
  let open: { file: EventFile; view: TrainingView } | undefined;
  let since: z.infer<typeof State> = { steps: 0, sums: {} };
  let flushed = performance.now();
  return {
    name: "tensorboard",
    async onBegin(view) {
      const file = await EventFile.open(path, { goOn: view.step > 0 });
      open = { file, view };
      file.add(view.step + 1, { sessionLog: { status: SESSION_START } });
      if (view.step === 0) {
        const graphDef = view.graph();
        if (graphDef) file.add(0, { graphDef });
      }
      const options = Object.entries(flatOptions(view.config)).filter(
        ([name]) => !NO_OPTIONS.includes(name.split(".")[0] ?? ""),
      );
      file.add(view.step, { summary: { value: [sessionBegins(Object.fromEntries(options), Date.now() / 1000)] } });
      await file.flush();
    },
    onStep(state) {
      for (const [name, value] of Object.entries(numbersOf(state))) since.sums[name] = (since.sums[name] ?? 0) + value;
      since.steps++;
      if (since.steps < STEPS_A_POINT || !open) return undefined;
      const means = Object.entries(since.sums).map(([name, sum]) => [name, sum / since.steps] as const);
      open.file.add(state.step, { summary: { value: scalars(means) } });
      since = { steps: 0, sums: {} };
      if (performance.now() - flushed > FLUSH_AFTER) {
        flushed = performance.now();
        void open.file.flush();
      }
      return undefined;
    },
    async onValidation(state) {
      if (!open) return undefined;
      const { file, view } = open;
      const pictures = (await view.pictures()).map(pictureSummary);
      file.add(state.step, { summary: { value: scalars(validationNumbers(state)) } });
      file.add(state.step, { summary: { value: histograms(view) } });
      if (pictures.length > 0) file.add(state.step, { summary: { value: pictures } });
      await file.flush();
      return undefined;
    },
    async onEnd(ending) {
      if (!open) return;
      open.file.add(0, { summary: { value: [sessionEnds(ending, Date.now() / 1000)] } });
      await open.file.flush();
    },
    state: () => since,
    restore(saved) {
      since = checked(saved, State, "tensorboard");
    },
  };
}

function numbersOf({ losses, learningRate, samplesPerSecond }: FitProgress): Record<string, number> {
  const parts = Object.entries(losses).map(([name, value]) => [`train/${name}`, value] as const);
  return {
    ...Object.fromEntries(parts),
    "train/learningRate": learningRate,
    "train/samplesPerSecond": samplesPerSecond,
  };
}

function validationNumbers({ score, metrics, validationLoss }: FitValidation): [string, number][] {
  const loss = validationLoss === undefined ? {} : { loss: validationLoss };
  return Object.entries({ score, ...loss, ...metrics }).map(([name, value]) => [`validation/${name}`, value]);
}

/** What could not be measured is left out. */
function scalars(numbers: readonly (readonly [string, number])[]): SummaryValue[] {
  return numbers.filter(([, value]) => Number.isFinite(value)).map(([tag, simpleValue]) => ({ tag, simpleValue }));
}

function histograms(view: TrainingView): SummaryValue[] {
  return [...view.weights()].flatMap(([name, { values }]) => {
    const histo = histogramOf(values);
    return histo ? [{ tag: `weights/${name}`, histo }] : [];
  });
}

function pictureSummary({ name, width, height, encoded }: NamedPicture): SummaryValue {
  return { tag: name, image: { height, width, colorspace: 3, encodedImageString: encoded } };
}
