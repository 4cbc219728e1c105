# SPDX-License-Identifier: Apache-2.0
"""Bench of matching (人脸比对测评): how often persons are confused or refused, on your own photographs.

python -m bench.identity PHOTOS [--out FOLDER] [--rate 0.001] [--plain]: a folder a person, or a folder a group with one
a person in it; or the word reference. Measures the matcher that the settings choose. I/O: files, model files.
"""

import argparse
import sys
import warnings
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from bench import identity_curve, identity_goals, identity_methods
from bench.identity_measuring import Sitter, Trials, clean, on_a_card, seen, verdicts
from bench.identity_photographs import HARD, SPOILINGS, of_the_demonstration, photographs_in
from bench.identity_statistics import Rate, claim, false_matches, false_non_matches, trade_off
from identity.bands import bands_of
from identity.checks import Band, Bands
from identity.matching.describing import Matching, embedder_of
from identity.weights import Choice, ModelRefused, choose
from kit.settings import Settings

REFERENCE = Path("reference")
CUSTOMARY = (0.35, 0.38, 0.40, 0.45, 0.50, 0.60)  # where the bundled model is usually cut


def _progress(words: str) -> None:
    if sys.stderr.isatty():
        print(f"\r{words} ", end="", file=sys.stderr, flush=True)


def acquired(sitters: Sequence[Sitter]) -> list[str]:
    """What could not be used at all, and what a person would have to look at because of its quality."""
    whole = len(sitters)
    lines = ["| as | failed to acquire: no single face | a face, but outside the gates |", "|---|---|---|"]
    kinds = [("a live frame", [s.live for s in sitters])]
    kinds += [(f"a portrait, {how}", [s.portraits[how] for s in sitters]) for how in SPOILINGS]
    for name, faces in kinds:
        missing = Rate(sum(face.vector is None for face in faces), whole)
        flawed = [face.reading.faults[0] for face in faces if face.vector is not None and face.reading.faults]
        told = ", ".join(f"{fault} {count}" for fault, count in Counter(flawed).most_common())
        lines.append(f"| {name} | {missing} | {len(flawed)}{f' ({told})' if told else ''} |")
    return lines


def rates(named: Sequence[tuple[str, Trials]], limits: Sequence[float]) -> list[str]:
    heads = "".join(f" FMR at {limit:g} | FNMR at {limit:g} |" for limit in limits)
    lines = [f"| pairs |{heads}", "|---|" + "---|" * (2 * len(limits))]
    for name, of in named:
        cells = [f"{false_matches(of.impostors, x)} | {false_non_matches(of.genuine, x)}" for x in limits]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return lines


def decided(sitters: Sequence[Sitter], named: Sequence[tuple[object, Trials]], bands: Bands, label: str) -> list[str]:
    """What the rule says: distance, width of the portrait and quality together."""
    lines = ["| portrait | pairs | the machine accepts | a person decides | try again |", "|---|---|---|---|---|"]
    for how, of in named:
        said = verdicts(sitters, how, of, bands, label)  # type: ignore[arg-type]
        for kind, is_genuine in (("one person", True), ("two persons", False)):
            found = Counter(v.band for v, own in zip(said, of.is_genuine, strict=True) if own == is_genuine)
            shares = [str(Rate(found[band], sum(found.values()))) for band in (Band.ACCEPT, Band.PERSON, Band.RETRY)]
            lines.append(f"| {how} | {kind} | {' | '.join(shares)} |")
    return lines


def compared(outcomes: Sequence[identity_methods.Outcome], rate: float) -> list[str]:
    lines = [
        f"| method | FMR, limit of the other half at {rate:g} | FNMR, same limit | FNMR at equal false matches "
        "| genuine pairs won : lost | by chance | beats plain |",
        "|---|---|---|---|---|---|---|",
    ]
    for one in outcomes:
        is_plain = one.name == outcomes[0].name
        verdict = "–" if is_plain else "yes" if one.beats(outcomes[0]) else "no"
        against = "– | –" if is_plain else f"{one.better} : {one.worse} | {one.chance:.2f}"
        cells = (str(one.false_matches), str(one.false_non_matches), str(one.at_equal), against, verdict)
        lines.append(f"| {one.name} | {' | '.join(cells)} |")
    return lines


