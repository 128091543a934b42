import { AnchorkitError } from "../../../base/errors.ts";
import { unescapeXml } from "../xml.ts";

/** An element: its text, or its children by name; a child that is there several times is a list. */
export type Element = string | ElementMap;
export interface ElementMap {
  [name: string]: Element | Element[];
}

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/**
 * The number in a child, undefined where that is missing or empty.
 *
 * @throws AnchorkitError where it is no number, or there are several
 */
export function numberOf(parent: ElementMap, tag: string, where: string): number | undefined {
  const text = textOf(parent, tag, where)?.trim();
  if (text === undefined || text === "") return undefined;
  const value = NUMBER.test(text) ? Number(text) : NaN;
  if (!Number.isFinite(value)) throw new AnchorkitError(`${where}: <${tag}> must be a number, got "${text}"`);
  return value;
}

/** The text of a child or attribute, undefined where it is missing. */
export function textOf(parent: ElementMap, tag: string, where: string): string | undefined {
  const child = childOf(parent, tag, where);
  const text = typeof child === "object" ? child["#text"] : child;
  return typeof text === "string" ? unescapeXml(text) : undefined;
}

/**
 * A child, undefined where there is none.
 *
 * @throws AnchorkitError where there are several
 */
export function childOf(parent: ElementMap, tag: string, where: string): Element | undefined {
  const child = parent[tag];
  if (Array.isArray(child)) throw new AnchorkitError(`${where}: <${tag}> is there ${child.length} times`);
  return child;
}

/** All children of a name. */
export function listOf(child: Element | Element[] | undefined): Element[] {
  return child === undefined ? [] : Array.isArray(child) ? child : [child];
}
