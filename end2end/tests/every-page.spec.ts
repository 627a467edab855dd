// What must hold on every page, in every state that pages.ts knows, in both
// languages: nothing that axe finds, one heading, a title, no sideways scroll.
// Each page is kept as pictures on the way: artefacts/{page}-{language}-{project}-{theme}.png.
import { type Looked, expect, expectAccessible, keepPicture, leave, setTheme, speak, test, themes } from "./fixtures";
import { open, pages } from "./pages";

/** Colours depend neither on the width nor on the language, names and roles not on both. */
function whatToLookAt(language: string, theme: (typeof themes)[number], project: string): Looked | undefined {
  const isFirst = language === "en" && project === "desktop";
  if (theme === "dark") return isFirst ? "colours" : undefined;
  if (isFirst) return "whole";
  return language === "en" || project === "desktop" ? "structure" : undefined;
}

for (const shown of pages) {
  test.describe(shown.name, () => {
    test.use({ expectedConsoleErrors: shown.status ? [new RegExp(`status of ${shown.status}`)] : [] });

    test(`${shown.name} is whole in both languages, and axe finds nothing`, async ({ page }) => {
      test.slow();
      for (const language of ["en", "zh-CN"] as const) {
        await leave(page);
        await speak(page, language);
        await open(page, shown);
        await expect(page.locator("html")).toHaveAttribute("lang", language);
        await expect(page.getByRole("heading", { level: 1 })).toHaveCount(1);
        expect(await page.title()).toMatch(/ · Allowance$/);
        const width = await page.evaluate(() => ({
          content: document.documentElement.scrollWidth,
          window: document.documentElement.clientWidth,
        }));
        expect(width.content, "width of the content in that of the window").toBeLessThanOrEqual(width.window);
        for (const theme of themes) {
          await setTheme(page, theme);
          const looked = whatToLookAt(language, theme, test.info().project.name);
          if (looked) await expectAccessible(page, looked);
          await keepPicture(page, `${shown.name}-${language}-${test.info().project.name}-${theme}`);
        }
      }
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
  test.slow();
  await page.setViewportSize({ width: 320, height: 640 });
  for (const shown of pages.filter(({ status, who }) => !status && (who === "developer" || who === "admin"))) {
    await leave(page);
    await open(page, shown);
    const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    expect(over, `${shown.name} is too wide by`).toBeLessThanOrEqual(0);
  }
});
