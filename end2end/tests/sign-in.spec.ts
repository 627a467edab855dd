import { accounts, expect, leave, signIn, test } from "./fixtures";

test("a stranger is asked to sign in, and comes back to the page that was asked for @nojs", async ({ page }) => {
  await page.goto("/usage?period=7d");
  await expect(page).toHaveURL(/\/sign-in\?next=/);
  await page.getByLabel("E-mail").fill(accounts.leo.email);
  await page.getByLabel("Password").fill(accounts.leo.password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(page).toHaveURL(/\/usage\?period=7d$/);
  await expect(page.getByText(accounts.leo.email).first()).toBeAttached();
});

test("a sign-in leads nowhere but to this site @nojs", async ({ page, baseURL }) => {
  for (const next of ["https://example.org/", "//example.org/", "/\\example.org"]) {
    await page.goto(`/sign-in?next=${encodeURIComponent(next)}`);
    await page.getByRole("button", { name: "Sign in as Developer" }).click();
    await page.waitForURL((url) => url.pathname !== "/sign-in");
    expect(page.url(), next).toBe(`${baseURL}/usage`);
  }
});

test("the demo's buttons sign in @nojs", async ({ page }) => {
  await page.goto("/sign-in");
  await page.getByRole("button", { name: "Sign in as Developer" }).click();
  await expect(page.getByRole("heading", { name: "Usage", level: 1 })).toBeVisible();
  await leave(page);
  await page.goto("/sign-in?next=%2Fadmin");
  await page.getByRole("button", { name: "Sign in as Admin" }).click();
  await expect(page.getByRole("heading", { name: "Accounts", level: 1 })).toBeVisible();
});

test("the session's cookie is out of reach of scripts and other sites", async ({ page, context }) => {
  await signIn(page, "leo");
  const session = (await context.cookies()).find(({ name }) => name === "allowance_session");
  expect(session).toMatchObject({ httpOnly: true, sameSite: "Lax", path: "/" });
});

test.describe("a refused sign-in", () => {
  test.use({ expectedConsoleErrors: [/status of 422/] });

  test("says the same for a wrong password and an unknown e-mail, and keeps the e-mail @nojs", async ({ page }) => {
    for (const email of [accounts.leo.email, "nobody@example.com"]) {
      await page.goto("/sign-in?next=%2Fkeys");
      await page.getByLabel("E-mail").fill(email);
      await page.getByLabel("Password").fill("not-the-password");
      await page.getByRole("button", { name: "Sign in", exact: true }).click();
      await expect(page.getByRole("alert")).toContainText("The e-mail or the password is wrong.");
      await expect(page.getByLabel("E-mail")).toHaveValue(email);
      await expect(page.getByLabel("Password")).toHaveValue("");
    }
    // The way back is not lost by a slip.
    await page.getByLabel("E-mail").fill(accounts.leo.email);
    await page.getByLabel("Password").fill(accounts.leo.password);
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    await expect(page).toHaveURL(/\/keys$/);
  });
});

test("after signing out, the back button shows nothing @nojs", async ({ page }) => {
  await signIn(page, "xiaoming");
  const response = await page.goto("/keys");
  expect(response?.headers()["cache-control"]).toContain("no-store");
  await openMenu(page);
  await page.getByRole("button", { name: "Sign out" }).click();
  await expect(page.getByRole("status")).toContainText("You are signed out.");
  await page.goBack();
  await expect(page).toHaveURL(/\/sign-in/);
  await expect(page.getByText(accounts.xiaoming.email)).toHaveCount(0);
});

test("a theme is kept for the next visit @nojs", async ({ page }) => {
  await page.goto("/sign-in?next=%2Fkeys");
  await page.getByRole("button", { name: "Dark" }).click();
  await expect(page).toHaveURL(/\/sign-in\?next=%2Fkeys$/);
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
  await expect(page.getByRole("button", { name: "Dark" })).toHaveAttribute("aria-pressed", "true");
  await page.getByRole("button", { name: "System" }).click();
  await expect(page.locator("html")).not.toHaveAttribute("data-theme");
});

/** On a phone the account stands in the menu. */
async function openMenu(page: import("@playwright/test").Page): Promise<void> {
  const menu = page.getByText("Menu", { exact: true });
  if (await menu.isVisible()) await menu.click();
}
