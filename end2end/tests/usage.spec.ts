import { type Page } from "@playwright/test";
import {
  type Figures,
  apis,
  choice,
  choices,
  choose,
  chooser,
  daysAgo,
  expectFilter,
  expectTotalsAgree,
  figure,
  figures,
  legendSum,
  table,
} from "./console";
import { enter, expect, otherBrowser, test } from "./fixtures";

// Days that no test adds calls to: history ends yesterday.
const settled = `from=${daysAgo(30)}&to=${daysAgo(2)}`;

async function report(page: Page, query: string): Promise<Figures[]> {
  await page.goto(`/usage?${query}`);
  return Promise.all(apis.map((api) => figures(page, api)));
}

test("cards, chart tables and sums agree under every filter @nojs", async ({ page }) => {
  await enter(page, "developer");
  for (const query of [settled, "period=90d", "period=month", `from=${daysAgo(40)}&to=${daysAgo(40)}`]) {
    await page.goto(`/usage?${query}`);
    await expectTotalsAgree(page);
  }
});

test("the projects' numbers add up to all, and so do the keys' without a project @nojs", async ({ page }) => {
  // Opens the page once for each project and key.
  test.slow();
  await enter(page, "developer");
  const all = await report(page, settled);
  expect(all.every(({ charged, failed }) => charged > 0 && failed > 0)).toBe(true);
  for (const name of ["project", "key"] as const) {
    const ids = [...(await choices(page, name)).values()];
    expect(ids.length).toBeGreaterThan(1);
    const sums = apis.map(() => ({ charged: 0, failed: 0, requests: 0 }));
    for (const id of ids) {
      const part = await report(page, `${settled}&${name}=${id}`);
      await expectTotalsAgree(page);
      part.forEach((figures, place) => {
        const sum = sums[place];
        if (!sum) throw new Error("an API more");
        sum.charged += figures.charged;
        sum.failed += figures.failed;
        sum.requests += figures.requests;
      });
    }
    expect(sums, `all ${name}s together`).toEqual(
      all.map(({ charged, failed, requests }) => ({ charged, failed, requests })),
    );
    // Two named at once are their sum as well.
    const both = await report(page, `${settled}&${ids.map((id) => `${name}=${id}`).join("&")}`);
    expect(both.map(({ requests }) => requests)).toEqual(all.map(({ requests }) => requests));
  }
});

test("a day filter gives that day, and the days of a range add up to it @nojs", async ({ page }) => {
  await enter(page, "developer");
  const days = [9, 8, 7].map(daysAgo);
  await page.goto(`/usage?from=${days[0]}&to=${days[2]}`);
  // The table has the newest day first.
  const rows = (await table(page, "addMessage"))?.days.reverse() ?? [];
  expect(rows).toHaveLength(3);
  for (const [place, day] of days.entries()) {
    await page.goto(`/usage?from=${day}&to=${day}`);
    const { charged, failed, requests } = await figures(page, "addMessage");
    expect({ charged, failed, requests }, day).toEqual(rows[place]);
    // One day is shown by the hour.
    expect((await table(page, "addMessage"))?.days ?? []).toHaveLength(24);
  }
});

test("every day of the range is in the table, also those without calls @nojs", async ({ page }) => {
  await enter(page, "diego");
  await page.goto("/usage?period=90d");
  expect((await table(page, "addMessage"))?.days).toHaveLength(90);
});

test("what remains is the same under every filter @nojs", async ({ page }) => {
  await enter(page, "leo");
  const remaining = async (query: string) => (await report(page, query)).map((figures) => figures.remaining);
  const all = await remaining("");
  expect(await remaining("period=today")).toEqual(all);
  expect(await remaining(`from=${daysAgo(5)}&to=${daysAgo(5)}`)).toEqual(all);
});

test("a pasted address shows the same in another browser @nojs", async ({ page, browser }) => {
  await enter(page, "developer");
  await page.goto(`/usage?${settled}`);
  const key = await choice(page, "key", "Staging");
  const address = `/usage?${settled}&key=${key}`;
  const here = await report(page, `${settled}&key=${key}`);
  const other = await otherBrowser(browser, "developer");
  await other.page.goto(address);
  expect(await Promise.all(apis.map((api) => figures(other.page, api)))).toEqual(here);
  await expect(chooser(other.page, "key").locator("summary")).toContainText("Staging");
  await other.close();
});

