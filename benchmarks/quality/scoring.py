"""What the quality folder's own scorer says of a result, beside the bars that it has to clear."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

DEPTH = 64  # passages a question; the scorer looks at 1, 2, 4 … 64
BARS = {
    "documents": (("recall@8", ">=", 0.80),),
    "library": (("recall@8", ">=", 0.72), ("drm@8", "<=", 0.08)),
}
UNPLACED_AT_MOST = 0.01  # passages whose text the scorer does not find in the contract

Question = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Scores:
    metrics: dict[str, float]
    intervals: dict[str, list[float]]
    unplaced: float

    def figures(self, mode: str, **more: object) -> dict[str, object]:
        """One line of the report; `ci` are 95 % intervals, drawn over the contracts."""
        shown = [f"{metric}@{k}" for metric in ("recall", "precision", "hit") for k in (1, 4, 8, 16)] + ["drm@8"]
        met = [
            self.metrics[name] >= bar if sign == ">=" else self.metrics[name] <= bar for name, sign, bar in BARS[mode]
        ]
        return {
            "figure": f"retrieval quality, {mode}",
            **{name: round(self.metrics[name], 4) for name in shown},
            "ci recall@8": [round(end, 4) for end in self.intervals["recall@8"]],
            "unplaced": round(self.unplaced, 5),
            "bars": [" ".join(map(str, bar)) for bar in BARS[mode]] + [f"unplaced <= {UNPLACED_AT_MOST}"],
            "met": all(met) and self.unplaced <= UNPLACED_AT_MOST,
            **more,
        }


def scored(folder: Path, results: Mapping[str, object]) -> Scores:
    """`results` are the passages for each question's id, as the scorer takes them."""
    bench = folder / "bench"
    with tempfile.TemporaryDirectory() as scratch:
        given, answer = Path(scratch, "results.json"), Path(scratch, "scores.json")
        given.write_text(json.dumps(results), encoding="utf-8")
        arguments = [folder / "score_retrieval.py", bench / "bench.json", given, "--txt-dir", bench / "txt"]
        command = [sys.executable, *map(str, arguments), "--json", str(answer)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        said = json.loads(answer.read_text(encoding="utf-8"))
    counts = said["counts"]
    return Scores(said["metrics"], said["ci"], counts.get("unplaced_hits", 0) / max(counts.get("hits", 0), 1))
