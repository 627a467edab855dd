// Every page of the console, and how to get there: for what must hold on all of them.
import { type Page } from "@playwright/test";
import { daysAgo } from "./console";
import { type Person, accounts, enter } from "./fixtures";
import { invited, newMailbox } from "./links";

export type Shown = {
  /** Names the page, and its screenshots. */
  name: string;
  /** Nobody for the pages of strangers. */
  who?: Person;
  path: string;
  /** What is done on the page before it is looked at, in any language: by the names of fields, not by their labels. */
  then?: (page: Page) => Promise<void>;
  /** The HTTP status, unless it is 200. */
  status?: number;
};

/** The form of the page that has this field. */
const formWith = (page: Page, field: string) => page.locator("main form", { has: page.locator(`[name=${field}]`) });
const send = (page: Page, field: string) => formWith(page, field).locator("[type=submit]").first().click();

/** The page of the first row. */
async function openFirst(page: Page): Promise<void> {
  await page.locator("tbody th[scope=row] a").first().click();
  await page.locator(".facts").waitFor();
}

/** Makes redemption codes, as the form of their page does. */
async function makeCodes(page: Page, count: string): Promise<void> {
  await page.locator(".codes-form [name=count]").fill(count);
  await page.locator(".codes-form [name=label]").fill("Fair 2026");
  await page.locator(".codes-form [name=calls]").fill("100");
  await page.locator(".codes-form [name=expires]").fill("2027-06-30");
  await send(page, "count");
  await page.locator(".codes-made").waitFor();
}

/** Opens an account of its own. */
async function joined(page: Page, name: string): Promise<void> {
  await page.goto(await invited(newMailbox(name)));
  await page.locator("[name=name]").fill("Stella");
  await page.locator("[name=password]").fill("four words in a row");
  await send(page, "password");
  await page.locator("section.new-key").waitFor();
}