test("a filter value that makes no sense is explained, and the page is whole @nojs", async ({ page }) => {
  await enter(page, "developer");
  for (const [query, message] of [
    ["from=2026-02-31", /2026-02-31.* is not a date/],
    ["from=2026-11-10&to=2026-11-01", /starts on 10 Nov 2026, after its end on 1 Nov 2026/],
    ["from=2001-01-01&to=2026-01-01", /at most/],
    ["period=fortnight", /no period .fortnight/],
    ["project=prj_nobody", /not one of yours/],
    ["key=%27%20or%201%3D1", /not one of yours/],
  ] as const) {
    const response = await page.goto(`/usage?${query}`);
    expect(response?.status(), query).toBe(200);
    await expect(page.getByRole("alert"), query).toContainText(message);
    await expectTotalsAgree(page);
  }
});

test("a key and a project of another account show none of its data @nojs", async ({ page, browser }) => {
  const other = await otherBrowser(browser, "xiaoming");
  await other.page.goto("/usage");
  const [key] = (await choices(other.page, "key")).values();
  const [project] = (await choices(other.page, "project")).values();
  await other.close();
  await enter(page, "leo");
  const own = await report(page, settled);
  for (const foreign of [`key=${key}`, `project=${project}`]) {
    const shown = await report(page, `${settled}&${foreign}`);
    await expect(page.getByRole("alert")).toContainText("not one of yours");
    expect(shown).toEqual(own);
  }
});

test("a key of another project than the chosen one is said to match nothing @nojs", async ({ page }) => {
  await enter(page, "developer");
  await page.goto("/usage");
  const project = await choice(page, "project", "Support bot");
  const key = await choice(page, "key", "Staging");
  const shown = await report(page, `${settled}&project=${project}&key=${key}`);
  expect(shown.map(({ requests }) => requests)).toEqual([0, 0, 0]);
  await expect(page.getByText("belongs to another project")).toBeVisible();
});

test("a period without calls says so instead of drawing nothing @nojs", async ({ page }) => {
  await enter(page, "leo");
  await page.goto("/usage?from=2025-01-01&to=2025-01-31");
  await expect(page.getByText("No calls in this period.")).toHaveCount(3);
  await expectTotalsAgree(page);
});

test("without scripts the filter is applied by its button @nojs", async ({ page }) => {
  test.skip(test.info().project.use.javaScriptEnabled !== false, "with scripts it sends itself");
  await enter(page, "developer");
  await page.goto("/usage");
  await choose(page, "key", "Notebook");
  await expectFilter(page, { key: /^key_/ });
  await page.getByText("Custom", { exact: true }).click();
  await page.getByLabel("From").fill(daysAgo(20));
  await page.getByLabel("To", { exact: true }).fill(daysAgo(10));
  await page.getByRole("button", { name: "Show these days" }).click();
  await expectFilter(page, { key: /^key_/, from: new RegExp(daysAgo(20)), to: new RegExp(daysAgo(10)) });
  await expectTotalsAgree(page);
});

test("several projects and keys are chosen at once, without a project first @nojs", async ({ page }) => {
  await enter(page, "developer");
  await page.goto(`/usage?${settled}`);
  const all = await figures(page, "addMessage");
  await choose(page, "key", "Production", "Staging");
  await expect.poll(() => new URL(page.url()).searchParams.getAll("key")).toHaveLength(2);
  await expect(chooser(page, "key").locator("summary")).toContainText("2 API keys");
  const some = await figures(page, "addMessage");
  expect(some.charged).toBeLessThan(all.charged);
  expect(some.charged).toBeGreaterThan(0);
  await expectTotalsAgree(page);
});

test("with scripts a panel sends itself when it closes, and keeps the rest of the filter", async ({ page }) => {
  await enter(page, "developer");
  await page.goto("/usage?period=7d&group=key");
  const projects = chooser(page, "project");
  await projects.locator("summary").click();
  // Shown once the page's scripts run: only then does a panel send itself.
  await expect(projects.getByRole("searchbox")).toBeVisible();
  await projects.getByRole("searchbox").fill("supp");
  await expect(projects.getByRole("checkbox", { name: "Chat assistant" })).toBeHidden();
  await projects.getByRole("checkbox", { name: "Support bot" }).check();
  await page.getByRole("heading", { level: 1 }).click();
  await expectFilter(page, { project: /^prj_/, period: /^7d$/, group: /^key$/ });
  await expect(chooser(page, "project").locator("summary")).toContainText("Support bot");
  await page.getByRole("link", { name: "30 days" }).click();
  await expectFilter(page, { project: /^prj_/, period: /^30d$/, group: /^key$/ });
  await page.getByRole("link", { name: "Clear filters" }).click();
  await expect(chooser(page, "project").locator("summary")).toContainText("All projects");
  await page.goBack();
  await expect(chooser(page, "project").locator("summary")).toContainText("Support bot");
});

