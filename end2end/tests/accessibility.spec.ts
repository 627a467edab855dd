import { expect, expectAccessible, setTheme, test, themes } from "./fixtures";
import { open, pages } from "./pages";

for (const shown of pages) {
  test.describe(shown.name, () => {
    test.use({ expectedConsoleErrors: shown.status ? [new RegExp(`status of ${shown.status}`)] : [] });

    test(`${shown.name}: nothing that axe finds, in light and dark, and no sideways scroll`, async ({ page }) => {
      await open(page, shown);
      // Colours do not depend on the width: the phone is looked at in one theme.
      for (const theme of test.info().project.name === "phone" ? (["light"] as const) : themes) {
        await setTheme(page, theme);
        await expectAccessible(page);
      }
      await expect(page.getByRole("heading", { level: 1 })).toHaveCount(1);
      expect(await page.title()).toMatch(/ · Allowance$/);
      const width = await page.evaluate(() => ({
        content: document.documentElement.scrollWidth,
        window: document.documentElement.clientWidth,
      }));
      expect(width.content, "width of the content in that of the window").toBeLessThanOrEqual(width.window);
    });
  });
}

test("the phone's menu has nothing that axe finds either", async ({ page }) => {
  test.skip(test.info().project.name !== "phone", "a sidebar on the desktop");
  await open(page, { name: "menu", who: "admin", path: "/admin" });
  await page.getByText("Menu", { exact: true }).click();
  await expect(page.getByRole("link", { name: "Audit log" })).toBeVisible();
  for (const theme of themes) {
    await setTheme(page, theme);
    await expectAccessible(page);
  }
});

test("at 320 px, as when zoomed to 400 %, no page scrolls sideways @once", async ({ page }) => {
  await page.setViewportSize({ width: 320, height: 640 });
  for (const shown of pages.filter(({ status, who }) => !status && (who === "developer" || who === "admin"))) {
    await page.context().clearCookies();
    await open(page, shown);
    const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    expect(over, `${shown.name} is too wide by`).toBeLessThanOrEqual(0);
  }
});
