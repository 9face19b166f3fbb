"""Road traffic second by second: thousands of vehicles on a network, alone and in convoys.

``model.make_traffic`` builds it; ``trajectories.Streamed`` gives its samples window by window.
"""
