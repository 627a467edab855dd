import { type Locator, type Page } from "@playwright/test";
import { figures } from "./console";
import { accounts, enter, expect, expectAccessible, test } from "./fixtures";
import { searches } from "./gateway";

const status = (page: Page) => page.locator("#live");

/** A key of the visitor's own, made as the page's form makes it. */
async function newKey(page: Page, name: string): Promise<string> {
  await page.goto("/keys");
  const project = await page.locator("select[name=project] option").last().getAttribute("value");
  const made = await page.request.post("/keys", { form: { name, project: project ?? "", expires: "" } });
  const key = /mpg-[A-Za-z0-9]{40}/.exec(await made.text())?.[0];
  if (!key) throw new Error("no key on the page that made it");
  return key;
}

const searched = async (page: Page) => (await figures(page, "searchMemory")).charged;

test("numbers move in an open page while calls come in, and what was opened stays", async ({ page }) => {
  await enter(page, "priya");
  const key = await newKey(page, `Live ${test.info().project.name}`);
  await page.goto("/usage?period=7d");
  await expect(status(page)).toHaveText("Live");
  const before = await figures(page, "searchMemory");
  const numbers = page.locator("#usage-live details").first();
  await numbers.locator("summary").click();
  await numbers.locator("summary").focus();
  const place = await page.evaluate(() => window.scrollY);
  await searches(page.request, key, 3, 1);
  await expect.poll(() => searched(page)).toBeGreaterThanOrEqual(before.charged + 3);
  await expect(numbers).toHaveAttribute("open", "");
  await expect(numbers.locator("summary")).toBeFocused();
  expect(await page.evaluate(() => window.scrollY)).toBe(place);
  await expectAccessible(page);
});

test("below a notice, the state of the numbers stands beside the heading", async ({ page }) => {
  await enter(page, "aisha");
  await page.goto("/usage");
  await expect(status(page)).toHaveText("Live");
  const box = async (locator: Locator) => (await locator.boundingBox())!;
  const notices = await box(page.getByRole("complementary", { name: "Quota notices" }));
  const [state, heading] = [await box(status(page)), await box(page.locator(".page-head"))];
  expect(state.y).toBeGreaterThanOrEqual(notices.y + notices.height);
  expect(state.y).toBeGreaterThanOrEqual(heading.y);
  expect(state.y + state.height).toBeLessThanOrEqual(heading.y + heading.height);
});

test.describe("a connection that breaks", () => {
  test.use({ expectedConsoleErrors: [/ERR_INTERNET_DISCONNECTED|ERR_FAILED|ERR_INCOMPLETE/] });

  test("what happened while the browser was offline is caught up with", async ({ page, playwright, baseURL }) => {
    await enter(page, "priya");
    const key = await newKey(page, `Offline ${test.info().project.name}`);
    await page.goto("/usage?period=7d");
    await expect(status(page)).toHaveText("Live");
    const before = await searched(page);
    await page.context().setOffline(true);
    // The calls come from elsewhere.
    const elsewhere = await playwright.request.newContext({ baseURL });
    await searches(elsewhere, key, 2, 1);
    await elsewhere.dispose();
    await page.context().setOffline(false);
    await expect.poll(() => searched(page), { timeout: 15_000 }).toBeGreaterThanOrEqual(before + 2);
    await expect(status(page)).toHaveText("Live");
  });

  test("a stream that was cut is opened again", async ({ page }) => {
    await enter(page, "priya");
    const key = await newKey(page, `Cut ${test.info().project.name}`);
    let cuts = 0;
    await page.route(/\/usage\/live\?/, (route) => {
      cuts += 1;
      return cuts === 1 ? route.fulfill({ contentType: "text/event-stream", body: "retry: 100\n\n" }) : route.continue();
    });
    await page.goto("/usage?period=7d");
    await expect.poll(() => cuts).toBeGreaterThan(1);
    await expect(status(page)).toHaveText("Live");
    const before = await searched(page);
    await searches(page.request, key, 1);
    await expect.poll(() => searched(page)).toBeGreaterThan(before);
  });
});

test.describe("a session that ended", () => {
  test.use({ expectedConsoleErrors: [/401/] });

  test("the page says quietly that it no longer moves", async ({ page }) => {
    // A session of its own: others are shared by the tests.
    const signedIn = await page.request.post("/sign-in", { form: accounts.priya, maxRedirects: 0 });
    expect(signedIn.status()).toBe(303);
    const key = await newKey(page, `Ended ${test.info().project.name}`);
    await page.goto("/usage?period=7d");
    await expect(status(page)).toHaveText("Live");
    await page.request.post("/sign-out");
    await searches(page.request, key, 1);
    await expect(status(page)).toContainText("Paused", { timeout: 15_000 });
    await expect(page).toHaveURL(/\/usage/);
    await expect(page.getByRole("heading", { name: "Usage", level: 1 })).toBeVisible();
  });
});

test("the arrow keys move over the bars of a chart, and say their numbers", async ({ page }) => {
  await enter(page, "developer");
  await page.goto("/usage?period=7d");
  await expect(status(page)).toHaveText("Live");
  const chart = page.getByRole("figure", { name: "Search memory" });
  const cursor = chart.getByRole("slider");
  await cursor.focus();
  await expect(cursor).toHaveAttribute("aria-valuetext", /\d{4}, .+ \d/);
  await expect(chart.locator(".tip").filter({ visible: true })).toHaveCount(1);
  const last = await cursor.getAttribute("aria-valuetext");
  await page.keyboard.press("ArrowLeft");
  await expect(cursor).not.toHaveAttribute("aria-valuetext", last ?? "");
  await expect(cursor).toHaveAttribute("aria-valuenow", "6");
  await page.keyboard.press("Home");
  await expect(cursor).toHaveAttribute("aria-valuenow", "1");
  await page.keyboard.press("Escape");
  await expect(chart.locator(".tip").filter({ visible: true })).toHaveCount(0);
});

test("a finger shows the tooltip of the bar below it", async ({ page }) => {
  test.skip(test.info().project.name !== "phone", "fingers are on phones");
  await enter(page, "developer");
  await page.goto("/usage?period=7d");
  await expect(status(page)).toHaveText("Live");
  const chart = page.getByRole("figure", { name: "Search memory" });
  await chart.scrollIntoViewIfNeeded();
  const box = await chart.locator(".chart-box").boundingBox();
  if (!box) throw new Error("no chart");
  await page.touchscreen.tap(box.x + box.width * 0.3, box.y + box.height / 2);
  await expect(chart.locator(".tip").filter({ visible: true })).toHaveCount(1);
});
