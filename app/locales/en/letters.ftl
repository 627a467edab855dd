# Letters. Plain text; each says what happened, what to do, and what if it was not you.

letter-foot = Allowance · { $site }

letter-sign-up = Confirm your e-mail
letter-sign-up-text =
    Hello,

    open this link to confirm your e-mail and finish your account. It works once, within 24 hours:

    { $link }

    If you did not ask for an account, do nothing: none will be opened.

letter-known = You already have an account
letter-known-text =
    Hello,

    somebody, probably you, wanted to open an account with this e-mail. There is one already: sign in at { $site }/sign-in

    If you have forgotten your password, this link sets a new one. It works once, within an hour:

    { $link }

    If it was not you, do nothing: nothing has changed.

letter-invitation = You are invited to Allowance
letter-invitation-text =
    Hello,

    an account has been set aside for you. Open this link to choose a name and a password. It works once, within seven days:

    { $link }

    If you do not expect this, do nothing: no account will be opened.

letter-reset = Set a new password
letter-reset-text =
    Hello,

    this link sets a new password for your account. It works once, within an hour:

    { $link }

    If you did not ask for it, do nothing: your password stays as it is.

letter-password-changed = Your password was changed
letter-password-changed-text =
    Hello,

    the password of your account was changed, and all other sessions were signed out.

    If it was not you, set a new password at once, and tell support:

    { $link }

letter-new-email = Confirm your new e-mail
letter-new-email-text =
    Hello,

    open this link to make this the e-mail of your account. It works once, within 24 hours:

    { $link }

    If you did not ask for it, do nothing: nothing will change.

letter-email-changed = The e-mail of your account was changed
letter-email-changed-text =
    Hello,

    the account that had this e-mail has another one from now on. You can no longer sign in with this one.

    If it was not you, write to support at once.
