import { accounts, enter, expect, otherBrowser, test } from "./fixtures";

test("the overview leads to what waits @nojs", async ({ page }) => {
  await enter(page, "admin");
  await page.goto("/admin/overview");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Overview");
  await expect(page.getByRole("region", { name: "Table: Accounts near their limit" })).toContainText(accounts.aisha.email);
  await page.getByRole("link", { name: "Answer them" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Answer requests");
  await expect(page.getByLabel("Calls to grant")).toBeFocused();
});

test("twenty requests are answered with the keyboard alone @once", async ({ page, browser }) => {
  test.setTimeout(120_000);
  const mine = `By keyboard, please, ${test.info().project.name}, try ${test.info().retry}.`;
  const apis = ["addMessage", "searchMemory", "getMessage"];
  const developer = await otherBrowser(browser, "diego");
  await enter(page, "admin");
  let answered = 0;
  while (answered < 20) {
    // One request of each API may be open at a time.
    const asked = apis.slice(0, 20 - answered);
    for (const api of asked) {
      const sent = await developer.page.request.post("/request-more", { form: { api, calls: "10", reason: mine } });
      expect(sent.status()).toBe(200);
    }
    await page.goto("/admin/requests/next");
    for (let left = asked.length; left > 0; ) {
      if (!(await page.locator(".next-request").textContent())?.includes(mine)) {
        // Somebody else's: another test answers it.
        await page.getByRole("link", { name: "Skip", exact: true }).press("Enter");
        await page.waitForLoadState();
        continue;
      }
      await expect(page.getByLabel("Calls to grant")).toBeFocused();
      if (answered % 3 === 2) {
        await page.keyboard.press("Tab");
        await page.keyboard.type("Not this time.");
        await page.keyboard.press("Tab");
        await page.keyboard.press("Tab");
        await expect(page.getByRole("button", { name: "Reject" })).toBeFocused();
      } else if (answered % 3 === 1) {
        await page.keyboard.press("ControlOrMeta+A");
        await page.keyboard.type("7");
      }
      await Promise.all([page.waitForURL(/done=request-(approved|rejected)/), page.keyboard.press("Enter")]);
      answered += 1;
      left -= 1;
      if (left > 0) await page.goto(page.url().replace(/&done=[a-z-]+/, ""));
    }
  }
  await developer.page.goto("/request-more");
  await expect(developer.page.getByRole("article").filter({ hasText: mine })).toHaveCount(20);
  await expect(developer.page.getByRole("article").filter({ hasText: mine }).filter({ hasText: "Not this time." })).toHaveCount(6);
  await developer.close();
});

test("a note stays with the account, and markup in it is text @nojs", async ({ page }) => {
  const text = `<b>Prefers e-mail</b>, ${test.info().project.name}`;
  await enter(page, "admin");
  await page.goto("/admin?q=diego");
  await page.getByRole("link", { name: accounts.diego.email }).click();
  await page.getByLabel("New note").fill(text);
  await page.getByRole("button", { name: "Add note" }).click();
  await expect(page.getByRole("status")).toContainText("note was added");
  await expect(page.getByRole("region", { name: "Notes" }).getByRole("listitem").filter({ hasText: text }).first()).toBeVisible();
});

test("the audit log is narrowed by who, what and when @nojs", async ({ page }) => {
  await enter(page, "admin");
  await page.goto("/admin/audit");
  await page.getByLabel("What", { exact: true }).fill("account.created");
  await page.getByLabel("Account", { exact: true }).fill(accounts.aisha.email);
  await page.getByRole("button", { name: "Filter" }).click();
  await expect(page.getByRole("row").filter({ hasText: "account.created" })).toHaveCount(1);
  await expect(page.getByRole("link", { name: /^CSV/ })).toHaveAttribute("href", /action=account\.created/);
  await page.goto("/admin/audit?action=nothing.at.all");
  await page.getByRole("link", { name: "Show all" }).click();
  await expect(page).toHaveURL(/\/admin\/audit$/);
});

test("an owner makes somebody support, and takes it back @once", async ({ page }) => {
  await enter(page, "admin");
  await page.goto(`/admin?q=${accounts.wim.email}`);
  await page.getByRole("link", { name: accounts.wim.email }).click();
  const role = page.getByRole("region", { name: "Role" });
  for (const name of ["Support", "Developer"]) {
    await role.getByLabel("Role").selectOption(name);
    await role.getByRole("button", { name: "Change role" }).click();
    await expect(page.getByRole("status").filter({ hasText: "The role is changed." })).toBeVisible();
    await expect(role.getByLabel("Role")).toHaveValue(name.toLowerCase());
  }
});
