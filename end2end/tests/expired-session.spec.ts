// A session that ends in the middle of something loses nothing that was typed, and shows nothing to others.
import { type Page, chromium } from "@playwright/test";
import { row } from "./console";
import { type Person, accounts, expect, signIn, test } from "./fixtures";

const named = (name: string): string => `${name} ${test.info().project.name}`;

/** As after fourteen days, or when another browser ended it. */
const endSession = (page: Page) => page.context().clearCookies({ name: "allowance_session" });

async function signInHere(page: Page, who: Person): Promise<void> {
  await page.getByLabel("E-mail").fill(accounts[who].email);
  await page.getByLabel("Password").fill(accounts[who].password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
}

test("what was typed survives the sign-in, and is sent by nobody but its writer @nojs", async ({ page }) => {
  await signIn(page, "diego");
  await page.goto("/keys");
  const name = named("Typed before the end 🔑");
  await page.getByLabel("Name").fill(name);
  await page.getByLabel("Expires").fill("2031-05-06");
  await endSession(page);
  await page.getByRole("button", { name: "Create key" }).click();
  await expect(page).toHaveURL(/\/sign-in/);
  await expect(page.getByRole("status")).toContainText("what you typed is kept");
  expect(await page.content()).not.toContain(name);
  await signInHere(page, "diego");
  await expect(page).toHaveURL(/\/keys\?unsent=1$/);
  await expect(page.getByText("Nothing was sent yet")).toBeVisible();
  await expect(page.getByLabel("Name")).toHaveValue(name);
  await expect(page.getByLabel("Expires")).toHaveValue("2031-05-06");
  await expect(row(page, name)).toHaveCount(0);
  await page.getByRole("button", { name: "Create key" }).click();
  await page.goto("/keys");
  await expect(row(page, name)).toHaveCount(1);
  await expect(page.getByText("Nothing was sent yet")).toHaveCount(0);
});

test("whoever signs in next does not see what somebody else had typed @nojs", async ({ page }) => {
  await signIn(page, "diego");
  await page.goto("/request-more");
  await page.getByLabel("Calls you need").fill("12345");
  await page.getByLabel("What for").fill("Nobody else’s business");
  await endSession(page);
  await page.getByRole("button", { name: "Send request" }).click();
  await signInHere(page, "leo");
  await expect(page).toHaveURL(/\/request-more/);
  await expect(page.getByLabel("Calls you need")).toHaveValue("");
  expect(await page.content()).not.toContain("Nobody else’s business");
});

test("the back button brings no page back to life after a sign-out", async ({ baseURL }) => {
  const { launchOptions, viewport } = test.info().project.use;
  // Playwright turns off what this is about.
  const browser = await chromium.launch({ ...launchOptions, ignoreDefaultArgs: ["--disable-back-forward-cache"] });
  const context = await browser.newContext({ baseURL, viewport });
  const page = await context.newPage();
  await signIn(page, "xiaoming");
  await page.goto("/keys");
  await page.evaluate(() => window.addEventListener("pageshow", ({ persisted }) => persisted && document.body.append("brought back")));
  const menu = page.getByText("Menu", { exact: true });
  if (await menu.isVisible()) await menu.click();
  await page.getByRole("button", { name: "Sign out" }).click();
  await expect(page.getByRole("status")).toContainText("You are signed out.");
  await page.goBack();
  await expect(page).toHaveURL(/\/sign-in/);
  await expect(page.getByText(accounts.xiaoming.email)).toHaveCount(0);
  await expect(page.getByText("brought back")).toHaveCount(0);
  await browser.close();
});
