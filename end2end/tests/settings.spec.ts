// What people settle about their own account. Each run has a person of its own.
import { readFileSync } from "node:fs";
import { type Browser, type Page } from "@playwright/test";
import { type Person, accounts, consoleErrors, expect, signIn, test } from "./fixtures";

const mine = (): Person => ({ desktop: "noor", phone: "kofi", nojs: "tomas" } as const)[test.info().project.name as "desktop" | "phone" | "nojs"];

/** A card of the settings page. */
const card = (page: Page, heading: string) =>
  page.locator("section.setting").filter({ has: page.getByRole("heading", { name: heading, exact: true }) });

/** One more browser of the same person. */
async function another(browser: Browser, who: Person): Promise<Page> {
  const { baseURL, viewport, javaScriptEnabled } = test.info().project.use;
  const context = await browser.newContext({ baseURL, viewport, javaScriptEnabled });
  consoleErrors(context);
  const page = await context.newPage();
  await signIn(page, who);
  return page;
}

test("name and time zone are changed, and every page follows @nojs", async ({ page }) => {
  await signIn(page, mine());
  await page.goto("/settings");
  const name = `Nur نور 🌙 <b>${test.info().project.name}</b>`;
  await card(page, "Profile").getByLabel("Name").fill(name);
  await card(page, "Profile").getByRole("button", { name: "Save" }).click();
  await expect(page.getByRole("status").first()).toContainText("Your name was changed");
  await expect(page.locator(".foot-name").first()).toHaveText(name);

  const zone = card(page, "Time zone");
  const kathmandu = await zone.locator("option[value='Asia/Kathmandu']").textContent();
  expect(kathmandu).toMatch(/^Kathmandu · \d\d:\d\d \(UTC\+05:45\)$/);
  await zone.getByLabel("Time zone").selectOption("Asia/Kathmandu");
  await zone.getByRole("button", { name: "Save" }).click();
  await expect(page.getByRole("status").first()).toContainText("Your time zone was changed");
  await expect(zone.getByLabel("Time zone")).toHaveValue("Asia/Kathmandu");
  await page.goto("/usage");
  await expect(page.getByText("Asia/Kathmandu").first()).toBeAttached();
});

test("sessions are seen, and ended one by one or all but this one @nojs", async ({ page, browser }) => {
  await signIn(page, mine());
  const second = await another(browser, mine());
  const third = await another(browser, mine());
  await page.goto("/settings");
  const sessions = card(page, "Sessions");
  const before = await sessions.getByRole("listitem").count();
  expect(before).toBeGreaterThanOrEqual(3);
  await expect(sessions.getByText("This one")).toHaveCount(1);
  await sessions.getByRole("button", { name: /^Sign out: / }).first().click();
  await expect(sessions.getByRole("listitem")).toHaveCount(before - 1);
  await sessions.getByRole("button", { name: "Sign out everywhere else" }).click();
  await expect(sessions.getByRole("listitem")).toHaveCount(1);
  await expect(sessions).toContainText("This one");
  for (const other of [second, third]) {
    await other.goto("/usage");
    await expect(other).toHaveURL(/\/sign-in/);
    await other.context().close();
  }
});

test.describe("what cannot be taken", () => {
  test.use({ expectedConsoleErrors: [/status of 422/] });

  test("is said beside its field, and nothing typed is lost but passwords @nojs", async ({ page }) => {
    await signIn(page, mine());
    await page.goto("/settings");
    const notices = card(page, "Notices");
    await notices.getByLabel("Percent used").fill("80, 140");
    await notices.getByRole("button", { name: "Save" }).click();
    await expect(notices.getByLabel("Percent used")).toHaveAccessibleDescription(/from 1 to 100/);
    await expect(notices.getByLabel("Percent used")).toHaveValue("80, 140");

    const password = card(page, "Password");
    await password.getByLabel("Current password").fill("not the password");
    await password.getByLabel("New password", { exact: true }).fill("a new long password");
    await password.getByLabel("New password once more").fill("a new long password");
    await password.getByRole("button", { name: "Change password" }).click();
    await expect(password.getByLabel("Current password")).toHaveAccessibleDescription(/not your password/);
    await expect(password.getByLabel("New password", { exact: true })).toHaveValue("");

    const last = card(page, "Delete account");
    await last.getByText("Delete this account…").click();
    await last.getByLabel("Type your e-mail").fill("somebody@else.example");
    await last.getByLabel("Your password").fill(accounts[mine()].password);
    await last.getByRole("button", { name: "Delete it for good" }).click();
    await expect(last.getByLabel("Type your e-mail")).toHaveAccessibleDescription(/not the e-mail of your account/);
    await expect(last.getByLabel("Your password")).toHaveValue("");
  });
});

test("a notice stands on every page until it is dismissed @once", async ({ page }) => {
  await signIn(page, "vera");
  await page.goto("/keys");
  const notices = page.getByRole("complementary", { name: "Quota notices" });
  await expect(notices).toContainText("Search memory: 80 % of your quota is used.");
  await page.goto("/limits");
  await notices.getByRole("button", { name: "Dismiss: Search memory" }).click();
  await expect(page).toHaveURL(/\/limits$/);
  await expect(notices).toHaveCount(0);
  await page.goto("/settings");
  await expect(card(page, "Notices")).toContainText("Search memory: 80 % used (800 of 1,000 calls)");
});

test("everything is exported, a password is changed, and an account deleted @once", async ({ page }) => {
  const who = accounts.wim;
  await signIn(page, "wim");
  await page.goto("/settings");
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("link", { name: "Export everything" }).click(),
  ]);
  expect(download.suggestedFilename()).toBe("allowance-export.json");
  const all = JSON.parse(readFileSync(await download.path(), "utf8")) as { account: { email: string }; calls: unknown[] };
  expect(all.account.email).toBe(who.email);
  expect(all.calls.length).toBeGreaterThan(0);

  const fresh = "a new long password";
  const password = card(page, "Password");
  await password.getByLabel("Current password").fill(who.password);
  await password.getByLabel("New password", { exact: true }).fill(fresh);
  await password.getByLabel("New password once more").fill(fresh);
  await password.getByRole("button", { name: "Change password" }).click();
  await expect(page.getByRole("status").first()).toContainText("Your password was changed");

  const last = card(page, "Delete account");
  await last.getByText("Delete this account…").click();
  await last.getByLabel("Type your e-mail").fill(who.email);
  await last.getByLabel("Your password").fill(fresh);
  await last.getByRole("button", { name: "Delete it for good" }).click();
  await expect(page).toHaveURL(/\/sign-in/);
  await expect(page.getByRole("status").first()).toContainText("Your account is deleted");
  await page.goto("/usage");
  await expect(page).toHaveURL(/\/sign-in/);
});
