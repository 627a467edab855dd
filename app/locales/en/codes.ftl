# Redemption codes, made and looked after by staff.

problem-nothing-left = Nothing is left to revoke: it was redeemed in full, or revoked before.
