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

letter-provider-linked = A provider can sign in to your account
letter-provider-linked-text =
    Hello,

    you signed in by a provider for the first time. From now on, whoever it says is you gets into your account:

    { $issuer }

    If it was not you, unlink it in your settings, and tell support:

    { $link }

letter-threshold = { $api }: { $percent } % of your calls are used
letter-threshold-text =
    Hello,

    you have used { $charged } of your { $granted } calls of { $api }: { $percent } %. What uses them, and how long they last at this pace, is here:

    { $link }

    You can ask for more before they run out. In the settings you choose when you are told.

letter-used-up = { $api }: your calls are used up
letter-used-up-text =
    Hello,

    all of your { $granted } calls of { $api } are used. More calls are refused until you get more. What used them is here, and how to ask for more:

    { $link }

    In the settings you choose when you are told.

letter-approved = { $api }: your request was approved
letter-approved-text =
    Hello,

    { $calls ->
        [one] you have { $calls } call more of { $api }. It counts
       *[other] you have { $calls } calls more of { $api }. They count
    } from your next call on.

    { $link }

letter-approved-answer-text =
    Hello,

    { $calls ->
        [one] you have { $calls } call more of { $api }. It counts
       *[other] you have { $calls } calls more of { $api }. They count
    } from your next call on. Support writes:

    { $answer }

    { $link }

letter-rejected = { $api }: your request was answered
letter-rejected-text =
    Hello,

    your request for more calls of { $api } was not approved. Support writes:

    { $answer }

    You can ask again:

    { $link }

letter-lapsing = { $api }: { $calls ->
    [one] { $calls } call will lapse
   *[other] { $calls } calls will lapse
}
letter-lapsing-text =
    Hello,

    { $calls ->
        [one] { $calls } call of { $api } that you were given lapses
       *[other] { $calls } calls of { $api } that you were given lapse
    } at { $at } if not used by then:

    { $link }

    In the settings you choose whether such letters come.
