# Redeeming a code that support sent.

redeem-heading = Redeem a code
redeem-text = For a code that support sent you. Its calls count from your next call on.
redeem-code = Code
redeem-code-hint = Capitals, dashes and spaces make no difference.
redeem-api = API, if the code leaves it to you
redeem-do = Redeem

done-code-redeemed = The code is redeemed. Its calls count from your next call on.

problem-unknown-code = There is no such code. Compare it with the message, character by character.
problem-code-over = This code has expired, or is used up. Ask support for another one.
problem-code-redeemed = You have redeemed this code already.
problem-wait-seconds = { $seconds ->
    [one] That was too often. Wait { $seconds } second, then try again.
   *[other] That was too often. Wait { $seconds } seconds, then try again.
}
problem-wait-minutes = { $minutes ->
    [one] That was too often. Wait { $minutes } minute, then try again.
   *[other] That was too often. Wait { $minutes } minutes, then try again.
}
