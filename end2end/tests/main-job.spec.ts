import { type Page } from "@playwright/test";
import { choice, createKey, expectTotalsAgree, figures } from "./console";
import { expect, otherBrowser, signIn, test } from "./fixtures";
import { printedCommand, run, search, searches } from "./gateway";

async function searchesOf(page: Page, query: string) {
  await page.goto(`/usage?${query}`);
  await expectTotalsAgree(page);
  return figures(page, "searchMemory");
}

test("three calls with the printed command are three fewer left, today, under their project and key @once", async ({
  page,
  request,
}) => {
  await signIn(page, "developer");
  await page.goto("/usage");
  const project = await choice(page, "project", "Chat assistant");
  const other = await choice(page, "project", "Support bot");
  const key = await choice(page, "key", "Production");
  const filters = {
    all: "period=today",
    project: `period=today&project=${project}`,
    key: `period=today&key=${key}`,
    both: `period=today&project=${project}&key=${key}`,
  };
  const before = await searchesOf(page, filters.all);
  const elsewhere = await searchesOf(page, `period=today&project=${other}`);

  for (let call = 0; call < 3; call += 1) {
    const response = await run(request, printedCommand());
    expect(response.status()).toBe(200);
    expect(await response.json()).toMatchObject({ code: 0 });
  }

  for (const [name, query] of Object.entries(filters)) {
    const after = await searchesOf(page, query);
    expect(after.remaining, `remaining, ${name}`).toBe(before.remaining - 3);
    expect(after.charged, `charged, ${name}`).toBe(before.charged + 3);
  }
  const untouched = await searchesOf(page, `period=today&project=${other}`);
  expect(untouched.charged).toBe(elsewhere.charged);
  expect(untouched.remaining).toBe(before.remaining - 3);
});

test("used up, blocked, asked for more, granted, and the next call passes @once", async ({ page, browser, request }) => {
  await signIn(page, "hanna");
  await expect(page.getByRole("heading", { name: "Usage", level: 1 })).toBeVisible();
  const { remaining } = await figures(page, "searchMemory");
  expect(remaining).toBe(1_000);
  const key = await createKey(page, "Field test");

  await searches(request, key, remaining);
  const blocked = await search(request, key);
  expect(blocked.code).toBe(40_300);
  expect(blocked.message).toMatch(/call limit reached: all 1,000 searchMemory calls.* are used/);
  const link = /https?:\S+/.exec(blocked.message)?.[0] ?? "";

  await page.goto("/usage?period=today");
  await expectTotalsAgree(page);
  expect(await figures(page, "searchMemory")).toMatchObject({ remaining: 0, charged: 1_000, failed: 1 });

  // The sentence of the refusal leads to the form.
  await page.goto(link);
  await page.getByLabel("API", { exact: true }).selectOption("searchMemory");
  await page.getByLabel("Calls you need").fill("25");
  await page.getByLabel("What for").fill("The field test goes on tomorrow.");
  await page.getByRole("button", { name: "Send request" }).click();
  await expect(page.getByRole("status")).toContainText("sent");
  const mine = page.getByRole("article").filter({ hasText: "The field test goes on tomorrow." });
  await expect(mine).toContainText("Waiting");
  expect((await search(request, key)).code).toBe(40_300);

  const desk = await otherBrowser(browser, "admin");
  await desk.page.goto("/admin/requests");
  const waiting = desk.page.getByRole("listitem").filter({ hasText: "hanna@fjord.example" });
  await expect(waiting).toContainText("The field test goes on tomorrow.");
  await waiting.getByLabel("Answer").fill("Have a good day out.");
  await waiting.getByRole("button", { name: "Approve" }).click();
  await expect(desk.page.getByRole("status")).toContainText("approved");
  await desk.close();

  expect((await search(request, key)).code).toBe(0);
  await page.goto("/request-more");
  await expect(mine).toContainText("Approved");
  await expect(mine).toContainText("25 calls granted");
  await expect(mine).toContainText("Have a good day out.");
  await page.goto("/usage?period=today");
  expect(await figures(page, "searchMemory")).toMatchObject({ remaining: 24, charged: 1_001 });
});
