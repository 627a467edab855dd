import { readFile } from "node:fs/promises";
import { type Download, type Page } from "@playwright/test";
import { daysAgo } from "./console";
import { enter, expect, holdBack, leave, test } from "./fixtures";

// Days that no test adds calls to: history ends yesterday.
const settled = `from=${daysAgo(30)}&to=${daysAgo(2)}`;

/** The ids of the rows, in their order. */
const ids = (page: Page): Promise<string[]> =>
  page
    .locator("table.calls tbody th a")
    .evaluateAll((links) => links.map((link) => (link.getAttribute("href") ?? "").replace("/requests/", "")));

/** Every cell of a column, by the heading of the column. */
async function column(page: Page, heading: string): Promise<string[]> {
  const headings = await page.locator("table.calls thead th").allTextContents();
  const place = headings.indexOf(heading);
  expect(place, `a column ${heading}`).toBeGreaterThanOrEqual(0);
  const cells = await page.locator(`table.calls tbody tr > :nth-child(${place + 1})`).allTextContents();
  return cells.map((cell) => cell.trim());
}

async function contents(download: Download): Promise<string> {
  return readFile(await download.path(), "utf8");
}

test("pages lead to older requests and back to the newest @nojs", async ({ page }) => {
  await enter(page, "developer");
  await page.goto(`/requests?${settled}`);
  const newest = await ids(page);
  expect(newest).toHaveLength(50);
  expect([...newest].sort().reverse(), "newest first").toEqual(newest);
  await page.getByRole("link", { name: "Older" }).click();
  await expect(page.getByRole("link", { name: "Newest" })).toBeVisible();
  const second = await ids(page);
  expect(second).toHaveLength(50);
  expect(newest.filter((id) => second.includes(id))).toEqual([]);
  const address = page.url();
  await page.getByRole("link", { name: "Older" }).click();
  await page.getByRole("link", { name: "Newer" }).click();
  expect(await ids(page)).toEqual(second);
  await page.getByRole("link", { name: "Newest" }).click();
  expect(await ids(page)).toEqual(newest);
  // The address is the page.
  await page.goto(address);
  expect(await ids(page)).toEqual(second);
});

test("a filter shows what it says, and its address shows the same again @nojs", async ({ page }) => {
  await enter(page, "developer");
  await page.goto(`/requests?${settled}`);
  const filter = page.getByRole("form", { name: "Filter" });
  await filter.getByLabel("Outcome").selectOption("Rejected");
  if (test.info().project.use.javaScriptEnabled === false) {
    await filter.getByRole("button", { name: "Apply" }).click();
  }
  await page.waitForURL(/outcome=rejected/);
  const outcomes = await column(page, "Outcome");
  expect(outcomes.length).toBeGreaterThan(0);
  for (const outcome of outcomes) expect(outcome).toContain("Rejected");
  expect(new Set(await column(page, "Charged"))).toEqual(new Set(["No"]));
  const found = await ids(page);
  await page.reload();
  expect(await ids(page)).toEqual(found);

  await page.goto(`/requests?${settled}&api=searchMemory&code=40302`);
  expect(new Set(await column(page, "API"))).toEqual(new Set(["Search memory"]));
  for (const outcome of await column(page, "Outcome")) expect(outcome).toContain("40302");
  await page.getByRole("link", { name: "Clear filters" }).click();
  await expect(page).toHaveURL(/\/requests$/);
});

test("a filter that was chosen before the scripts ran is applied when they do", async ({ page }) => {
  await enter(page, "developer");
  const release = await holdBack(page, "**/*.wasm");
  await page.goto(`/requests?${settled}`, { waitUntil: "commit" });
  const filter = page.getByRole("form", { name: "Filter" });
  await filter.getByLabel("Outcome").selectOption("Rejected");
  await expect(filter.getByRole("button", { name: "Apply" })).toBeVisible();
  release();
  await page.waitForURL(/outcome=rejected/);
  await expect(filter.getByRole("button", { name: "Apply" })).toBeHidden();

  // On the way back the form says what the list does, and nothing sends it again.
  await page.goBack();
  await expect(filter.getByRole("button", { name: "Apply" })).toBeHidden();
  await expect(filter.getByLabel("Outcome")).toHaveValue("");
  await expect(page).not.toHaveURL(/outcome=rejected/);
});

test("a project that was ticked before the scripts ran is applied when they do", async ({ page }) => {
  await enter(page, "developer");
  const release = await holdBack(page, "**/*.wasm");
  await page.goto("/usage", { waitUntil: "commit" });
  const panel = page.locator("#filter-project");
  await panel.locator("summary").click();
  await panel.getByRole("checkbox").first().check();
  await panel.locator("summary").click();
  release();
  await page.waitForURL(/project=prj_/);
  await expect(page.getByRole("link", { name: "Clear filters" })).toBeVisible();
});

test("a request says what happened, and its id finds it @nojs", async ({ page }) => {
  await enter(page, "developer");
  await page.goto(`/requests?${settled}&code=40302`);
  const [id] = await ids(page);
  await page.locator("table.calls tbody th a").first().click();
  await expect(page.getByRole("heading", { name: "Input too long" })).toBeVisible();
  await expect(page.getByText("Shorten the text, or split it over several calls.")).toBeVisible();
  await expect(page.getByText(id ?? "no id", { exact: true })).toBeVisible();
  await page.goto("/requests");
  await page.getByLabel("Request ID").fill(` ${id} `);
  await page.getByRole("button", { name: "Open" }).click();
  await expect(page).toHaveURL(new RegExp(`/requests/${id}$`));
  await page.goto("/requests");
  await page.getByLabel("Request ID").fill("req_nobody");
  await page.getByRole("button", { name: "Open" }).click();
  await expect(page.getByRole("alert")).toContainText("req_nobody");
  await page.goto(`/requests/${id}`);
  await page.getByRole("link", { name: "All error codes" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Error codes");
  await expect(page.getByRole("row").filter({ hasText: "40302" })).toContainText("Input too long");
});

test.describe("somebody else's request", () => {
  test.use({ expectedConsoleErrors: [/404/] });

  test("is not there @nojs", async ({ page }) => {
    await enter(page, "developer");
    await page.goto(`/requests?${settled}`);
    const [id] = await ids(page);
    await leave(page);
    await enter(page, "leo");
    const response = await page.goto(`/requests/${id}`);
    expect(response?.status()).toBe(404);
    await expect(page.getByText("The link may be old")).toBeVisible();
  });
});

test("files hold what the pages show @nojs", async ({ page }) => {
  await enter(page, "developer");
  await page.goto(`/requests?${settled}&outcome=rejected&api=addMessage`);
  const shown = await ids(page);
  expect(shown.length).toBeGreaterThan(0);
  const [csv] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("link", { name: "CSV: download Requests" }).click(),
  ]);
  expect(csv.suggestedFilename()).toBe("allowance-requests.csv");
  const lines = (await contents(csv)).split("\r\n");
  expect(lines[0]).toMatch(/^time,request_id,api,outcome,code,/);
  expect(lines.slice(1, -1).map((line) => line.split(",")[1])).toEqual(shown);
  const [json] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("link", { name: "JSON: download Requests" }).click(),
  ]);
  const rows = JSON.parse(await contents(json)) as { request_id: string }[];
  expect(rows.map(({ request_id }) => request_id)).toEqual(shown);
});

test("an account that never called is told how to begin", async ({ page }) => {
  await enter(page, "admin");
  await page.goto("/requests");
  await expect(page.getByText("No calls yet")).toBeVisible();
});
