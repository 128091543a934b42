/** The name of the node that a source (`node:output`, or `^node` for "after that one") speaks of. */
export function makerOf(source: string): string {
  return source.replace(/^\^/, "").replace(/:\d+$/, "");
}
