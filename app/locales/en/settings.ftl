# Settings, sessions and notices.

done-form-kept = Your session had ended, so nothing was sent yet. Sign in: what you typed is kept for half an hour.
done-session-ended = Your session had ended, so nothing was sent. Sign in to go on.
form-unsent = Nothing was sent yet: your session had ended. Check what you typed, and send it again.
