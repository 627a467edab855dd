# The command palette, and the list of keys.

palette-open = Go to…
palette-title = Command palette
palette-hint = Page, project, key or request id
palette-places = Places
palette-page = Page
palette-project = Project
palette-key = API key
palette-request = Open request
palette-account = Find account
palette-none = Nothing here has this name. Try fewer letters, or paste a request id.
palette-move = to move
palette-go = to open

help-title = Keyboard shortcuts
help-close = Close
help-this = This list
help-single-keys = Shortcuts of single keys
help-single-keys-about = Turn them off if you press them by accident. Remembered in this browser.
