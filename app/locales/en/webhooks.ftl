# Webhooks, and notices by e-mail.

settings-where = Where you are told
settings-where-console = In the console only
settings-where-mail = In the console and by e-mail

webhooks-title = Webhooks
webhooks-lead = Your programs are told when a quota runs low, when granted calls will lapse, and when a request is answered.
webhooks-count = { $all ->
    [one] { $all } webhook, { $on } on
   *[other] { $all } webhooks, { $on } on
}
webhooks-look = Look at webhooks
webhooks-add-first = Add a webhook
webhooks-all = All webhooks
webhooks-heading = Your webhooks
webhooks-none-title = No webhooks yet
webhooks-none-text = Add the address of one of your programs above.
webhooks-full = { $most ->
    [one] There can be { $most } webhook. Delete it to add another.
   *[other] There can be { $most } webhooks. Delete one to add another.
}

webhook-create-heading = Add a webhook
webhook-create = Add webhook
webhook-url = Address
webhook-url-hint = An https address that takes POST, such as https://example.com/allowance.
webhook-state = State
webhook-created = Added
webhook-on = On
webhook-off = Off
webhook-failing = Failing
webhook-switched-off = Switched off
webhook-title = Webhook
webhook-id = Id
webhook-open = Open the webhook
webhook-old-signs = Old secret signs until
webhook-secret-title = Your new secret
webhook-secret-text = Your program checks with it that a message is ours. It is shown once: keep it where your program finds it.
webhook-old-until = Until { $until } the old secret signs too, so that no message is lost while you change it.
copy-secret = Copy the secret

webhook-failing-text = Nothing has arrived since { $at }. Look at the last answers below. After three days the webhook is switched off.
webhook-given-up-text = Switched off at { $at }: nothing had arrived for three days. Put the receiver right, then turn it on again.
webhook-gone-text = Switched off at { $at }: the receiver answered that it is gone for good (HTTP 410). Turn it on if that is not so.

messages-heading = Last messages
messages-none-title = Nothing was sent yet
messages-none-text = Messages of the last 30 days are shown here. Send a test to see one arrive.
message-what = Message
message-state = State
message-answer = Last answer
message-tries = Tries
message-arrived = Arrived
message-new = Being sent
message-waiting = Next try
message-given-up = Given up
message-again = Send again
message-again-what = Send again: { $event }
message-threshold = Quota threshold
message-answered = Request answered
message-lapsing = Grant will lapse
message-test = Test
message-no-name = The host’s name is not known
message-private = The host lies inside a private network
message-no-connection = No connection
message-tls = No secure connection: check the certificate
message-timeout = No answer within 10 seconds
message-broken = The answer is not HTTP

webhook-test = Send a test
webhook-rotate-heading = Another secret
webhook-rotate-text = For 24 hours both secrets sign, so that you can change it in your program without losing a message.
webhook-rotate = Make a new secret
webhook-rotate-twice = An old secret still signs. Making a new one ends the older one at once.
webhook-end-heading = Turn off or delete
webhook-end-text = While it is off nothing is sent, and what happens meanwhile is not sent later.
webhook-disable = Turn off
webhook-enable = Turn on
webhook-delete = Delete…
webhook-delete-text = Its secret and the list of its messages go with it.
webhook-delete-now = Delete the webhook

done-message-sent = The message is on its way. Reload the page to see its answer.
done-webhook-enabled = The webhook is on.
done-webhook-disabled = The webhook is off. Nothing is sent to it.
done-webhook-deleted = The webhook is deleted.

problem-not-a-hook-url = Enter a whole https address without a user, such as https://example.com/allowance.
problem-private-address = This address lies inside a private network. Use one that the internet can reach.
problem-hook-there = You have a webhook with this address already.
problem-hook-off = This webhook is off. Turn it on first.
problem-hook-gone = This webhook is gone: it was deleted.
