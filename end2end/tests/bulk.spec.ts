import { type Page } from "@playwright/test";
import { accounts, enter, expect, test } from "./fixtures";

const upload = (page: Page, text: string) =>
  page.getByLabel("CSV file").setInputFiles({ name: "grants.csv", mimeType: "text/csv", buffer: Buffer.from(text) });

test("a list of grants is shown, then given, each line once @once @nojs", async ({ page }) => {
  await enter(page, "admin");
  await page.goto("/admin/bulk");
  await upload(page, `account,api,calls,reason\n${accounts.hanna.email},addMessage,40,A list, \n`);
  await page.getByRole("button", { name: "Check file" }).click();
  await expect(page.getByRole("alert")).toContainText("Line 2 has 5 fields");
  await upload(page, `account,api,calls,reason\n${accounts.hanna.email},getMessage,40,A list of one\n`);
  await page.getByRole("button", { name: "Check file" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Check, then give");
  const line = page.getByRole("row").filter({ hasText: accounts.hanna.email });
  await expect(line).toContainText("Not given");
  await page.getByRole("button", { name: "Give 1 grant" }).click();
  await expect(page.getByRole("status")).toContainText("each line once");
  await expect(line).toContainText("Given");
  await expect(page.getByRole("button", { name: /^Give/ })).toHaveCount(0);
});

test.use({ expectedConsoleErrors: [/status of 422/] });
