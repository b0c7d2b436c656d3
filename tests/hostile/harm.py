"""Submissions that try to read, write, reach or outlive what they must not. Their honest answers count all the same.

Their code may use: course, project, home, outside (a folder with a file `kept.txt`), port and datagrams (servers on
this machine), listener (the path of a Unix socket), spoken (the name of an abstract one), mark (a word that names the
processes it leaves behind) and family (the process namespace of the machine). What would hurt the machine that runs
the tests is not tried where a wall is missing: GUARD says so aloud instead, and the test fails.
"""

from autograder.sample_class import NUMPY
from tests.hostile.attack import FULL, Attack, code_cell

GUARD = """
if os.path.exists(course) or os.readlink("/proc/self/ns/pid") == family:
    print("in " + "sight")
    raise SystemExit
"""
TRY = """
def attempt(action):
    try:
        print(action())
    except Exception as problem:
        print("refused:", type(problem).__name__)
"""

LEFT_BEHIND = """
import os, sys, time
def name_me():
    open('/proc/self/comm', 'w').write(mark)
"""

READ = {
    "reads_solutions": """
for root, _, files in os.walk(project):
    for name in files:
        path = root + '/' + name
        if name.endswith('.py') and ('/solutions/' in path or '/autograder/' in path):
            attempt(lambda: open(path).read())
""",
    "reads_the_gradebook": """
attempt(lambda: open(course + '/gradebook.db', 'rb').read())
import sqlite3
attempt(lambda: sqlite3.connect(course + '/gradebook.db').execute('select * from grade').fetchall())
""",
    "reads_other_submissions": """
import glob
attempt(lambda: [open(p).read() for p in glob.glob(course + '/submitted/*/*/*')])
attempt(lambda: os.listdir(course + '/submitted'))
""",
    "reads_the_environment": """
attempt(lambda: dict(os.environ))
for pid in os.listdir('/proc'):
    if pid.isdigit():
        attempt(lambda: open(f'/proc/{pid}/environ').read())
        attempt(lambda: open(f'/proc/{pid}/cmdline').read())
""",
    "reads_the_home_folder": """
attempt(lambda: os.listdir(home))
attempt(lambda: open(home + '/kept.txt').read())
attempt(lambda: open(os.path.expanduser('~root') + '/.bashrc').read())
attempt(lambda: open('/etc/shadow').read())
""",
    "looks_through_proc": """
for pid in sorted(os.listdir('/proc')):
    if pid.isdigit():
        for place in ('root', 'cwd', 'fd'):
            attempt(lambda: os.listdir(f'/proc/{pid}/{place}'))
            attempt(lambda: os.listdir(f'/proc/{pid}/{place}' + course))
            attempt(lambda: open(f'/proc/{pid}/{place}' + outside + '/kept.txt').read())
""",
    "follows_file_descriptors": """
for fd in range(3, 300):
    attempt(lambda: os.readlink(f'/proc/self/fd/{fd}'))
    attempt(lambda: os.listdir(f'/proc/self/fd/{fd}'))
    attempt(lambda: open('kept.txt', opener=lambda p, f: os.open(outside + '/' + p, f, dir_fd=fd)).read())
""",
    "reads_by_a_link": """
os.symlink(outside, 'link')
attempt(lambda: open('link/kept.txt').read())
os.symlink(course, 'c')
attempt(lambda: open('c/gradebook.db', 'rb').read(100))
""",
}

WRITE = {
    "writes_outside": """
attempt(lambda: open(outside + '/kept.txt', 'w').write('changed'))
attempt(lambda: open(outside + '/new.txt', 'w').write('new'))
attempt(lambda: open(course + '/gradebook.db', 'ab').write(b'x'))
attempt(lambda: os.remove(outside + '/kept.txt'))
""",
    "edits_the_workbook_on_disk": r"""
import workbook, numpy
for module in (workbook, numpy):
    attempt(lambda: open(module.__file__, 'a').write('\nraise SystemExit\n'))
attempt(lambda: os.rename(os.path.dirname(workbook.__file__), os.path.dirname(workbook.__file__) + '2'))
import site, glob
for place in [*site.getsitepackages(), sys.prefix, sys.base_prefix]:
    attempt(lambda: open(place + '/evil.pth', 'w').write('import os'))
""",
    "plants_links": """
for number, target in enumerate((course, outside, '/etc/passwd', '/proc/1/root')):
    attempt(lambda: os.symlink(target, f'x{number}'))
    attempt(lambda: os.link(target, f'y{number}'))
attempt(lambda: open('x1/kept.txt', 'w').write('changed'))
""",
    "writes_a_shared_folder": """
for place in ('/tmp', '/var/tmp', '/dev/shm', '/run', '/dev/mqueue'):
    attempt(lambda: open(f'{place}/{mark}', 'w').write('x'))
""",
    "changes_modes_and_owners": """
for path in (outside + '/kept.txt', course, project):
    attempt(lambda: os.chmod(path, 0o777))
    attempt(lambda: os.chown(path, 65534, 65534))
    attempt(lambda: os.utime(path, (0, 0)))
""",
    "mounts_and_roots": """
import ctypes, subprocess
libc = ctypes.CDLL(None, use_errno=True)
attempt(lambda: libc.mount(b'proc', b'/mnt', b'proc', 0, None))
attempt(lambda: libc.umount2(b'/', 2))
attempt(lambda: os.chroot('/proc/1/root'))
attempt(lambda: libc.unshare(0x10000000 | 0x20000))
attempt(lambda: libc.mount(b'none', b'/tmp', b'tmpfs', 0, None))
attempt(lambda: os.listdir(course))
attempt(lambda: libc.setns(os.open('/proc/1/ns/mnt', os.O_RDONLY), 0))
attempt(lambda: os.listdir(course))
""",
}

