import { type Locator, type Page } from "@playwright/test";
import { chooser, expectFilter, newKey, row } from "./console";
import { accounts, enter, expect, test } from "./fixtures";

/** Presses Tab until the focus is there, as somebody without a mouse does. */
async function tabTo(page: Page, target: Locator, most = 40): Promise<void> {
  for (let presses = 0; presses < most; presses += 1) {
    await page.keyboard.press("Tab");
    if (await target.evaluate((element) => element === document.activeElement)) {
      await expectVisibleFocus(target);
      return;
    }
  }
  throw new Error(`not reached with ${most} presses of Tab: ${target}`);
}

/** Focus that cannot be seen is no focus: an outline or a ring, and the element in view. */
async function expectVisibleFocus(target: Locator): Promise<void> {
  const style = await target.evaluate((element) => {
    const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(element);
    return { outline: outlineStyle !== "none" && outlineWidth !== "0px", ring: boxShadow !== "none" };
  });
  expect(style.outline || style.ring, `${target} shows its focus`).toBe(true);
  await expect(target).toBeInViewport();
}

test("from the sign-in to a new key without a mouse", async ({ page }) => {
  await page.goto("/sign-in");
  await tabTo(page, page.getByLabel("E-mail"));
  await page.keyboard.type(accounts.diego.email);
  await page.keyboard.press("Tab");
  await page.keyboard.type(accounts.diego.password);
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: "Usage", level: 1 })).toBeVisible();

  const menu = page.locator("summary").filter({ hasText: "Menu" });
  if (await menu.isVisible()) {
    await tabTo(page, menu);
    await page.keyboard.press("Enter");
  }
  await tabTo(page, page.getByRole("link", { name: "API keys" }));
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: "API keys", level: 1 })).toBeVisible();

  const name = `By keyboard ${test.info().project.name}`;
  await tabTo(page, page.getByLabel("Name"));
  await page.keyboard.type(name);
  await tabTo(page, page.getByRole("button", { name: "Create key" }));
  await page.keyboard.press("Space");
  await expect(newKey(page, name)).toBeVisible();
  await tabTo(page, newKey(page, name).getByRole("button", { name: "Copy the key" }));

  await page.goto("/keys");
  const disable = row(page, name).getByRole("button", { name: `Disable ${name}` });
  await tabTo(page, disable, 80);
  await page.keyboard.press("Enter");
  await expect(row(page, name)).toContainText("Disabled");
});

test("the skip link is the first stop and leads to the content @nojs", async ({ page }) => {
  await enter(page, "leo");
  await page.goto("/keys");
  await page.keyboard.press("Tab");
  const skip = page.getByRole("link", { name: "Skip to content" });
  await expect(skip).toBeFocused();
  await expect(skip).toBeInViewport();
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/#main$/);
  await page.keyboard.press("Tab");
  await expect(page.getByLabel("Name")).toBeFocused();
});

test("the filter is worked without a mouse", async ({ page }) => {
  await enter(page, "developer");
  await page.goto("/usage");
  await tabTo(page, chooser(page, "project").locator("summary"));
  await page.keyboard.press("Enter");
  // Shown once the page's scripts run: only then does a panel send itself.
  await expect(chooser(page, "project").getByRole("searchbox")).toBeVisible();
  await tabTo(page, chooser(page, "project").getByRole("checkbox", { name: "Support bot" }));
  await page.keyboard.press("Space");
  await page.keyboard.press("Escape");
  await expectFilter(page, { project: /^prj_/ });
  await tabTo(page, page.getByRole("link", { name: "7 days" }));
  await page.keyboard.press("Enter");
  await expectFilter(page, { project: /^prj_/, period: /^7d$/ });
  await tabTo(page, page.locator("summary").filter({ hasText: "Custom" }));
  await page.keyboard.press("Enter");
  await expect(page.getByLabel("From")).toBeVisible();
  await tabTo(page, page.locator("summary").filter({ hasText: "Show the numbers" }).first());
  await page.keyboard.press("Enter");
  await expect(page.getByRole("table").first()).toBeVisible();
});
