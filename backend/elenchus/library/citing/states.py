"""Which American reporters and codes are those of one state alone, by the lists that eyecite brings."""

import re
from collections.abc import Iterator
from functools import cache
from typing import Final

STATE: Final = re.compile(r"us:([a-z]{2})(?=[;:]|$)")
FEDERAL: Final = re.compile(r"us(?:;|$|:c\d|:fed|:[a-z]{2}\.)")  # "us:ny.sd" is a federal district
POSTAL: Final = dict(
    pair.split("=")
    for pair in (
        "Alabama=al,Alaska=ak,Arizona=az,Arkansas=ar,California=ca,Colorado=co,Connecticut=ct,Delaware=de,"
        "District of Columbia=dc,Florida=fl,Georgia=ga,Hawaii=hi,Idaho=id,Illinois=il,Indiana=in,Iowa=ia,Kansas=ks,"
        "Kentucky=ky,Louisiana=la,Maine=me,Maryland=md,Massachusetts=ma,Michigan=mi,Minnesota=mn,Mississippi=ms,"
        "Missouri=mo,Montana=mt,Nebraska=ne,Nevada=nv,New Hampshire=nh,New Jersey=nj,New Mexico=nm,New York=ny,"
        "North Carolina=nc,North Dakota=nd,Ohio=oh,Oklahoma=ok,Oregon=or,Pennsylvania=pa,Puerto Rico=pr,"
        "Rhode Island=ri,South Carolina=sc,South Dakota=sd,Tennessee=tn,Texas=tx,Utah=ut,Vermont=vt,Virginia=va,"
        "Washington=wa,West Virginia=wv,Wisconsin=wi,Wyoming=wy"
    ).split(",")
)

ABBREVIATIONS: Final = dict(
    pair.split("=")
    for pair in (
        "Ala.=al,Alaska=ak,Ariz.=az,Ark.=ar,Cal.=ca,Colo.=co,Conn.=ct,Del.=de,D.C.=dc,Fla.=fl,Ga.=ga,Haw.=hi,Idaho=id,"
        "Ill.=il,Ind.=in,Iowa=ia,Kan.=ks,Ky.=ky,La.=la,Me.=me,Md.=md,Mass.=ma,Mich.=mi,Minn.=mn,Miss.=ms,Mo.=mo,"
        "Mont.=mt,Neb.=ne,Nev.=nv,N.H.=nh,N.J.=nj,N.M.=nm,N.Y.=ny,N.C.=nc,N.D.=nd,Ohio=oh,Okla.=ok,Or.=or,Pa.=pa,"
        "P.R.=pr,R.I.=ri,S.C.=sc,S.D.=sd,Tenn.=tn,Tex.=tx,Utah=ut,Vt.=vt,Va.=va,Wash.=wa,W. Va.=wv,Wis.=wi,Wyo.=wy"
    ).split(",")
)


def state_of(abbreviation: str) -> str:
    return f"us-{ABBREVIATIONS[abbreviation]}" if abbreviation in ABBREVIATIONS else "us"


def jurisdiction_of(reporter: str) -> str:
    """`us-ca` for a reporter or code of California alone, `us` for all that serve several or the federation."""
    return _states().get(reporter, "us")


@cache
def _states() -> dict[str, str]:
    return dict([*_reporters(), *_codes()])


def _reporters() -> Iterator[tuple[str, str]]:
    from reporters_db import REPORTERS

    for series in REPORTERS.values():
        places = {place for one in series for place in one["mlz_jurisdiction"]}
        states = {found[1] for place in places if (found := STATE.match(place))}
        if len(states) == 1 and not any(FEDERAL.match(place) for place in places):
            for one in series:
                yield from ((edition, f"us-{next(iter(states))}") for edition in one["editions"])


def _codes() -> Iterator[tuple[str, str]]:
    from reporters_db import LAWS

    for name, codes in LAWS.items():
        states = {POSTAL.get(code["jurisdiction"]) for code in codes}
        if len(states) == 1 and (state := states.pop()):
            yield name, f"us-{state}"