REACH = {
    "connects_by_tcp": """
import socket
for host in ('127.0.0.1', 'localhost', '::1'):
    attempt(lambda: socket.create_connection((host, port), timeout=1).send(b'hello'))
""",
    "sends_udp": """
import socket
wire = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
attempt(lambda: wire.sendto(b'hello', ('127.0.0.1', datagrams)))
""",
    "uses_a_unix_socket": r"""
import socket
for address in (listener, '\0' + spoken):
    wire = socket.socket(socket.AF_UNIX)
    attempt(lambda: wire.connect(address) or wire.send(b'hello'))
""",
    "fetches_a_page": """
import urllib.request
attempt(lambda: urllib.request.urlopen(f'http://127.0.0.1:{port}/', timeout=1))
""",
}

OUTLIVE = {
    "leaves_a_daemon": LEFT_BEHIND
    + """
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        name_me()
        for fd in range(300):
            try: os.close(fd)
            except OSError: pass
        time.sleep(120)
    os._exit(0)
""",
    "leaves_a_subprocess": LEFT_BEHIND
    + """
import subprocess
subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(120)', mark], start_new_session=True)
print('started')
""",
    "leaves_a_thread": """
import threading, time
def work():
    while True:
        time.sleep(0.01)
        print('still here')
threading.Thread(target=work, daemon=True).start()
threading.Thread(target=work, daemon=False).start()
""",
    "leaves_an_exit_hook": """
import atexit, time
atexit.register(time.sleep, 120)
import sys
sys.exitfunc = lambda: time.sleep(120)
""",
    "masks_signals": """
import signal
for number in range(1, 65):
    try: signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError): pass
signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))
""",
}

KILL = {
    "kills_its_parent": """
import os, signal
for pid in (os.getppid(), 1):
    if pid > 1:
        attempt(lambda: os.kill(pid, 9))
""",
    "kills_everything": """
import os, signal
for pid in range(2, 4000):
    if pid != os.getpid():
        attempt(lambda: os.kill(pid, 9)) if os.path.isdir(f'/proc/{pid}') else None
""",
    "traces_others": """
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
for pid in [os.getppid(), *range(1, 60)]:
    if pid != os.getpid() and libc.ptrace(16, pid, 0, 0) == 0:
        print('traced', pid)
        libc.ptrace(8, pid, 0, 0)
""",
}

# What costs the attacker something: {name: (code, scores or None, words of the summary)}
COSTLY = {
    "kills_its_session": (
        """
import os
os.kill(0, 9)
""",
        None,
        "ended",
    ),
    "exits_at_once": (
        """
import os
os._exit(0)
""",
        None,
        "ended",
    ),
    "stops_itself": (
        """
import os
os.kill(os.getpid(), 19)
""",
        None,
        "limit",
    ),
    "forks_for_ever": (
        """
import time
for _ in range(300):
    try:
        if os.fork() == 0:
            time.sleep(60)
            os._exit(0)
    except OSError:
        break
print('forked')
""",
        None,
        "",
    ),
    "hogs_memory": (
        """
hog = []
while True:
    hog.append(bytearray(2**28))
""",
        None,
        "",
    ),
    "hogs_memory_in_many_processes": (
        """
import os
for _ in range(4):
    if os.fork() == 0:
        try:
            hog = bytearray(2**29)
            for i in range(0, 2**29, 4096):
                hog[i] = 1
        finally:
            os._exit(0)
for _ in range(4):
    os.wait()
""",
        None,
        "",
    ),
    "fills_the_disk": (
        """
block = b'x' * 2**20
for number in range(12):
    try:
        with open(f'fill{number}', 'wb') as file:
            for _ in range(50):
                file.write(block)
    except OSError:
        break
import glob
for name in glob.glob('fill*'):
    os.remove(name)
""",
        None,
        "",
    ),
    "sleeps_for_ever": (
        """
import time
while True:
    try:
        time.sleep(100)
    except BaseException:
        pass
""",
        None,
        "limit",
    ),
}

# Played twice, because a later cell ends the process: does it meet what its first play left?
LEAVES_STATE = r"""
import socket
meeting = socket.socket(socket.AF_UNIX)
for place in ('/tmp/left', '/dev/shm/left', 'left'):
    if os.path.exists(place):
        print('in ' + 'sight', place)
    open(place, 'w').write('x')
if meeting.connect_ex('\0' + mark) == 0:
    print('in ' + 'sight', 'socket')
waiting = socket.socket(socket.AF_UNIX)
waiting.bind('\0' + mark)
waiting.listen()
if os.fork() == 0:
    import time
    os.setsid()
    time.sleep(60)
    os._exit(0)
"""


def _ends_below(book):
    book["cells"].append(code_cell("import os\nos._exit(0)", "own-end"))


def attacks():
    """All harmful submissions."""
    noted = "played again"
    yield Attack("leaves_state", f"import os{GUARD}{LEAVES_STATE}", NUMPY, FULL, noted, damage=_ends_below)
    ends = "import os\ndef log_loss(y, p):\n    os._exit(0)"  # in its check, and in the given cells that call it
    yield Attack("ends_when_it_is_called", "", NUMPY | {"log_loss": ends}, FULL | {"log_loss": 0.0}, noted)
    for code, guard in ((READ, ""), (WRITE, ""), (REACH, ""), (OUTLIVE, GUARD), (KILL, GUARD)):
        for name, source in code.items():
            yield Attack(name, f"import os, sys{guard}{TRY}{source}", NUMPY, FULL)
    for name, (source, scores, noted) in COSTLY.items():
        yield Attack(name, f"import os, sys{GUARD}{source}", NUMPY, scores, noted)
