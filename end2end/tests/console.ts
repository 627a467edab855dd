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

/** The table beside an API's chart: its days, and the total at its foot; nothing if no call was made. */
export async function table(page: Page, api: Api): Promise<{ days: Numbers[]; total: Numbers } | null> {
  const chart = page.locator(`figure[aria-labelledby=chart-${api}]`);
  if ((await chart.locator("table").count()) === 0) return null;
  const rows = async (part: "tbody" | "tfoot"): Promise<Numbers[]> => {
    const cells = await chart
      .locator(`${part} tr`)
      .evaluateAll((rows) => rows.map((row) => [...row.querySelectorAll("td")].map((cell) => cell.textContent)));
    return cells.map(([charged, failed, requests]) => ({
      charged: figure(charged ?? null),
      failed: figure(failed ?? null),
      requests: figure(requests ?? null),
    }));
  };
  const [total] = await rows("tfoot");
  if (!total) throw new Error(`no total below the days of ${api}`);
  return { days: await rows("tbody"), total };
}

/** Card, table and the sum of the days say the same for every API. */
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

/** The choices of a filter without the one for all: value by visible text. */
export async function choices(select: Locator): Promise<Map<string, string>> {
  const pairs = await select
    .locator("option:not([value=''])")
    .evaluateAll((options) => options.map((option) => [(option.textContent ?? "").trim(), (option as HTMLOptionElement).value] as const));
  return new Map(pairs);
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
