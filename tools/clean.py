"""Remove what the other programs built: pages, executed chapters, browser assets, test caches."""

import shutil
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUILT = ("_build", ".pytest_cache", ".ruff_cache", ".hypothesis")


def main():
    """Remove every built folder that is there, and say which."""
    for name in BUILT:
        if (ROOT / name).is_dir():
            shutil.rmtree(ROOT / name)
            print(f"removed {name}")


if __name__ == "__main__":
    main()
