# Signing in, keys, projects, and asking for more.

sign-in-title = Sign in
sign-in-lead = See what remains of your calls, and get more.
sign-in-email = E-mail
sign-in-password = Password
demo-people = Look around as
demo-developer = Developer
demo-admin = Admin
demo-sign-in-as = Sign in as { $name }

keys-title = API keys
keys-lead = A key opens the gateway. All keys of the account share its quota.
keys-heading = Your keys
keys-table = API keys
keys-empty-title = No keys yet
keys-empty-text = Create the first one, and try it with the command that comes with it.
key-name = Name
key-name-hint = Where it will be used, such as “staging server”.
key-project = Project
key-state = State
key-created = Created
key-last-used = Last used
key-never-used = Never
key-expires = Expires
key-expires-hint = The last day on which it works. Leave it empty for a key that does not expire.
key-never-expires = Never
key-charged = Charged
key-actions = Actions
key-active = Active
key-disabled = Disabled
key-expired = Expired
key-disable = Disable
key-enable = Enable
key-switch = { $action } { $name }
key-create-heading = New key
key-create = Create key
key-needs-project = A key belongs to a project. Create a project first.
key-created-title = “{ $name }” is ready
key-created-text = Its project is “{ $project }”. Copy the key now: only a hash of it is kept, so it can’t be shown again.
key-try = Try it

projects-title = Projects
projects-lead = Projects tell your usage apart. They share the quota of the account.
projects-heading = Your projects
projects-empty-title = No projects yet
projects-empty-text = Create one, then give it a key.
project-name = Name
project-description = Description
project-id = ID
project-created = Created
project-active-keys = Active keys
project-charged = Charged
project-usage = Usage
project-usage-of = Usage of { $name }
project-create-heading = New project
project-create = Create project

more-title = Request more quota
more-lead = Talk to a person, or write down what you need. Granted calls count from your next call on.
more-left = What remains
more-talk = Contact us
more-no-channels = No chat is set up on this site yet. Use the form: the people who run it see every request.
wechat-name = WeChat
wechat-how = Scan with your personal WeChat app. No WeCom needed.
wechat-qr = QR code that opens the WeChat contact
discord-name = Discord
discord-how = Not on WeChat? Join us on Discord.
discord-qr = QR code that opens the Discord invitation
reference-title = Your reference code
reference-text = Send it with your first message, the API and how many calls you need. It tells support which account is yours, and tells others nothing.
more-form = Send a request
more-form-text = It reaches the same people. You see their answer on this page.
more-api = API
more-api-option = { $api } ({ $remaining } left)
more-calls = Calls you need
more-reason = What for
more-reason-hint = A sentence about what you build helps us say yes.
more-send = Send request
more-own = Your requests
more-none-title = No requests yet
more-none-text = A request that you send appears here with its state and its answer.

request-asked-for = { $calls ->
    [one] { $api }: { $calls } call
   *[other] { $api }: { $calls } calls
}
request-open = Waiting
request-approved = Approved
request-rejected = Rejected
request-withdrawn = Withdrawn
request-granted = { $calls ->
    [one] { $calls } call granted
   *[other] { $calls } calls granted
}
request-answer = Answer
request-withdraw = Withdraw
request-withdraw-what = Withdraw { $what }
