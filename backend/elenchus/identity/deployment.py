"""Who acts when nobody signed in does: schedules, erasures, the command line. No user and no tenant has these ids."""

from elenchus.core.ids import derived_id
from elenchus.core.principal import Principal, Role

DEPLOYMENT = Principal(derived_id("deployment"), derived_id("deployment"), Role.VIEWER)
