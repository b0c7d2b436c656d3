"""The walls of one notebook: Linux namespaces, limits, and a keeper that ends everything behind them.

`fork_behind_walls` makes the first process of new namespaces, the keeper. It calls `furnish`, forks the player and then
`keep`s watch. The player calls `set_limits` and `give_up_rights` before it reads a job.
Namespaces and mounts have no calls in Python's library, hence ctypes; the names are those of the manual pages
clone(2), mount(2), madvise(2), prctl(2), capset(2) and seccomp(2).
"""

import contextlib
import ctypes
import functools
import os
import platform
import select
import signal
import struct
import sys

DESK = "/desk"  # where the notebook runs; a name that nobody's folder of projects has
SCRATCH = "/tmp"

CLONE_NEWNS, CLONE_NEWUTS, CLONE_NEWIPC = 0x00020000, 0x04000000, 0x08000000
CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWNET = 0x10000000, 0x20000000, 0x40000000
MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_BIND, MS_REC = 2, 4, 8, 4096, 16384
PR_SET_DUMPABLE, PR_SET_SECCOMP, PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS = 4, 22, 24, 38
NOBODY = 65534

MADV_COLLAPSE, HUGE_PAGE = 25, 2 * 2**20

CLONE = (56, 220)  # numbers of system calls on (x86_64, aarch64)
# System calls that hold memory which no limit counts, or that have been doors out of a sandbox.
REFUSED_CALLS = {
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
    "shmget": (29, 194),
    "msgget": (68, 186),
    "semget": (64, 190),
    "io_uring_setup": (425, 425),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
}


@functools.cache
def _libc():
    """The C library, called with Python's lock held: a copy that `clone` makes must hold it too."""
    return ctypes.PyDLL(None, use_errno=True)


def _call(name, *arguments):
    """Call a function of the C library; returns what it returns, and raises OSError when that is below 0."""
    result = getattr(_libc(), name)(*arguments)
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")
    return result


def _mount(source, target, kind, flags, data=None):
    encoded = (text.encode() if text is not None else None for text in (source, target, kind))
    _call("mount", *encoded, ctypes.c_ulong(flags), data.encode() if data else None)


def become_nobody():
    """For a zygote that root started: its own /proc, then an ordinary user without any right, for good."""
    _mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC)
    os.setgroups([])
    os.setgid(NOBODY)
    os.setuid(NOBODY)
    _call("prctl", PR_SET_DUMPABLE, 1, 0, 0, 0)  # else /proc/self/uid_map would belong to root


def use_huge_pages():
    """Gather the memory of this process in huge pages where the kernel can: a fork copies the list of its pages."""
    with open("/proc/self/maps") as file:
        ranges = [line.split()[0] for line in file if " rw-p " in line]
    for start, end in (map(lambda number: int(number, 16), text.split("-")) for text in ranges):
        for page in range(-(-start // HUGE_PAGE) * HUGE_PAGE, end - HUGE_PAGE + 1, HUGE_PAGE):
            _libc().madvise(ctypes.c_void_p(page), ctypes.c_size_t(HUGE_PAGE), MADV_COLLAPSE)


def fork_behind_walls():
    """As os.fork, with the child as the first process of own namespaces for users, processes, mounts, network, IPC and
    host name. For a process with one thread only: no handlers for forks are called. Raises in the parent only."""
    spaces = CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS
    return _call("syscall", CLONE[_machine()], ctypes.c_ulong(spaces | signal.SIGCHLD), None, None, None, None)


def _machine():
    """The column of this machine in the tables of system calls; raises OSError where there is none."""
    machines = ("x86_64", "aarch64")
    if platform.machine() not in machines:
        raise OSError(f"no numbers of system calls for {platform.machine()}")
    return machines.index(platform.machine())


def furnish(scratch_bytes, user):
    """An ordinary user, an own /proc, and one empty bounded tmpfs behind all places that can be written; no further
    namespaces. user: (uid, gid) outside."""
    uid, gid = user
    for name, content in (("setgroups", "deny"), ("uid_map", f"1000 {uid} 1"), ("gid_map", f"1000 {gid} 1")):
        with open(f"/proc/self/{name}", "w") as file:
            file.write(content)
    _mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC)
    environment = {os.path.realpath(prefix) for prefix in (sys.prefix, sys.base_prefix)}
    covered = {path: os.open(path, os.O_PATH) for path in environment if path.startswith(f"{SCRATCH}/")}
    _mount("tmpfs", SCRATCH, "tmpfs", MS_NOSUID | MS_NODEV, f"size={scratch_bytes},nr_inodes=20000,mode=1777")
    for place, source in ((DESK, f"{SCRATCH}/.student"), ("/dev/shm", f"{SCRATCH}/.shm")):
        os.mkdir(source, 0o755)
        _mount(source, place, None, MS_BIND)
    for path, fd in sorted(covered.items()):  # a project that lies below /tmp itself
        os.makedirs(path, exist_ok=True)
        _mount(f"/proc/self/fd/{fd}", path, None, MS_BIND | MS_REC)
        os.close(fd)
    with open("/proc/sys/user/max_user_namespaces", "w") as file:
        file.write("0")


def give_up_rights():
    """No capability, now or through any program that is started; no system calls of REFUSED_CALLS."""
    _call("prctl", PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    with contextlib.suppress(OSError):
        for capability in range(64):  # ends at the first number that this kernel does not know
            _call("prctl", PR_CAPBSET_DROP, capability, 0, 0, 0)
    nothing = (ctypes.c_uint32 * 6)()
    _call("capset", struct.pack("Ii", 0x20080522, 0), nothing)
    _refuse_calls()


def _refuse_calls():
    """A seccomp filter: foreign architectures are killed, REFUSED_CALLS fail with EPERM, all others pass."""
    column = _machine()
    architecture = (0xC000003E, 0xC00000B7)[column]
    numbers = sorted(pair[column] for pair in REFUSED_CALLS.values())
    load, equal, at_least, leave = 0x20, 0x15, 0x35, 0x06  # BPF: load word, jump if ==, jump if >=, return
    allow, kill, refuse = 0x7FFF0000, 0x80000000, 0x00050000 | 1  # SECCOMP_RET_…; 1 is EPERM
    program = [(load, 0, 0, 4), (equal, 1, 0, architecture), (leave, 0, 0, kill), (load, 0, 0, 0)]
    program += [(at_least, len(numbers) + 1, 0, 0x40000000)]  # the x32 interface of x86_64
    program += [(equal, len(numbers) - index, 0, number) for index, number in enumerate(numbers)]
    program += [(leave, 0, 0, allow), (leave, 0, 0, refuse)]
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in program))
    filter_ = struct.pack("HP", len(program), ctypes.addressof(code))
    _call("prctl", PR_SET_SECCOMP, 2, ctypes.c_char_p(filter_), 0, 0)


