import { type Page } from "@playwright/test";
import { accounts, enter, expect, expectAccessible, holdBack, setTheme, test, themes } from "./fixtures";

const dialog = (page: Page) => page.getByRole("dialog", { name: "Command palette" });
const field = (page: Page) => page.getByRole("combobox", { name: "Command palette" });
const options = (page: Page) => page.getByRole("listbox", { name: "Places" }).getByRole("option");
const chosen = (page: Page) => page.locator("#palette-list [aria-selected=true]");
const help = (page: Page) => page.getByRole("dialog", { name: "Keyboard shortcuts" });

/** Opens the palette by its keys, once the page's scripts run. */
async function summon(page: Page): Promise<void> {
  await expect(async () => {
    await page.keyboard.press("Control+k");
    await expect(field(page)).toBeFocused({ timeout: 200 });
  }).toPass();
}

test("the palette is worked by the keyboard only: page, project, key, request", async ({ page }) => {
  await enter(page, "diego");
  await page.goto("/keys");
  await page.getByLabel("Name").focus();
  await summon(page);
  await expect(options(page).filter({ hasText: "API key" }).first()).toBeVisible();
  await expect(chosen(page)).toContainText("Usage");
  // What a screen reader follows is what is marked.
  await expect(field(page)).toHaveAttribute("aria-activedescendant", (await chosen(page).getAttribute("id")) ?? "");

  await page.keyboard.press("ArrowDown");
  const second = await chosen(page).textContent();
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("ArrowUp");
  await expect(chosen(page)).not.toHaveText(second ?? "");
  await page.keyboard.press("ArrowDown");
  await expect(chosen(page)).toContainText("Usage");

  // All words, in any order, whatever their case.
  await page.keyboard.type("PAGE proj");
  await expect(options(page)).toHaveCount(1);
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/projects$/);

  await summon(page);
  await expect(options(page).filter({ hasText: "API key" }).first()).toBeVisible();
  const project = await options(page).filter({ has: page.locator(".palette-kind", { hasText: /^Project$/ }) }).first();
  const name = (await project.locator(".palette-name").textContent()) ?? "";
  await page.keyboard.type(`project ${name}`);
  await expect(chosen(page)).toContainText(name);
  await expect(chosen(page)).toHaveAttribute("data-path", /^\/projects\/prj_/);

  await field(page).fill("no such thing");
  await expect(options(page)).toHaveCount(0);
  await expect(dialog(page).getByRole("status")).toContainText("Nothing here has this name");

  await field(page).fill("req_01HXYZ");
  await expect(options(page)).toHaveCount(1);
  await expect(chosen(page)).toHaveAttribute("data-path", "/requests/req_01HXYZ");
  await page.keyboard.press("Escape");
  await expect(dialog(page)).toBeHidden();
});

test("who has gone on in the palette stays there when the projects arrive", async ({ page }) => {
  await enter(page, "diego");
  const release = await holdBack(page, "**/palette.json");
  await page.goto("/keys");
  await summon(page);
  await page.keyboard.press("ArrowDown");
  const second = (await chosen(page).textContent()) ?? "no text";
  release();
  await expect(options(page).filter({ hasText: "API key" }).first()).toBeVisible();
  await expect(chosen(page)).toHaveText(second);
});

test("the palette gives the focus back where it was", async ({ page }) => {
  await enter(page, "diego");
  await page.goto("/keys");
  await page.getByLabel("Name").focus();
  await summon(page);
  await page.keyboard.press("Escape");
  await expect(page.getByLabel("Name")).toBeFocused();
});

test("the button in the frame opens the palette, and a click beside it closes it", async ({ page }) => {
  await enter(page, "leo");
  await page.goto("/usage");
  await summon(page);
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Go to…" }).filter({ visible: true }).click();
  await expect(field(page)).toBeFocused();
  await page.mouse.click(2, 2);
  await expect(dialog(page)).toBeHidden();
});

test("without scripts nothing leads to the palette @nojs", async ({ page }) => {
  test.skip(test.info().project.use.javaScriptEnabled !== false, "with scripts it is there");
  await enter(page, "leo");
  await page.goto("/usage");
  await expect(page.getByRole("navigation").getByRole("link", { name: "Usage" })).toBeVisible();
  await expect(page.getByRole("button", { name: "Go to…" })).toBeHidden();
});

test("staff find an account from anywhere @once", async ({ page }) => {
  await enter(page, "admin");
  await page.goto("/admin/audit");
  await summon(page);
  await page.keyboard.type("aisha");
  await expect(chosen(page)).toContainText("Find account");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/admin\?q=aisha$/);
  await expect(page.getByRole("link", { name: accounts.aisha.email })).toBeVisible();
});

test("the palette and the list of keys have nothing that axe finds, in light and dark", async ({ page }) => {
  await enter(page, "admin");
  await page.goto("/usage");
  await summon(page);
  await expect(options(page).first()).toBeVisible();
  for (const theme of themes) {
    await setTheme(page, theme);
    await expectAccessible(page);
  }
  await dialog(page).getByRole("button", { name: "Keyboard shortcuts" }).click();
  await expect(help(page)).toBeVisible();
  for (const theme of themes) {
    await setTheme(page, theme);
    await expectAccessible(page);
  }
});

test("? lists the keys, g and a letter lead to a page, and both can be switched off @once", async ({ page }) => {
  await enter(page, "leo");
  await page.goto("/usage");
  await expect(async () => {
    await page.keyboard.press("?");
    await expect(help(page)).toBeVisible({ timeout: 200 });
  }).toPass();
  await help(page).getByRole("button", { name: "Close" }).click();
  await expect(help(page)).toBeHidden();

  await page.keyboard.press("g");
  await page.keyboard.press("k");
  await expect(page).toHaveURL(/\/keys$/);

  // In a field they are text.
  await summon(page);
  await page.keyboard.press("Escape");
  await page.getByLabel("Name").fill("");
  await page.getByLabel("Name").pressSequentially("gp?");
  await expect(page.getByLabel("Name")).toHaveValue("gp?");
  await expect(help(page)).toBeHidden();

  await summon(page);
  await dialog(page).getByRole("button", { name: "Keyboard shortcuts" }).click();
  await help(page).getByRole("checkbox", { name: /Shortcuts of single keys/ }).uncheck();
  await help(page).getByRole("button", { name: "Close" }).click();
  await page.locator("#main").focus();
  await page.keyboard.press("?");
  await page.keyboard.press("g");
  await page.keyboard.press("p");
  await expect(help(page)).toBeHidden();
  await expect(page).toHaveURL(/\/keys$/);

  // Remembered.
  await page.reload();
  await summon(page);
  await dialog(page).getByRole("button", { name: "Keyboard shortcuts" }).click();
  await expect(help(page).getByRole("checkbox", { name: /Shortcuts of single keys/ })).not.toBeChecked();
});

test("a form that is sent twice in a row is sent once @once", async ({ page }) => {
  await enter(page, "diego");
  await page.goto("/projects");
  await summon(page);
  await page.keyboard.press("Escape");
  let posts = 0;
  await page.route("**/projects", async (route) => {
    if (route.request().method() === "POST") posts += 1;
    await route.continue();
  });
  const name = `Sent twice ${Date.now()}`;
  await page.getByLabel("Name").fill(name);
  await page.getByLabel("Name").evaluate((field) => {
    const { form } = field as HTMLInputElement;
    form?.requestSubmit();
    form?.requestSubmit();
  });
  await expect(page.getByText(name).first()).toBeVisible();
  expect(posts).toBe(1);
});
