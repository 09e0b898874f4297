"""Lawyers ask in one word what the drafter wrote in another: "revenue share" is a royalty, "evict" is possession.

On 373 clause questions over 40 contracts they lift recall@8 from 82 to 87 %. The list was drafted with the questions
and the misses of one half of the contracts in view (77 to 84 there); the other half, 86 to 90, is the fairer figure.
"""

from collections.abc import Iterable
from functools import cache

from elenchus.library.searching.terms import terms

_FAMILIES = """
license licence sublicense grant
royalty revenue profit share commission percentage proceeds
warranty guarantee defect workmanship
exclusive sole
compete competitor competition competitive
assign transfer delegate convey
terminate cancel expire
term duration period
minimum least quota
maximum cap exceed limit limitation aggregate
liable liability damages
indemnify hold harmless defend
patent copyright trademark invention intellectual
confidential proprietary secret nondisclosure
audit inspect examine books
insurance insure coverage insurer
governed law jurisdiction construe
arbitration mediation dispute
dispute controversy claim
renew extend renewal extension successive
affiliate subsidiary parent
employee personnel staff
solicit recruit hire induce
merger acquisition consolidation control
price fee rate charge
purchase buy order
sell sale resell distribute
pay remit remuneration compensate
breach default violation
perpetual irrevocable
own ownership title property
beneficiary benefit
consent approval permission
disparage defame reputation
volume quantity amount
customer client
lease rent tenant landlord premise
salary wage compensation bonus
evict eviction possession
lawyer attorney counsel
car vehicle automobile
notice notify notification
bankrupt bankruptcy insolvency insolvent receiver
delay late overdue
interest arrears
injure injury harm
death die decease
child minor
divorce dissolution marriage
court tribunal
sue suit litigation action
fire dismiss discharge terminate
deliver delivery shipment ship
refund reimburse repay
deposit security escrow
loan debt borrow lend credit
will testament estate
void invalid unenforceable severable
amend modify modification
waive waiver
"""


def related(query_terms: Iterable[str]) -> frozenset[str]:
    """Terms of the same families that the query itself does not use."""
    asked = frozenset(query_terms)
    families = _families()
    return frozenset().union(*(families.get(term, frozenset()) for term in asked)) - asked


@cache
def _families() -> dict[str, frozenset[str]]:
    members: dict[str, frozenset[str]] = {}
    for line in _FAMILIES.split("\n"):
        family = frozenset(terms(line))
        for term in family:
            members[term] = members.get(term, frozenset()) | family
    return members
