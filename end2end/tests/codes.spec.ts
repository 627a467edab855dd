// Redemption codes from the desk: made, shown once, redeemed, followed and taken back.
import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { type Page } from "@playwright/test";
import { row } from "./console";
import { enter, expect, otherBrowser, test } from "./fixtures";

const CODE = /^([0-9A-HJKMNP-TV-Z]{5}-){3}[0-9A-HJKMNP-TV-Z]{5}$/;

async function fill(page: Page, label: string, count: string): Promise<void> {
  await page.goto("/admin/codes");
  const field = (name: string) => page.locator(`.codes-form [name=${name}]`);
  await field("count").fill(count);
  await field("label").fill(label);
  await field("api").selectOption("getMessage");
  await field("calls").fill("15");
}

test.describe("codes from the desk", () => {
  test.use({ expectedConsoleErrors: [/status of 422/] });

  test("are shown once, redeemed by a developer, and taken back @nojs", async ({ page, browser }) => {
    const label = `Fair ${randomUUID().slice(0, 8)}`;
    const admin = await otherBrowser(browser, "admin");
    await fill(admin.page, label, "3");
    await admin.page.getByRole("button", { name: "Make codes", exact: true }).click();
    await expect(admin.page.getByRole("heading", { name: "3 codes were made" })).toBeVisible();
    const codes = (await admin.page.locator(".codes-made").innerText()).trim().split(/\s+/);
    expect(codes).toHaveLength(3);
    for (const code of codes) expect(code).toMatch(CODE);
    const [used, left] = codes as [string, string, string];
    const ending = (code: string) => row(admin.page, code.slice(-4));

    await enter(page, "diego");
    const field = page.getByRole("textbox", { name: "Code" });
    const redeem = async (code: string) => {
      await page.goto("/request-more");
      await field.fill(code);
      await page.getByRole("button", { name: "Redeem", exact: true }).click();
    };
    await redeem(used);
    await expect(page.getByRole("status").first()).toContainText("The code is redeemed");

    await admin.page.goto("/admin/codes");
    await expect(admin.page.getByText(used)).toHaveCount(0);
    await expect(row(admin.page, label)).toContainText("1 of 3");
    await admin.page.getByRole("link", { name: label }).click();
    await expect(ending(used)).toContainText("Used up");
    await expect(ending(left)).toContainText("Open");
    await admin.page.getByText("Revoke the batch…").click();
    await admin.page.getByRole("button", { name: "Revoke all codes" }).click();
    await expect(admin.page.getByRole("status").first()).toContainText("The batch was revoked");
    await expect(ending(left)).toContainText("Revoked");
    await expect(ending(used)).toContainText("Used up");

    await redeem(left);
    await expect(field).toHaveAccessibleDescription(/has expired, or is used up/);
    await admin.close();
  });

  test("come as a file, and one of them ends alone @nojs", async ({ page }) => {
    const label = `File, ${randomUUID().slice(0, 8)}`;
    await enter(page, "admin");
    await fill(page, label, "2");
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "Make and download CSV" }).click(),
    ]);
    expect(download.suggestedFilename()).toBe("allowance-codes.csv");
    const file = await readFile(await download.path(), "utf8");
    const [head, first = "", ...rest] = file.split("\r\n");
    expect(head).toBe("code,batch,label,api,calls,uses,last_day");
    expect(first).toContain(`,"${label}",getMessage,15,1,`);
    // The other code, and nothing behind the last end of a line.
    expect(rest).toHaveLength(2);
    const hint = first.slice(0, first.indexOf(",")).slice(-4);

    await page.goto("/admin/codes");
    await page.getByRole("link", { name: label }).click();
    await page.getByRole("button", { name: `Revoke: code …${hint}` }).click();
    await expect(page.getByRole("status").first()).toContainText("The code was revoked");
    await expect(row(page, hint)).toContainText("Revoked");
    await expect(page.getByText("Open", { exact: true }).first()).toBeVisible();
  });

  test("that cannot be made keep what was typed @nojs", async ({ page }) => {
    await enter(page, "admin");
    await fill(page, "Too many", "5001");
    await page.getByRole("button", { name: "Make codes", exact: true }).click();
    const count = page.locator(".codes-form [name=count]");
    await expect(count).toHaveValue("5001");
    await expect(count).toHaveAccessibleDescription(/1 to 5,000/);
    await expect(page.locator(".codes-form [name=api]")).toHaveValue("getMessage");
  });
});
