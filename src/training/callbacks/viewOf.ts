import { weightsOf, weightValues } from "../../core/namedWeights.ts";
import { stepGraph } from "../../engine/graph/stepGraph.ts";
import type { TrainingView } from "./trainingView.ts";
import type { Task, TrainerValidation, ValidationExamples } from "../task.ts";
import type { Trainer } from "../trainer.ts";
import type { DrawExamples } from "../trainOptions.ts";

/** What callbacks may look at of a training, and its validation, whose examples are kept until the next one. */
export function trainingView<Batch>(
  task: Task<Batch>,
  trainer: Trainer<Batch>,
  draw: DrawExamples | undefined,
  known: Pick<TrainingView, "folder" | "step" | "elapsed" | "config">,
): { view: TrainingView; validate: () => Promise<TrainerValidation> } {
  let examples: ValidationExamples | undefined;
  const { program, steps, variables } = trainer.compiled;
  const view: TrainingView = {
    ...known,
    weights() {
      program.pull(weightsOf(task.network, false));
      return weightValues(task.network);
    },
    graph: () => (steps.predict ? stepGraph("predict", steps.predict, variables) : undefined),
    examples: () => examples,
    classes: task.description.classes,
    pictures: async () => (draw && examples ? draw(examples, task.description.classes) : []),
  };
  return {
    view,
    async validate() {
      const validation = await trainer.validate();
      ({ examples } = validation);
      return validation;
    },
  };
}
