# Numbers that move by themselves.

live-on = Live
live-waiting = Connecting again…
live-over = Paused: you are signed out. Reload the page to go on.

chart-cursor = { $chart }: one bar at a time
help-chart = From bar to bar, on a chart
