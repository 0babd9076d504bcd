"""The environment of the project: `.venv` with hashed pins, made from nothing but Python 3.11 or later.

Owns the making of `.venv`: which Python, how pip gets in, what is installed, and the stamp that lets a second run start
at once. Does not own what is run in it (`make`). Standard library only, and readable by older Pythons, so that
an old one gets a sentence instead of a syntax error.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import Iterator, NoReturn, Sequence

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
PARTITA = VENV / "bin" / "partita"
LOCK = ROOT / "requirements.lock"
STAMP = VENV / "partita-setup.json"
OLDEST = (3, 11)
_HAS_VENV = "import ensurepip, venv; ensurepip.bootstrap"


def ensure() -> Path:
    """Make or mend `.venv` where that is needed, and return its Python. A few milliseconds when all is in place."""
    if _is_current():
        return PYTHON
    with _alone():
        if not _is_current():
            _set_up()
    return PYTHON


def speak(english: str, chinese: str) -> None:
    """Print a line in the language that the user reads."""
    print(chinese if _is_chinese() else english, file=sys.stderr, flush=True)


def stop(english: str, chinese: str) -> NoReturn:
    """Print what is wrong and what to do next, and leave with 1."""
    speak(english, chinese)
    raise SystemExit(1)


def _is_chinese() -> bool:
    names = ("PARTITA_LANG", "LC_ALL", "LC_MESSAGES", "LANG")
    spoken = next((os.environ[name] for name in names if os.environ.get(name)), "")
    return spoken.lower().startswith("zh")


@contextmanager
def _alone() -> Iterator[None]:
    """Let one process at a time set up; a second one waits and then finds the work done."""
    with LOCK.open("rb") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _is_current() -> bool:
    try:
        found = json.loads(STAMP.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return bool(found == _wanted()) and PYTHON.exists() and PARTITA.exists()


def _wanted() -> dict[str, str]:
    """Describe the environment as it should be: the stamp holds this once it is."""
    digest = hashlib.sha256(LOCK.read_bytes() + (ROOT / "pyproject.toml").read_bytes()).hexdigest()
    configured = VENV / "pyvenv.cfg"
    python = configured.read_text(encoding="utf-8") if configured.exists() else ""
    return {"pins": digest, "place": str(ROOT), "python": hashlib.sha256(python.encode()).hexdigest()}


def _set_up() -> None:
    pip = _pip_of_venv()
    if pip is None:
        pip = _make_venv(_base_python())
    packages = len(re.findall(r"^[A-Za-z0-9_.-]+==", LOCK.read_text(encoding="utf-8"), re.MULTILINE))
    speak(
        f"Setting up {VENV} with {packages} pinned packages (once; about 160 MB, a minute or so).",
        f"正在设置 {VENV}：安装 {packages} 个锁定版本的软件包（仅首次，约 160 MB，一分钟左右）。",
    )
    _run_pip([*pip, "install", "--require-hashes", "-r", str(LOCK)], packages)
    _run_pip([*pip, "install", "--no-build-isolation", "--no-deps", "--no-index", "-e", str(ROOT)], 1)
    STAMP.write_text(json.dumps(_wanted(), indent=1) + "\n", encoding="utf-8")
    speak(f"Ready. The program is {PARTITA}.", f"完成。程序位于 {PARTITA}。")


# which Python ---------------------------------------------------------------------------------------------------------
def _base_python() -> str:
    """Return a Python that is new enough: the one running, or the newest one on the path."""
    if sys.version_info >= OLDEST:
        return getattr(sys, "_base_executable", None) or sys.executable
    for minor in range(20, OLDEST[1] - 1, -1):
        found = shutil.which(f"python3.{minor}")
        if found and _runs([found, "-c", ""]):
            return found
    here = ".".join(map(str, sys.version_info[:3]))
    stop(
        f"partita needs Python 3.11 or later; this is {here}. On Debian 12 or Ubuntu 24.04: apt-get install -y "
        "python3. Elsewhere install Python 3.11 or later and run: make PYTHON=/path/to/python3.11 …",
        f"partita 需要 Python 3.11 或更高版本，当前为 {here}。Debian 12 或 Ubuntu 24.04：apt-get install -y python3。"
        "其他系统请安装 Python 3.11 以上版本，然后运行：make PYTHON=/path/to/python3.11 …",
    )


def _pip_of_venv() -> list[str] | None:
    """Return the pip of an existing `.venv` that can be kept, or None when it has to be made anew."""
    if not PYTHON.exists() or _was_moved():
        return None
    new_enough = f"import sys; sys.exit(sys.version_info < {OLDEST})"
    if not _runs([str(PYTHON), "-c", new_enough]):
        return None
    return [str(PYTHON), "-m", "pip"] if _runs([str(PYTHON), "-m", "pip", "--version"]) else None


def _was_moved() -> bool:
    """Say whether `.venv` was made in another folder: its scripts would start the Python of that one."""
    try:
        return bool(json.loads(STAMP.read_text(encoding="utf-8"))["place"] != str(ROOT))
    except (OSError, ValueError, KeyError):
        return False


def _make_venv(python: str) -> list[str]:
    """Make `.venv` with `python` and return the command of a pip that installs into it.

    Debian and Ubuntu cut Python in pieces: venv and ensurepip come in a package of their own. Tried in order: Python's
    own ensurepip; a pip that is there already; the package, when we may install it; else the command to type.
    """
    if _runs([python, "-c", _HAS_VENV]):
        _call([python, "-m", "venv", "--clear", str(VENV)])
        return [str(PYTHON), "-m", "pip"]
    if _runs([python, "-c", "import venv"]) and _runs([python, "-m", "pip", "--python", python, "--version"]):
        _call([python, "-m", "venv", "--clear", "--without-pip", str(VENV)])
        return [python, "-m", "pip", "--python", str(PYTHON)]
    _install_debian_package(python)
    _call([python, "-m", "venv", "--clear", str(VENV)])
    return [str(PYTHON), "-m", "pip"]


def _install_debian_package(python: str) -> None:
    version = subprocess.run(
        [python, "-c", "import sys; print('python%d.%d-venv' % sys.version_info[:2])"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    package = version.stdout.strip()
    by_hand = f"sudo apt-get update && sudo apt-get install -y {package}"
    rights = _administrator()
    if shutil.which("apt-get") is None or rights is None:
        stop(
            f"This Python ({python}) comes without venv. Install it and run the command again:\n  {by_hand}",
            f"当前 Python（{python}）缺少 venv。请先安装，然后重新运行：\n  {by_hand}",
        )
    speak(
        f"This Python comes without venv: installing the system package {package} (apt-get).",
        f"当前 Python 缺少 venv：正在用 apt-get 安装系统软件包 {package}。",
    )
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for words in (["update", "-qq"], ["install", "-y", "-qq", package]):
        subprocess.run([*rights, "apt-get", *words], check=False, env=environment, stdout=subprocess.DEVNULL)
    if not _runs([python, "-c", _HAS_VENV]):
        stop(
            f"apt-get could not install {package}. Try:\n  {by_hand}",
            f"apt-get 未能安装 {package}。请尝试：\n  {by_hand}",
        )


def _administrator() -> list[str] | None:
    """Return what goes before a command that changes the system, or None when we have no right to."""
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo") and _runs(["sudo", "-n", "true"]):
        return ["sudo", "-n"]
    if shutil.which("sudo") and sys.stdin.isatty():
        return ["sudo"]
    return None


# running --------------------------------------------------------------------------------------------------------------
def _runs(command: Sequence[str]) -> bool:
    try:
        done = subprocess.run(command, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    except OSError:
        return False
    return done.returncode == 0


def _call(command: Sequence[str]) -> None:
    done = subprocess.run(command, check=False)
    if done.returncode != 0:
        words = " ".join(command)
        stop(f"This did not work: {words}", f"命令执行失败：{words}")


def _run_pip(command: Sequence[str], packages: int) -> None:
    """Run pip and show one line of progress; what it said is shown only when it fails."""
    said: list[str] = []
    seen = 0
    tty = sys.stderr.isatty()
    with subprocess.Popen(
        [*command, "--disable-pip-version-check", "--no-input", "--progress-bar", "off"],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=_pip_environment(),
    ) as pip:  # fmt: skip
        assert pip.stdout is not None, "the output is a pipe"
        for line in pip.stdout:
            said.append(line)
            collecting = re.match(r"(?:Collecting|Requirement already satisfied:) ([A-Za-z0-9_.-]+)", line)
            seen += collecting is not None
            if tty and (collecting or line.startswith("Installing")):
                what = collecting[1] if collecting else "…"
                print(f"\r\033[K  {min(seen, packages)}/{packages} {what}", end="", file=sys.stderr, flush=True)
    if tty:
        print("\r\033[K", end="", file=sys.stderr, flush=True)
    if pip.returncode != 0:
        print("".join(said[-25:]), file=sys.stderr)
        stop(
            "Installing the pinned packages did not work (see above). Check the network; behind a proxy or with a "
            "mirror set HTTPS_PROXY or PIP_INDEX_URL. Then run the command again: it goes on where it stopped.",
            "安装软件包失败（见上）。请检查网络；如需代理或镜像，请设置 HTTPS_PROXY 或 PIP_INDEX_URL，然后重新运行。",
        )


def _pip_environment() -> dict[str, str]:
    """Return the environment without settings that would send packages to another place than `.venv`."""
    misleading = ("PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PYTHONHOME", "PYTHONPATH")
    kept = {name: value for name, value in os.environ.items() if name not in misleading}
    return {**kept, "PIP_USER": "0", "PIP_REQUIRE_VIRTUALENV": "0"}
