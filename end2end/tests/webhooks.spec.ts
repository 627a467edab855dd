// Webhooks: added, shown once, changed and deleted. What they receive is tested in `server/tests/suite/webhooks.rs`.
import { expect, expectAccessible, test } from "./fixtures";
import { invited, newMailbox } from "./links";

test.describe("webhooks", () => {
  test.use({ expectedConsoleErrors: [/status of 422/] });

  test("are added with a secret that is shown once, and deleted @nojs", async ({ page }) => {
    await page.goto(await invited(newMailbox("hooked")));
    await page.getByLabel("Name").fill("Rosa");
    await page.getByLabel("Password").fill("four words in a row");
    await page.getByRole("button", { name: "Create account" }).click();
    await expect(page.getByRole("heading", { name: "Welcome", level: 1 })).toBeVisible();

    await page.goto("/settings");
    await page.getByRole("link", { name: "Add a webhook" }).click();
    await expect(page.getByRole("heading", { name: "Webhooks", level: 1 })).toBeVisible();
    await page.getByLabel("Address").fill("https://10.0.0.1/hook");
    await page.getByRole("button", { name: "Add webhook" }).click();
    await expect(page.getByLabel("Address")).toHaveAccessibleDescription(/lies inside a private network/);
    await expect(page.getByLabel("Address")).toHaveValue("https://10.0.0.1/hook");
    await expectAccessible(page);

    await page.getByLabel("Address").fill("https://hooks.example.org/allowance");
    await page.getByRole("button", { name: "Add webhook" }).click();
    await expect(page.getByRole("heading", { name: "Your new secret" })).toBeVisible();
    const secret = (await page.locator("code.secret").textContent()) ?? "";
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    await expectAccessible(page);

    await page.getByRole("link", { name: "Open the webhook" }).click();
    await expect(page.getByRole("heading", { name: "Webhook", level: 1 })).toBeVisible();
    await expect(page.locator("main")).not.toContainText(secret);
    await expectAccessible(page);
    await page.getByRole("button", { name: "Make a new secret" }).click();
    await expect(page.locator("code.secret")).not.toHaveText(secret);
    await page.getByRole("button", { name: "Turn off" }).click();
    await expect(page.getByRole("status").filter({ hasText: "The webhook is off" })).toBeVisible();
    await page.getByText("Delete…").click();
    await page.getByRole("button", { name: "Delete the webhook" }).click();
    await expect(page.getByText("No webhooks yet")).toBeVisible();
  });
});
