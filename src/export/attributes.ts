import { type Attribute, type DataType, type GraphNode, typeName } from "../engine/graph/graphDef.ts";

// What the attributes of a recorded node say. Each throws where the node has none of that kind.

export function intOf(node: GraphNode, name: string): number {
  return field(node, name, "i");
}

export function floatOf(node: GraphNode, name: string): number {
  return field(node, name, "f");
}

export function flagOf(node: GraphNode, name: string): boolean {
  return field(node, name, "b");
}

export function textOf(node: GraphNode, name: string): string {
  return new TextDecoder().decode(field(node, name, "s"));
}

export function typeOf(node: GraphNode, name: string): DataType {
  return typeName(field(node, name, "type"));
}

export function intsOf(node: GraphNode, name: string): number[] {
  return [...((field(node, name, "list").i ?? []) as readonly number[])];
}

/** Of an attribute that may be left out. */
export function has(node: GraphNode, name: string): boolean {
  return node.attr[name] !== undefined;
}

type Fields = { [Kind in Attribute as keyof Kind]: Kind[keyof Kind] };

function field<Key extends keyof Fields>(node: GraphNode, name: string, key: Key): Fields[Key] {
  const found = node.attr[name] as Partial<Fields> | undefined;
  const value = found?.[key];
  if (value === undefined) throw new Error(`${node.name} (${node.op}) has no attribute ${name} of the kind ${key}`);
  return value;
}
