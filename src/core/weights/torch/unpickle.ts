import { AnchorkitError } from "../../../base/errors.ts";
import { PickleInput } from "./pickleInput.ts";
import { PickleStack } from "./pickleStack.ts";

/** A class or function that a pickle asks for, "collections.OrderedDict". */
export class PickledGlobal {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

/** What a pickle may ask for, and what becomes of it: nothing of Python's is ever run. */
export interface PickleRules {
  /** Whether it may ask for this class or function at all. */
  knows(name: string): boolean;
  /** What a call of it makes. */
  call(name: string, args: readonly unknown[]): unknown;
  /** What stands for something that is kept outside of the pickle. */
  persistent(id: unknown): unknown;
}

/** More than the weights of any network take; what goes on longer is no such thing. */
const MOST = { opcodes: 4_000_000, memo: 1_000_000 };

/**
 * Reads a pickle (protocols 2 to 5) of plain values and containers; everything else is what the rules say. An opcode
 * that such a pickle has no need of, and a global that the rules do not know, are refused by name. The format is
 * described in Python's pickletools.
 *
 * @param at where in the bytes it begins
 * @returns what it holds, and where it ends
 * @throws AnchorkitError that begins with `path`
 */
export function unpickle(
  bytes: Uint8Array,
  rules: PickleRules,
  { path, at = 0 }: { path: string; at?: number },
): { value: unknown; end: number } {
  const input = new PickleInput(bytes, at, path);
  const stack = new PickleStack(path);
  const memo = new Map<number, unknown>();
  const remember = (index: number): void => {
    if (memo.size >= MOST.memo) throw new AnchorkitError(`${path}: damaged: its pickle remembers too much`);
    memo.set(index, stack.top());
  };
  const recall = (index: number): void => {
    const value = memo.get(index);
    if (value === undefined) throw new AnchorkitError(`${path}: damaged: its pickle speaks of what was not there`);
    stack.push(value);
  };
  const ask = (name: string): void => {
    if (!rules.knows(name)) {
      const save = name.startsWith("torch.nn.") || !/^(torch|collections)\./.test(name);
      const what = `${path}: asks for ${name}, which is no tensor; nothing of it was run`;
      throw new AnchorkitError(save ? `${what}; a file of the model's state_dict() alone can be read` : what);
    }
    stack.push(new PickledGlobal(name));
  };
  const call = (): void => {
    const args = stack.pop();
    const callee = stack.pop();
    if (!(callee instanceof PickledGlobal) || !Array.isArray(args)) {
      throw new AnchorkitError(`${path}: damaged: its pickle calls what cannot be called`);
    }
    stack.push(rules.call(callee.name, args));
  };
  for (let count = 0; count < MOST.opcodes; count++) {
    const opcode = input.uint(1);
    switch (opcode) {
      case 0x80: // PROTO
        input.uint(1);
        break;
      case 0x95: // FRAME
        input.uint(8);
        break;
      case 0x28: // MARK
        stack.mark();
        break;
      case 0x2e: // STOP
        return { value: stack.pop(), end: input.at };
      case 0x30: // POP
        stack.pop();
        break;
      case 0x32: // DUP
        stack.push(stack.top());
        break;
      case 0x4e: // NONE
        stack.push(null);
        break;
      case 0x88: // NEWTRUE
      case 0x89: // NEWFALSE
        stack.push(opcode === 0x88);
        break;
      case 0x4a: // BININT
        stack.push(input.uint(4) | 0);
        break;
      case 0x4b: // BININT1
        stack.push(input.uint(1));
        break;
      case 0x4d: // BININT2
        stack.push(input.uint(2));
        break;
      case 0x8a: // LONG1
      case 0x8b: // LONG4
        stack.push(input.integer(input.uint(opcode === 0x8a ? 1 : 4)));
        break;
      case 0x47: // BINFLOAT
        stack.push(input.float());
        break;
      case 0x58: // BINUNICODE
      case 0x8c: // SHORT_BINUNICODE
      case 0x8d: // BINUNICODE8
        stack.push(input.text(input.uint(opcode === 0x58 ? 4 : opcode === 0x8c ? 1 : 8), "utf-8"));
        break;
      case 0x54: // BINSTRING, Python 2's
      case 0x55: // SHORT_BINSTRING
        stack.push(input.text(input.uint(opcode === 0x54 ? 4 : 1), "latin1"));
        break;
      case 0x42: // BINBYTES
      case 0x43: // SHORT_BINBYTES
      case 0x8e: // BINBYTES8
        stack.push(input.bytes(input.uint(opcode === 0x42 ? 4 : opcode === 0x43 ? 1 : 8)));
        break;
      case 0x5d: // EMPTY_LIST
      case 0x29: // EMPTY_TUPLE
      case 0x8f: // EMPTY_SET
        stack.push([]);
        break;
      case 0x7d: // EMPTY_DICT
        stack.push(new Map());
        break;
      case 0x74: // TUPLE
      case 0x6c: // LIST
      case 0x91: // FROZENSET
        stack.push(stack.popMark());
        break;
      case 0x85: // TUPLE1
      case 0x86: // TUPLE2
      case 0x87: // TUPLE3
        stack.push(stack.popCount(opcode - 0x84));
        break;
      case 0x61: // APPEND
        append(stack, [stack.pop()], path);
        break;
      case 0x65: // APPENDS
      case 0x90: // ADDITEMS
        append(stack, stack.popMark(), path);
        break;
      case 0x64: // DICT
        stack.push(setItems(new Map(), stack.popMark(), path));
        break;
      case 0x73: // SETITEM
        setItemsOnTop(stack, stack.popCount(2), path);
        break;
      case 0x75: // SETITEMS
        setItemsOnTop(stack, stack.popMark(), path);
        break;
      case 0x71: // BINPUT
      case 0x72: // LONG_BINPUT
        remember(input.uint(opcode === 0x71 ? 1 : 4));
        break;
      case 0x94: // MEMOIZE
        remember(memo.size);
        break;
      case 0x68: // BINGET
      case 0x6a: // LONG_BINGET
        recall(input.uint(opcode === 0x68 ? 1 : 4));
        break;
      case 0x63: // GLOBAL
        ask(`${input.line()}.${input.line()}`);
        break;
      case 0x93: // STACK_GLOBAL
        ask(nameOf(stack.popCount(2), path));
        break;
      case 0x52: // REDUCE
      case 0x81: // NEWOBJ
        call();
        break;
      case 0x62: // BUILD: what an object has besides, such as a state_dict's _metadata
        stack.pop();
        if (!(stack.top() instanceof Map)) {
          throw new AnchorkitError(`${path}: its pickle gives attributes to what is no dict`);
        }
        break;
      case 0x51: // BINPERSID
        stack.push(rules.persistent(stack.pop()));
        break;
      default:
        throw new AnchorkitError(
          `${path}: damaged, or no weights: its pickle has the opcode 0x${opcode.toString(16)}, which no tensor needs`,
        );
    }
  }
  throw new AnchorkitError(`${path}: damaged, or no weights: its pickle has more than ${MOST.opcodes} opcodes`);
}

function nameOf(parts: readonly unknown[], path: string): string {
  if (parts.every((part) => typeof part === "string")) return parts.join(".");
  throw new AnchorkitError(`${path}: damaged: its pickle asks for what has no name`);
}

function append(stack: PickleStack, values: unknown[], path: string): void {
  const list = stack.top();
  if (!Array.isArray(list)) throw new AnchorkitError(`${path}: damaged: its pickle appends to what is no list`);
  for (const value of values) (list as unknown[]).push(value);
}

function setItemsOnTop(stack: PickleStack, items: unknown[], path: string): void {
  const dict = stack.top();
  if (!(dict instanceof Map)) throw new AnchorkitError(`${path}: damaged: its pickle sets items of what is no dict`);
  setItems(dict as Map<unknown, unknown>, items, path);
}

function setItems(dict: Map<unknown, unknown>, items: unknown[], path: string): Map<unknown, unknown> {
  if (items.length % 2 !== 0) throw new AnchorkitError(`${path}: damaged: its pickle has a key without a value`);
  for (let i = 0; i < items.length; i += 2) dict.set(items[i] ?? null, items[i + 1] ?? null);
  return dict;
}
