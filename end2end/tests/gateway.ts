// The gateway as a program calls it.
import { readFileSync } from "node:fs";
import { type APIRequestContext, type APIResponse, expect } from "@playwright/test";

/** What the demo printed when it was up; `serve.sh` keeps it. */
function welcome(): string {
  return readFileSync(new URL("../../target/end2end/welcome.txt", import.meta.url), "utf8");
}

/** The parts of a printed `curl` command. */
export type Command = { url: string; headers: Record<string, string>; body: string };

/** Reads a `curl` command as a shell would, as far as ours go. */
export function commandOf(text: string): Command {
  const url = /curl (\S+)/.exec(text)?.[1];
  const body = /-d '([^']*)'/.exec(text)?.[1];
  if (!url || !body) throw new Error(`no curl command in: ${text}`);
  const headers = Object.fromEntries(
    [...text.matchAll(/-H '([^:']+): ([^']*)'/g)].map(([, name, value]) => [name ?? "", value ?? ""]),
  );
  return { url, headers, body };
}

/** The command that the demo prints for a first call. */
export const printedCommand = (): Command => commandOf(welcome());

export function run(request: APIRequestContext, { url, headers, body }: Command): Promise<APIResponse> {
  return request.post(url, { headers, data: body });
}

export type Envelope = { code: number; message: string; data: unknown };

/** One search with a key. Errors ride on HTTP 200 too. */
export async function search(request: APIRequestContext, key: string): Promise<Envelope> {
  const response = await request.post("/api/openmem/v1/search/memory", {
    headers: { authorization: `Token ${key}` },
    data: { user_id: "ann", query: "What does Ann like?" },
  });
  expect(response.status()).toBe(200);
  return (await response.json()) as Envelope;
}

/** Many searches, some at a time; all must succeed. */
export async function searches(request: APIRequestContext, key: string, count: number, atOnce = 50): Promise<void> {
  for (let done = 0; done < count; done += atOnce) {
    const batch = Array.from({ length: Math.min(atOnce, count - done) }, () => search(request, key));
    const codes = (await Promise.all(batch)).map(({ code }) => code);
    expect(new Set(codes)).toEqual(new Set([0]));
  }
}
