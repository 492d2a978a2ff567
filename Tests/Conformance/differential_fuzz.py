#!/usr/bin/env python3
"""differential_fuzz [--manifests N] [--runs N] [--seed S]: our reader against mad_prefect's own models.

Needs a Python with `pip install mad-prefect==2.3.0`. It mutates manifests and run metadata, asks Prefect's JSON
serializer and mad_prefect's Pydantic models what they load, asks ManifestCodec through the test `DifferentialTests`,
and prints every disagreement: acceptance, the kind of refusal, every value byte for byte as mad_prefect would write it,
and what is kept of unknown fields. Exits 1 if there is one. The intended differences (the list above ManifestCodec) are
not generated, or are taken into account where they are.
"""
import argparse, base64, os, pathlib, random, subprocess, sys, tempfile

os.environ.setdefault("PREFECT_LOGGING_LEVEL", "ERROR")
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from reference import Refusal, Skip, expected_manifest, expected_run
import reference as cases

ROOT = pathlib.Path(__file__).resolve().parents[2]


def check(kind, raw, answer):
    """What is wrong with our answer, or None."""
    expect = expected_run if kind == "run" else expected_manifest
    try:
        wanted = expect(raw)
    except Skip:
        return None
    except Refusal as refusal:
        return None if answer == refusal.kind else f"Python refuses ({refusal.kind}: {refusal.why}), Swift says {answer[:40]}"
    if not answer.startswith("ok "):
        return f"Python accepts, Swift says {answer}"
    _, lossy, bare, full = answer.split(" ")
    bare, full = base64.b64decode(bare).decode(), base64.b64decode(full).decode()
    if bare != wanted.bare:
        return f"values differ\n  Python {wanted.bare!r}\n  Swift  {bare!r}"
    if full != wanted.full:
        return f"unknown fields differ\n  Python {wanted.full!r}\n  Swift  {full!r}"
    if (lossy == "true") != wanted.is_lossy:
        return f"Swift says lossy = {lossy}"
    return None


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--manifests", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=50_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    rng = random.Random(options.seed)
    made = [("manifest", cases.manifest_case(rng)) for _ in range(options.manifests)]
    made += [("run", cases.run_case(rng)) for _ in range(options.runs)]
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "cases"
        path.write_text("".join(f"{kind} {base64.b64encode(raw).decode()}\n" for kind, raw in made))
        subprocess.run(["swift", "test", "--filter", "DifferentialTests"], cwd=ROOT, check=True,
                       stdout=subprocess.DEVNULL, env={**os.environ, "DIFFERENTIAL_CASES": str(path)})
        answers = pathlib.Path(str(path) + ".answers").read_text().split("\n")[:-1]
    assert len(answers) == len(made)
    wrong = accepted = 0
    for (kind, raw), answer in zip(made, answers):
        problem = check(kind, raw, answer)
        accepted += answer.startswith("ok ")
        if problem:
            wrong += 1
            if wrong <= 10:
                print(f"{kind} {raw!r:.3000}\n  {problem:.3000}\n")
    print(f"{len(made)} cases, {accepted} accepted, {wrong} disagreements")
    sys.exit(1 if wrong else 0)


main()
