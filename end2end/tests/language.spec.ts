import { expect, otherBrowser, enter, test } from "./fixtures";

const html = "html";

test.describe("a visitor whose browser asks for Chinese", () => {
  test.use({ locale: "zh-CN" });

  test("is met in Chinese, and may choose English @nojs", async ({ page }) => {
    await page.goto("/sign-in?next=%2Fkeys");
    await expect(page.locator(html)).toHaveAttribute("lang", "zh-CN");
    await expect(page).toHaveTitle("登录 · Allowance");
    await expect(page.getByRole("heading", { name: "登录", level: 1 })).toBeVisible();
    await page.getByRole("button", { name: "English" }).click();
    await expect(page).toHaveURL(/\/sign-in\?next=%2Fkeys$/);
    await expect(page.locator(html)).toHaveAttribute("lang", "en");
    await page.reload();
    await expect(page.getByRole("heading", { name: "Sign in", level: 1 })).toBeVisible();
  });

  test.describe("and goes astray", () => {
    test.use({ expectedConsoleErrors: [/status of 422/] });

    test("is told in Chinese what is wrong @nojs", async ({ page }) => {
      await page.goto("/sign-in");
      await page.getByLabel("邮箱").fill("nobody@example.com");
      await page.getByLabel("密码").fill("not-the-password");
      await page.getByRole("button", { name: "登录", exact: true }).click();
      await expect(page.getByRole("alert")).toContainText("邮箱或密码不正确。");
    });
  });
});

test("a visitor whose browser asks for English may choose Chinese @nojs", async ({ page }) => {
  await page.goto("/sign-in");
  await expect(page.locator(html)).toHaveAttribute("lang", "en");
  const chinese = page.getByRole("button", { name: "简体中文" });
  await expect(chinese).toHaveAttribute("aria-pressed", "false");
  await chinese.click();
  await expect(page.locator(html)).toHaveAttribute("lang", "zh-CN");
  await expect(chinese).toHaveAttribute("aria-pressed", "true");
});

test("the switch keeps the page and its filter, and the account takes it to other browsers @once", async ({ page, browser }) => {
  // Jing's account says Chinese, this browser English: the account wins.
  await enter(page, "jing");
  await page.goto("/usage?period=7d");
  await expect(page.locator(html)).toHaveAttribute("lang", "zh-CN");
  await expect(page.getByRole("heading", { name: "用量", level: 1 })).toBeVisible();
  await expect(page.locator("article[data-api=searchMemory]")).toContainText("检索记忆");

  await page.getByRole("button", { name: "English" }).click();
  await expect(page).toHaveURL(/\/usage\?period=7d$/);
  await expect(page.getByRole("heading", { name: "Usage", level: 1 })).toBeVisible();
  await expect(page.getByRole("link", { name: "7 days" })).toHaveAttribute("aria-current", "true");
  await expect(page.locator("article[data-api=searchMemory]")).toContainText("Search memory");

  const other = await otherBrowser(browser, "jing");
  await other.page.goto("/keys");
  await expect(other.page.locator(html)).toHaveAttribute("lang", "en");
  await other.page.getByRole("button", { name: "简体中文" }).click();
  await expect(other.page.getByRole("heading", { name: "API 密钥", level: 1 })).toBeVisible();
  await other.close();

  await page.reload();
  await expect(page.locator(html)).toHaveAttribute("lang", "zh-CN");
});
