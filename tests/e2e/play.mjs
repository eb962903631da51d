// What every browser test begins with: a stage of its own, and people who use the page by role and name.
import { test as base, expect } from '@playwright/test';
import { Stage } from './stage.mjs';

export { expect };

/** Both kinds of mail server that flows are played against. */
export const KINDS = ['dovecot', 'mailhost'];

export const test = base.extend({
  /** Starts a stage; every one of them ends with the test. */
  stage: async ({}, use) => {
    const stages = [];
    await use(async (...options) => {
      const stage = await Stage.start(...options);
      stages.push(stage);
      return stage;
    });
    for (const stage of stages) await stage.stop();
  },
  /** Opens a browser of a person's own, signed in; nothing in it may throw or break the CSP. */
  visit: async ({ browser }, use) => {
    const complaints = [];
    const contexts = [];
    await use(async (stage, local, options = {}) => {
      const context = await browser.newContext(options);
      contexts.push(context);
      const page = await context.newPage();
      watch(page, complaints);
      await page.goto(stage.url);
      if (local) await signIn(page, stage.person(local));
      else await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible();
      return page;
    });
    for (const context of contexts) await context.close();
    expect(complaints).toEqual([]);
  },
});

/** Collects what the page throws and every breach of a CSP. */
export function watch(page, complaints) {
  page.on('pageerror', (error) => complaints.push(`thrown: ${error}`));
  page.on('console', (message) => {
    if (/Content Security Policy|panicked/.test(message.text())) complaints.push(message.text());
  });
}

export async function signIn(page, person) {
  await page.getByRole('textbox', { name: 'Email address' }).fill(person.address);
  await page.getByRole('textbox', { name: 'Password' }).fill(person.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('navigation', { name: 'Mailboxes' })).toBeVisible();
}

/** The rows of the list whose name contains a subject. */
export const row = (page, subject) =>
  page.getByRole('grid', { name: 'Messages' }).getByRole('row', { name: subject });

/** Opens a message by its row and returns its region. */
export async function openMessage(page, subject) {
  await row(page, subject).first().click();
  const region = page.getByRole('region', { name: 'Message', exact: true });
  await expect(region.getByRole('heading', { name: subject })).toBeVisible();
  return region;
}

/** The document inside the shown message's iframe. */
export const body = (page) =>
  page.getByRole('region', { name: 'Message', exact: true }).frameLocator('iframe[title="Message body"]');

export const mailbox = (page, name) =>
  page.getByRole('navigation', { name: 'Mailboxes' }).getByRole('treeitem', { name });

export const notifications = (page) => page.getByRole('region', { name: 'Notifications' });
