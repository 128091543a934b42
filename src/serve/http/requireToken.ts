import { createHash, timingSafeEqual } from "node:crypto";
import { createMiddleware } from "hono/factory";
import { Refusal } from "../refusal.ts";
import type { RequestEnv } from "./requestContext.ts";

/** Asks for `Authorization: Bearer <token>`, which is compared in a time that says nothing of the token. */
export function requireToken(token: string) {
  const expected = digestOf(token);
  return createMiddleware<RequestEnv>(async (c, next) => {
    const given = /^Bearer +(\S+)$/i.exec(c.req.header("authorization") ?? "")?.[1];
    if (given === undefined || !timingSafeEqual(digestOf(given), expected)) {
      const what = given === undefined ? "needs a token: Authorization: Bearer <token>" : "has another token";
      throw new Refusal(401, `the request ${what}`, { "WWW-Authenticate": "Bearer" });
    }
    await next();
  });
}

function digestOf(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
