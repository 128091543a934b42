import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs";
import { messageOf } from "../../base/errors.ts";
import { computeInBfloat16 } from "./bfloat16.ts";
import { constantNode, DATA_TYPE, encodeSavedModel, placeholderNode, shapeOf, type GraphNode } from "./graphDef.ts";
import { recordStep } from "./recorder.ts";
import type { NamedTensors, Step } from "./step.ts";

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
  /** Session -> tf.Variables. */
  pull(): void;
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
}

/**
 * Compiles the steps. On native TensorFlow each is recorded once and becomes part of one graph, loaded into one
 * session that holds the variables; elsewhere, the steps are run as they are. Both give the same numbers.
 *
 * @throws if two steps are the same function on the same shapes, or for what a recorded step must not do (see Step)
 */
export async function compileProgram(steps: Record<string, Step>, options: ProgramOptions): Promise<Program> {
  assertDistinct(steps);
  const program = options.mode !== "eager" && canRecord() ? await compileGraph(steps, options) : eagerProgram(steps);
  open.add(program);
  return program;
}

/** Programs that were compiled and not disposed of: a test asserts that none is left. */
export function openPrograms(): number {
  return open.size;
}

const open = new Set<Program>();

interface SessionBackend {
  loadSavedModelMetaGraph(path: string, tags: string): number;
  runSavedModel(session: number, inputs: tf.Tensor[], inputInfos: { name: string }[], outputs: string[]): tf.Tensor[];
  deleteSavedModel(session: number): void;
}

function canRecord(): boolean {
  return "runSavedModel" in tf.backend();
}

