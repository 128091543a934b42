import { readFile } from "node:fs/promises";
import type { Hono } from "hono";
import type { RequestEnv } from "./requestContext.ts";

/** The files of the page, and what each is. */
const FILES = {
  "/": ["page.html", "text/html; charset=utf-8"],
  "/docs": ["page.html", "text/html; charset=utf-8"],
  "/page.css": ["page.css", "text/css; charset=utf-8"],
  "/page.js": ["page.js", "text/javascript; charset=utf-8"],
} as const;

/** It loads nothing but its own files, and talks to nobody but this server. */
const POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"; // prettier-ignore

/** `/`: a page to try the models. It asks for a token itself where it needs one, and holds nothing of the models. */
export function addPage(app: Hono<RequestEnv>): void {
  for (const [address, [name, type]] of Object.entries(FILES)) {
    app.get(address, async (c) => {
      c.get("state").route = "page";
      const content = await readFile(new URL(name, import.meta.url), "utf8");
      return c.body(content, 200, { "Content-Type": type, "Content-Security-Policy": POLICY });
    });
  }
}