export const pages: Shown[] = [
  { name: "sign-in", path: "/sign-in" },
  {
    name: "sign-in-refused",
    path: "/sign-in",
    status: 422,
    then: async (page) => {
      // Nobody's: tries in vain are counted.
      await page.locator("input[type=email]").fill(newMailbox("nobody"));
      await page.locator("input[type=password]").fill("not-the-password");
      await page.locator("form", { has: page.locator("input[type=password]") }).locator("[type=submit]").click();
      await page.getByRole("alert").waitFor();
    },
  },
  {
    name: "sign-in-too-often",
    path: "/sign-in",
    status: 429,
    then: async (page) => {
      const form = { email: newMailbox("nobody"), password: "not-the-password" };
      for (let tries = 0; tries < 8; tries++) await page.request.post("/sign-in", { form });
      await page.locator("input[type=email]").fill(form.email);
      await page.locator("input[type=password]").fill(form.password);
      await page.locator("form", { has: page.locator("input[type=password]") }).locator("[type=submit]").click();
      await page.getByRole("alert").waitFor();
    },
  },
  { name: "sign-up", path: "/sign-up" },
  { name: "sign-up-sent", path: "/sign-up?sent=1" },
  { name: "link-over", path: "/join?token=nonsense", status: 410 },
  { name: "join", path: "/sign-up", then: async (page) => void (await page.goto(await invited(newMailbox("join")))) },
  {
    name: "welcome",
    path: "/sign-up",
    then: async (page) => {
      await page.goto(await invited(newMailbox("welcome")));
      await page.locator("[name=name]").fill("Wanda Wélcome");
      await page.locator("[name=password]").fill("four words in a row");
      await send(page, "password");
      await page.locator("section.new-key").waitFor();
    },
  },
  { name: "reset", path: "/reset" },
  { name: "sign-in-code", path: "/sign-in/code" },
  { name: "usage", who: "developer", path: "/usage" },
  {
    name: "usage-numbers",
    who: "developer",
    path: `/usage?from=${daysAgo(14)}&to=${daysAgo(1)}`,
    then: async (page) => {
      await page.locator("figure details summary").first().click();
      await page.locator(".range summary").click();
    },
  },
  { name: "usage-quarter", who: "developer", path: "/usage?period=90d" },
  { name: "usage-keys", who: "developer", path: "/usage?group=key&compare=previous" },
  { name: "usage-apis", who: "developer", path: "/usage?period=7d&group=api" },
  { name: "usage-hours", who: "developer", path: `/usage?from=${daysAgo(3)}&to=${daysAgo(2)}&group=project` },
  {
    name: "usage-chooser",
    who: "developer",
    path: "/usage?period=7d",
    then: (page) => page.locator("#filter-key > summary").click(),
  },
  { name: "usage-used-up", who: "aisha", path: "/usage?period=7d" },
  { name: "usage-quiet", who: "leo", path: "/usage?from=2025-01-01&to=2025-01-31" },
  { name: "usage-problem", who: "leo", path: "/usage?from=2026-02-31&key=key_nobody" },
  { name: "requests", who: "developer", path: `/requests?from=${daysAgo(30)}&to=${daysAgo(2)}` },
  { name: "requests-failed", who: "developer", path: "/requests?outcome=rejected&period=90d" },
  { name: "requests-none", who: "leo", path: "/requests?from=2025-01-01&to=2025-01-31" },
  { name: "requests-problem", who: "leo", path: "/requests?from=2026-02-31&key=key_nobody&sought=req_nobody" },
  { name: "requests-never", who: "admin", path: "/requests" },
  {
    name: "request",
    who: "developer",
    path: `/requests?code=40302&from=${daysAgo(60)}&to=${daysAgo(2)}`,
    then: async (page) => {
      await page.locator("table.calls tbody th a").first().click();
      await page.locator(".call-facts").waitFor();
    },
  },
  { name: "error-codes", who: "developer", path: "/error-codes" },
  { name: "keys", who: "developer", path: "/keys" },
  {
    name: "keys-new",
    who: "xiaoming",
    path: "/keys",
    then: async (page) => {
      await formWith(page, "project").locator("[name=name]").fill("Staging server");
      await send(page, "project");
      await page.locator("section.new-key").waitFor();
    },
  },
  {
    name: "keys-problem",
    who: "leo",
    path: "/keys",
    status: 422,
    then: async (page) => {
      await formWith(page, "project").locator("[name=name]").fill("  ");
      await page.locator("[name=expires]").fill("2020-01-01");
      await send(page, "project");
      await page.getByRole("alert").waitFor();
    },
  },
  { name: "keys-none", who: "developer", path: "/keys?q=nothing-like-it&state=disabled" },
  { name: "key", who: "developer", path: "/keys", then: openFirst },
  {
    name: "key-rotated",
    who: "xiaoming",
    path: "/keys",
    then: async (page) => {
      await openFirst(page);
      await send(page, "grace");
      await page.locator("section.new-key").waitFor();
    },
  },
  {
    name: "key-capped",
    who: "xiaoming",
    path: "/keys",
    then: async (page) => {
      await openFirst(page);
      await page.locator("#cap-getMessage-calls").fill("50000");
      await page.locator("li.cap", { has: page.locator("#cap-getMessage-calls") }).locator("[type=submit]").click();
      await page.locator(".cap-progress").waitFor();
    },
  },
  { name: "projects", who: "developer", path: "/projects" },
  {
    name: "project",
    who: "developer",
    path: "/projects",
    then: async (page) => {
      await openFirst(page);
      await page.locator("details.danger > summary").click();
    },
  },
  { name: "limits", who: "developer", path: "/limits" },
  { name: "quick-start", who: "priya", path: "/quick-start" },
  { name: "quick-start-python", who: "priya", path: "/quick-start?lang=python" },
  {
    name: "quick-start-tried",
    who: "xiaoming",
    path: "/quick-start?lang=javascript",
    then: async (page) => {
      await page.locator("#test form [type=submit]").click();
      await page.locator("#test a[href^='/requests/']").waitFor();
    },
  },
  { name: "settings", who: "developer", path: "/settings" },
  {
    name: "settings-second-step",
    path: "/sign-up",
    then: async (page) => {
      await joined(page, "step");
      await page.goto("/settings");
      await page.locator("[name=factor_password]").fill("four words in a row");
      await send(page, "factor_password");
      await page.locator(".second-step-qr svg").waitFor();
    },
  },
  { name: "settings-webhooks", who: "developer", path: "/settings/webhooks" },
  {
    name: "settings-webhook-new",
    path: "/sign-up",
    then: async (page) => {
      await joined(page, "hooks");
      await page.goto("/settings/webhooks");
      await page.locator("[name=url]").fill("https://hooks.example.org/a/rather/long/address/of/a/program?for=everybody");
      await send(page, "url");
      await page.locator("section.new-key").waitFor();
    },
  },
  {
    name: "settings-webhook",
    path: "/sign-up",
    then: async (page) => {
      await joined(page, "hook");
      await page.goto("/settings/webhooks");
      await page.locator("[name=url]").fill("https://hooks.example.org/allowance");
      await send(page, "url");
      await page.locator("section.new-key a.button").click();
      await page.locator(".facts").waitFor();
      await page.locator("details.danger > summary").click();
    },
  },
  {
    name: "settings-webhook-problem",
    who: "leo",
    path: "/settings/webhooks",
    status: 422,
    then: async (page) => {
      await page.locator("[name=url]").fill("https://192.168.0.1/hook");
      await send(page, "url");
      await page.getByRole("alert").waitFor();
    },
  },
  { name: "settings-notices", who: "aisha", path: "/settings" },
  {
    name: "settings-problem",
    who: "leo",
    path: "/settings",
    status: 422,
    then: async (page) => {
      await page.locator("[name=thresholds]").fill("80, 140");
      await send(page, "thresholds");
      await page.getByRole("alert").waitFor();
    },
  },
  { name: "request-more", who: "developer", path: "/request-more" },
  { name: "request-more-open", who: "aisha", path: "/request-more?api=searchMemory" },
  { name: "admin-overview", who: "admin", path: "/admin/overview" },
  { name: "admin-next", who: "admin", path: "/admin/requests/next" },
  { name: "admin-bulk", who: "admin", path: "/admin/bulk" },
  {
    name: "admin-bulk-problem",
    who: "admin",
    path: "/admin/bulk",
    status: 422,
    then: async (page) => {
      const text = "account,api,calls,reason\nnobody@example.com,addMessage,-5,\n";
      await page.locator("[type=file]").setInputFiles({ name: "a.csv", mimeType: "text/csv", buffer: Buffer.from(text) });
      await page.locator("main form [type=submit]").click();
      await page.getByRole("alert").waitFor();
    },
  },
  { name: "admin-codes", who: "admin", path: "/admin/codes" },
  {
    // Behind the oldest batch there is none.
    name: "admin-codes-none",
    who: "admin",
    path: "/admin/codes",
    then: async (page) => {
      await makeCodes(page, "1");
      await page.goto("/admin/codes");
      const older = page.locator("nav.pages a[href*='before=']");
      while (await older.count()) await older.click();
      const oldest = await page.locator("[data-table=code-batches] tbody tr .row-code").last().textContent();
      await page.goto(`/admin/codes?before=${oldest}`);
    },
  },
  { name: "admin-codes-made", who: "admin", path: "/admin/codes", then: (page) => makeCodes(page, "12") },
  {
    name: "admin-codes-problem",
    who: "admin",
    path: "/admin/codes",
    status: 422,
    then: async (page) => {
      await page.locator(".codes-form [name=count]").fill("5001");
      await page.locator(".codes-form [name=calls]").fill("100");
      await send(page, "count");
      await page.getByRole("alert").waitFor();
    },
  },
  {
    name: "admin-code-batch",
    who: "admin",
    path: "/admin/codes",
    then: async (page) => {
      await makeCodes(page, "4");
      await page.locator(".new-key a").click();
      await page.locator("details.danger > summary").click();
    },
  },
  { name: "admin-requests", who: "admin", path: "/admin/requests" },
  { name: "admin-answered", who: "admin", path: "/admin/requests?state=answered" },
  { name: "admin-accounts", who: "admin", path: "/admin" },
  { name: "admin-accounts-none", who: "admin", path: "/admin?q=nobody" },
  {
    name: "admin-account",
    who: "admin",
    path: "/admin?q=aisha",
    then: async (page) => {
      await page.getByRole("link", { name: accounts.aisha.email }).click();
      await page.waitForURL(/\/admin\/accounts\/acc_/);
    },
  },
  { name: "admin-links", who: "admin", path: "/admin/links" },
  {
    name: "admin-link-shown",
    who: "admin",
    path: "/admin/links",
    then: async (page) => {
      await page.locator("main input[type=email]").fill(newMailbox("shown"));
      await send(page, "letter_language");
      await page.locator(".link-address").waitFor();
    },
  },
  { name: "admin-audit", who: "admin", path: "/admin/audit" },
  { name: "admin-audit-none", who: "admin", path: "/admin/audit?action=nothing&from=2026-02-31" },
  { name: "not-found", who: "developer", path: "/nothing/here", status: 404 },
];

/** Opens a page as the person it is for, in the state that is meant. */
export async function open(page: Page, { who, path, then }: Shown): Promise<void> {
  if (who) await enter(page, who);
  await page.goto(path);
  await then?.(page);
}