function eagerProgram(steps: Record<string, Step>): Program {
  const program: Program = {
    mode: "eager",
    run(name, inputs) {
      const step = checkedStep(steps, name, inputs);
      return tf.tidy(() => {
        const { outputs, updates } = readingOthers(step, () => step.run(inputs));
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
  const backend = tf.backend() as unknown as SessionBackend;
  const { variables } = options;
  const indices = new Map(variables.map((variable, i) => [variable, i]));
  const nodes = variables.flatMap(variableNodes);
  const fetches = new Map<string, string[]>();
  for (const [name, step] of Object.entries(steps)) {
    const readName = (variable: tf.Variable): string => `${name}/read_${indices.get(variable)}:0`;
    const recording = recordStep(name, step, readName, variables);
    const read = options.frozen === true ? frozenNode : readNode;
    const recorded = [...variables.map((v, i) => read(`${name}/read_${i}`, i, v)), ...recording.nodes];
    nodes.push(...(options.precision === "bfloat16" ? computeInBfloat16(recorded) : recorded));
    const assigned: string[] = [];
    for (const [variable, source] of recording.updates) {
      const i = indices.get(variable);
      nodes.push(assignNode(`${name}/assign_${i}`, `variable_${i}`, source, variable, [`^${name}/read_${i}`]));
      assigned.push(`^${name}/assign_${i}`);
    }
    nodes.push({ name: `${name}/updated`, op: "NoOp", input: assigned, attr: {} });
    for (const [key, { source, dtype }] of recording.outputs) {
      const input = [source, `^${name}/updated`];
      nodes.push({ name: `${name}/output/${key}`, op: "Identity", input, attr: { T: { type: DATA_TYPE[dtype] } } });
    }
    fetches.set(name, [...recording.outputs.keys()]);
  }
  nodes.push(...pushNodes(variables));
  const session = await loadSession(backend, nodes);

  const program: Program = {
    mode: "graph",
    run(name, inputs) {
      const step = checkedStep(steps, name, inputs);
      const keys = Object.keys(step.inputs);
      const outputs = fetches.get(name) ?? [];
      const results = backend.runSavedModel(
        session,
        keys.map((key) => inputs[key] as tf.Tensor),
        keys.map((key) => ({ name: `${name}/${key}:0` })),
        outputs.map((key) => `${name}/output/${key}:0`),
      );
      return Object.fromEntries(outputs.map((key, i) => [key, results[i] as tf.Tensor]));
    },
    pull() {
      if (variables.length === 0) return;
      const names = variables.map((_, i) => `pull/${i}:0`);
      const values = backend.runSavedModel(session, [], [], names);
      variables.forEach((variable, i) => {
        variable.assign(values[i] as tf.Tensor);
      });
      tf.dispose(values);
    },
    push() {
      if (variables.length === 0) return;
      const infos = variables.map((_, i) => ({ name: `push/value_${i}:0` }));
      tf.dispose(backend.runSavedModel(session, [...variables], infos, ["push/done:0"]));
    },
    dispose() {
      if (open.delete(program)) backend.deleteSavedModel(session);
    },
  };
  program.push();
  return program;
}

/** A variable lives in the session as a resource; `pull/i` reads it. */
function variableNodes(variable: tf.Variable, i: number): GraphNode[] {
  const attr = {
    dtype: { type: dtypeNumber(variable) },
    shape: { shape: shapeOf(variable.shape) },
    shared_name: { s: new TextEncoder().encode(`variable_${i}`) },
  };
  return [{ name: `variable_${i}`, op: "VarHandleOp", input: [], attr }, readNode(`pull/${i}`, i, variable)];
}

function readNode(name: string, i: number, variable: tf.Variable): GraphNode {
  return { name, op: "ReadVariableOp", input: [`variable_${i}`], attr: { dtype: { type: dtypeNumber(variable) } } };
}

function frozenNode(name: string, _: number, variable: tf.Variable): GraphNode {
  const { buffer, byteOffset, byteLength } = variable.dataSync();
  return constantNode(name, dtypeNumber(variable), variable.shape, new Uint8Array(buffer, byteOffset, byteLength));
}

/** Assignment waits for the reads of its step, so that a step sees the old value everywhere. */
function assignNode(
  name: string,
  handle: string,
  source: string,
  variable: tf.Variable,
  after: string[] = [],
): GraphNode {
  const attr = { dtype: { type: dtypeNumber(variable) } };
  return { name, op: "AssignVariableOp", input: [handle, source, ...after], attr };
}

function pushNodes(variables: readonly tf.Variable[]): GraphNode[] {
  const nodes = variables.flatMap((variable, i) => [
    placeholderNode(`push/value_${i}`, dtypeNumber(variable), variable.shape),
    assignNode(`push/assign_${i}`, `variable_${i}`, `push/value_${i}:0`, variable),
  ]);
  const one = new Uint8Array(Float32Array.of(1).buffer);
  const tensor = { dtype: DATA_TYPE.float32, tensorShape: shapeOf([]), tensorContent: one };
  const attr = { dtype: { type: DATA_TYPE.float32 }, value: { tensor } };
  const input = variables.map((_, i) => `^push/assign_${i}`);
  return [...nodes, { name: "push/done", op: "Const", input, attr }];
}

async function loadSession(backend: SessionBackend, nodes: GraphNode[]): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), "anchorkit-program-"));
  try {
    await writeFile(join(folder, "saved_model.pb"), encodeSavedModel(nodes));
    return backend.loadSavedModelMetaGraph(folder, "serve");
  } catch (error) {
    throw new Error(`the recorded graph was refused by TensorFlow: ${messageOf(error)}`, { cause: error });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function dtypeNumber(variable: tf.Variable): number {
  return DATA_TYPE[variable.dtype as keyof typeof DATA_TYPE];
}

function checkedStep(steps: Record<string, Step>, name: string, inputs: NamedTensors): Step {
  const step = steps[name];
  if (!step) throw new Error(`no step named ${name}: there are ${Object.keys(steps).join(", ")}`);
  for (const [key, spec] of Object.entries(step.inputs)) {
    const given = inputs[key];
    if (!given) throw new Error(`step ${name}: input ${key} is missing`);
    if (given.dtype !== spec.dtype || given.shape.join() !== spec.shape.join()) {
      throw new Error(
        `step ${name}: input ${key} must be ${spec.dtype} [${spec.shape.join(", ")}], ` +
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
