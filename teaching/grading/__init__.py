"""Grade submissions: find them, run each behind walls, judge what comes out, write it down.

``submissions`` reads files, ``program`` chooses what is executed, ``engine`` and ``image`` are the wall, ``room`` is
one container, ``warden``, ``runner``, ``standins`` and ``operators`` are what is in it, ``frames`` are what goes in
and out, ``interview`` holds the conversation, ``marking`` gives points by what is ``remembered``, ``apart`` keeps each
submission to itself, ``tables`` and ``pages`` tell.
"""
