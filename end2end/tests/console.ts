// What tests read off the console's pages, and do there more than once.
import { type Locator, type Page, expect } from "@playwright/test";

export const apis = ["addMessage", "searchMemory", "getMessage"] as const;
export type Api = (typeof apis)[number];

/** `1,234` as a number. */
export function figure(text: string | null): number {
  const digits = (text ?? "").replaceAll(",", "").trim();
  expect(digits, `a figure: ${text}`).toMatch(/^\d+$/);
  return Number(digits);
}

export const card = (page: Page, api: Api): Locator => page.locator(`article[data-api=${api}]`);

/** The form by which an admin grants calls, on an account's page. */
export const grantForm = (page: Page): Locator => page.getByRole("region", { name: "Grant calls" });

export type Figures = { remaining: number; charged: number; failed: number; requests: number };

/** The figures of an API's card. */
export async function figures(page: Page, api: Api): Promise<Figures> {
  const read = async (name: keyof Figures) =>
    figure(await card(page, api).locator(`[data-figure=${name}]`).textContent());
  return {
    remaining: await read("remaining"),
    charged: await read("charged"),
    failed: await read("failed"),
    requests: await read("requests"),
  };
}

export type Numbers = { charged: number; failed: number; requests: number };

/** The table beside a chart: its rows, and the total at its foot; nothing if no call was made. */
export async function table(page: Page, chart: Api | "all"): Promise<{ days: Numbers[]; total: Numbers } | null> {
  const figureOf = page.locator(`figure[aria-labelledby=chart-${chart}]`);
  if ((await figureOf.locator("table").count()) === 0) return null;
  const columns = await figureOf
    .locator("thead th")
    .evaluateAll((heads) => heads.map((head) => head.getAttribute("data-column")));
  const rows = async (part: "tbody" | "tfoot"): Promise<Numbers[]> => {
    const cells = await figureOf
      .locator(`${part} tr`)
      .evaluateAll((rows) => rows.map((row) => [...row.querySelectorAll("th, td")].map((cell) => cell.textContent)));
    const read = (row: (string | null)[], name: string) => figure(row[columns.indexOf(name)] ?? null);
    return cells.map((row) => ({
      charged: read(row, "charged"),
      failed: read(row, "failed"),
      requests: read(row, "requests"),
    }));
  };
  const [total] = await rows("tfoot");
  if (!total) throw new Error(`no total below the rows of ${chart}`);
  return { days: await rows("tbody"), total };
}

/** What the legend of a chart sums to, without the period before. */
export async function legendSum(page: Page, chart: Api | "all"): Promise<number> {
  const numbers = await page
    .locator(`figure[aria-labelledby=chart-${chart}] .legend li:not(.legend-previous) .legend-calls`)
    .allTextContents();
  return numbers.reduce((sum, text) => sum + figure(text), 0);
}

/** Card, legend, table and the sum of its rows say the same for every API. */
export async function expectTotalsAgree(page: Page): Promise<void> {
  for (const api of apis) {
    const { charged, failed, requests } = await figures(page, api);
    expect(requests, `${api}: all requests`).toBe(charged + failed);
    const shown = await table(page, api);
    const none = { charged: 0, failed: 0, requests: 0 };
    const days = shown?.days ?? [];
    const sum = days.reduce(
      (sum, day) => ({
        charged: sum.charged + day.charged,
        failed: sum.failed + day.failed,
        requests: sum.requests + day.requests,
      }),
      none,
    );
    expect(sum, `${api}: sum of days and card`).toEqual({ charged, failed, requests });
    expect(shown?.total ?? none, `${api}: foot of the table and card`).toEqual({ charged, failed, requests });
    expect(await legendSum(page, api), `${api}: legend and card`).toBe(requests);
  }
}

/** The day on which the tests' demo begins (`serve.sh`), in UTC, the zone of its people. */
const today = "2026-11-20";

/** `2026-11-20`, so many days before today. */
export function daysAgo(days: number): string {
  return new Date(Date.parse(today) - days * 86_400_000).toISOString().slice(0, 10);
}

/** The address holds the filter. */
export async function expectFilter(page: Page, filter: Record<string, RegExp>): Promise<void> {
  for (const [name, value] of Object.entries(filter)) {
    await expect.poll(() => new URL(page.url()).searchParams.get(name), { message: name }).toMatch(value);
  }
}

/** The panel of a filter's choices. */
export const chooser = (page: Page, name: "project" | "key"): Locator => page.locator(`#filter-${name}`);

/** The choices of a filter: ids by the names that are shown. */
export async function choices(page: Page, name: "project" | "key"): Promise<Map<string, string>> {
  const pairs = await chooser(page, name)
    .locator("label.choice")
    .evaluateAll((labels) =>
      labels.map(
        (label) =>
          [label.querySelector("bdi")?.textContent ?? "", label.querySelector("input")?.value ?? ""] as const,
      ),
    );
  return new Map(pairs);
}

/** The id of a choice. */
export async function choice(page: Page, kind: "project" | "key", name: string): Promise<string> {
  const id = (await choices(page, kind)).get(name);
  if (!id) throw new Error(`no ${kind} ${name}`);
  return id;
}

/** Chooses with the panel, and sends it with its button. */
export async function choose(page: Page, kind: "project" | "key", ...names: string[]): Promise<void> {
  await chooser(page, kind).locator("summary").click();
  for (const name of names) await chooser(page, kind).getByRole("checkbox", { name }).check();
  await chooser(page, kind).getByRole("button", { name: "Apply" }).click();
}

/** Makes a key with the form, and reads the secret off the page. */
export async function createKey(page: Page, name: string): Promise<string> {
  await page.goto("/keys");
  await page.getByLabel("Name").fill(name);
  await page.getByRole("button", { name: "Create key" }).click();
  return secretOf(page, name);
}

/** The region that shows a new key. */
export const newKey = (page: Page, name: string): Locator => page.locator("section.new-key").filter({ hasText: name });

export async function secretOf(page: Page, name: string): Promise<string> {
  const secret = await newKey(page, name).locator("code").first().textContent();
  expect(secret).toMatch(/^mpg-[0-9A-Za-z]{40}$/);
  return secret ?? "";
}

/** The row of a table that is about `name`. */
export const row = (page: Page, name: string): Locator =>
  page.getByRole("row").filter({ has: page.getByRole("rowheader").filter({ hasText: name }) });
