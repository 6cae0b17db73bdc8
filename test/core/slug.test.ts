import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { foldTitle, slugOf, titleLikeness } from '../../src/core/slug.ts';

describe('slugOf', () => {
  it.each([
    ["Users can't login", 'users-cant-login'],
    ['Users can’t login', 'users-cant-login'],
    ['Zürich: élèves déconnectés', 'zurich-eleves-deconnectes'],
    ['Users cannot log in: 500 on /auth since v1.4.0', 'users-cannot-log-in'],
    ['Users cannot log in - 500 on /auth', 'users-cannot-log-in'],
    ['API: everything is slow', 'api-everything-is-slow'],
    ['Checkout fails. Payments too.', 'checkout-fails'],
    ['v1.4.0 broke login', 'v1-4-0-broke-login'],
    ['ログインできない', 'incident'],
    ['🔥🔥', 'incident'],
    ['', 'incident'],
    ['../../etc/passwd', 'etc-passwd'],
    ['CON', 'con'],
    ['--force', 'force'],
    ['$(whoami) `id`', 'whoami-id'],
  ])('%j gives %j', (title, slug) => {
    expect(slugOf(title)).toBe(slug);
  });

  it('cuts between words, and one endless word where it must', () => {
    const words = slugOf(
      'the payment provider answers with an error for every second card that customers use',
    );
    expect(words).toBe('the-payment-provider-answers-with-an-error-for-every-second');
    expect(slugOf('x'.repeat(100))).toBe('x'.repeat(60));
    expect(slugOf(`a ${'x'.repeat(100)}`)).toBe(`a-${'x'.repeat(58)}`);
  });

  it('is always a safe name of at most 60 characters', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.string({ maxLength: 200 })), (title) => {
        const slug = slugOf(title);
        expect(slug).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
        expect(slug.length).toBeLessThanOrEqual(60);
      }),
    );
  });
});

describe('titles', () => {
  it.each([
    ['  Users CANNOT\tlog  in ', 'users cannot log in', true],
    ['Cafe\u0301 down', 'café DOWN', true],
    ['Users cannot log in', 'Users cannot log out', false],
  ])('%j and %j folded: the same is %s', (a, b, same) => {
    expect(foldTitle(a) === foldTitle(b)).toBe(same);
  });

  it.each([
    ['Users cannot log in', 'users CANNOT log in', 1],
    ['Checkout fails for cards', 'Checkout fails for vouchers', 3 / 5],
    ['Login is down', 'Image upload slow', 0],
    ['Вход не работает', 'вход не работает', 1],
    ['', '', 0],
    ['?!', 'ab', 0],
  ])('%j and %j share %d of their words', (a, b, share) => {
    expect(titleLikeness(a, b)).toBeCloseTo(share);
    expect(titleLikeness(b, a)).toBeCloseTo(share);
  });
});