def report(folder: Path, out: Path, choice: Choice, rate: float, with_methods: bool) -> list[str]:
    matching, bands = Matching(choice), bands_of(choice.label)
    photographs = of_the_demonstration() if folder == REFERENCE else photographs_in(folder)
    if not photographs:
        raise SystemExit(f"{folder} has no folder with photographs of a person.")
    sitters = seen(photographs, matching.describe, _progress)
    plainly = clean(sitters, matching.distance)
    cards = [(how, on_a_card(sitters, how, matching.distance)) for how in SPOILINGS]
    limits = [bands.accept, bands.person] if bands.is_measured else list(CUSTOMARY[1::4])
    people, groups = {p.person for p in photographs}, sorted({p.group for p in photographs} - {""})
    lines = [f"Matcher {choice.label}, bands {bands.version}: {len(people)} persons, {len(photographs)} photographs."]
    lines += ["", *acquired(sitters)]
    lines += ["", "Photograph against photograph, all limits:", "", *_by_limit(plainly, limits)]
    lines += ["", "A portrait from a card against a photograph, at the bands:", ""]
    lines += rates([("undamaged", plainly), *((str(how), of) for how, of in cards)], limits)
    if groups:
        lines += ["", "Both of a pair in the group, undamaged:", ""]
        lines += rates([(group, plainly.within(group)) for group in groups], limits)
    lines += ["", "What the rule decides:", "", *decided(sitters, cards, bands, choice.label)]
    lines += ["", "One person refused where so many strangers pass, undamaged photographs:", ""]
    lines += identity_goals.at_each_rate(plainly)
    lines += ["", "The same, portrait " + str(cards[0][0]) + ":", "", *identity_goals.at_each_rate(cards[0][1])]
    lines += ["", "Goals, undamaged photographs:", "", *identity_goals.told(plainly, limits[0], groups)]
    lines += ["", claim(false_matches(plainly.impostors, limits[0]), limits[0])]
    curves = {"undamaged": plainly, **{str(how): of for how, of in cards}}
    lines += ["", f"Curves: {_draw(out / 'det.svg', curves, folder)}."]
    if with_methods and len(people) < identity_methods.LEAST_PERSONS:
        lines += ["", f"Methods are not compared on fewer than {identity_methods.LEAST_PERSONS} persons."]
    elif with_methods:
        for how in HARD:
            found = identity_methods.described(sitters, how, embedder := embedder_of(choice.models[0]))
            tried = identity_methods.tried(
                photographs, identity_methods.candidates(photographs, found, embedder.is_unit), rate
            )
            lines += ["", f"Methods, portrait {how}; every figure on persons of whom nothing was learnt:", ""]
            lines += compared(tried, rate)
    return lines


def _by_limit(of: Trials, limits: Sequence[float]) -> list[str]:
    lines = ["| limit | different persons taken for one (FMR) | one person refused (FNMR) |", "|---|---|---|"]
    for limit in sorted({*limits, *CUSTOMARY}):
        lines.append(f"| {limit:g} | {false_matches(of.impostors, limit)} | {false_non_matches(of.genuine, limit)} |")
    return lines


def _draw(file: Path, curves: dict[str, Trials], folder: Path) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    points = {name: trade_off(of.genuine, of.impostors) for name, of in curves.items() if len(of.scores)}
    file.write_text(identity_curve.drawn(points, f"Trade-off of errors on {folder.name}"), "utf-8")
    return file


def main() -> None:
    warnings.simplefilter("ignore")
    parser = argparse.ArgumentParser()
    parser.add_argument("photos", type=Path)
    parser.add_argument("--out", type=Path, default=Path("data/bench-identity"), help="folder of the picture")
    parser.add_argument("--rate", type=float, default=0.001, help="false matches at which methods are compared")
    parser.add_argument("--plain", action="store_true", help="without the comparison of methods, which takes longest")
    asked = parser.parse_args()
    settings = Settings()
    wanted = (settings.face_model, settings.face_model_sha256, settings.face_method, settings.face_cohort)
    try:
        print("\n".join(report(asked.photos, asked.out, choose(*wanted), asked.rate, not asked.plain)))
    except ModelRefused as error:
        raise SystemExit(str(error)) from None


if __name__ == "__main__":
    main()
