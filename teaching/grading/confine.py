"""Shut a program in: run as ``python confine.py CONFIG PROGRAM …``, it becomes that program, behind walls.

Three processes stand between the caller and the program. The first stays outside and gives the second its users;
the second owns the namespaces; the third is the first process inside, builds the file system, and starts the
program. Whoever kills the first kills them all: each asks the kernel to die with the one before it, and with
the third dies everything that was ever started inside. Standard library only: it starts in milliseconds.

The system calls are those of unshare(2), user_namespaces(7), mount(2) and pivot_root(2).
"""

import contextlib
import ctypes
import errno
import json
import os
import resource
import signal
import struct
import sys

NAMESPACES = {
    "user": 0x10000000,
    "mount": 0x20000,
    "pid": 0x20000000,
    "net": 0x40000000,
    "ipc": 0x8000000,
    "uts": 0x4000000,
}
MS_RDONLY, MS_NOSUID, MS_NODEV, MS_REMOUNT, MS_BIND, MS_REC, MS_PRIVATE = 1, 2, 4, 32, 4096, 16384, 1 << 18
MNT_DETACH = 2
PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_NO_NEW_PRIVS = 1, 4, 38
PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 22, 2
# Of each architecture its name in seccomp(2) and the numbers of pivot_root, shmget and memfd_create.
CALLS = {
    "x86_64": (0xC000003E, 155, 29, 319),
    "aarch64": (0xC00000B7, 41, 194, 279),
    "riscv64": (0xC00000F3, 41, 194, 279),
}
INSIDE = 1000  # the user and the group that the program sees itself as
STATUS = 125  # of an exit before the program began; the reason is on stderr

_libc = ctypes.CDLL(None, use_errno=True)


def call(name, *arguments):
    """Call a function of the C library; a failure is an `OSError` that names it."""
    converted = [os.fsencode(each) if isinstance(each, str) else each for each in arguments]
    if getattr(_libc, name)(*converted) == -1:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")


def mount(source, target, kind=None, flags=0, options=None):
    """Mount, with mount(2)'s arguments."""
    call("mount", source, target, kind, ctypes.c_ulong(flags), options)


def bind(source, target):
    """Show a file or a folder of the machine at another place, read-only."""
    if os.path.isdir(source):
        os.makedirs(target, exist_ok=True)
    else:
        os.makedirs(os.path.dirname(target), exist_ok=True)
        open(target, "a").close()
    mount(source, target, flags=MS_BIND | MS_REC)
    # What the source's file system forbids already may not be allowed again: statvfs has mount's own bits here.
    kept = os.statvfs(target).f_flag & 0xE | os.statvfs(target).f_flag & 0x1C00
    mount(None, target, flags=MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | kept)


def build_root(config):
    """Make the file system: an empty one in memory, a home, and what the configuration names, read-only."""
    root = config["root"]
    mount(None, "/", flags=MS_REC | MS_PRIVATE)
    size = f"size={config['disk']},nr_inodes=2000,mode=755"
    mount("tmpfs", root, "tmpfs", MS_NOSUID | MS_NODEV, size)
    for source, target in config["binds"]:
        bind(source, root + target)
    for hidden in config["hidden"]:
        if os.path.isdir(root + hidden):
            mount("tmpfs", root + hidden, "tmpfs", MS_RDONLY | MS_NOSUID | MS_NODEV, "size=4k,nr_inodes=2,mode=755")
    for folder in (config["environment"]["HOME"], "/tmp"):
        os.makedirs(root + folder, exist_ok=True)  # the machine's Python may lie below /tmp
        os.chmod(root + folder, 0o777)
    os.chdir(root)
    call("syscall", CALLS[os.uname().machine][1], b".", b".")
    call("umount2", ".", MNT_DETACH)
    os.chdir(config["environment"]["HOME"])


def limit(limits):
    """Set resource limits by their names, soft and hard alike."""
    for name, value in limits.items():
        kind = getattr(resource, f"RLIMIT_{name}")
        hard = resource.getrlimit(kind)[1]
        value = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(kind, (value, value))


class _Filter(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p))


