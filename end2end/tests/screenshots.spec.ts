import { statSync } from "node:fs";
import { daysAgo } from "./console";
import { enter, expect, keepPicture, setTheme, test, themes } from "./fixtures";
import { open } from "./pages";

test("a tooltip tells a day's numbers", async ({ page }) => {
  test.skip(test.info().project.name !== "desktop", "no pointer hovers on a phone");
  await open(page, { name: "tooltip", who: "developer", path: "/usage" });
  const chart = page.getByRole("figure", { name: "Add message" });
  await chart.locator(".tip-column").nth(6).hover();
  await expect(chart.locator(".tip").nth(6)).toHaveCSS("opacity", "1");
  await keepPicture(page, "usage-tooltip");
});

// The README's pictures change only when that is asked for:
// ALLOWANCE_DOCS_SCREENSHOTS=1 npx playwright test screenshots --grep README
test.describe("the README's pictures @once", () => {
  test.skip(!process.env.ALLOWANCE_DOCS_SCREENSHOTS, "ALLOWANCE_DOCS_SCREENSHOTS is not set");

  const folder = new URL("../../docs/screenshots/", import.meta.url).pathname;
  const most = 250_000;

  async function keep(page: import("@playwright/test").Page, name: string): Promise<void> {
    const path = `${folder}${name}.png`;
    await page.screenshot({ path, animations: "disabled", caret: "hide" });
    expect(statSync(path).size, `bytes of ${name}.png`).toBeLessThan(most);
  }

  test("usage, in light and dark", async ({ page }) => {
    await enter(page, "developer");
    await page.goto(`/usage?from=${daysAgo(30)}&to=${daysAgo(1)}`);
    for (const theme of themes) {
      await setTheme(page, theme);
      await keep(page, `usage-${theme}`);
    }
  });

  test("request more", async ({ page }) => {
    await enter(page, "developer");
    await page.goto("/request-more?api=searchMemory");
    await keep(page, "request-more");
  });

  test("requests on the admin's desk", async ({ page }) => {
    await enter(page, "admin");
    await page.goto("/admin/requests");
    await keep(page, "admin-requests");
  });
});
