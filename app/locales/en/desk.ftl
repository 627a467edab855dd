# What staff may not do, and the parts of the desk for many accounts at once.

problem-above-ceiling = You can give { $most } calls at most at once. Ask an owner for more.
problem-owners-only = Only an owner can do this. Ask one.
problem-yourself = You cannot do this to your own account. Ask another admin.