def forbid_memory_outside_processes():
    """Refuse the two calls whose memory belongs to no process, so that no limit and no count finds it."""
    architecture, _, *forbidden = CALLS[os.uname().machine]
    # seccomp(2)'s machine: load (0x20), jump if equal (0x15) or not less (0x35), return (6). Above 0x40000000 is x32.
    instructions = [
        (0x20, 0, 0, 4),
        (0x15, 0, 5, architecture),
        (0x20, 0, 0, 0),
        (0x35, 3, 0, 0x40000000),
        (0x15, 2, 0, forbidden[0]),
        (0x15, 1, 0, forbidden[1]),
        (6, 0, 0, 0x7FFF0000),
        (6, 0, 0, 0x50000 | errno.EPERM),
    ]
    program = _Filter(len(instructions), b"".join(struct.pack("HBBI", *each) for each in instructions))
    call("prctl", PR_SET_SECCOMP, ctypes.c_ulong(SECCOMP_MODE_FILTER), ctypes.byref(program))


def die_with_parent():
    """Have the kernel kill this process when its parent ends."""
    call("prctl", PR_SET_PDEATHSIG, ctypes.c_ulong(signal.SIGKILL))


def write_maps(pid, uid):
    """Say which users of the machine the users inside are; `uid` owns what the program does."""
    # Root builds the room as itself, for what it shows may be its own; the program is nobody whom the machine knows.
    users = f"0 0 1\n{INSIDE} {uid} 1" if os.geteuid() == 0 else f"{INSIDE} {uid} 1"
    groups = f"0 0 1\n{INSIDE} {uid} 1" if os.geteuid() == 0 else f"{INSIDE} {os.getegid()} 1"
    for name, text in (("setgroups", "deny"), ("uid_map", users), ("gid_map", groups)):
        with open(f"/proc/{pid}/{name}", "w") as file:
            file.write(text)


def start_inside(config, program):
    """Build the room in a new process, the first of its kind inside, and start the program in it."""
    root_outside = os.geteuid() == 0
    die_with_parent()
    os.setsid()  # no signal to a group reaches those outside
    call("sethostname", b"classroom", 9)
    build_root(config)
    if root_outside:
        os.setresgid(INSIDE, INSIDE, INSIDE)
        os.setresuid(INSIDE, INSIDE, INSIDE)
        die_with_parent()  # changing the user has taken it back
    call("prctl", PR_SET_DUMPABLE, ctypes.c_ulong(0))  # so that the program cannot look into this process
    call("prctl", PR_SET_NO_NEW_PRIVS, *(ctypes.c_ulong(n) for n in (1, 0, 0, 0)))
    child = os.fork()
    if child == 0:
        limit(config["limits"])
        forbid_memory_outside_processes()
        os.execve(program[0], program, config["environment"])
    while os.wait()[0] != child:
        pass  # orphans end up here


def exit_on_error(work, *arguments):
    """Do some work and end this process, whatever comes of it."""
    status = STATUS
    try:
        work(*arguments)
        status = 0
    except OSError as error:
        os.write(2, f"{error.strerror}\n".encode())
    finally:
        os._exit(status)


def own_namespaces(config, program, ready, mapped):
    """Leave the machine's namespaces, wait to be given users, and go in."""
    die_with_parent()
    call("unshare", sum(NAMESPACES.values()))
    os.write(ready, b"!")
    if not os.read(mapped, 1):
        raise OSError(0, "the users inside could not be set")
    # Whoever owns a namespace may mount, and memory without bounds with it.
    with open("/proc/sys/user/max_user_namespaces", "w") as file:
        file.write("0")
    inside = os.fork()
    if inside == 0:
        exit_on_error(start_inside, config, program)
    status = os.waitstatus_to_exitcode(os.waitpid(inside, 0)[1])
    if status:
        os._exit(status if status > 0 else 0)


def main():
    """Start the second process and give it its users."""
    config, program = json.loads(sys.argv[1]), sys.argv[2:]
    if not config["walls"]:
        os.chdir(config["root"])
        for name, value in config["limits"].items():
            with contextlib.suppress(OSError, ValueError):  # macOS has them and does not let them be set
                limit({name: value})
        os.execve(program[0], program, config["environment"])
    if os.uname().machine not in CALLS:
        raise OSError(0, f"the system calls of {os.uname().machine} are not known here")
    die_with_parent()
    if os.getppid() != config["parent"]:
        return 0
    told, ready = os.pipe()
    mapped, tell = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(tell)
        exit_on_error(own_namespaces, config, program, ready, mapped)
    os.close(ready)
    if os.read(told, 1):
        write_maps(child, 10**9 + os.getpid() if os.geteuid() == 0 else os.geteuid())
        os.write(tell, b"!")
    os.close(tell)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


if __name__ == "__main__":
    exit_code = STATUS
    try:
        exit_code = main()
    except OSError as error:
        print(error.strerror, file=sys.stderr)
    sys.exit(exit_code)
