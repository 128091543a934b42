import * as tf from "@tensorflow/tfjs";
import { recordStep } from "./recorder.ts";
import { canRunGraphs, openSession } from "./session.ts";
import { stepNodes, variableNodes, variableRead } from "./sessionNodes.ts";
import { fedType, type NamedTensors, type Step } from "./step.ts";
import { withTarget, type Target } from "./target.ts";

export type Precision = "float32" | "bfloat16";

/**
 * Several steps over one set of variables. While a program lives it owns the variables' values: `pull` brings the
 * tf.Variables up to date (before saving them, or using them outside), `push` hands their values over (after loading).
 */
export interface Program {
  /** `graph`: each step is one call into TensorFlow; `eager`: the steps run op by op. */
  readonly mode: "graph" | "eager";
  /** Runs a step and its updates; the caller disposes of the outputs. */
  run(step: string, inputs: NamedTensors): NamedTensors;
  /** Session -> tf.Variables: all of them unless told. */
  pull(only?: readonly tf.Variable[]): void;
  /** tf.Variables -> session. */
  push(): void;
  /** Ends the session. The tf.Variables stay, with the values of the last `pull`. */
  dispose(): void;
}

export interface ProgramOptions {
  /** Every variable that a step reads or updates: weights, slots, statistics. */
  variables: readonly tf.Variable[];
  precision?: Precision;
  /**
   * The variables never change again: their values become part of the graph, which TensorFlow then simplifies
   * (normalisation is folded into convolutions). No step may update them, and `push` has no effect.
   */
  frozen?: boolean;
  /** `auto` (default): a graph where the engine can. */
  mode?: "auto" | "eager";
  /** Which ops the steps may use; default `native`. */
  target?: Target;
}

/**
 * Compiles the steps. On native TensorFlow each is recorded once and becomes part of one graph, loaded into one
 * session that holds the variables; elsewhere, the steps are run as they are. Both give the same numbers.
 *
 * @throws if two steps are the same function on the same shapes, or for what a recorded step must not do (see Step)
 */
export async function compileProgram(steps: Record<string, Step>, options: ProgramOptions): Promise<Program> {
  assertDistinct(steps);
  const recorded = options.mode !== "eager" && canRunGraphs();
  const program = recorded ? await compileGraph(steps, options) : eagerProgram(steps, options.target);
  open.add(program);
  return program;
}

/** Programs that were compiled and not disposed of: a test asserts that none is left. */
export function openPrograms(): number {
  return open.size;
}

const open = new Set<Program>();

function eagerProgram(steps: Record<string, Step>, target: Target = "native"): Program {
  const program: Program = {
    mode: "eager",
    run(name, inputs) {
      const step = checkedStep(steps, name, inputs);
      return tf.tidy(() => {
        const { outputs, updates } = readingOthers(step, () => withTarget(target, () => step.run(inputs)));
        for (const [variable, value] of updates ?? []) {
          variable.assign(value);
          value.dispose();
        }
        return outputs;
      });
    },
    pull: () => undefined,
    push: () => undefined,
    dispose: () => open.delete(program),
  };
  return program;
}

/** Runs with the values of the variables that the step reads in place of others. */
function readingOthers<T>(step: Step, run: () => T): T {
  const pairs = [...(step.reading ?? [])];
  const own = pairs.map(([variable]) => variable.clone());
  for (const [variable, other] of pairs) variable.assign(other);
  try {
    return run();
  } finally {
    pairs.forEach(([variable], i) => {
      variable.assign(own[i] as tf.Tensor);
    });
  }
}

async function compileGraph(steps: Record<string, Step>, options: ProgramOptions): Promise<Program> {
  const { variables, frozen = false, precision, target } = options;
  const indices = new Map(variables.map((variable, i) => [variable, i]));
  const nodes = variableNodes(variables);
  const fetches = new Map<string, string[]>();
  for (const [name, step] of Object.entries(steps)) {
    const readAs = (variable: tf.Variable): string => variableRead(name, indices.get(variable) ?? -1);
    const recording = recordStep(name, step, { variables, readAs, target });
    nodes.push(...stepNodes(name, recording, { variables, frozen, bfloat16: precision === "bfloat16" }));
    fetches.set(name, [...recording.outputs.keys()]);
  }
  const session = await openSession(nodes);

  const program: Program = {
    mode: "graph",
    run(name, inputs) {
      const step = checkedStep(steps, name, inputs);
      const feeds = Object.entries(step.inputs).map(([key, { dtype }]) => ({
        to: `${name}/${key}:0`,
        value: inputs[key] as tf.Tensor,
        bytes: dtype === "uint8",
      }));
      const outputs = fetches.get(name) ?? [];
      const results = session.run(
        feeds,
        outputs.map((key) => `${name}/output/${key}:0`),
      );
      return Object.fromEntries(outputs.map((key, i) => [key, results[i] as tf.Tensor]));
    },
    pull(only = variables) {
      if (only.length === 0) return;
      const names = only.map((variable) => `pull/${indices.get(variable) ?? -1}:0`);
      const values = session.run([], names);
      only.forEach((variable, i) => {
        variable.assign(values[i] as tf.Tensor);
      });
      tf.dispose(values);
    },
    push() {
      if (variables.length === 0) return;
      const feeds = variables.map((value, i) => ({ to: `push/value_${i}:0`, value }));
      tf.dispose(session.run(feeds, ["push/done:0"]));
    },
    dispose() {
      if (open.delete(program)) session.close();
    },
  };
  program.push();
  return program;
}

function checkedStep(steps: Record<string, Step>, name: string, inputs: NamedTensors): Step {
  const step = steps[name];
  if (!step) throw new Error(`no step named ${name}: there are ${Object.keys(steps).join(", ")}`);
  for (const [key, spec] of Object.entries(step.inputs)) {
    const given = inputs[key];
    if (!given) throw new Error(`step ${name}: input ${key} is missing`);
    if (given.dtype !== fedType(spec) || given.shape.join() !== spec.shape.join()) {
      throw new Error(
        `step ${name}: input ${key} must be ${fedType(spec)} [${spec.shape.join(", ")}], ` +
          `got ${given.dtype} [${given.shape.join(", ")}]`,
      );
    }
  }
  const unknown = Object.keys(inputs).find((key) => !(key in step.inputs));
  if (unknown !== undefined) throw new Error(`step ${name}: has no input named ${unknown}`);
  return step;
}

function assertDistinct(steps: Record<string, Step>): void {
  const seen = new Map<string, [string, Step]>();
  for (const [name, step] of Object.entries(steps)) {
    const signature = JSON.stringify(step.inputs);
    const twin = seen.get(signature);
    if (twin && twin[1].run === step.run) {
      throw new Error(`steps ${twin[0]} and ${name} are one function on the same shapes: it would be recorded twice`);
    }
    seen.set(signature, [name, step]);
  }
}
