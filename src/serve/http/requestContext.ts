import type { HttpBindings } from "@hono/node-server";
import type { Context } from "hono";

/** What is known of a request while it is answered. */
export interface RequestState {
  /** The client's own, or a new one. */
  id: string;
  /** What it is counted as: one of a few names. */
  route: string;
  /** Aborted when its time is up, or its connection is gone. */
  signal: AbortSignal;
  /** Images in it. */
  images: number;
  /** Is done once the answer has been sent. */
  afterwards: (() => void)[];
}

/** What handlers of requests find in their context. */
export interface RequestEnv {
  Bindings: HttpBindings;
  Variables: { state: RequestState };
}

/** The context of a request. */
export type RequestContext = Context<RequestEnv>;