def set_limits(limits, walled=False):
    """Limits of this process and those that it starts. The number of processes is bounded in an own user namespace
    only: elsewhere it would count every process of the user."""
    try:
        import resource
    except ImportError:  # Windows: the parent says that this wall is missing
        return
    bounds = {
        resource.RLIMIT_AS: limits["memory_bytes"],
        resource.RLIMIT_FSIZE: limits["file_bytes"],
        resource.RLIMIT_CPU: int(limits["notebook_seconds"] * 2) + 10,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_NOFILE: 512,
    }
    if walled and _kernel() >= (5, 14):  # before, the limit counted all processes of the user
        bounds[resource.RLIMIT_NPROC] = limits["processes"]
    for what, bound in bounds.items():
        hard = resource.getrlimit(what)[1]
        bound = int(bound) if hard == resource.RLIM_INFINITY else min(int(bound), hard)
        with contextlib.suppress(ValueError, OSError):  # macOS knows no RLIMIT_AS
            resource.setrlimit(what, (bound, bound))


def _kernel():
    return tuple(int(part) for part in platform.release().split("-")[0].split(".")[:2])


# --- the keeper --------------------------------------------------------------------------------------------

REAPED_AT_ONCE = 1_000  # processes that ended, before the keeper looks at the limits again


def keep(player, status, limits):
    """Wait for the player and say on the socket `status` how it ended. The kernel kills all others when we return.

    Ends too when the other side of `status` is closed, or when all processes together are over a limit.
    """
    _call("prctl", PR_SET_DUMPABLE, 0, 0, 0, 0)  # nobody in here may trace the keeper
    poll = select.poll()
    poll.register(os.pidfd_open(player), select.POLLIN)
    poll.register(status, select.POLLIN)
    while True:
        ready = [number for number, _ in poll.poll(100)]
        for _ in range(REAPED_AT_ONCE):  # a storm of orphans must not keep us here; __WALL: clones as well
            number, code = os.waitpid(-1, os.WNOHANG | 0x40000000)
            if number == player:
                status.send(f"ended {os.waitstatus_to_exitcode(code)}".encode())
                return
            if not number:
                break
        if status.fileno() in ready:
            status.send(b"killed")
            return
        over = _over_limit(limits)
        if over:
            status.send(over.encode())
            return


def _over_limit(limits):
    """The name of the limit that all processes of this namespace together exceed, or None."""
    processes = [name for name in os.listdir("/proc") if name.isdigit() and name != "1"]
    if len(processes) > limits["processes"]:
        return "processes"
    page = os.sysconf("SC_PAGE_SIZE")
    resident = {name: page * int(_read(f"/proc/{name}/statm").split()[1] or 0) for name in processes}
    if sum(resident.values()) <= limits["memory_bytes"]:
        return None
    total = sum(_proportional(name) or size for name, size in resident.items())
    return "memory" if total > limits["memory_bytes"] else None


def _proportional(name):
    """Bytes of a process with shared pages divided among those that share them; 0 when it can't be read."""
    for line in _read(f"/proc/{name}/smaps_rollup").splitlines():
        if line.startswith("Pss:"):
            return 1024 * int(line.split()[1])
    return 0


def _read(path):
    try:
        with open(path) as file:
            return file.read()
    except OSError:
        return "0 0"