test("charts are stacked by outcome, project, key and API, and every figure agrees @nojs", async ({ page }) => {
  await enter(page, "developer");
  await page.goto(`/usage?${settled}`);
  for (const name of ["Project", "API key", "Outcome"]) {
    await page.getByRole("group", { name: "Group by" }).getByRole("link", { name, exact: true }).click();
    await expect(page.getByRole("group", { name: "Group by" }).locator("[aria-current]")).toHaveText(name);
    await expectTotalsAgree(page);
  }
  const each = await Promise.all(apis.map((api) => figures(page, api)));
  await page.getByRole("group", { name: "Group by" }).getByRole("link", { name: "API", exact: true }).click();
  await expect(page.getByRole("figure", { name: "All APIs" })).toBeVisible();
  const sum = (name: "charged" | "failed" | "requests") => each.reduce((sum, figures) => sum + figures[name], 0);
  const total = (await table(page, "all"))?.total;
  expect(total).toEqual({ charged: sum("charged"), failed: sum("failed"), requests: sum("requests") });
  expect(await legendSum(page, "all")).toBe(sum("requests"));
});

test("the period before stands beside, in words and as a column @nojs", async ({ page }) => {
  await enter(page, "developer");
  await page.goto(`/usage?from=${daysAgo(15)}&to=${daysAgo(6)}`);
  const now = await figures(page, "addMessage");
  await page.getByRole("link", { name: "Compare with the period before" }).click();
  await expectFilter(page, { compare: /^previous$/ });
  expect(await figures(page, "addMessage")).toEqual(now);
  await expect(page.locator("article[data-api=addMessage]")).toContainText(/[+−]\d+ %/);
  await expect(page.locator("article[data-api=addMessage]")).toContainText("against");
  const previous = page.locator("figure[aria-labelledby=chart-addMessage] .legend-previous .legend-calls");
  const before = figure(await previous.textContent());
  await page.goto(`/usage?from=${daysAgo(25)}&to=${daysAgo(16)}`);
  expect((await figures(page, "addMessage")).requests).toBe(before);
});

test("each card says how long its quota lasts @nojs", async ({ page }) => {
  await enter(page, "developer");
  await page.goto("/usage?period=today");
  await expect(page.locator("article[data-api=addMessage] .forecast")).toContainText(/runs out about|lasts past/);
  await expect(page.getByText("no filter changes what remains")).toBeVisible();
});

test("a range of one's own is chosen with the dates", async ({ page }) => {
  await enter(page, "developer");
  await page.goto("/usage");
  await page.getByText("Custom", { exact: true }).click();
  await page.getByLabel("From").fill(daysAgo(12));
  await page.getByLabel("To", { exact: true }).fill(daysAgo(11));
  await page.getByRole("button", { name: "Show these days" }).click();
  await expectFilter(page, { from: new RegExp(daysAgo(12)), to: new RegExp(daysAgo(11)) });
  expect((await table(page, "addMessage"))?.days).toHaveLength(48);
});

test("the numbers of a chart open as a table", async ({ page }) => {
  await enter(page, "developer");
  await page.goto("/usage");
  const chart = page.getByRole("figure", { name: "Search memory" });
  await expect(chart.getByRole("table")).toBeHidden();
  await chart.getByText("Show the numbers").click();
  await expect(chart.getByRole("table")).toBeVisible();
  await expect(chart.getByRole("columnheader", { name: "Charged" })).toBeVisible();
});

test("the one whose searches are used up is told so, with the way to more @nojs", async ({ page }) => {
  await enter(page, "aisha");
  await page.goto("/usage");
  await expect(page.getByText("All used up. Calls are refused.")).toBeVisible();
  await page.locator("article[data-api=searchMemory]").getByRole("link", { name: "Request more" }).click();
  await expect(page.getByLabel("API", { exact: true })).toHaveValue("searchMemory");
});
