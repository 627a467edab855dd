// Links that people are sent. The demo sends no letters: its admin passes them on.
import { randomUUID } from "node:crypto";
import { request, test } from "@playwright/test";
import { accounts } from "./fixtures";

/** A mailbox that nobody has used before. */
export const newMailbox = (name: string): string => `${name}+${randomUUID().slice(0, 8)}@mailbox.example`;

/** What the admin does on the page of links, read off its answer: the address that is shown. */
async function asAdmin(work: (post: (path: string, form?: Record<string, string>) => Promise<string>, page: () => Promise<string>) => Promise<string>): Promise<string> {
  const context = await request.newContext({ baseURL: test.info().project.use.baseURL });
  const post = async (path: string, form: Record<string, string> = {}) => (await context.post(path, { form })).text();
  await post("/sign-in", accounts.admin);
  const html = await work(post, async () => (await context.get("/admin/links")).text());
  await context.dispose();
  const address = /link-address">(?:<!--[^>]*-->)?([^<]+)</.exec(html)?.[1];
  if (!address) throw new Error("no link is shown");
  const { pathname, search } = new URL(address);
  return pathname + search;
}

/** Path and query of the link of an invitation. */
export const invited = (email: string): Promise<string> =>
  asAdmin((post) => post("/admin/links", { email, letter_language: "en" }));

/** Path and query of the link that somebody asked for. */
export const askedFor = (email: string): Promise<string> =>
  asAdmin(async (post, page) => {
    // The link is made beside the request that asks for it.
    for (let tries = 0; tries < 50; tries++) {
      const row = (await page()).split("<tr>").find((row) => row.includes(`>${email}<`));
      const id = row && /\/admin\/links\/(lnk_\w+)\/show/.exec(row)?.[1];
      if (id) return post(`/admin/links/${id}/show`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error(`no link waits for ${email}`);
  });
