"""tap - runs the functions of a test that begin with test_, and prints TAP: their names are what is promised."""

import math
import traceback


def close(found: float, wanted: float) -> None:
    assert math.isclose(found, wanted, rel_tol=1e-9), f"{found} is not {wanted}"


def run(names: dict) -> int:
    """The exit status."""
    tests = [(name, test) for name, test in names.items() if name.startswith("test_")]
    failed = 0
    print(f"1..{len(tests)}")
    for name, test in tests:
        title = name.removeprefix("test_").replace("_", " ")
        try:
            test()
            print(f"ok {title}")
        except Exception:  # whatever it is, the others are tried
            failed += 1
            print(f"not ok {title}")
            print("# " + traceback.format_exc().strip().replace("\n", "\n# "))
    return 1 if failed else 0
