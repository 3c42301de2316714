"""Grade submissions: find them, run each behind walls, judge what comes out, write it down.

``submissions`` reads files, ``program`` chooses what is executed, ``sandbox`` and ``confine`` build the walls,
``runner`` is the program behind them, ``frames`` reads what it writes, ``interview`` holds the conversation,
``marking`` gives points, ``tables`` and ``pages`` tell.
"""
