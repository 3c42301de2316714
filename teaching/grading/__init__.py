"""Grade submissions: find them, run each behind walls, judge what comes out, write it down, hand it back.

``submissions`` reads files, ``names`` tells whose they are and ``roster`` which counts, ``program`` chooses what is
executed, ``engine`` and ``image`` are the wall, ``room`` is one container, ``warden``, ``runner``, ``standins`` and
``operators`` are what is in it, ``frames`` are what goes in and out, ``interview`` holds the conversation, ``marking``
gives points by what is ``remembered``, ``answers`` and ``own_cells`` collect what a person reads, ``apart`` keeps each
submission to itself. ``sheets`` reads tables and leaves them as they are, ``open_points`` has the teacher's,
``tables``, ``pages`` and ``open_page`` tell. ``gradebooks`` and ``hand_back`` fill in a platform's table,
``gradescope`` packs what Gradescope grades with, and ``autograder`` is what runs there.
"""
