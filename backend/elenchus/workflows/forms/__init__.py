"""Forms: JSON Schemas (2020-12) of what templates ask for and give, without what could stall a server or reach out.

`check_schema` is asked once, when a template is made; the others only take schemas that it found nothing in.
"""

from elenchus.workflows.forms.filling import document_ids, with_defaults
from elenchus.workflows.forms.refusing import check_schema
from elenchus.workflows.forms.validating import faults

__all__ = ["check_schema", "document_ids", "faults", "with_defaults"]
