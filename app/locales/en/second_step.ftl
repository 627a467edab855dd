# The second step of a sign-in.

code-title = One more step
code-lead = The first step is done. Now enter a code.
code-field = Code
code-hint = Six digits of your app, or a recovery code.
code-lost = Lost both? Write to support.
code-other = Sign in as somebody else
second-step-title = Two-step sign-in
second-step-text = After your password, a code of an app on your phone. Whoever learns your password still does not get in.
second-step-begin = Set up
second-step-on = On
second-step-look = Recovery codes, turn off…
second-step-since = on since
second-step-scan = Scan this with your authenticator app
second-step-scan-text = Or type this secret into it. Then enter the code that it shows.
second-step-qr = QR code for your authenticator app
second-step-confirm = Turn on
second-step-remove = Turn off
second-step-remove-open = Turn two-step sign-in off…
second-step-remove-do = Turn it off
recovery-title = Recovery codes
recovery-left = { $codes ->
    [0] No recovery code is left: make new ones
    [one] { $codes } recovery code left
   *[other] { $codes } recovery codes left
}
recovery-again = Make new recovery codes
recovery-codes = Keep these recovery codes
recovery-codes-text = Each lets you in once if you lose your phone. They are shown once, and take the place of any you had.
copy-recovery = Copy the recovery codes

done-second-step-removed = Two-step sign-in is off. Your password alone lets you in.

problem-wrong-code = This code is not right, or was used already. Wait for the next one.
problem-factor-there = This was done or begun anew in another window. Reload the page.
