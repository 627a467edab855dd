# Sign-in by a provider of OpenID Connect.

sign-in-or = or
sign-in-openid = Continue with { $label }
settings-openid = Sign-in by a provider
settings-openid-text = Whoever these providers say is you gets into your account.
settings-password-none = Your account has no password: you sign in by a provider. A link to your mailbox sets one.
settings-password-set = Set a password
openid-since = linked
openid-unlink = Unlink
openid-unlink-what = Unlink: { $issuer }
openid-only = This is your only way in. Set a password before you unlink it.
done-openid-unlinked = The provider is unlinked. It lets you in no more.

problem-no-password = Your account has no password yet. Set one by a link to your mailbox: on the sign-in page, under “Forgot your password?”.
problem-openid-stray = This sign-in took too long, was finished before, or began in another browser. Start again.
problem-openid-denied = You did not let { $label } tell us who you are, so nobody was signed in. Try again, or use your password.
problem-openid-down = { $label } does not answer right now. Try again in a minute, or use your password.
problem-openid-refused = { $label } did not complete this sign-in. Start again.
problem-openid-untrue = What { $label } sent could not be proven, so nobody was signed in. Start again. If it happens again, tell the people who run this site.
problem-openid-email = { $label } has not confirmed your e-mail. Confirm it there, then try again.
problem-openid-another = Your account is linked to somebody else at { $label }. Use your password, and unlink them in your settings.
problem-openid-closed = There is no account with your e-mail, and sign-up is closed. Ask the people who run this site for one.
problem-openid-uninvited = There is no account with your e-mail. Ask the people who run this site to invite you.
